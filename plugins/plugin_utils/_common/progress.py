# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a long read is doing, printed now and then. What takes less than five seconds prints nothing.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Callable

from ansible import constants
from ansible.utils.display import Display

# Seconds before the first message and between two.
INTERVAL = 5.0


def print_always(message: str) -> None:
    """Print a message on stderr: stdout is the JSON of ansible-inventory."""
    Display().display(f"tfbridge.aws: {message}", color=constants.COLOR_VERBOSE, stderr=True)


def print_if_verbose(message: str) -> None:
    """Print a message on stderr, at -v and above."""
    if is_verbose():
        print_always(message)


def is_verbose() -> bool:
    """Return whether Ansible runs with -v or more."""
    return bool(Display().verbosity)


class Progress:
    """Takes every message of one read, from all of its threads, and prints one every few seconds."""

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

    def __call__(self, message: str, ahead: float = 0.0) -> None:
        """Print a message, if nothing was printed for a while, nor would be in the seconds C(ahead)."""
        with self._lock:
            now = self._clock()
            if now + ahead < self._due:
                return
            self._due = now + self._interval
        self._say(f"{message}, {now - self._began:.0f} s so far")

    @contextlib.contextmanager
    def while_silent(self, message: str) -> Iterator[None]:
        """Print the message now and then while what is inside has nothing to print: it waits for an answer."""
        done = threading.Event()

        def repeat() -> None:
            while not done.wait(self._interval):
                self(message)

        threading.Thread(target=repeat, daemon=True).start()
        try:
            yield
        finally:
            done.set()
