# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with a kernel of its own in memory: mounts that stack, servers that die, names that appear with time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import Attributes
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.host import Host
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.identity import Tunnel
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.source import parse_remote

ROOT = "1 0 8:1 / / rw,relatime - ext4 /dev/root rw"


@dataclasses.dataclass
class Mounted:
    """One mount in memory."""

    path: str
    source: str
    fstype: str
    options: str
    # Why it doesn't answer; for a server that is back at some time, until when.
    dead: str = ""
    dead_until: float = float("inf")
    used_by: tuple[str, ...] = ()


class ModelHost(Host):
    """Does in memory what the kernel, mount(8) and umount(8) do."""

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
        self.filled: set[str] = set()
        self.attributes: dict[str, Attributes] = {}
        self.trial = 0
        self.clock = 0.0
        self.log: list[tuple[str, ...]] = []
        self.check_mode = False

    def stack(self, path: str) -> list[Mounted]:
        """Give what is mounted on a path, the visible one last."""
        return [mounted for mounted in self.mounts if mounted.path == path]

    def put(
        self, path: str, source: str, options: str = "rw,vers=4.1,hard", fstype: str = "nfs4", **more: object
    ) -> Mounted:
        """Mount something by hand."""
        self.kinds[path] = "directory"
        self.mounts.append(Mounted(path, source, fstype, options, **more))  # type: ignore[arg-type]
        return self.mounts[-1]

    # -- what is asked ----------------------------------------------------------------------------------------------

    def mountinfo(self) -> str:
        lines = [ROOT]
        for index, mounted in enumerate(self.mounts):
            below = [at for at, other in enumerate(self.mounts[:index]) if _covers(other.path, mounted.path)]
            parent = max(below, key=lambda at: (len(self.mounts[at].path), at), default=-1) + 2 if below else 1
            lines.append(
                f"{index + 2} {parent} 0:{index} / {mounted.path} rw shared:1 - "
                f"{mounted.fstype} {mounted.source} {mounted.options}"
            )
        return "\n".join(lines) + "\n"

    def fstab(self) -> str:
        return self.text

    def dead(self, path: str) -> str:
        top = self.stack(path)[-1]
        return top.dead if self.clock < top.dead_until else ""

    def kind(self, path: str) -> str:
        return self.kinds.get(path, "missing")

    def real_path(self, path: str) -> str:
        return path

    def is_empty(self, path: str) -> bool:
        return path not in self.filled

    def addresses(self, server: str) -> tuple[str, ...]:
        addresses, since = self.names.get(server, ((server,) if server in self.exports else (), 0))
        return addresses if self.clock >= since else ()

    def refusal(self, address: str, timeout: float) -> str:
        if address not in self.exports or self.clock < self.open_since.get(address, 0):
            return "Connection refused"
        return ""

    def is_client_of(self, address: str) -> bool:
        return self.clock < self.lingering.get(address, 0)

    def tunnels(self) -> dict[str, Tunnel]:
        return self.state

    def holders(self, path: str) -> list[str]:
        return list(self.stack(path)[-1].used_by)

    # -- what is done -----------------------------------------------------------------------------------------------

    def mount(self, fstype: str, source: str, path: str, options: Iterable[str], timeout: float = 150) -> str:
        self.log.append(("mount", path, source))
        if any(map(self.is_client_of, self.lingering)):
            self.clock += timeout
            return f"mount didn't end within {timeout} s"
        given = dict.fromkeys(options)
        assert "nofail" not in given
        remote = parse_remote(source)
        assert remote is not None
        (address, *_others) = self.addresses(remote.host) or (None,)
        if address is None or remote.export not in self.exports.get(address, ()):
            return "mount.nfs4: mounting failed, reason given by server: No such file or directory"
        version = next((option[8:] for option in given if option.startswith("nfsvers=")), "4.2")
        access = "ro" if "ro" in given else "rw"
        self.put(path, source, f"{access},vers={version},hard,addr={address}")
        return ""

    def unmount(self, path: str, *flags: str) -> str:
        self.log.append(("unmount", path, *flags))
        top = self.stack(path)[-1]
        if top.used_by and "-l" not in flags:
            return "target is busy"
        assert not any(_covers(path, other.path) and other.path != path for other in self.mounts), "mounts below it"
        del self.mounts[len(self.mounts) - 1 - self.mounts[::-1].index(top)]
        return ""

    def write_fstab(self, text: str) -> None:
        self.log.append(("fstab",))
        self.text = text

    def set_attributes(self, path: str, wanted: Attributes) -> bool:
        changed = wanted != Attributes() and self.attributes.get(path) != wanted
        if changed and not self.check_mode:
            self.attributes[path] = wanted
        return changed

    def make_directory(self, path: str) -> None:
        self.kinds.setdefault(path, "directory")

    def make_trial_directory(self) -> str:
        self.trial += 1
        self.kinds[f"/run/efs-mount-{self.trial}"] = "directory"
        return f"/run/efs-mount-{self.trial}"

    def remove_directory(self, path: str) -> bool:
        assert not self.stack(path)
        if path in self.filled:
            return False
        return self.kinds.pop(path, "") == "directory"

    # -- time -------------------------------------------------------------------------------------------------------

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        self.clock += seconds


def _covers(path: str, other: str) -> bool:
    return other == path or other.startswith(path + "/")
