# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the steps at one path, one by one, and undo them where a later one fails.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import fstab

from .applied import flags_to_set
from .commands import UNENDED
from .decision import Action, Step, fstab_line
from .entry import Mount
from .errors import MountError
from .host import MOUNT_TIMEOUT, Host
from .identity import Network, describe, tunnel_of
from .mount_table import AUTOFS, Layer, View, view
from .options import for_mount
from .report import Report
from .units import unit_of
from .wait import Patience

# Long enough for a mount on a busy host, and short enough to be tried again.
_JOINED_TIMEOUT = 30
# The kernel gives a dead server up after timeo and retrans: with 600 and 2, after 180 s.
_LINGERING = 200


class Steps:
    """Does steps on one host, and keeps how to undo what would leave less mounted than there was."""

    def __init__(self, host: Host, mount: Mount, patience: Patience, report: Report) -> None:
        self._host, self._mount, self._patience, self._report = host, mount, patience, report
        self._undo: list[tuple[Step, Callable[[], str]]] = []
        # Addresses of the servers of dead mounts that were taken off.
        self._dead_servers: set[str] = set()
        # Mounts below the path that were taken off for its sake.
        self._nested: list[Layer] = []

    def do(self, step: Step) -> None:
        """Do one step; raises MountError."""
        actions: dict[str, Callable[[Step], Optional[bool]]] = {
            Action.UNMOUNT: self._unmount,
            Action.MOUNT: self._do_mount,
            Action.REMOUNT: self._remount,
            Action.STOP_AUTOMOUNT: self._stop_automount,
            Action.START_AUTOMOUNT: self._start_automount,
            Action.WRITE_FSTAB: self._write_fstab,
            Action.REMOVE_FSTAB: self._write_fstab,
            Action.WRITE_UNIT: self._write_unit,
            Action.REMOVE_UNIT: self._write_unit,
            Action.DAEMON_RELOAD: self._daemon_reload,
            Action.REMOVE_DIRECTORY: lambda step: self._host.remove_directory(step.path),
        }
        if actions[step.action](step) is not False:
            self._report.steps.append(step)

    def commit(self) -> None:
        """Keep what was done: from here on nothing is undone."""
        self._undo.clear()

    def undo(self) -> str:
        """Put back what was mounted; return what couldn't be, in words."""
        problems = []
        while self._undo:
            step, function = self._undo.pop()
            problem = function()
            if problem:
                problems.append(f"{step.reason}: {problem}")
            else:
                self._report.steps.append(step)
        return "; ".join(problems)

    def mount_nested_again(self) -> None:
        """Mount what lay below the path as it was: whoever it belongs to finds it there, and may change it."""
        armed = self._seen(self._mount.path).armed
        for layer in reversed(self._nested):
            if armed or self._host.kind(layer.path) != "directory" or self._mount_again(layer):
                self._report.warnings.append(f"{layer.path} was unmounted for {self._mount.path}, and is not mounted")
        self._nested.clear()

    # -- one function for each step -----------------------------------------------------------------------------------

    def _unmount(self, step: Step) -> None:
        top = self._top(step.path)
        if top.fstype == "tmpfs" and not self._host.is_empty(step.path):
            raise MountError(
                f"{step.path}: the tmpfs that is mounted there has files in it, which would be lost. Move them "
                "away, or unmount it yourself"
            )
        if step.dead:
            self._dead_servers.update(filter(None, [top.option("addr")]))
        problem = self._host.unmount(step.path, *(("-f",) if step.dead else ()))
        if problem and self._mount.lazy_unmount:
            problem = self._host.unmount(step.path, "-l")
        if problem:
            users = self._host.holders(step.path)
            used = f" Used by {enumerate_names(users)}." if users else ""
            raise MountError(
                f"{step.path}: it has to be unmounted ({step.reason}), and can't be: {problem}.{used} "
                "Stop what uses it, or set lazy_unmount: true"
            )
        if step.path != self._mount.path:
            self._nested.append(top)
        if self._undo and self._undo[-1][0] == Step(Action.UNMOUNT, step.path, self._undo[-1][0].reason):
            # It was mounted by this run.
            self._undo.pop()
        elif not step.dead:
            what = f"{describe(top, Network(tunnels=self._host.tunnels()))} on {step.path}"
            self._undo.append((Step(Action.PUT_BACK, step.path, what), lambda: self._mount_again(top)))

    def _top(self, path: str) -> Layer:
        return next(layer for layer in reversed(self._seen(path).stack) if layer.fstype != AUTOFS)

    def _seen(self, path: str) -> View:
        return view(self._host.table(), path)

    def _mount_again(self, layer: Layer) -> str:
        tunnel = tunnel_of(layer, Network(tunnels=self._host.tunnels()))
        return self._host.mount_again(layer, tunnel)

    def _do_mount(self, _step: Step) -> None:
        mount, host = self._mount, self._host
        host.make_directory(mount.path)
        if not host.is_empty(mount.path):
            self._report.warnings.append(f"{mount.path} is not empty: what is in the directory is hidden by the mount")
        self._report.attributes_changed |= host.set_attributes(mount.path, mount.mountpoint, "mountpoint")
        problem = self._mounted_after_the_dead() if self._dead_servers else self._mounted()
        if problem:
            raise MountError(f"{mount.path}: {mount.source} can't be mounted: {problem}.{_hint(problem)}")
        step = Step(Action.UNMOUNT, mount.path, f"{mount.source} on {mount.path}")
        self._undo.append((step, lambda: host.unmount(mount.path)))

    def _mounted(self, timeout: float = MOUNT_TIMEOUT) -> str:
        mount = self._mount
        return self._host.mount(mount.helper, mount.source, mount.path, for_mount(mount.options), timeout)

    def _mounted_after_the_dead(self) -> str:
        """Mount where a dead mount was; return what went wrong.

        The kernel's client of a dead server outlives its mount for some minutes. Where the new address is one of the
        same server, NFS 4.1 joins that client, and waits for the dead one again.
        """
        problem = self._mounted(_JOINED_TIMEOUT)
        if UNENDED not in problem:
            return problem
        deadline = self._host.now() + _LINGERING
        while any(map(self._host.is_client_of, self._dead_servers)) and self._host.now() < deadline:
            self._host.sleep(self._patience.delay)
        return self._mounted()

    def _remount(self, step: Step) -> None:
        layer = self._top(step.path)
        problem = self._host.remount(layer, flags_to_set(self._mount, layer))
        if problem:
            raise MountError(f"{step.path}: it can't be remounted ({step.reason}): {problem}")

    def _stop_automount(self, step: Step) -> None:
        problem = self._host.stop_automount(step.path)
        if problem:
            raise MountError(f"{step.path}: its automount can't be stopped: {problem}")
        put_back = Step(Action.PUT_BACK, step.path, f"the automount of {step.path}")
        self._undo.append((put_back, lambda: self._host.start_automount(step.path)))

    def _start_automount(self, step: Step) -> None:
        """Start the automount in place of the mount, which has shown that the source is right."""
        problem = self._host.unmount(step.path) or self._host.start_automount(step.path)
        if problem:
            again = "" if self._seen(step.path).stack else self._mounted()
            state = f"is not mounted either: {again}" if again else "is mounted without it"
            raise MountError(f"{step.path}: its automount can't be started: {problem}. {self._mount.source} {state}")

    def _write_fstab(self, step: Step) -> None:
        line = fstab_line(self._mount) if step.action == Action.WRITE_FSTAB else None
        with self._host.lock("/etc/fstab", self._patience.timeout):
            self._host.write_fstab(fstab.replace(self._host.fstab(), step.path, line, self._host.resolve))

    def _write_unit(self, step: Step) -> None:
        self._host.write_unit(step.path, unit_of(self._mount).text if step.action == Action.WRITE_UNIT else "")

    def _daemon_reload(self, step: Step) -> None:
        problem = self._host.daemon_reload()
        if problem:
            raise MountError(f"{step.path}: systemd can't be made to read what it mounts at boot: {problem}")


def _hint(problem: str) -> str:
    hints = (
        ("No such file", " The export isn't there on the server."),
        ("access denied", " The server, or a file system policy, doesn't let this host in."),
        ("incorrect mount option", " Compare options and extra_options with nfs(5) of this host."),
        ("bad option", " The client's package isn't installed."),
        ("unknown filesystem type", " The client's package isn't installed."),
        ("permission denied", " This process may not mount, as in a container without CAP_SYS_ADMIN."),
    )
    return next((hint for found, hint in hints if found in problem), "")
