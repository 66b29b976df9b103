# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python packages that read calendars. They are optional, so importing this file needs none of them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

# The first release that keeps what it could not parse.
OLDEST = 7


@dataclass(frozen=True)
class Library:
    """The packages icalendar and recurring_ical_events."""

    icalendar: Any
    recurring: Any


def load_library() -> Library:
    """Return the packages, or say how to get them."""
    try:
        # Optional, and slow to import.
        icalendar = importlib.import_module("icalendar")
        recurring = importlib.import_module("recurring_ical_events")
    except ImportError as error:
        raise OptionError(
            "the Python packages icalendar and recurring-ical-events are needed on the controller, in the Python that "
            "runs Ansible (3.10 or later): pip install 'icalendar>=7,<8' 'recurring-ical-events>=3.8,<4'"
        ) from error
    major = str(icalendar.__version__).partition(".")[0]
    if not major.isdigit() or int(major) < OLDEST:
        raise OptionError(
            f"the Python package icalendar is {icalendar.__version__} on the controller, and release {OLDEST} or later "
            "is needed: pip install 'icalendar>=7,<8' 'recurring-ical-events>=3.8,<4'"
        )
    return Library(icalendar, recurring)
