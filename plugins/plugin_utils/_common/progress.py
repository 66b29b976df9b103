# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a long read is doing, said now and then. What takes less than five seconds says nothing.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import threading
import time
from typing import Callable

# Seconds before the first message and between two.
INTERVAL = 5.0


class Progress:
    """Takes every message of one read, from all of its threads, and hands on one every few seconds."""

    def __init__(
        self,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        interval: float = INTERVAL,
    ) -> None:
        self._say = say
        self._clock = clock
        self._interval = interval
        self._began = clock()
        self._due = self._began + interval
        self._lock = threading.Lock()

    def __call__(self, message: str) -> None:
        """Say it, if nothing was said for a while."""
        with self._lock:
            now = self._clock()
            if now < self._due:
                return
            self._due = now + self._interval
        self._say(f"{message}, {now - self._began:.0f} s so far")
