# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Terraform code publishes: from the blocks of a module, and of those that it calls, to declared outputs.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Iterator, Sequence

from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import DEFAULT_PREFIX
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import (
    UNKNOWN_SHAPE,
    Declared,
    Input,
    Kind,
    Place,
    Shape,
    Side,
    Unknown,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles

from .expressions import Bound
from .folder import Folder, Located, read_folder
from .inputs import inputs_of_call, inputs_of_data, reads_inputs
from .key_lines import line_of_key
from .module import META_ARGUMENTS, Module
from .parameter_shape import shape_of_parameter
from .publishers import Publisher, is_ours
from .values import Entries, Items, Value, as_name, entries_of, options, reason_of, shape_of

# Deeper than any repository; a module that calls itself is refused by Terraform.
MAX_DEPTH = 16


@dataclasses.dataclass(frozen=True)
class _Call:
    """A call of a module: in which module, by which block, under which address."""

    module: Module
    located: Located
    address: str


@dataclasses.dataclass
class Declarations:
    """Follows calls of modules from a root, and collects what they publish and read, and what can't be said."""

    files: SourceFiles
    publishers: Sequence[Publisher]
    unknown: list[Unknown] = dataclasses.field(default_factory=list)
    inputs: list[Input] = dataclasses.field(default_factory=list)
    _folders: dict[pathlib.Path, Folder] = dataclasses.field(default_factory=dict)

    def folder(self, path: pathlib.Path) -> Folder:
        """Return a folder's code, read once."""
        if path not in self._folders:
            self._folders[path] = read_folder(path, self.files)
            self.unknown += self._folders[path].unread
        return self._folders[path]

    def of_module(self, module: Module, address: str = "") -> Iterator[Declared]:
        """Yield what a module publishes, itself and through others. C(address) is its own, as Terraform says it."""
        for located in module.folder.labelled("resource", "aws_ssm_parameter"):
            yield from self._parameter(module, located, address)
        for located in module.folder.labelled("data", "aws_ssm_parameter"):
            self._data(module, located, address)
        for located in module.folder.labelled("module"):
            if "source" in located.block.attributes and len(located.block.labels) == 2:
                yield from self._call(module, located, address)

    def _parameter(self, module: Module, located: Located, address: str) -> Iterator[Declared]:
        attributes = located.block.attributes
        where = _joined(address, ".".join(located.block.labels[1:]))
        if "name" not in attributes:
            # Refused by Terraform, or name_prefix of another provider.
            return
        place = self.files.place(located.file, attributes["name"].line, where)
        for bound, condition in module.instances(attributes):
            shape = shape_of_parameter(module, attributes, bound)
            for name, choice in options(module.evaluate(attributes["name"], bound), condition):
                yield Declared(as_name(name), shape, place, choice)

    def _data(self, module: Module, located: Located, address: str) -> None:
        attributes = located.block.attributes
        if "name" in attributes:
            where = _joined(address, ".".join(located.block.labels))
            place = self.files.place(located.file, attributes["name"].line, where)
            for bound, condition in module.instances(attributes):
                self.inputs += inputs_of_data(module, attributes, bound, condition, place)

    def _call(self, module: Module, located: Located, address: str) -> Iterator[Declared]:
        source = module.evaluate(located.block.attributes["source"])
        if not isinstance(source, str):
            return
        call = _Call(module, located, _joined(address, f"module.{located.block.labels[1]}"))
        for bound, condition in module.instances(located.block.attributes):
            if reads_inputs(source):
                self._reads(call, bound, condition)
                continue
            for declared in self._called(call, bound, source):
                yield dataclasses.replace(declared, condition=declared.condition or condition)

    def _reads(self, call: _Call, bound: Bound, condition: str) -> None:
        attributes = call.located.block.attributes

        def place_of(line: int, form: str) -> Place:
            return self.files.place(call.located.file, line, f"{call.address} {form}")

        self.inputs += inputs_of_call(call.module, attributes, bound, condition, place_of)

    def _called(self, call: _Call, bound: Bound, source: str) -> Iterator[Declared]:
        """Choose how a module says what it publishes: as ours, as code of this repository, or as one that is known."""
        publisher = next((known for known in self.publishers if known.matches(source)), None)
        if is_ours(source):
            yield from self._outputs(call, bound)
        elif source.startswith(("./", "../")):
            folder = pathlib.Path(os.path.normpath(call.module.folder.path / source))
            yield from self._followed(call, bound, folder)
        elif publisher:
            yield from self._known(call, bound, publisher)

    def _followed(self, call: _Call, bound: Bound, path: pathlib.Path) -> Iterator[Declared]:
        """Yield what a module of this repository publishes, with the arguments of this call."""
        if call.address.count("module.") > MAX_DEPTH or not path.is_dir():
            reason = "modules call each other in a circle" if path.is_dir() else "the module's folder isn't there"
            place = self.files.place(call.located.file, call.located.block.line, call.address)
            self.unknown.append(Unknown(Side.DECLARED, place, reason, unread=True))
            return
        arguments = {
            name: call.module.evaluate(attribute, bound)
            for name, attribute in call.located.block.attributes.items()
            if name not in META_ARGUMENTS
        }
        yield from self.of_module(Module(self.folder(path), arguments), call.address)

    def _outputs(self, call: _Call, bound: Bound) -> Iterator[Declared]:
        """Yield the outputs of a call of our own module."""
        module, attributes = call.module, call.located.block.attributes
        create = module.evaluate(attributes["create"], bound) if "create" in attributes else True
        if create is False:
            return
        condition = "" if create is True else reason_of(create, "create")
        prefix = as_name(module.evaluate(attributes["prefix"], bound)) if "prefix" in attributes else None
        for form in ("strings", "lists", "objects", "secrets"):
            if form not in attributes:
                continue
            for key, item, choice in entries_of(module.evaluate(attributes[form], bound), form):
                name = Name.of(prefix or DEFAULT_PREFIX, key.mapped(str.upper))
                line = line_of_key(attributes[form], key.literal)
                place = self.files.place(call.located.file, line, f"{call.address} {form}")
                shape = _shape(form, item)
                numbered = form == "lists" and shape.items != ()
                yield Declared(name, shape, place, condition or choice, numbered)

    def _known(self, call: _Call, bound: Bound, publisher: Publisher) -> Iterator[Declared]:
        """Yield the parameters of a module whose inputs are known."""
        attribute = call.located.block.attributes.get(publisher.input)
        if attribute is None:
            return
        place: Place = self.files.place(call.located.file, attribute.line, call.address)
        for value, condition in options(call.module.evaluate(attribute, bound)):
            for name in _names(value, publisher):
                yield Declared(name, UNKNOWN_SHAPE, place, condition)


def _joined(address: str, name: str) -> str:
    return f"{address}.{name}" if address else name


def _shape(form: str, value: Value) -> Shape:
    if form == "secrets":
        return Shape(Kind.SECRET)
    if form == "lists":
        closed = isinstance(value, Items) and not value.open
        return Shape(Kind.LIST, (Shape(Kind.STRING),) * len(value.values) if closed else None)
    if form == "objects":
        return shape_of(value)
    return Shape(Kind.STRING)


def _names(value: Value, publisher: Publisher) -> Iterator[Name]:
    if publisher.form == "name":
        yield as_name(value)
        return
    if publisher.form == "keys" and isinstance(value, Entries):
        yield from map(Name.of, value.values)
    elif isinstance(value, (Items, Entries)):
        objects = value.values.values() if isinstance(value, Entries) else value.values
        for item in objects:
            named = item.values.get(publisher.key) if isinstance(item, Entries) else None
            yield as_name(named) if named is not None else Name.of(Hole(f"{publisher.input}[].{publisher.key}"))
    if not isinstance(value, (Items, Entries)) or value.open:
        yield Name.of(Hole(reason_of(value, publisher.input)))
