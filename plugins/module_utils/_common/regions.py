# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Codes of AWS regions.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re

from .errors import OptionError
from .text import show

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}\Z")


def check_region(region: object, option: str) -> str:
    """Return the region back if it has the shape of one, else raise OptionError."""
    if isinstance(region, str) and _REGION.match(region):
        return str(region)
    raise OptionError(f"{option}: {show(region)} is not a region. Expected a region code, such as eu-central-1")
