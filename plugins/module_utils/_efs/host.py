# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host's mounts, as they are asked for and changed. What could touch a dead file server is a child with a time limit.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import abc
import contextlib
import ipaddress
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Optional, cast

from .entry import Attributes
from .identity import Tunnel
from .mount_table import parse_mountinfo

NFS_PORT = 2049
# What stat and umount may take on a host that is alive; a mount may take what mount.nfs gives it, two minutes.
PROBE_TIMEOUT = 10
UNMOUNT_TIMEOUT = 60
FORCED_TIMEOUT = 10
MOUNT_TIMEOUT = 150
UNENDED = "didn't end within"
_POLL = 0.02
_STATE_FILE = re.compile(r"(?P<id>fs-[0-9a-f]+)\.(?P<key>.+\.[0-9]+)\Z")


@dataclass(frozen=True)
class Done:
    """How a command ended; a code of None is one that didn't end in time."""

    code: Optional[int]
    stdout: str = ""
    stderr: str = ""

    @property
    def said(self) -> str:
        """What it complains about, on one line."""
        return " ".join((self.stderr or self.stdout).split()).rstrip(".")


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
    said = (bytearray(), bytearray())
    for pipe in pipes:
        os.set_blocking(pipe.fileno(), False)
    deadline = time.monotonic() + timeout
    while process.poll() is None:
        if time.monotonic() > deadline:
            # With its children: an orphaned mount.nfs4 would keep the kernel's client of a dead server alive. Waiting
            # for their end could take forever, for in an uninterruptible sleep nothing dies.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return Done(None)
        _drain(pipes, said)
        time.sleep(_POLL)
    # What it left running may hold the pipes open, as the proxy of mount.efs does: there is no waiting for their end.
    _drain(pipes, said)
    return Done(process.returncode, *(text.decode(errors="replace") for text in said))


def _drain(pipes: Sequence[IO[bytes]], said: Sequence[bytearray]) -> None:
    """Read what is there, and wait for nothing."""
    for pipe, text in zip(pipes, said):
        with contextlib.suppress(BlockingIOError):
            while True:
                chunk = os.read(pipe.fileno(), 65536)
                if not chunk:
                    break
                text.extend(chunk)


class Host(abc.ABC):
    """The host that this process runs on."""

    def __init__(self, fstab: str = "/etc/fstab", state_files: str = "/var/run/efs", proc: str = "/proc") -> None:
        self._fstab = pathlib.Path(fstab)
        self._state_files = pathlib.Path(state_files)
        self._proc = pathlib.Path(proc)

    def mountinfo(self) -> str:
        """Return the kernel's table of mounts."""
        return (self._proc / "self" / "mountinfo").read_text(encoding="utf-8", errors="surrogateescape")

    def fstab(self) -> str:
        """Return the text of /etc/fstab; a host without one has an empty one."""
        try:
            return self._fstab.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return ""

    @abc.abstractmethod
    def write_fstab(self, text: str) -> None:
        """Write /etc/fstab whole or not at all."""

    @abc.abstractmethod
    def set_attributes(self, path: str, wanted: Attributes) -> bool:
        """Set owner, group and mode of a directory; tell whether that changed it, or would in check mode."""

    def dead(self, path: str) -> str:
        """Return why what is mounted on a path doesn't answer, in words; empty where it does."""
        # statfs(2) asks the server every time; stat(2) is content with what it remembers.
        done = run(["stat", "-f", "-c", "%T", "--", path], PROBE_TIMEOUT)
        if done.code is None:
            return f"its server didn't answer for {PROBE_TIMEOUT} s"
        if done.code == 0 or "denied" in done.stderr or "not permitted" in done.stderr:
            return ""
        return done.said.rpartition(": ")[2] or "stat fails on it"

    def kind(self, path: str) -> str:
        """Return what a path is in stat's words: directory, missing, regular file."""
        done = run(["stat", "-L", "-c", "%F", "--", path], PROBE_TIMEOUT)
        if done.code is None:
            return "path that doesn't answer"
        if done.code == 0:
            return done.stdout.strip()
        return (
            "missing" if "No such file" in done.stderr else f"path of which stat says: {done.said.rpartition(': ')[2]}"
        )

    def real_path(self, path: str) -> str:
        """Return a path without symbolic links."""
        done = run(["readlink", "-m", "--", path], PROBE_TIMEOUT)
        return done.stdout.rstrip("\n") if done.code == 0 else path

    def is_empty(self, path: str) -> bool:
        """Return whether a directory has nothing in it, or isn't there."""
        done = run(["find", path, "-mindepth", "1", "-maxdepth", "1", "-print", "-quit"], PROBE_TIMEOUT)
        return not done.stdout

    def addresses(self, server: str) -> tuple[str, ...]:
        """Return the addresses of a name, as the host's own resolver has them."""
        done = run(["getent", "ahosts", server], PROBE_TIMEOUT)
        return tuple(dict.fromkeys(line.split()[0] for line in done.stdout.splitlines() if line.strip()))

    def refusal(self, address: str, timeout: float) -> str:
        """Return why an address takes no connection on NFS's port, in words; empty where it does."""
        try:
            socket.create_connection((address, NFS_PORT), timeout).close()
        except OSError as exc:
            return str(exc.strerror or exc)
        return ""

    def tunnels(self) -> Mapping[str, Tunnel]:
        """Return the tunnels of efs-utils, from the state files that its watchdog works with."""
        found: dict[str, Tunnel] = {}
        for path in self._state_files.glob("fs-*"):
            match = _STATE_FILE.match(path.name)
            if not match:
                continue
            try:
                state = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            tls = "commonName" in state or "mountStateDir" in state
            found[match.group("key")] = Tunnel(match.group("id"), tls, state.get("accessPoint"))
        return found

    def mount(self, fstype: str, source: str, path: str, options: Iterable[str], timeout: float = MOUNT_TIMEOUT) -> str:
        """Mount; give what went wrong, empty where nothing did."""
        done = run(["mount", "-t", fstype, "-o", ",".join(options), source, path], timeout)
        if done.code is None:
            return f"mount {UNENDED} {timeout:g} s"
        return "" if done.code == 0 else done.said or f"mount ended with code {done.code}"

    def is_client_of(self, address: str) -> bool:
        """Return whether the kernel has an NFS client for an address: it outlives a mount whose server is dead."""
        number = ipaddress.ip_address(address)
        try:
            text = (self._proc / "fs" / "nfsfs" / "servers").read_text(encoding="utf-8")
        except OSError:
            return False
        return any(line.split()[1:2] == [number.packed.hex()] for line in text.splitlines())

    def unmount(self, path: str, *flags: str) -> str:
        """Unmount; give what went wrong, empty where nothing did."""
        # Without -c umount resolves the path, and without -i umount.nfs speaks to the server: both could hang.
        before, timeout = self._depth(path), FORCED_TIMEOUT if "-f" in flags else UNMOUNT_TIMEOUT
        done = run(["umount", "-c", "-i", *flags, path], timeout)
        if done.code is None:
            # It leaves the table first, and then says goodbye to a server that may never answer: killed, it is done.
            return "" if self._depth(path) < before else f"umount {UNENDED} {timeout} s"
        return "" if done.code == 0 else done.said or f"umount ended with code {done.code}"

    def _depth(self, path: str) -> int:
        return sum(layer.path == path for layer in parse_mountinfo(self.mountinfo()))

    def make_directory(self, path: str) -> None:
        """Make a directory with all above it, as far as they aren't there."""
        pathlib.Path(path).mkdir(mode=0o755, parents=True, exist_ok=True)

    def make_trial_directory(self) -> str:
        """Make a directory of no other use."""
        return tempfile.mkdtemp(prefix="efs-mount-", dir="/run" if pathlib.Path("/run").is_dir() else None)

    def remove_directory(self, path: str) -> bool:
        """Remove a directory if nothing is in it; tell whether that was so."""
        try:
            pathlib.Path(path).rmdir()
        except OSError:
            return False
        return True

    def holders(self, path: str) -> list[str]:
        """Return who uses a path: names and ids of processes, without asking the file server."""
        found = []
        for process in self._proc.glob("[0-9]*"):
            links = [process / "cwd", process / "root", process / "exe", *_children(process / "fd")]
            if any(_is_at(_link(link), path) for link in links) or _maps(process, path):
                found.append(f"{_first_line(process / 'comm')} ({process.name})")
        return sorted(found)

    def now(self) -> float:
        """Return seconds of a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


def _children(folder: pathlib.Path) -> list[pathlib.Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _link(path: pathlib.Path) -> str:
    try:
        return os.readlink(str(path))  # noqa: PTH115  Path.readlink is of Python 3.9
    except OSError:
        return ""


def _is_at(target: str, path: str) -> bool:
    return target == path or target.startswith(path + "/")


def _maps(process: pathlib.Path, path: str) -> bool:
    try:
        text = (process / "maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return f" {path}/" in text


def _first_line(path: pathlib.Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a process"
