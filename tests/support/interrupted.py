"""A script that is interrupted while it works, as a person or a machine would."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import time
from collections.abc import Callable


def interrupt(process: subprocess.Popen[str], line: str, ending: signal.Signals, timeout: float) -> str:
    """Send a signal once the process has printed a line with this text; give all that it said until it ended."""
    seen = ""
    for printed in process.stdout or ():
        seen += printed
        if line in printed:
            break
    assert line in seen, seen
    process.send_signal(ending)
    return seen + process.communicate(timeout=timeout)[0]


def running_with(text: str) -> list[int]:
    """Give the ids of the processes that have a text in their environment."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def left(running: Callable[[], list], seconds: float = 20) -> list:
    """Give what still runs after a while: what is told to end takes a moment."""
    deadline = time.monotonic() + seconds
    while running() and time.monotonic() < deadline:
        time.sleep(0.2)
    return running()
