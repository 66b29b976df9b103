# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of progress that a module writes into a file, printed while it runs.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import pathlib
import threading
from collections.abc import Iterator
from typing import Callable

POLL = 0.5


@contextlib.contextmanager
def followed(path: pathlib.Path, say: Callable[[str], None], poll: float = POLL) -> Iterator[None]:
    """Pass the last line of the file to C(say), again and again, until what is inside has ended."""
    done = threading.Event()

    def follow() -> None:
        while not done.wait(poll):
            lines = path.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0].splitlines()
            if lines:
                say(lines[-1])

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
