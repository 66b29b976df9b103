# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with what is published: all of it is collected, and told at once.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import together


@dataclasses.dataclass
class Findings:
    """Warnings, which are refusals under strict, and refusals, which end the run together."""

    strict: bool = False
    warnings: list[str] = dataclasses.field(default_factory=list)
    refusals: list[str] = dataclasses.field(default_factory=list)

    def warn(self, message: str) -> None:
        """Note what somebody should look at."""
        (self.refusals if self.strict else self.warnings).append(message)

    def refuse(self, message: str) -> None:
        """Note what makes an inventory impossible."""
        self.refusals.append(message)

    @contextlib.contextmanager
    def noted(self) -> Iterator[None]:
        """Note a DataError that is raised inside, and go on after it."""
        try:
            yield
        except DataError as exc:
            self.refuse(str(exc))

    def finish(self) -> list[str]:
        """Return the warnings. Raises one DataError for all refusals."""
        if self.refusals:
            raise DataError(together(self.refusals))
        return list(dict.fromkeys(self.warnings))
