# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Children with a time limit: what could touch a dead file server is done by one, for it may never return.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any, Optional, cast

UNENDED = "did not finish within"
_POLL = 0.02
_DESCRIPTORS = 1024


class TimeoutExpiredError(Exception):
    """A child didn't end in time."""


@dataclass(frozen=True)
class Done:
    """How a command ended; a code of None is one that didn't end in time."""

    code: Optional[int]
    stdout: str = ""
    stderr: str = ""
    timeout: float = 0

    @property
    def message(self) -> str:
        """What it complains about, on one line."""
        return " ".join((self.stderr or self.stdout).split()).rstrip(".")

    def problem(self, command: str) -> str:
        """Return why a command failed, in words; empty where it didn't."""
        ending = f"{UNENDED} {self.timeout:g} s" if self.code is None else f"exited with code {self.code}"
        return "" if self.code == 0 else self.message or f"{command} {ending}"


def run(command: Sequence[str], timeout: float) -> Done:
    """Run a command; give it up after its time, even where the kernel doesn't let it end."""
    environment = {**os.environ, "LC_ALL": "C", "PATH": f"/usr/sbin:/usr/bin:/sbin:/bin:{os.environ.get('PATH', '')}"}
    process = subprocess.Popen(  # noqa: S603  no shell, and the arguments were checked
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    pipes = cast("Sequence[IO[bytes]]", (process.stdout, process.stderr))
    output = (bytearray(), bytearray())
    for pipe in pipes:
        os.set_blocking(pipe.fileno(), False)
    deadline = time.monotonic() + timeout
    while process.poll() is None:
        if time.monotonic() > deadline:
            # With its children: an orphaned mount.nfs4 would keep the kernel's client of a dead server alive. Waiting
            # for their end could take forever, for in an uninterruptible sleep nothing dies.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return Done(None, timeout=timeout)
        _drain(pipes, output)
        time.sleep(_POLL)
    # What it left running may hold the pipes open, as the proxy of mount.efs does: there is no waiting for their end.
    _drain(pipes, output)
    stdout, stderr = (text.decode(errors="replace") for text in output)
    return Done(process.returncode, stdout, stderr)


def _drain(pipes: Sequence[IO[bytes]], output: Sequence[bytearray]) -> None:
    """Read what is there, and wait for nothing."""
    for pipe, text in zip(pipes, output):
        with contextlib.suppress(BlockingIOError):
            while True:
                chunk = os.read(pipe.fileno(), 65536)
                if not chunk:
                    break
                text.extend(chunk)


def call(function: Callable[[], Any], timeout: float) -> Any:
    """Return what a function returns, called in a child; its exceptions come as OSError, with their text.

    Raises TimeoutExpiredError. What is returned has to be JSON.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(function, writer)
    os.close(writer)
    try:
        answer = _read_all(reader, time.monotonic() + timeout)
    except TimeoutExpiredError:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(reader)
    os.waitpid(child, 0)
    kind, value = json.loads(answer or '["error", "the child ended without an answer"]')
    if kind == "error":
        raise OSError(value)
    return value


def _answer(function: Callable[[], Any], writer: int) -> None:
    """Call a function in the child, and end it. Locks that the parent holds are not the child's to keep."""
    os.closerange(3, writer)
    os.closerange(writer + 1, _DESCRIPTORS)
    try:
        answer = ["value", function()]
    except BaseException as exc:  # noqa: BLE001  whatever it is, the parent raises it
        answer = ["error", str(exc)]
    try:
        os.write(writer, json.dumps(answer).encode())
    finally:
        os._exit(0)


def _read_all(reader: int, deadline: float) -> bytes:
    answer = b""
    while True:
        ready, _writers, _errors = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutExpiredError
        chunk = os.read(reader, 65536)
        if not chunk:
            return answer
        answer += chunk
