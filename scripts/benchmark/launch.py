# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command to its end and print what it took, as JSON: ``python -I -S launch.py STDOUT STDERR COMMAND...``.

A script of its own with few imports, because Linux counts the memory of whoever starts a process as the process's
own peak until it executes its program: what starts the commands has to be smaller than they are.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def main() -> None:
    """Measure one command."""
    # An interrupt is for the command; this waits for its end. A handler, unlike SIG_IGN, is not inherited.
    signal.signal(signal.SIGINT, lambda *_received: None)
    stdout, stderr, *command = sys.argv[1:]
    files = [(os.POSIX_SPAWN_OPEN, 1, stdout, WRITE, 0o600), (os.POSIX_SPAWN_OPEN, 2, stderr, WRITE, 0o600)]
    began = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
    _pid, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - began
    report = {
        "returncode": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
    }
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
