# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Terraform module with the arguments that it is called with: what its locals, variables and counts are.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Place

from .expressions import Bound, Evaluator
from .folder import Folder
from .functions import MAX_INSTANCES
from .syntax import Attribute, Block
from .values import Entries, Items, Unknown, Value, options, reason_of

# What a call of a module has besides the module's own inputs.
META_ARGUMENTS = frozenset(("source", "version", "providers", "count", "for_each", "depends_on"))


class Module:
    """The names of one folder of code, for one call of it.

    C(arguments) are those of the call; None for a root module, whose variables only C(variables) tell: a default
    there can be overridden by whoever runs Terraform.
    """

    def __init__(
        self, folder: Folder, arguments: Optional[Mapping[str, Value]] = None, variables: Optional[Bound] = None
    ) -> None:
        self.folder = folder
        self._arguments = arguments
        self._variables = variables or {}
        self._evaluator = Evaluator(self._reference)
        self._locals = {
            name: attribute for block in folder.labelled("locals") for name, attribute in block.attributes.items()
        }
        self._defaults = {
            block.labels[1]: block.attributes.get("default")
            for block in folder.labelled("variable")
            if len(block.labels) == 2
        }
        self._known: dict[str, Value] = {}
        self._in_progress: set[str] = set()

    def evaluate(self, attribute: Attribute, bound: Optional[Bound] = None) -> Value:
        """Return the value of an argument of one of its blocks."""
        return self._evaluator.evaluate(attribute.expression, bound)

    def _reference(self, root: str, attribute: str) -> Value:
        """Return the value of C(var.x), C(local.x), or of a resource."""
        name = f"{root}.{attribute}"
        if name in self._in_progress:
            return Unknown(f"{name}, which refers to itself")
        if name not in self._known:
            self._in_progress.add(name)
            self._known[name] = self._resolve(root, attribute)
            self._in_progress.discard(name)
        return self._known[name]

    def _resolve(self, root: str, attribute: str) -> Value:
        if root == "local" and attribute in self._locals:
            return self.evaluate(self._locals[attribute])
        if root == "var":
            return self._variable(attribute)
        return self._resource(root, attribute)

    def _variable(self, name: str) -> Value:
        default = self._defaults.get(name)
        if self._arguments is None:
            return self._variables.get(name, Unknown(f"var.{name}"))
        if name in self._arguments:
            return self._arguments[name]
        return self.evaluate(default) if default else Unknown(f"var.{name}")

    def _resource(self, kind: str, name: str) -> Value:
        """Return how many instances a resource has; what each of them is, only AWS knows."""
        what = f"{kind}.{name}"
        for block in self.folder.labelled("resource", kind, name):
            attributes = block.attributes
            if "count" in attributes:
                count = self.evaluate(attributes["count"])
                if isinstance(count, int) and count <= MAX_INSTANCES:
                    return Items((Unknown(what),) * count)
                return Items((), open=True)
            if "for_each" in attributes:
                given = self.evaluate(attributes["for_each"])
                keys = given.values if isinstance(given, (Items, Entries)) else ()
                still_open = getattr(given, "open", True) or not all(isinstance(key, str) for key in keys)
                return Entries({str(key): Unknown(what) for key in keys}, still_open)
        return Unknown(what)


@dataclasses.dataclass(frozen=True)
class Located:
    """A block of a module, and its address as Terraform says it."""

    module: Module
    block: Block
    address: str

    def value(self, name: str, bound: Bound, default: Value = None) -> Value:
        """Return the value of an argument, or the default where it isn't given."""
        return self.module.evaluate(self.block.attributes[name], bound) if name in self.block.attributes else default

    def place(self, line: int, form: str = "") -> Place:
        """Return a place in the block; C(form) is what is there."""
        return Place(self.block.file, line, f"{self.address} {form}".rstrip())

    def instances(self) -> Iterator[tuple[Bound, str]]:
        """Yield what C(count) or C(for_each) bind for each instance, and what decides that it exists."""
        if "count" in self.block.attributes:
            yield from _counted(self.value("count", {}))
        elif "for_each" in self.block.attributes:
            for given, condition in options(self.value("for_each", {})):
                yield from _each(given, condition)
        else:
            yield {}, ""


def _counted(count: Value) -> Iterator[tuple[Bound, str]]:
    seen = -1
    for given, condition in options(count):
        if isinstance(given, int) and given <= MAX_INSTANCES:
            # true is 1 for Python, and not a number for Terraform.
            for index in range(seen + 1, given):
                yield {"count": Entries({"index": index})}, condition
            seen = max(seen, given - 1)
        else:
            anyone = Unknown("count.index", number=True)
            yield {"count": Entries({"index": anyone})}, condition or f"count, {reason_of(given, 'a number')}"


def _each(given: Value, condition: str) -> Iterator[tuple[Bound, str]]:
    pairs: list[tuple[Value, Value]] = []
    if isinstance(given, Entries):
        pairs = list(given.values.items())
    elif isinstance(given, Items):
        pairs = [(value, value) for value in given.values]
    for key, value in pairs:
        yield {"each": Entries({"key": key, "value": value})}, condition
    if not isinstance(given, (Entries, Items)) or given.open:
        each = Entries({"key": Unknown("each.key"), "value": Unknown("each.value")})
        yield {"each": each}, condition or f"for_each, {reason_of(given, 'a collection')}"
