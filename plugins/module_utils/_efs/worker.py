# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one path to its state: look, decide, do, verify.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import fstab

from .decision import Action, Found, Step, decide, pending
from .entry import Mount
from .errors import MountError, NotReadyError
from .host import Host
from .identity import NFS_TYPES, Network, describe, same_source
from .mount_table import AUTOFS, View, view
from .options import for_mount
from .report import Report
from .steps import Steps
from .units import Unit
from .wait import Patience, wait_for_server

_KERNEL = (Action.UNMOUNT, Action.STOP_AUTOMOUNT, Action.MOUNT, Action.REMOUNT)
_WRITTEN = (Action.WRITE_FSTAB, Action.WRITE_UNIT)
_PERSISTENT = (*_WRITTEN, Action.REMOVE_FSTAB, Action.REMOVE_UNIT)
# A mount that lay under another shows its own state only after that one is gone.
_ROUNDS = 4


class Worker:
    """Works on one mount of one host."""

    def __init__(self, host: Host, mount: Mount, nested: Sequence[str], patience: Patience) -> None:
        self._host, self._mount, self._nested, self._patience = host, mount, nested, patience
        self._addresses: Sequence[str] = ()
        nothing = Found(view((), mount.path))
        # What was done so far, for whoever catches an error too.
        self.report = Report(nothing, nothing)
        self._steps = Steps(host, mount, patience, self.report)

    def predict(self) -> Report:
        """Return what would be done. Nothing is waited for: what will be mounted may not be there yet."""
        if self._mount.server:
            self._addresses = self._host.addresses(self._mount.server)
        found = self._inspect(touch_parent=False)
        self.report.before = self.report.after = found
        self.report.steps += [step for step in self._decide(found) if self._would(step, found)]
        self._warn_of_binds(found, self.report.steps)
        self._set_mountpoint(found)
        if not self.report.steps:
            self._set_root(found)
            self.report.pending += pending(self._mount, found)
        self._predict_readahead(found)
        return self.report

    def work(self) -> Report:
        """Do it, and verify it; what fails puts back what was mounted. Raises MountError."""
        with self._host.lock(self._mount.path, self._patience.timeout), self._undone_on_errors():
            self._remove_trial()
            self._wait()
            found = self._recovered()
            self.report.before = self.report.after = found
            planned = self._decide(found)
            if self._is_swap(planned):
                self._try_source()
            self._warn_of_binds(found, planned)
            self._do_all(planned)
            self._steps.commit()
            self._steps.mount_nested_again()
            self.report.after = found = self._verified()
            self._set_mountpoint(found)
            self._set_root(found)
            self._set_readahead(found)
            self.report.pending += pending(self._mount, found)
        return self.report

    @contextlib.contextmanager
    def _undone_on_errors(self) -> Iterator[None]:
        try:
            yield
        except (BridgeError, OSError) as exc:
            problem = self._steps.undo()
            left = f" NOT put back: {problem}." if problem else ""
            self._try_to_look()
            text = str(exc).rstrip(".")
            if not text.startswith(f"{self._mount.path}"):
                text = f"{self._mount.path}: {text}"
            raise MountError(f"{text}.{self.report.summary()}{left}") from exc

    def _try_to_look(self) -> None:
        """Leave in the report what is there now, as far as that can be seen."""
        with contextlib.suppress(BridgeError, OSError):
            self.report.after = self._inspect(touch_parent=False)

    # -- looking ------------------------------------------------------------------------------------------------------

    def _wait(self) -> None:
        mount = self._mount
        if mount.state != "mounted" or not mount.server:
            self._addresses = self._host.addresses(mount.server) if mount.server else ()
            return
        try:
            self._addresses = wait_for_server(self._host, mount.server, mount.port, self._patience)
        except NotReadyError as exc:
            raise MountError(f"{mount.path}: {exc}") from exc

    def _inspect(self, *, touch_parent: bool = True) -> Found:
        path = self._mount.path
        seen = view(self._host.table(), path)
        # An access to an armed automount would mount, the one of a directory above too.
        above = seen.parent is not None and seen.parent.fstype == AUTOFS
        touch = not seen.armed and not (above and not touch_parent)
        if not seen.stack and touch:
            self._check_links(path)
        text = self._host.fstab()
        lines = fstab.lines_of(text, path, self._host.resolve)
        has_systemd = self._host.has_systemd()
        unit = self._host.unit(path) if has_systemd else Unit()
        return Found(
            view=self._without_own(seen, text),
            dead=self._host.dead(path) if seen.stack and touch else "",
            kind="directory" if seen.stack else self._host.kind(path) if touch else "missing",
            fstab=lines,
            unit=unit,
            network=Network(self._addresses, self._host.tunnels()),
            systemd=has_systemd,
            unread=self._host.has_unread_changes(path, listed=bool(lines), unit=bool(unit.text)),
        )

    def _without_own(self, seen: View, text: str) -> View:
        """Return what is seen, without the paths at which the file system is mounted on purpose."""
        elsewhere = tuple(
            layer
            for layer in seen.elsewhere
            if not layer.path.startswith(f"{self._mount.path}/")
            and not any(line.fstype in (*NFS_TYPES, "efs") for line in fstab.lines_of(text, layer.path))
        )
        return View(seen.stack, seen.hidden, seen.parent, seen.below, elsewhere)

    def _check_links(self, path: str) -> None:
        real = self._host.real_path(path)
        if real != path:
            raise MountError(
                f"{path}: a symbolic link leads from there to {real}, where the mount would be. Set path to {real}"
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

    # -- doing --------------------------------------------------------------------------------------------------------

    def _decide(self, found: Found) -> tuple[Step, ...]:
        return decide(self._mount, found, self._nested)

    def _would(self, step: Step, found: Found) -> bool:
        """Return whether a step would change anything: what is in a directory shows only where no mount covers it."""
        return step.action != Action.REMOVE_DIRECTORY or bool(found.view.stack) or self._host.is_empty(step.path)

    def _is_swap(self, steps: Sequence[Step]) -> bool:
        """Return whether something that works is given up for something that may not."""
        gives_up = any(step.action in (Action.UNMOUNT, Action.STOP_AUTOMOUNT) and not step.dead for step in steps)
        return gives_up and any(step.action == Action.MOUNT for step in steps)

    def _try_source(self) -> None:
        """Mount the new source on a directory of its own first; raises MountError before anything was changed."""
        mount, folder = self._mount, self._host.trial_directory(self._mount.path)
        # efs-utils starts a proxy for each mount, and ends it some time after.
        if mount.helper != "nfs4":
            return
        self._host.make_directory(folder)
        try:
            problem = self._host.mount(mount.helper, mount.source, folder, for_mount(mount.options))
            if problem:
                raise MountError(
                    f"{mount.path}: {mount.source} can't be mounted: {problem}. What is mounted stays mounted"
                )
        finally:
            self._remove_trial()

    def _remove_trial(self) -> None:
        """Remove what a trial mounted, this run's or that of one that was killed."""
        folder = self._host.trial_directory(self._mount.path)
        for layer in reversed(view(self._host.table(), folder).stack):
            problem = self._host.unmount(folder)
            if problem and self._host.unmount(folder, "-l"):
                raise MountError(
                    f"{self._mount.path}: {folder}, where {layer.source} was tried, can't be unmounted: {problem}"
                )
        self._host.remove_directory(folder)

    def _do_all(self, planned: Sequence[Step]) -> None:
        # Found out here, nothing has to be undone.
        if any(step.action == Action.MOUNT for step in planned) and not self.report.before.view.stack:
            self._host.make_directory(self._mount.path)
        self._work_on_mounts(planned)
        last = [step for step in planned if step.action in _PERSISTENT][-1:]
        for step in planned:
            if step.action not in _KERNEL:
                self._steps.do(step)
            if step in last or step.action in _WRITTEN:
                # What is mounted and what is mounted at boot agree; before the last removal they don't.
                self._steps.commit()

    def _work_on_mounts(self, planned: Sequence[Step]) -> None:
        for _round in range(_ROUNDS):
            steps = [step for step in planned if step.action in _KERNEL]
            if not steps:
                return
            for step in steps:
                self._steps.do(step)
            planned = self._decide(self._inspect())
        left = "; ".join(f"{step.action} {step.path}: {step.reason}" for step in planned)
        raise MountError(
            f"{self._mount.path}: after {_ROUNDS} attempts it is still not in the desired state: {left}. "
            "Does something else mount there?"
        )

    def _verified(self) -> Found:
        """Return what is there now; raises MountError where there is anything left to do."""
        found = self._inspect()
        # That systemd hasn't read the whole of fstab by now is somebody else's change.
        left = [step for step in self._decide(found) if step.action != Action.DAEMON_RELOAD]
        if left:
            seen = ", ".join(describe(layer, found.network) for layer in found.stack) or "nothing"
            todo = "; ".join(f"{step.action}: {step.reason}" for step in left)
            raise MountError(
                f"{self._mount.path}: it is not in the desired state afterwards. Mounted: {seen}. Still to do: {todo}"
            )
        return found

    def _set_mountpoint(self, found: Found) -> None:
        """Set owner, group and mode of the directory, where no mount covers it."""
        if self._mount.state in ("unmounted", "mounted") and not found.view.stack and found.kind == "directory":
            changed = self._host.set_attributes(self._mount.path, self._mount.mountpoint, "mountpoint")
            self.report.attributes_changed |= changed

    def _set_root(self, found: Found) -> None:
        if self._mount.state == "mounted" and not found.view.armed:
            self.report.attributes_changed |= self._host.set_attributes(self._mount.path, self._mount.root, "root")

    def _set_readahead(self, found: Found) -> None:
        """Set how much is read ahead, which is of the mount and not of its options."""
        size = self._mount.readahead
        now = self._other_readahead(found)
        if size is None or not now:
            return
        problem = self._host.set_readahead(found.stack[-1], size)
        if problem:
            raise MountError(f"{self._mount.path}: readahead: {size} can't be set: {problem}")
        self.report.steps.append(Step(Action.SET_READAHEAD, self._mount.path, now))

    def _predict_readahead(self, found: Found) -> None:
        actions = {step.action for step in self.report.steps}
        # Of what lies under something else it is not to be seen yet.
        now = "" if actions & {Action.UNMOUNT, Action.MOUNT} else self._other_readahead(found)
        if Action.MOUNT in actions and self._mount.readahead is not None and Action.START_AUTOMOUNT not in actions:
            now = f"the kernel's own is not {self._mount.readahead} KiB"
        if now:
            self.report.steps.append(Step(Action.SET_READAHEAD, self._mount.path, now))

    def _other_readahead(self, found: Found) -> str:
        """Return what is read ahead instead of what is wanted, in words; empty where that is as wanted."""
        size = self._mount.readahead
        if size is None or self._mount.state != "mounted" or not found.stack:
            return ""
        now = self._host.readahead(found.stack[-1])
        if now is None:
            raise MountError(f"{self._mount.path}: readahead: this kernel doesn't report it")
        return "" if now == size else f"it is {now} KiB, not {size}"

    def _warn_of_binds(self, found: Found, planned: Sequence[Step]) -> None:
        unmounted = any(step.action == Action.UNMOUNT and step.path == self._mount.path for step in planned)
        if unmounted and found.view.elsewhere:
            paths = ", ".join(sorted({layer.path for layer in found.view.elsewhere}))
            old = describe(found.stack[-1], found.network)
            self.report.warnings.append(f"{old} stays mounted on {paths}, as a bind mount does. Unmount it there too")
