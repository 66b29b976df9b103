# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which outputs a use reads: for certain, perhaps, or none.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Sequence

from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import DEFAULT_PREFIX, numbered_name

from .model.facts import By, InventoryRule, Use
from .model.names import Hole, Name
from .outputs import Output


@dataclasses.dataclass(frozen=True)
class Match:
    """An output that a use reads: for certain, or perhaps; and which element of a list it names."""

    output: Output
    certain: bool
    element: int = -1


class Outputs:
    """The outputs of one side, found by what uses call them."""

    def __init__(self, outputs: Iterable[Output], rules: Sequence[InventoryRule]) -> None:
        self.all = list(outputs)
        self._literal = {output.name.literal: output for output in self.all if output.name.literal is not None}
        self._open = [output for output in self.all if output.name.literal is None]
        self._variables: dict[str, list[Output]] = {}
        self._groups: dict[str, list[Output]] = {}
        for output in self.all:
            for rule in rules:
                self._under(output, rule)

    def has(self, name: str) -> bool:
        """Return whether there is an output of this very name."""
        return name in self._literal

    def _under(self, output: Output, rule: InventoryRule) -> None:
        """Note what an inventory file makes of an output."""
        rest = output.name.without(rule.prefix)
        short = rest.literal if rest is not None else None
        if short is None or "/" in short:
            return
        for group in (short.lower(),) if rule.groups is None else rule.groups.get(short, ()):
            self._groups.setdefault(group, []).append(output)
        if _selects(short, rule) and short not in (rule.groups or {}):
            self._variables.setdefault(rule.variable_prefix + short.lower(), []).append(output)

    def matches(self, use: Use) -> list[Match]:
        """Return the outputs that a use reads or may read."""
        if use.by is By.VARIABLE:
            return self._named(self._variables, use)
        if use.by is By.GROUP:
            return self._named(self._groups, use)
        name = target_of(use)
        literal = name.literal
        if literal is None or use.by is By.PATH:
            return [Match(output, certain=False) for output in self.all if _may(name, output)]
        found = self._by_parameter(literal, by_output=use.by is By.OUTPUT)
        return found or [Match(output, certain=False) for output in self._open if _may(name, output)]

    def _named(self, names: dict[str, list[Output]], use: Use) -> list[Match]:
        literal = use.name.literal
        if literal is not None:
            return [Match(output, certain=use.certain) for output in names.get(literal, ())]
        return [
            Match(output, certain=False) for name, outputs in names.items() if use.name.fits(name) for output in outputs
        ]

    def _by_parameter(self, name: str, *, by_output: bool) -> list[Match]:
        output = self._literal.get(name)
        # A list that has a parameter for each element has none of its own name.
        if output is not None and (by_output or not output.numbered):
            return [Match(output, certain=True)]
        head, _slash, last = name.rpartition("/")
        element = numbered_name(last)
        if element is None:
            return []
        base = self._literal.get(f"{head}/{element.name}" if head or _slash else element.name)
        return [Match(base, certain=True, element=element.position)] if base is not None and base.numbered else []


def target_of(use: Use) -> Name:
    """Return the name of the parameter that a use asks for."""
    if use.by is By.OUTPUT:
        return Name.of(use.prefix or DEFAULT_PREFIX, use.name)
    return Name.of(use.name, Hole("below it")) if use.by is By.PATH else use.name


def _may(name: Name, output: Output) -> bool:
    numbered = Name.of(output.name, "_", Hole("index", number=True))
    return name.overlaps(output.name) or (output.numbered and name.overlaps(numbered))


def _selects(name: str, rule: InventoryRule) -> bool:
    included = any(fnmatch.fnmatchcase(name, pattern) for pattern in rule.include)
    return included and not any(fnmatch.fnmatchcase(name, pattern) for pattern in rule.exclude)
