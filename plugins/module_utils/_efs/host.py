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
import fcntl
import hashlib
import ipaddress
import os
import pathlib
import re
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

from . import systemd
from .commands import run
from .entry import Attributes
from .errors import MountError
from .identity import NFS_TYPES, Tunnel
from .mount_table import AUTOFS, Layer, parse_mountinfo
from .processes import holders, link_target
from .units import TARGET, Unit

# What stat and umount may take on a host that is alive; a mount may take what mount.nfs gives it, two minutes.
PROBE_TIMEOUT = 10
UNMOUNT_TIMEOUT = 60
FORCED_TIMEOUT = 10
MOUNT_TIMEOUT = 150
SYSTEM_FSTAB = "/etc/fstab"
_LOCK_POLL = 0.2
_LINKS = 40
# A path at or below one of these isn't followed further: its server may be dead.
_REMOTE_TYPES = (*NFS_TYPES, AUTOFS, "cifs", "smb3", "ceph", "9p", "afs", "glusterfs")
# What the kernel shows of a mount, and mount(8) doesn't take or finds out by itself.
_NOT_GIVEN = re.compile(r"(?:rw|relatime|seclabel|addr=.*|clientaddr=.*|mountaddr=.*|local_lock=.*|namlen=.*)\Z")
_STATE_FILE = re.compile(r"(?P<id>fs-[0-9a-f]+)\.(?P<key>.+\.[0-9]+)\Z")


class Host(abc.ABC):
    """The host that this process runs on."""

    _units = pathlib.Path(systemd.UNITS)
    _devices = pathlib.Path("/sys/class/bdi")

    def __init__(
        self,
        fstab: str = SYSTEM_FSTAB,
        state_files: str = "/var/run/efs",
        proc: str = "/proc",
        own: str = "/run",
    ) -> None:
        self._fstab = pathlib.Path(fstab)
        self._state_files = pathlib.Path(state_files)
        self._proc = pathlib.Path(proc)
        self._own = pathlib.Path(own) / "tfbridge-efs-mount"

    # -- the tables ---------------------------------------------------------------------------------------------------

    def mountinfo(self) -> str:
        """Return the text of the kernel's table of mounts."""
        return (self._proc / "self" / "mountinfo").read_bytes().decode("utf-8", "surrogateescape")

    def table(self) -> tuple[Layer, ...]:
        """Return the kernel's table of mounts."""
        return parse_mountinfo(self.mountinfo())

    def fstab(self) -> str:
        """Return the text of /etc/fstab, to the byte; a host without one has an empty one."""
        try:
            return self._fstab.read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            return ""

    @abc.abstractmethod
    def write_fstab(self, text: str) -> None:
        """Write /etc/fstab whole or not at all; raises MountError."""

    def tunnels(self) -> Mapping[str, Tunnel]:
        """Return the tunnels of efs-utils, from the state files that its watchdog works with."""
        found: dict[str, Tunnel] = {}
        for path in self._state_files.glob("fs-*"):
            match = _STATE_FILE.match(path.name)
            if not match:
                continue
            try:
                state = parse_json(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if not isinstance(state, dict):
                continue
            tls, point = "commonName" in state or "mountStateDir" in state, state.get("accessPoint")
            found[match.group("key")] = Tunnel(match.group("id"), tls, point if isinstance(point, str) else None)
        return found

    # -- paths --------------------------------------------------------------------------------------------------------

    def dead(self, path: str) -> str:
        """Return why what is mounted on a path doesn't answer, in words; empty where it does."""
        # statfs(2) asks the server every time; stat(2) is content with what it remembers.
        done = run(["stat", "-f", "-c", "%T", "--", path], PROBE_TIMEOUT)
        if done.code is None:
            return f"its server didn't answer for {PROBE_TIMEOUT} s"
        if done.code == 0 or "denied" in done.stderr or "not permitted" in done.stderr:
            return ""
        return done.message.rpartition(": ")[2] or "stat fails on it"

    def kind(self, path: str) -> str:
        """Return what a path is in stat's words: directory, missing, regular file."""
        done = run(["stat", "-L", "-c", "%F", "--", path], PROBE_TIMEOUT)
        if done.code is None:
            return "path that doesn't answer"
        if done.code == 0:
            return done.stdout.strip()
        reason = done.message.rpartition(": ")[2]
        return "missing" if "No such file" in done.stderr else f"path of which stat says: {reason}"

    def real_path(self, path: str) -> str:
        """Return a path without symbolic links."""
        done = run(["readlink", "-m", "--", path], PROBE_TIMEOUT)
        return done.stdout.rstrip("\n") if done.code == 0 else path

    def resolve(self, path: str) -> str:
        """Return a path without symbolic links, as far as no file server has to be asked."""
        remote = {layer.path for layer in self.table() if _is_remote(layer)}
        done, rest, links = "", [part for part in path.split("/") if part], 0
        while rest and links < _LINKS:
            part = rest.pop(0)
            here = f"{done}/{part}" if part != ".." else os.path.dirname(done)  # noqa: PTH120  of a text
            target = "" if here in remote or part == ".." else link_target(here)
            if here in remote:
                return "/".join([here, *rest])
            if target:
                links += 1
                done, rest = "" if target.startswith("/") else done, [part for part in target.split("/") if part] + rest
            else:
                done = here.rstrip("/")
        return "/".join([done, *rest]) or "/"

    def is_empty(self, path: str) -> bool:
        """Return whether a directory has nothing in it, or isn't there."""
        done = run(["find", path, "-mindepth", "1", "-maxdepth", "1", "-print", "-quit"], PROBE_TIMEOUT)
        return not done.stdout

    def make_directory(self, path: str) -> None:
        """Make a directory with all above it, as far as they aren't there; raises MountError."""
        done = run(["mkdir", "-p", "-m", "0755", "--", path], PROBE_TIMEOUT)
        if done.code != 0:
            raise MountError(f"{path}: the directory can't be made: {done.problem('mkdir')}")

    def remove_directory(self, path: str) -> bool:
        """Remove a directory if nothing is in it; return whether that was so."""
        return run(["rmdir", "--", path], PROBE_TIMEOUT).code == 0

    @abc.abstractmethod
    def set_attributes(self, path: str, wanted: Attributes, name: str) -> bool:
        """Set owner, group and mode of a directory, which the options that begin with a name say.

        Returns whether that changed it, or would in check mode. Raises MountError.
        """

    def holders(self, path: str) -> list[str]:
        """Return who uses a path: names and ids of processes, without asking the file server."""
        return holders(self._proc, path)

    # -- mounts -------------------------------------------------------------------------------------------------------

    def mount(self, fstype: str, source: str, path: str, options: Iterable[str], timeout: float = MOUNT_TIMEOUT) -> str:
        """Mount; return what went wrong, empty where nothing did."""
        return run(["mount", "-t", fstype, "-o", ",".join(options), source, path], timeout).problem("mount")

    def mount_again(self, layer: Layer, tunnel: Optional[Tunnel]) -> str:
        """Mount what was mounted before; return what went wrong, empty where nothing did."""
        if tunnel:
            point = [f"accesspoint={tunnel.access_point}"] if tunnel.access_point else []
            export = layer.source.partition(":")[2]
            return self.mount(
                "efs", f"{tunnel.file_system_id}:{export}", layer.path, [*(["tls"] if tunnel.tls else []), *point]
            )
        given = [option for option in layer.options if not _NOT_GIVEN.match(option)]
        return self.mount(layer.fstype, layer.source, layer.path, given or ["rw"])

    def remount(self, layer: Layer, flags: Iterable[str]) -> str:
        """Set flags of a mount, without asking its server; return what went wrong, empty where nothing did."""
        options = ",".join(["remount", "bind", *flags])
        return run(["mount", "-o", options, layer.source, layer.path], UNMOUNT_TIMEOUT).problem("mount")

    def unmount(self, path: str, *flags: str) -> str:
        """Unmount; return what went wrong, empty where nothing did."""
        # Without -c umount resolves the path, and without -i umount.nfs speaks to the server: both could hang.
        before, timeout = self._depth(path), FORCED_TIMEOUT if "-f" in flags else UNMOUNT_TIMEOUT
        done = run(["umount", "-c", "-i", *flags, path], timeout)
        # It leaves the table first, and then says goodbye to a server that may never answer: killed, it is done.
        return "" if done.code is None and self._depth(path) < before else done.problem("umount")

    def _depth(self, path: str) -> int:
        return sum(layer.path == path for layer in self.table())

    def readahead(self, layer: Layer) -> Optional[int]:
        """Return how many KiB the kernel reads ahead on a mount; None where it doesn't say."""
        try:
            return int(self._readahead_file(layer).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def set_readahead(self, layer: Layer, size: int) -> str:
        """Set how many KiB the kernel reads ahead; return what went wrong, empty where nothing did."""
        try:
            self._readahead_file(layer).write_text(f"{size}\n", encoding="ascii")
        except OSError as exc:
            return exc.strerror or str(exc)
        return ""

    def _readahead_file(self, layer: Layer) -> pathlib.Path:
        return self._devices / layer.device / "read_ahead_kb"

    # -- the network --------------------------------------------------------------------------------------------------

    def addresses(self, server: str) -> tuple[str, ...]:
        """Return the addresses of a name, as the host's own resolver has them."""
        done = run(["getent", "ahosts", server], PROBE_TIMEOUT)
        return tuple(dict.fromkeys(line.split()[0] for line in done.stdout.splitlines() if line.strip()))

    def refusal(self, address: str, port: int, timeout: float) -> str:
        """Return why an address takes no connection on a port, in words; empty where it does."""
        try:
            socket.create_connection((address, port), timeout).close()
        except OSError as exc:
            return str(exc.strerror or exc)
        return ""

    def is_client_of(self, address: str) -> bool:
        """Return whether the kernel has an NFS client for an address: it outlives a mount whose server is dead."""
        number = ipaddress.ip_address(address)
        try:
            text = (self._proc / "fs" / "nfsfs" / "servers").read_text(encoding="utf-8")
        except OSError:
            return False
        return any(line.split()[1:2] == [number.packed.hex()] for line in text.splitlines())

    # -- systemd ------------------------------------------------------------------------------------------------------

    def has_systemd(self) -> bool:
        """Return whether systemd makes units from the lines of this fstab."""
        return str(self._fstab) == SYSTEM_FSTAB and pathlib.Path("/run/systemd/system").is_dir()

    def has_unread_changes(self, path: str, *, listed: bool, unit: bool) -> bool:
        """Return whether systemd has yet to read the line of fstab that a path has, or its unit file."""
        return self.has_systemd() and systemd.has_unread_changes(path, listed=listed, unit=unit)

    def unit(self, path: str) -> Unit:
        """Return the unit file of a path."""
        file = self._unit_file(path)
        link = link_target(str(file))
        if link:
            return Unit(f"a symbolic link to {link}")
        try:
            return Unit(file.read_bytes().decode("utf-8", "surrogateescape"), self._unit_link(path).exists())
        except OSError:
            return Unit()

    def _unit_file(self, path: str) -> pathlib.Path:
        return self._units / systemd.unit_name(path, "mount")

    def _unit_link(self, path: str) -> pathlib.Path:
        file = self._unit_file(path)
        return file.parent / f"{TARGET}.wants" / file.name

    @abc.abstractmethod
    def write_unit(self, path: str, text: str) -> None:
        """Write and enable the unit file of a path, or remove it where the text is empty; raises MountError."""

    def daemon_reload(self) -> str:
        """Make systemd read fstab; return what went wrong, empty where nothing did."""
        return systemd.systemctl("daemon-reload")

    def start_automount(self, path: str) -> str:
        """Start the automount of a path; return what went wrong, empty where nothing did."""
        return systemd.systemctl("start", systemd.unit_name(path, "automount"))

    def stop_automount(self, path: str) -> str:
        """Stop the automount of a path; return what went wrong, empty where nothing did."""
        return systemd.systemctl("stop", systemd.unit_name(path, "automount"))

    # -- this module's own --------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self, name: str, timeout: float) -> Iterator[None]:
        """Keep other runs from working on what has a name; raises MountError where one doesn't end in time."""
        with self._lock_file(name) as file:
            deadline = time.monotonic() + timeout
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as exc:
                    if time.monotonic() > deadline:
                        raise MountError(
                            f"{name}: another run is working on it and did not finish within {timeout:g} s. Try again"
                        ) from exc
                    time.sleep(_LOCK_POLL)
            yield

    def _lock_file(self, name: str) -> IO[bytes]:
        try:
            self._own.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.fdopen(os.open(str(self._own / f"{_digest(name)}.lock"), os.O_RDWR | os.O_CREAT, 0o600), "wb")
        except OSError as exc:
            raise MountError(f"{name}: {self._own} can't be written, for a lock: {exc.strerror}") from exc

    def trial_directory(self, path: str) -> str:
        """Return where sources for a path are tried: always the same, so that a killed run's can be found again."""
        return str(self._own / _digest(path))

    # -- time ---------------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Return the seconds of a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _is_remote(layer: Layer) -> bool:
    return layer.fstype in _REMOTE_TYPES or layer.fstype.startswith("fuse.")
