# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A data plane that really runs a handler: a process for each memory size, whose CPU time counts by its share of a CPU.

Lambda gives a function a share of a CPU in proportion to its memory, a whole one at 1,769 MB. The handler runs freely,
and the milliseconds of CPU that it took are divided by the share: a process that is stopped and continued would be too
coarse for shares below 15 %.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import threading
from typing import Any

from tests.support.lambda_memory import Outcome, Workload

WHOLE_CPU = 1769
_CHILD = """
import importlib.util, json, pathlib, re, sys, time
spec = importlib.util.spec_from_file_location("handler", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
handle = getattr(module, sys.argv[2])
print(json.dumps({"cpu": time.process_time()}), flush=True)
for line in sys.stdin:
    began, error = time.process_time(), None
    try:
        handle(json.loads(line), None)
    except Exception as exc:
        error = {"errorType": type(exc).__name__, "errorMessage": str(exc)}
    cpu = time.process_time() - began
    # What getrusage says of a process counts what was there before its exec: the server that started it.
    peak = int(re.search("VmHWM:\\s*([0-9]+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
    print(json.dumps({"cpu": cpu, "peak": peak, "error": error}), flush=True)
"""


class HandlerWorkload(Workload):
    """Runs the function C(name) of a file. Use it as a context: it ends its processes."""

    def __init__(self, path: pathlib.Path, name: str = "handle") -> None:
        super().__init__()
        self._command = [sys.executable, "-I", "-c", _CHILD, str(path), name]
        self._processes: dict[int, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> HandlerWorkload:
        return self

    def __exit__(self, *_exc: object) -> None:
        with self._lock:
            for memory in list(self._processes):
                self._end(memory)

    def invoke(self, payload: bytes, memory: int, timeout: float, *, cold: bool) -> Outcome:
        """Run the handler on the payload, and return what a function of that size would have taken."""
        share = min(1.0, memory / WHOLE_CPU)
        with self._lock:
            init = self._start(memory) * 1000 / share if cold else None
            answer = self._run(memory, payload)
        duration, peak = answer["cpu"] * 1000 / share, int(answer["peak"])
        if peak > memory:
            return duration, init, memory, {"errorType": "Runtime.OutOfMemory", "errorMessage": "signal: killed"}
        if duration > timeout * 1000:
            error = {"errorType": "Sandbox.Timedout", "errorMessage": f"Task timed out after {timeout:.2f} seconds"}
            return timeout * 1000, init, peak, error
        return duration, init, peak, answer["error"]

    def _start(self, memory: int) -> float:
        """Start an environment of a size in place of the one before, and return the seconds of CPU that it took."""
        self._end(memory)
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._processes[memory] = process
        return float(self._answer(process)["cpu"])

    def _run(self, memory: int, payload: bytes) -> dict[str, Any]:
        process = self._processes[memory]
        assert process.stdin
        process.stdin.write(payload.decode() + "\n")
        process.stdin.flush()
        return self._answer(process)

    def _end(self, memory: int) -> None:
        process = self._processes.pop(memory, None)
        if process:
            process.kill()
            process.communicate()

    @staticmethod
    def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout
        return dict(json.loads(process.stdout.readline()))
