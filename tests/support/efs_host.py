# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with a kernel of its own in memory: mounts that stack, servers that die, names that appear, runs that end."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator

from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import Attributes
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.errors import MountError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.fstab import lines_of
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.host import Host
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.identity import Tunnel
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.mount_table import Layer
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.source import parse_remote
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.units import Unit

ROOT = "1 0 8:1 / / rw,relatime - ext4 /dev/root rw"
FLAGS = ("ro", "nosuid", "nodev", "noexec", "noatime")
TRIAL = "/run/trial"
KERNELS_READAHEAD = 128
# What the kernel shows of options that are in effect.
SHOWN = ("timeo", "retrans", "noresvport", "nconnect", "port")


class Killed(BaseException):
    """SIGKILL: nothing of the run happens any more."""


@dataclasses.dataclass
class Mounted:
    """One mount in memory."""

    path: str
    source: str
    fstype: str
    options: str
    flags: str = "rw,relatime"
    # Why it doesn't answer; for a server that is back at some time, until when.
    dead: str = ""
    dead_until: float = float("inf")
    used_by: tuple[str, ...] = ()
    # Files in it; of a tmpfs.
    files: tuple[str, ...] = ()
    device: str = ""


class ModelHost(Host):
    """Does in memory what the kernel, mount(8), umount(8) and systemd do."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.mounts: list[Mounted] = []
        # By address: what it exports. By name: its addresses, and since when.
        self.exports: dict[str, set[str]] = {}
        self.names: dict[str, tuple[tuple[str, ...], float]] = {}
        self.open_since: dict[str, float] = {}
        self.state: dict[str, Tunnel] = {}
        # Clients of dead servers, and until when the kernel has them.
        self.lingering: dict[str, float] = {}
        self.kinds: dict[str, str] = {"/mnt": "directory"}
        self.links: dict[str, str] = {}
        self.filled: set[str] = set()
        self.attributes: dict[str, Attributes] = {}
        self.clock = 0.0
        self.log: list[tuple[str, ...]] = []
        self.check_mode = False
        # Of systemd: whether it runs, and the fstab that it has read.
        self.systemd = False
        self.read = ""
        # Unit files by their paths, and those that systemd has read.
        self.units: dict[str, Unit] = {}
        self.read_units: dict[str, Unit] = {}
        # By path, what the kernel reads ahead where it isn't what it does by itself; None where it doesn't say.
        self.ahead: dict[str, int | None] = {}
        # Paths that were touched while an access mounts.
        self.triggered: list[str] = []
        # Acts that fail once, with what they say; and the number of the act at which the run is killed.
        self.failing: dict[str, str] = {}
        self.acts = 0
        self.kill_at = -1

    def stack(self, path: str) -> list[Mounted]:
        """Return what is mounted on a path, the visible one last."""
        return [mounted for mounted in self.mounts if mounted.path == path]

    def put(
        self, path: str, source: str, options: str = "rw,vers=4.1,hard", fstype: str = "nfs4", **more: object
    ) -> Mounted:
        """Mount something by hand."""
        self.kinds[path] = "directory"
        self.mounts.append(Mounted(path, source, fstype, options, **more))  # type: ignore[arg-type]
        return self.mounts[-1]

    def _act(self, *what: str) -> str:
        """Count an act that changes the host; return how it fails, if it does."""
        # Twice: the run may end before or after it.
        self.acts += 1
        if self.acts == self.kill_at:
            raise Killed
        self.log.append(what)
        return self.failing.pop(what[0], "") or self.failing.pop(" ".join(what[:2]), "")

    def _acted(self) -> None:
        self.acts += 1
        if self.acts == self.kill_at:
            raise Killed

    # -- what is asked ------------------------------------------------------------------------------------------------

    def mountinfo(self) -> str:
        lines = [ROOT]
        for index, mounted in enumerate(self.mounts):
            below = [at for at, other in enumerate(self.mounts[:index]) if _covers(other.path, mounted.path)]
            parent = max(below, key=lambda at: (len(self.mounts[at].path), at), default=-1) + 2 if below else 1
            lines.append(
                f"{index + 2} {parent} {mounted.device or f'0:{index}'} / {mounted.path} {mounted.flags} shared:1 - "
                f"{mounted.fstype} {mounted.source} {mounted.options}"
            )
        return "\n".join(lines) + "\n"

    def fstab(self) -> str:
        return self.text

    def _touch(self, path: str) -> None:
        stacks = [self.stack(above) for above in (path, *_parents(path))]
        if any(stack and stack[-1].fstype == "autofs" for stack in stacks):
            self.triggered.append(path)

    def dead(self, path: str) -> str:
        self._touch(path)
        top = self.stack(path)[-1]
        return top.dead if self.clock < top.dead_until else ""

    def kind(self, path: str) -> str:
        self._touch(path)
        return self.kinds.get(path, "missing")

    def real_path(self, path: str) -> str:
        self._touch(path)
        return self.resolve(path)

    def resolve(self, path: str) -> str:
        for link, target in self.links.items():
            if _covers(link, path):
                return target + path[len(link) :]
        return path

    def is_empty(self, path: str) -> bool:
        self._touch(path)
        stack = self.stack(path)
        return not stack[-1].files if stack else path not in self.filled

    def addresses(self, server: str) -> tuple[str, ...]:
        addresses, since = self.names.get(server, ((server,) if server in self.exports else (), 0))
        return addresses if self.clock >= since else ()

    def refusal(self, address: str, port: int, timeout: float) -> str:
        if address not in self.exports or self.clock < self.open_since.get(address, 0):
            return "Connection refused"
        return ""

    def is_client_of(self, address: str) -> bool:
        return self.clock < self.lingering.get(address, 0)

    def tunnels(self) -> dict[str, Tunnel]:
        return self.state

    def holders(self, path: str) -> list[str]:
        return list(self.stack(path)[-1].used_by)

    # -- what is done -------------------------------------------------------------------------------------------------

    def mount(self, fstype: str, source: str, path: str, options: Iterable[str], timeout: float = 150) -> str:
        problem = self._act("mount", path, source)
        if problem:
            return problem
        if any(map(self.is_client_of, self.lingering)):
            self.clock += timeout
            return f"mount did not finish within {timeout} s"
        given = dict.fromkeys(options)
        assert "nofail" not in given
        if fstype == "tmpfs":
            self.put(path, source, "rw", "tmpfs")
            return ""
        remote = parse_remote(source)
        assert remote is not None
        (address, *_others) = self.addresses(remote.host) or (None,)
        if address is None or remote.export not in self.exports.get(address, ()):
            return "mount.nfs4: mounting failed, reason given by server: No such file or directory"
        versions = [option.partition("=")[2] for option in given if option.startswith(("nfsvers=", "vers="))]
        shown = [option for option in given if option.partition("=")[0] in SHOWN]
        options_shown = ["ro" if "ro" in given else "rw", f"vers={(versions or ['4.2'])[0]}"]
        options_shown += ["soft" if "soft" in given else "hard", *shown, f"addr={address}"]
        flags = ["ro" if "ro" in given else "rw", *(flag for flag in FLAGS[1:] if flag in given)]
        self.put(path, source, ",".join(options_shown), flags=",".join([*flags, "relatime"]))
        self._acted()
        return ""

    def remount(self, layer: Layer, flags: Iterable[str]) -> str:
        problem = self._act("remount", layer.path, *flags)
        if not problem:
            self.stack(layer.path)[-1].flags = ",".join(["rw", *flags])
            self._acted()
        return problem

    def unmount(self, path: str, *flags: str) -> str:
        problem = self._act("unmount", path, *flags)
        if problem:
            return problem
        top = self.stack(path)[-1]
        if top.used_by and "-l" not in flags:
            return "target is busy"
        assert not any(_covers(path, other.path) and other.path != path for other in self.mounts), "mounts below it"
        self._take_off(top)
        self._acted()
        return ""

    def _take_off(self, mounted: Mounted) -> None:
        self.mounts = [one for one in self.mounts if one is not mounted]
        self.ahead.pop(mounted.path, None)

    @contextlib.contextmanager
    def lock(self, name: str, timeout: float) -> Iterator[None]:
        yield

    def write_fstab(self, text: str) -> None:
        problem = self._act("fstab")
        if problem:
            raise MountError(problem)
        self.text = text
        self._acted()

    def set_attributes(self, path: str, wanted: Attributes, name: str) -> bool:
        changed = wanted != Attributes() and self.attributes.get(path) != wanted
        if wanted != Attributes():
            self._touch(path)
        if changed and not self.check_mode:
            problem = self._act("attributes", path)
            if problem:
                raise MountError(f"{path}: {problem}")
            self.attributes[path] = wanted
            self._acted()
        return changed

    def make_directory(self, path: str) -> None:
        self._touch(path)
        if path not in self.kinds:
            problem = self._act("mkdir", path)
            if problem:
                raise MountError(f"{path}: the directory can't be made: {problem}")
            self.kinds[path] = "directory"
            self._acted()

    def trial_directory(self, path: str) -> str:
        return TRIAL

    def remove_directory(self, path: str) -> bool:
        assert not self.stack(path)
        if path in self.filled or path not in self.kinds:
            return False
        self._act("rmdir", path)
        removed = self.kinds.pop(path, "") == "directory"
        self._acted()
        return removed

    def readahead(self, layer: Layer) -> int | None:
        return None if layer.fstype == "tmpfs" else self.ahead.get(layer.path, KERNELS_READAHEAD)

    def set_readahead(self, layer: Layer, size: int) -> str:
        problem = self._act("readahead", layer.path)
        if not problem:
            self.ahead[layer.path] = size
            self._acted()
        return problem

    # -- systemd ------------------------------------------------------------------------------------------------------

    def has_systemd(self) -> bool:
        return self.systemd

    def has_unread_changes(self, path: str, *, listed: bool, unit: bool) -> bool:
        lines = lines_of(self.read, path) != lines_of(self.text, path)
        return self.systemd and (lines or self.read_units.get(path) != self.units.get(path))

    def unit(self, path: str) -> Unit:
        return self.units.get(path, Unit())

    def write_unit(self, path: str, text: str) -> None:
        problem = self._act("unit", path)
        if problem:
            raise MountError(problem)
        # Written first and then enabled, disabled first and then removed.
        if text or path in self.units:
            self.units[path] = Unit(text or self.units[path].text)
            self._acted()
            self.units[path] = Unit(text, enabled=True)
        if not text:
            self.units.pop(path, None)
        self._acted()

    def daemon_reload(self) -> str:
        problem = self._act("daemon-reload")
        if not problem:
            self.read, self.read_units = self.text, dict(self.units)
            self._acted()
        return problem

    def start_automount(self, path: str) -> str:
        problem = self._act("start", path)
        if problem:
            return problem
        if self.stack(path):
            return "is already a mount point, refusing start"
        self.put(path, "systemd-1", "rw,direct", "autofs")
        self._acted()
        return ""

    def stop_automount(self, path: str) -> str:
        problem = self._act("stop", path)
        if not problem:
            self.mounts = [one for one in self.mounts if one.path != path]
            self._acted()
        return problem

    # -- time ---------------------------------------------------------------------------------------------------------

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        self.clock += seconds


def _covers(path: str, other: str) -> bool:
    return other == path or other.startswith(path + "/")


def _parents(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) for count in range(1, len(parts))]
