# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How wide the terminal is that the run prints to.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Optional

from ansible.utils.display import Display

# What Ansible assumes where its output goes elsewhere, and at least.
_ANSIBLE_LEAST = 79


def terminal_width(environment: Mapping[str, str]) -> Optional[int]:
    """Return the columns of the terminal, or those that COLUMNS says; None where the output goes elsewhere.

    Tasks run in forks of the command. Since ansible-core 2.19 theirs is no terminal: the command's own stdout is asked.
    """
    with contextlib.suppress(ValueError):
        return int(environment["COLUMNS"]) or None if "COLUMNS" in environment else _measured()
    return _measured()


def _measured() -> Optional[int]:
    for path in ("/proc/self/fd/1", f"/proc/{os.getppid()}/fd/1"):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOCTTY)
            try:
                return os.get_terminal_size(descriptor).columns or None
            finally:
                os.close(descriptor)
    known: int = Display().columns  # measured when the command began, less the last column
    return known + 1 if known > _ANSIBLE_LEAST else None
