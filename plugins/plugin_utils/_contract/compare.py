# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three sides compared: what is declared, published and used, to findings.

PRIVATE: not for use outside this collection, may change in any release.

Read top-down: each use is judged by itself, then each output that nobody uses. What can't be read on one side makes a
finding uncertain, and an uncertain finding is never more than information.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Optional

from .model.facts import By, InventoryRule, Kind, Place, Side, Unknown, Use
from .model.findings import Finding, FindingKind, Severity
from .model.names import is_input_name
from .new_finding import finding, softer, suggestion
from .outputs import Output
from .shapes import misfit, takes_a_character
from .targets import Match, Outputs, target_of

_EVERY_HOST = ("all", "*")
_FACTS = (By.VARIABLE, By.GROUP)


@dataclasses.dataclass(frozen=True)
class Sides:
    """What is known of the sides. A side that wasn't asked for is None."""

    declared: Optional[Sequence[Output]]
    published: Optional[Sequence[Output]]
    uses: Optional[Sequence[Use]]
    rules: Sequence[InventoryRule]
    prefixes: Sequence[str]
    unknown: Sequence[Unknown] = ()
    set_anywhere: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def complete(self, side: Side) -> bool:
        """Return whether all of a side could be read."""
        return not any(one.unread and one.side is side for one in self.unknown)


@dataclasses.dataclass
class Comparison:
    """The findings, and which uses belong to which output."""

    findings: list[Finding] = dataclasses.field(default_factory=list)
    used_by: dict[str, list[Use]] = dataclasses.field(default_factory=dict)


def compare(sides: Sides) -> Comparison:
    """Compare what is known of the sides."""
    return _Comparer(sides).run()


class _Comparer:
    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._declared = Outputs(sides.declared or (), sides.rules)
        self._published = Outputs(sides.published or (), sides.rules)
        self._result = Comparison()
        # Outputs that a use of unknown name may read.
        self._perhaps: set[str] = set()

    def run(self) -> Comparison:
        for use in self._sides.uses or ():
            self._result.findings += self._use(use)
        for output in self._declared.all:
            self._result.findings += self._declared_output(output)
        for output in self._published.all:
            self._result.findings += self._published_output(output)
        return self._result

    def _use(self, use: Use) -> Iterator[Finding]:
        """Judge one use."""
        declared, published = self._declared.matches(use), self._published.matches(use)
        for match in (*declared, *published):
            self._note(use, match)
        certain = [match for match in declared or published if match.certain]
        if self._sides.declared is not None and not declared and certain:
            yield self._stale_used(use, certain[0])
        elif certain:
            yield from self._shape(use, certain[0], published)
        elif not declared and not published and use.by not in _FACTS:
            yield from self._missing(use)

    def _note(self, use: Use, match: Match) -> None:
        name = str(match.output.name)
        if match.certain:
            uses = self._result.used_by.setdefault(name, [])
            if use not in uses:
                uses.append(use)
        else:
            self._perhaps.add(name)

    def _missing(self, use: Use) -> Iterator[Finding]:
        """Nobody publishes what a use asks for by name: judged below the prefixes, which somebody vouches for."""
        name = target_of(use)
        if (
            use.by is By.PATH
            or not use.certain
            or is_input_name(name)
            or not any(name.head.startswith(prefix) for prefix in self._sides.prefixes)
        ):
            return
        known = [str(output.name) for output in (*self._declared.all, *self._published.all)]
        side = Side.PUBLISHED if self._sides.declared is None else Side.DECLARED
        yield finding(
            FindingKind.MISSING,
            str(name),
            use.place,
            (
                f"nobody {'declares' if side is Side.DECLARED else 'publishes'} {name}, which is read here",
                f"Publish it, or read another.{suggestion(str(name), known)}",
            ),
            softer(certain=self._sides.complete(side), optional=use.optional),
        )

    def _stale_used(self, use: Use, match: Match) -> Finding:
        name = str(match.output.name)
        known = [str(output.name) for output in self._declared.all]
        return finding(
            FindingKind.STALE_USED,
            name,
            use.place,
            (
                f"{name} is read here and still published, but Terraform no longer declares it",
                f"Read the output that took its place.{suggestion(name, known)}",
            ),
            softer(
                certain=self._sides.complete(Side.DECLARED) and self._is_ours(use) and not self._covered(match.output),
                optional=use.optional,
            ),
        )

    def _shape(self, use: Use, match: Match, published: list[Match]) -> Iterator[Finding]:
        if not self._is_ours(use):
            return
        problem, optional = misfit(use, match), use.optional
        if not problem and takes_a_character(use, match):
            problem, optional = f"{match.output.name} is a string, and a character of it is read", True
        before = next((other.output.shape for other in published if other.certain), None)
        if not problem and before is not None and _changes(match.output, before.kind):
            problem = f"{match.output.name} is published as {before.words}, and will be {match.output.shape.words}"
        if problem:
            yield finding(
                FindingKind.TYPE_CHANGED,
                str(match.output.name),
                use.place,
                (problem, "Change what is read here, or what Terraform publishes"),
                softer(certain=True, optional=optional),
            )

    def _declared_output(self, output: Output) -> Iterator[Finding]:
        name = output.name.literal
        place = output.places[0] if output.places else Place("")
        if name is None:
            return
        if self._sides.published is not None and not self._published.has(name) and not output.condition:
            yield finding(
                FindingKind.NOT_PUBLISHED,
                name,
                place,
                (f"{name} is declared and not published", "Apply the Terraform code"),
            )
        yield from self._unused(output, name, place)

    def _published_output(self, output: Output) -> Iterator[Finding]:
        name = str(output.name)
        if self._sides.declared is None:
            yield from self._unused(output, name, Place(name))
        elif not self._declared.has(name) and name not in self._result.used_by:
            yield finding(
                FindingKind.STALE,
                name,
                Place(name),
                (
                    f"{name} is published, and Terraform no longer declares it",
                    "Delete the parameter, or declare the output again",
                ),
                softer(certain=self._sides.complete(Side.DECLARED) and not self._covered(output)),
            )

    def _unused(self, output: Output, name: str, place: Place) -> Iterator[Finding]:
        if self._sides.uses is None or name in self._result.used_by:
            return
        perhaps = name in self._perhaps or self._may_be_hosts(output)
        yield finding(
            FindingKind.UNUSED,
            name,
            place,
            (f"nobody reads {name}", "Remove the output, or ignore it if somebody else reads it"),
            softer(certain=self._sides.complete(Side.CONSUMED) and not perhaps),
        )

    def _may_be_hosts(self, output: Output) -> bool:
        """Return whether a play on all hosts may run on this output's."""
        everywhere = any(use.by is By.GROUP and use.name.literal in _EVERY_HOST for use in self._sides.uses or ())
        if not everywhere or output.shape.kind is Kind.SECRET:
            return False
        return self._sides.published is None or str(output.name) in self._sides.hosts

    def _covered(self, output: Output) -> bool:
        """Return whether a name with holes may be this one's."""
        return any(other.name.literal is None and other.name.overlaps(output.name) for other in self._declared.all)

    def _is_ours(self, use: Use) -> bool:
        """Return whether a variable can only be the inventory's: nothing else sets one of its name."""
        return use.by is not By.VARIABLE or str(use.name) not in self._sides.set_anywhere


def _changes(output: Output, before: Kind) -> bool:
    return Kind.UNKNOWN not in (output.shape.kind, before) and output.shape.kind is not before


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings the worst first, each once."""
    unique = {found.fingerprint + str(found.place.line): found for found in findings}
    return sorted(unique.values(), key=_order)


def _order(finding: Finding) -> tuple[int, str, int, str, str]:
    rank = list(Severity).index(finding.severity)
    return rank, finding.place.file, finding.place.line, finding.kind.value, finding.name
