# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A finding from what is wrong and what to do about it, and how certain that is.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Optional

from .model.facts import Place
from .model.findings import SEVERITIES, Finding, FindingKind, Severity

# A name's path and what it begins with by the grammar, which all names of a stack share: they say nothing of a typo.
_STEM = re.compile(r"(?:.*/)?(?:OUTPUT_|INPUT_)?")
# Less than difflib's own: what is compared is short. MY_IP and WEB_IP are alike.
_ALIKE = 0.5


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for a name that is like one beside it, or the same as one elsewhere, else nothing."""
    stem, own = _split(name)
    others = [(*_split(one), one) for one in sorted(set(known))]
    beside = {rest: one for where, rest, one in others if where == stem}
    alike = [beside[rest] for rest in difflib.get_close_matches(own, beside, n=1, cutoff=_ALIKE)]
    elsewhere = [one for where, rest, one in others if rest == own and where != stem]
    return next((f" Did you mean {one!r}?" for one in (*alike, *elsewhere)), "")


def _split(name: str) -> tuple[str, str]:
    end = _STEM.match(name).end()  # type: ignore[union-attr]
    return name[:end], name[end:]


def finding(
    kind: FindingKind, name: str, place: Place, said: tuple[str, str], softened: Optional[Severity] = None
) -> Finding:
    """Return a finding of what is wrong and what to do, as severe as its kind or less."""
    message, advice = said
    certain = softened is not Severity.INFO
    if not certain:
        message = f"it can't be said for certain, but {message}"
    return Finding(kind, softened or SEVERITIES[kind], name, place, message, advice, certain, place.what)


def softer(*, certain: bool, optional: bool = False) -> Optional[Severity]:
    """Return what makes a finding less than its kind is."""
    if not certain:
        return Severity.INFO
    return Severity.WARNING if optional else None
