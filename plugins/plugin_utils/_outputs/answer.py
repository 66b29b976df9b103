# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS has under the name of an output.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Callable


@dataclasses.dataclass(frozen=True)
class Answer:
    """What AWS has under one name.

    C(missing) says that it isn't published, C(secret) is the parameter's name where it is a SecureString. C(stored)
    is the text of the value, or of each element. C(problems) are (kind, whether it is an error, message).
    """

    value: Any = dataclasses.field(default=None, repr=False)
    stored: Any = dataclasses.field(default=None, repr=False)
    problems: Sequence[tuple[str, bool, str]] = ()
    missing: str = ""
    secret: str = ""


# Returns an answer for each name, and may return others that came along.
Fetch = Callable[[Sequence[str]], Mapping[str, Answer]]
