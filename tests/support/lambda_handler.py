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
from typing import Any

from tests.support.lambda_memory import Outcome, Workload

WHOLE_CPU = 1769
_CHILD = """
import importlib.util, json, resource, sys, time
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"cpu": cpu, "peak": peak, "error": error}), flush=True)
"""


class HandlerWorkload(Workload):
    """Runs the function C(name) of a file. Use it as a context: it ends its processes."""

    def __init__(self, path: pathlib.Path, name: str = "handle") -> None:
        super().__init__()
        self._command = [sys.executable, "-I", "-c", _CHILD, str(path), name]
        self._processes: dict[int, subprocess.Popen[str]] = {}

    def __enter__(self) -> HandlerWorkload:
        return self

    def __exit__(self, *_exc: object) -> None:
        for process in self._processes.values():
            process.kill()
            process.communicate()

    def invoke(self, payload: bytes, memory: int, timeout: float, *, cold: bool) -> Outcome:
        """Run the handler on the payload, and return what a function of that size would have taken."""
        share, init = min(1.0, memory / WHOLE_CPU), None
        process = self._processes.get(memory)
        if process is None:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self._processes[memory] = process
            init = self._answer(process)["cpu"] * 1000 / share
        elif cold:
            init = 1.0
        assert process.stdin
        process.stdin.write(payload.decode() + "\n")
        process.stdin.flush()
        answer = self._answer(process)
        duration, peak = answer["cpu"] * 1000 / share, int(answer["peak"])
        if peak > memory:
            return duration, init, memory, {"errorType": "Runtime.OutOfMemory", "errorMessage": "signal: killed"}
        if duration > timeout * 1000:
            error = {"errorType": "Sandbox.Timedout", "errorMessage": f"Task timed out after {timeout:.2f} seconds"}
            return timeout * 1000, init, peak, error
        return duration, init, peak, answer["error"]

    @staticmethod
    def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout
        return dict(json.loads(process.stdout.readline()))
