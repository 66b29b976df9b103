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
    Shape,
    Side,
    Unknown,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles

from .expressions import Bound
from .folder import Folder, read_folder
from .inputs import inputs_of_call, inputs_of_data
from .key_lines import line_of_key
from .module import META_ARGUMENTS, Located, Module
from .parameter_shape import shape_of_parameter
from .publishers import Publisher, is_ours
from .values import Entries, Items, Value, as_name, entries_of, options, reason_of, shape_of

# Deeper than any repository; a module that calls itself is refused by Terraform.
MAX_DEPTH = 16


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
        for block in module.folder.labelled("resource", "aws_ssm_parameter"):
            yield from _parameters(Located(module, block, _joined(address, *block.labels[1:])))
        for block in module.folder.labelled("data", "aws_ssm_parameter"):
            if "name" in block.attributes:
                self.inputs += inputs_of_data(Located(module, block, _joined(address, *block.labels)))
        for block in module.folder.labelled("module"):
            if "source" in block.attributes and len(block.labels) == 2:
                yield from self._call(Located(module, block, _joined(address, *block.labels)))

    def _call(self, call: Located) -> Iterator[Declared]:
        source = call.value("source", {})
        if not isinstance(source, str):
            return
        for bound, condition in call.instances():
            if is_ours(source, "ssm_inputs"):
                self.inputs += inputs_of_call(call, bound, condition)
                continue
            for declared in self._called(call, bound, source):
                yield dataclasses.replace(declared, condition=declared.condition or condition)

    def _called(self, call: Located, bound: Bound, source: str) -> Iterator[Declared]:
        """Choose how a module says what it publishes: as ours, as code of this repository, or as one that is known."""
        publisher = next((known for known in self.publishers if known.matches(source)), None)
        if is_ours(source, "ssm_outputs"):
            yield from _outputs(call, bound)
        elif source.startswith(("./", "../")):
            folder = pathlib.Path(os.path.normpath(call.module.folder.path / source))
            yield from self._followed(call, bound, folder)
        elif publisher:
            yield from _known(call, bound, publisher)

    def _followed(self, call: Located, bound: Bound, path: pathlib.Path) -> Iterator[Declared]:
        """Yield what a module of this repository publishes, with the arguments of this call."""
        if call.address.count("module.") > MAX_DEPTH or not path.is_dir():
            reason = "modules call each other in a cycle" if path.is_dir() else "the module's folder isn't there"
            self.unknown.append(Unknown(Side.DECLARED, call.place(call.block.line), reason, unread=True))
            return
        arguments = {name: call.value(name, bound) for name in call.block.attributes if name not in META_ARGUMENTS}
        yield from self.of_module(Module(self.folder(path), arguments), call.address)


def _joined(address: str, *labels: str) -> str:
    return ".".join((address, *labels) if address else labels)


def _parameters(parameter: Located) -> Iterator[Declared]:
    name = parameter.block.attributes.get("name")
    if name is None:
        # Refused by Terraform, or name_prefix of another provider.
        return
    for bound, condition in parameter.instances():
        shape = shape_of_parameter(parameter, bound)
        for value, choice in options(parameter.value("name", bound), condition):
            yield Declared(as_name(value), shape, parameter.place(name.line), choice)


def _outputs(call: Located, bound: Bound) -> Iterator[Declared]:
    """Yield the outputs of a call of our own module."""
    create = call.value("create", bound, default=True)
    if create is False:
        return
    condition = "" if create is True else reason_of(create, "create")
    prefix = as_name(call.value("prefix", bound, DEFAULT_PREFIX))
    for form in ("strings", "lists", "objects", "secrets"):
        for key, item, choice in entries_of(call.value(form, bound), form):
            name = Name.of(prefix, key.mapped(str.upper))
            place = call.place(line_of_key(call.block.attributes[form], key.literal), form)
            shape = _shape(form, item)
            numbered = form == "lists" and shape.items != ()
            yield Declared(name, shape, place, condition or choice, numbered)


def _known(call: Located, bound: Bound, publisher: Publisher) -> Iterator[Declared]:
    """Yield the parameters of a module whose inputs are known."""
    attribute = call.block.attributes.get(publisher.input)
    if attribute is None:
        return
    for value, condition in options(call.value(publisher.input, bound)):
        for name in _names(value, publisher):
            yield Declared(name, UNKNOWN_SHAPE, call.place(attribute.line), condition)


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
