# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reading a calendar takes, in a process that does nothing else."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys

from scripts.benchmark.model import BenchError
from scripts.benchmark.world import ROOT
from scripts.collection import COLLECTIONS

EVENTS = 5_000


@dataclasses.dataclass(frozen=True)
class CalendarRead:
    """What reading a calendar took: CPU seconds, MB at most, and how often its events take place in 60 days."""

    events: int
    seconds: float
    megabytes: float
    occurrences: int


def read(events: int = EVENTS) -> CalendarRead:
    """Read one in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.benchmark.calendar_reading", str(events)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(done.stderr)
    return CalendarRead(*json.loads(done.stdout))
