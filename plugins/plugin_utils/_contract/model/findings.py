# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the contract check finds.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib

from .facts import Place


class FindingKind(enum.Enum):
    """What can be wrong between Terraform code, Parameter Store and playbooks."""

    MISSING = "missing"
    TYPE_CHANGED = "type_changed"
    STALE_USED = "stale_used"
    STALE = "stale"
    UNUSED = "unused"
    NOT_PUBLISHED = "not_published"
    EXPIRED_IGNORE = "expired_ignore"


class Severity(enum.Enum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


SEVERITIES = {
    FindingKind.MISSING: Severity.ERROR,
    FindingKind.TYPE_CHANGED: Severity.ERROR,
    FindingKind.STALE_USED: Severity.ERROR,
    FindingKind.STALE: Severity.WARNING,
    FindingKind.UNUSED: Severity.INFO,
    FindingKind.NOT_PUBLISHED: Severity.INFO,
    FindingKind.EXPIRED_IGNORE: Severity.WARNING,
}

TITLES = {
    FindingKind.MISSING: "An output that nobody publishes is read",
    FindingKind.TYPE_CHANGED: "An output is read as something that it is not",
    FindingKind.STALE_USED: "An output that Terraform no longer declares is read",
    FindingKind.STALE: "A parameter is left over from an output that Terraform no longer declares",
    FindingKind.UNUSED: "An output that nobody reads is published",
    FindingKind.NOT_PUBLISHED: "An output is declared and not published yet",
    FindingKind.EXPIRED_IGNORE: "An ignore has passed its end date",
}


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where it is, and what to do.

    C(certain) is False where something that can't be read decides whether it is wrong. C(subject) tells findings of
    one kind, name and file apart by something steadier than a line number.
    """

    kind: FindingKind
    severity: Severity
    name: str
    place: Place
    message: str
    advice: str
    certain: bool = True
    subject: str = ""

    @property
    def softened(self) -> bool:
        """Whether it is less than its kind is: of a use that goes on without the output, or not certain."""
        return self.severity is not SEVERITIES[self.kind]

    @property
    def fingerprint(self) -> str:
        """An identity that stays when lines move."""
        text = f"{self.kind.value}\0{self.name}\0{self.place.file}\0{self.subject}"
        return hashlib.sha256(text.encode()).hexdigest()[:40]
