# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one path to its state, step by step, and verify it.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import fstab

from .decision import (
    MOUNT,
    REMOVE_DIRECTORY,
    UNMOUNT,
    WRITE_FSTAB,
    Found,
    MountError,
    Step,
    decide,
    describe,
    fstab_line,
)
from .entry import Mount
from .host import MOUNT_TIMEOUT, UNENDED, Host
from .identity import Network, same_source
from .mount_table import parse_mountinfo, view
from .options import for_mount
from .wait import NotReadyError, Patience, wait_for_server

_KERNEL = (UNMOUNT, MOUNT)
# A mount that lay under another shows its own state only after that one is gone.
_ROUNDS = 4
# Long enough for a mount on a busy host, and short enough to be tried again.
_JOINED_TIMEOUT = 30
# The kernel gives a dead server up after timeo and retrans: with 600 and 2, after 180 s.
_LINGERING = 200


@dataclass
class Report:
    """What was found, what was done or would be, and what is left."""

    before: Found
    after: Found
    steps: list[Step] = field(default_factory=list)
    attributes_changed: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be."""
        return bool(self.steps) or self.attributes_changed


class Worker:
    """Works on one mount of one host."""

    def __init__(self, host: Host, mount: Mount, nested: Sequence[str], patience: Patience) -> None:
        self._host, self._mount, self._nested, self._patience = host, mount, nested, patience
        self._addresses: Sequence[str] = ()
        # Addresses of the servers of dead mounts that were taken off.
        self._buried: set[str] = set()
        nothing = Found(view((), mount.path))
        # What was done so far, for whoever catches an error too.
        self.report = Report(nothing, nothing)

    def predict(self) -> Report:
        """Return what would be done. Nothing is waited for: what will be mounted may not be there yet."""
        if self._mount.server:
            self._addresses = self._host.addresses(self._mount.server)
        found = self._inspect()
        self.report = Report(
            found, found, [step for step in decide(self._mount, found, self._nested) if self._would(step, found)]
        )
        self._set_mountpoint(found)
        if not self.report.steps:
            self._set_root()
        return self.report

    def work(self) -> Report:
        """Do it, and verify it."""
        mount = self._mount
        if mount.state == "mounted" and mount.server:
            self._addresses = self._waited_for(mount.server)
        elif mount.server:
            self._addresses = self._host.addresses(mount.server)
        found = self._recovered()
        self.report = Report(found, found)
        planned = decide(mount, found, self._nested)
        if self._is_swap(planned):
            self._try_source()
        self._work_on_mounts(planned)
        for step in planned:
            if step.action not in _KERNEL:
                self._do(step)
        self.report.after = self._verified()
        self._set_mountpoint(self.report.after)
        self._set_root()
        return self.report

    def _would(self, step: Step, found: Found) -> bool:
        """Return whether a step would change anything: what is in a directory shows only where no mount covers it."""
        return step.action != REMOVE_DIRECTORY or bool(found.stack) or self._host.is_empty(step.path)

    def _waited_for(self, server: str) -> Sequence[str]:
        try:
            return wait_for_server(self._host, server, self._patience)
        except NotReadyError as exc:
            raise MountError(f"{self._mount.path}: {exc}") from exc

    def _inspect(self) -> Found:
        path = self._mount.path
        seen = view(parse_mountinfo(self._host.mountinfo()), path)
        if not seen.stack:
            self._check_links(path)
        return Found(
            view=seen,
            dead=self._host.dead(path) if seen.stack else "",
            kind="directory" if seen.stack else self._host.kind(path),
            fstab=fstab.lines_of(self._host.fstab(), path),
            network=Network(self._addresses, self._host.tunnels()),
        )

    def _check_links(self, path: str) -> None:
        real = self._host.real_path(path)
        if real != path:
            raise MountError(
                f"{path}: a symbolic link leads from there to {real}, where the mount would be. Give {real} as the path"
            )

    def _recovered(self) -> Found:
        """Return what is found, after a mount of the right source has had its time to answer again."""
        deadline = self._host.now() + self._patience.timeout
        while True:
            found = self._inspect()
            right = found.stack and same_source(self._mount, found.stack[-1], found.network)
            # A server that is back takes a while to be found by a client that lost it; a stale handle stays stale.
            if (
                self._mount.state != "mounted"
                or not right
                or "didn't answer" not in found.dead
                or self._host.now() > deadline
            ):
                return found
            self._host.sleep(self._patience.delay)

    def _is_swap(self, steps: Sequence[Step]) -> bool:
        """Return whether something that works is given up for something that may not."""
        gives_up = any(step.action == UNMOUNT and not step.dead for step in steps)
        return gives_up and any(step.action == MOUNT for step in steps)

    def _try_source(self) -> None:
        """Mount the new source on a directory of its own first; raises MountError before anything was changed."""
        mount = self._mount
        # efs-utils starts a proxy for each mount, and ends it some time after.
        if mount.helper != "nfs4":
            return
        folder = self._host.make_trial_directory()
        try:
            problem = self._host.mount(mount.helper, mount.source, folder, for_mount(mount.options))
            if problem:
                raise MountError(
                    f"{mount.path}: {mount.source} can't be mounted: {problem}. What is mounted was left as it is"
                )
            problem = self._host.unmount(folder)
            if problem:
                raise MountError(
                    f"{mount.path}: {folder}, where {mount.source} was tried, can't be unmounted: {problem}"
                )
        finally:
            self._host.remove_directory(folder)

    def _work_on_mounts(self, planned: Sequence[Step]) -> None:
        for _round in range(_ROUNDS):
            steps = [step for step in planned if step.action in _KERNEL]
            if not steps:
                return
            for step in steps:
                self._do(step)
            planned = decide(self._mount, self._inspect(), self._nested)
        left = "; ".join(f"{step.action} {step.path}: {step.reason}" for step in planned)
        raise MountError(
            f"{self._mount.path}: after {_ROUNDS} rounds of work it is not as wanted: {left}. What else mounts there?"
        )

    def _do(self, step: Step) -> None:
        if step.action == UNMOUNT:
            self._unmount(step)
        elif step.action == MOUNT:
            self._do_mount()
        elif step.action == REMOVE_DIRECTORY:
            if not self._host.remove_directory(step.path):
                return
        else:
            line = fstab_line(self._mount) if step.action == WRITE_FSTAB else None
            self._host.write_fstab(fstab.replace(self._host.fstab(), step.path, line))
        self.report.steps.append(step)

    def _unmount(self, step: Step) -> None:
        if step.dead:
            top = view(parse_mountinfo(self._host.mountinfo()), step.path).stack[-1]
            self._buried.update(filter(None, [top.option("addr")]))
        problem = self._host.unmount(step.path, *(("-f",) if step.dead else ()))
        if problem and self._mount.lazy_unmount:
            problem = self._host.unmount(step.path, "-l")
        if not problem:
            return
        users = self._host.holders(step.path)
        used = f" Used by {enumerate_names(users)}." if users else ""
        raise MountError(
            f"{step.path}: it has to be unmounted ({step.reason}), and can't be: {problem}.{used} "
            "End what uses it, or accept lazy_unmount: true"
        )

    def _do_mount(self) -> None:
        mount, host = self._mount, self._host
        host.make_directory(mount.path)
        if not host.is_empty(mount.path):
            self.report.warnings.append(f"{mount.path} is not empty: what is in the directory is hidden by the mount")
        self.report.attributes_changed |= host.set_attributes(mount.path, mount.mountpoint)
        problem = self._mounted_after_the_dead() if self._buried else self._mounted()
        if problem:
            raise MountError(
                f"{mount.path}: {mount.source} can't be mounted: {problem}.{_hint(problem)} "
                "/etc/fstab was left as it is"
            )

    def _mounted(self, timeout: float = MOUNT_TIMEOUT) -> str:
        mount = self._mount
        return self._host.mount(mount.helper, mount.source, mount.path, for_mount(mount.options), timeout)

    def _mounted_after_the_dead(self) -> str:
        """Mount where a dead mount was, and give what went wrong.

        The kernel's client of a dead server outlives its mount for some minutes. Where the new address is one of the
        same server, NFS 4.1 joins that client, and waits for the dead one again.
        """
        problem = self._mounted(_JOINED_TIMEOUT)
        if UNENDED not in problem:
            return problem
        deadline = self._host.now() + _LINGERING
        while any(map(self._host.is_client_of, self._buried)) and self._host.now() < deadline:
            self._host.sleep(self._patience.delay)
        return self._mounted()

    def _verified(self) -> Found:
        """Decide again: nothing is left to do, or it is an error."""
        found = self._inspect()
        left = decide(self._mount, found, self._nested)
        if left:
            seen = ", ".join(describe(layer, found.network) for layer in found.stack) or "nothing"
            todo = "; ".join(f"{step.action}: {step.reason}" for step in left)
            raise MountError(
                f"{self._mount.path}: it is not as wanted after the work. Found mounted: {seen}. Left: {todo}"
            )
        return found

    def _set_mountpoint(self, found: Found) -> None:
        """Set owner, group and mode of the directory, where no mount covers it."""
        if self._mount.state in ("unmounted", "mounted") and not found.view.stack and found.kind == "directory":
            self.report.attributes_changed |= self._host.set_attributes(self._mount.path, self._mount.mountpoint)

    def _set_root(self) -> None:
        if self._mount.state == "mounted":
            self.report.attributes_changed |= self._host.set_attributes(self._mount.path, self._mount.root)


def _hint(problem: str) -> str:
    hints = (
        ("No such file", " The export isn't there on the server."),
        ("access denied", " The server, or a file system policy, doesn't let this host in."),
        ("bad option", " The client's package isn't installed."),
        ("unknown filesystem type", " The client's package isn't installed."),
    )
    return next((hint for found, hint in hints if found in problem), "")
