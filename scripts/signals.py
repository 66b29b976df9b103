# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends that clean up: what asks a script to end raises in it, so that everything it has started is ended too."""

from __future__ import annotations

import signal
from types import FrameType


def raise_in_main() -> None:
    """Make SIGINT a KeyboardInterrupt, and SIGTERM and SIGHUP a SystemExit with 128 and the signal's number."""
    # A job in the background starts with SIGINT ignored; a terminal that is closed sends SIGHUP.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminated)


def _terminated(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
