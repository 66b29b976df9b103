# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time that a request has: everything works from what Lambda says is left."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError

# A call that begins just before the deadline may take both, and the answer has to be written, too.
CONNECT_TIMEOUT, READ_TIMEOUT = 2.0, 4.0
MARGIN = CONNECT_TIMEOUT + READ_TIMEOUT + 0.5


class OutOfTimeError(AwsError):
    """There is not enough time left to begin."""


class Deadline:
    """When the last call may begin, and how long calls have taken so far."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.at = clock() + seconds - MARGIN
        self._clock = clock
        self._lock = threading.Lock()
        self._calls, self._spent = 0, 0.0

    @contextlib.contextmanager
    def watch(self, _function: Callable[..., Any]) -> Iterator[None]:
        """Measure a call, with all its repetitions and its wait for a turn."""
        began = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._calls += 1
                self._spent += self._clock() - began

    def afford(self, calls: int) -> None:
        """Refuse to begin what takes so many calls, one after the other, if there is no time for them."""
        with self._lock:
            needed = calls * self._spent / max(1, self._calls)
        left = self.at - self._clock()
        if needed > left:
            raise OutOfTimeError(f"{calls} calls would take {needed:.1f} s, and {left:.1f} s are left")
