# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A finding from what is wrong and what to do about it, and how certain that is.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Optional

from .model.facts import Place
from .model.findings import SEVERITIES, Finding, FindingKind, Severity


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
