# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of which some parts are known and others are not.

PRIVATE: not for use outside this collection, may change in any release.

C(OUTPUT_${var.env}_URL) of Terraform and C(OUTPUT_{{ env }}_URL) of a playbook are names with a hole. A hole stands for
any text, or for a number. Nothing is ever guessed into it.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Callable, Optional, Union


@dataclasses.dataclass(frozen=True)
class Hole:
    """A part that can't be known from the files: what it depends on, and whether it can only be a number."""

    reason: str
    number: bool = False


Part = Union[str, Hole]


@dataclasses.dataclass(frozen=True)
class Name:
    """A text with holes, in a normal form: no empty text, no two texts side by side."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, *parts: Union[Part, Name]) -> Name:
        """Return the name of these parts, one after the other."""
        flat: list[Part] = []
        for part in parts:
            for piece in part.parts if isinstance(part, Name) else (part,):
                if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                    flat[-1] += piece
                elif piece != "":
                    flat.append(piece)
        return cls(tuple(flat))

    @property
    def literal(self) -> Optional[str]:
        """The text, where the name has no holes."""
        return None if self.holes else str(self)

    @property
    def holes(self) -> tuple[Hole, ...]:
        """What isn't known of it."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def head(self) -> str:
        """The text before the first hole."""
        return self.parts[0] if self.parts and isinstance(self.parts[0], str) else ""

    def mapped(self, change: Callable[[str], str]) -> Name:
        """Return the name with its known texts changed, as upper() does."""
        return Name.of(*(change(part) if isinstance(part, str) else part for part in self.parts))

    def without(self, prefix: str) -> Optional[Name]:
        """Return the name without a prefix that it is known to have, else None."""
        if not self.head.startswith(prefix):
            return None
        return Name.of(self.head[len(prefix) :], *self.parts[1:]) if self.head else self

    def fits(self, text: str) -> bool:
        """Return whether the text is one that the name can stand for."""
        return _compiled(self).fullmatch(text) is not None

    def overlaps(self, other: Name) -> bool:
        """Return whether there is a text that both can stand for."""
        mine, theirs = self.literal, other.literal
        if theirs is not None:
            return self.fits(theirs)
        if mine is not None:
            return other.fits(mine)
        return _can_meet(_tokens(self), _tokens(other))

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"<{part.reason}>" for part in self.parts)


def is_input_name(name: Name) -> bool:
    """Return whether a parameter is an input for Terraform, C(<path>/INPUT_<NAME>), and so no output of it."""
    return any("/INPUT_" in part for part in name.parts if isinstance(part, str))


def input_name(path: Name, name: Name) -> Name:
    """Return the parameter of an input, as the modules C(ssm_inputs) name it."""
    last = path.parts[-1] if path.parts else ""
    stripped = Name.of(*path.parts[:-1], last.rstrip("/")) if isinstance(last, str) else path
    return Name.of(stripped, "/INPUT_", name.mapped(str.upper))


@functools.lru_cache(maxsize=4096)
def _compiled(name: Name) -> re.Pattern[str]:
    parts = (re.escape(part) if isinstance(part, str) else "[0-9]+" if part.number else ".*" for part in name.parts)
    return re.compile("".join(parts), re.DOTALL)


@functools.lru_cache(maxsize=4096)
def _tokens(name: Name) -> tuple[str, ...]:
    """Return the characters, with an empty one for a hole."""
    return tuple(token for part in name.parts for token in (part if isinstance(part, str) else ("",)))


def _can_meet(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Return whether two patterns have a text in common: the positions that both can have reached, row by row."""
    reached = _with_empty_holes({0}, theirs)
    for token in mine:
        if token:
            steps = {j + 1 for j in reached if j < len(theirs) and theirs[j] == token}
            stays = {j for j in reached if j < len(theirs) and not theirs[j]}
            reached = steps | stays
        elif reached:
            reached = set(range(min(reached), len(theirs) + 1))
        reached = _with_empty_holes(reached, theirs)
    return len(theirs) in reached


def _with_empty_holes(reached: set[int], theirs: tuple[str, ...]) -> set[int]:
    for j, token in enumerate(theirs):
        if j in reached and not token:
            reached.add(j + 1)
    return reached
