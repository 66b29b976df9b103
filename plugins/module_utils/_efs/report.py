# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found at a path, what was done or would be, and what is left.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .decision import Action, Found, Step


@dataclass
class Report:
    """What was found, what was done or would be, and what is left."""

    before: Found
    after: Found
    steps: list[Step] = field(default_factory=list)
    attributes_changed: bool = False
    warnings: list[str] = field(default_factory=list)
    # Mount options that only the next mount puts into effect.
    pending: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be."""
        return bool(self.steps) or self.attributes_changed

    def summary(self) -> str:
        """Return what was done before an error, in words."""
        steps = [
            (f"{step.action} {step.reason}" if step.action == Action.PUT_BACK else f"{step.action} {step.path}")
            for step in self.steps
        ]
        done = f" Done before that: {', '.join(steps)}." if steps else ""
        written = {step.action for step in self.steps} & {Action.WRITE_FSTAB, Action.REMOVE_FSTAB}
        return done if written else f"{done} /etc/fstab was left as it is."
