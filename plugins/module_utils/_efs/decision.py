# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done at one path, and why: decided from what is wanted and what was found, without asking the host.

PRIVATE: not for use outside this collection, may change in any release.

Nothing to do is what a verified mount looks like: the same decision, made again after the work, verifies it.
Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError

from .entry import Mount
from .fstab import Line
from .identity import (
    NFS_TYPES,
    Network,
    is_proxied,
    same_source,
    tunnel_of,
    wrong_option,
    wrong_transport,
)
from .mount_table import Layer, View

UNMOUNT, MOUNT, WRITE_FSTAB, REMOVE_FSTAB, REMOVE_DIRECTORY = (
    "unmount",
    "mount",
    "write_fstab",
    "remove_fstab",
    "remove_directory",
)
# What may be unmounted. Disks and everything else of the host's own are somebody's decision.
_OURS = (*NFS_TYPES, "tmpfs")
_OUR_FSTAB_TYPES = (*_OURS, "efs", "none")


class MountError(DataError):
    """A path can't be brought to its state: says what was found and what to do."""


@dataclass(frozen=True)
class Found:
    """What was found at a path."""

    view: View
    # Why the visible mount is dead, in words; empty where it answers.
    dead: str = ""
    # directory, missing, or what else stat calls it; of what is visible at the path.
    kind: str = "directory"
    fstab: tuple[Line, ...] = ()
    network: Network = field(default_factory=Network)

    @property
    def stack(self) -> tuple[Layer, ...]:
        """What is mounted on the path, without the triggers of systemd's automounter."""
        return tuple(layer for layer in self.view.stack if layer.fstype != "autofs")


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    action: str
    path: str
    reason: str
    # An unmount of something that answers no more.
    dead: bool = False


def fstab_line(mount: Mount) -> Line:
    """Return the line that a mount has in /etc/fstab."""
    return Line(mount.source, mount.path, mount.helper, ",".join(mount.options))


def decide(mount: Mount, found: Found, nested: Collection[str] = ()) -> tuple[Step, ...]:
    """Return the steps to the wanted state; raises MountError where there is no way that the caller would want.

    The paths in nested are the caller's own, below this one, who mounts them afterwards.
    """
    steps = {"mounted": _mounted, "present": _present, "unmounted": _unmounted, "absent": _absent}[mount.state](
        mount, found
    )
    moved = {step.action for step in steps} & {UNMOUNT, MOUNT}
    return (*(_clear_below(mount, found, nested) if moved else ()), *steps)


def describe(layer: Layer, network: Network) -> str:
    """Return a mount in words."""
    tunnel = tunnel_of(layer, network)
    if tunnel:
        return f"{tunnel.file_system_id} through efs-utils ({layer.source}, {_traits(layer)})"
    return f"{layer.source} ({_traits(layer)})"


def _traits(layer: Layer) -> str:
    """Return of a mount what is verified."""
    traits = [layer.fstype]
    if layer.fstype in NFS_TYPES:
        traits.append(f"vers={layer.option('vers')}")
        traits += [name for name in ("hard", "soft", "softerr", "ro") if layer.option(name) is not None]
    return ", ".join(traits)


def _mounted(mount: Mount, found: Found) -> list[Step]:
    if found.view.hidden:
        _refuse_hidden(mount, found)
    keep = _kept(mount, found)
    steps = [_unmount(mount, found, layer) for layer in reversed(found.stack[len(keep) :])]
    if not keep:
        _check_kind(mount, found)
        steps.append(Step(MOUNT, mount.path, f"{mount.source} is to be mounted"))
    return steps + _present(mount, found)


def _kept(mount: Mount, found: Found) -> tuple[Layer, ...]:
    """Return the lowest mount of the path if it is right, and so stays when what lies over it is gone."""
    if not found.stack:
        return ()
    problems = [_problem(mount, found, layer) for layer in found.stack]
    if problems[0] is None:
        return found.stack[:1]
    if problems[-1] is None:
        others = ", ".join(describe(layer, found.network) for layer in found.stack[:-1])
        raise MountError(
            f"{mount.path}: the right source is mounted, over {others}, which can't be unmounted without it. "
            f"Unmount them all with 'umount {mount.path}', {len(found.stack)} times, or run with state: unmounted first"
        )
    return ()


def _problem(mount: Mount, found: Found, layer: Layer) -> Optional[str]:
    """Return why a mount can't stay, in words."""
    network = found.network
    if not same_source(mount, layer, network):
        return "its source is another one"
    wrong = wrong_transport(mount, layer, network) or wrong_option(mount, layer)
    return wrong or (found.dead if layer is found.stack[-1] and found.dead else None)


def _unmount(mount: Mount, found: Found, layer: Layer) -> Step:
    """Return the step that takes a mount off, or refuse it."""
    what = describe(layer, found.network)
    if layer.fstype not in _OURS:
        raise MountError(
            f"{mount.path}: {what} is mounted there, which is not unmounted for you. "
            f"Accepted are {', '.join(_OURS)}. Give another path, or unmount it yourself"
        )
    dead = bool(found.dead) and layer is found.stack[-1]
    if mount.remote is None:
        return Step(UNMOUNT, mount.path, f"{what} is mounted", dead)
    same = same_source(mount, layer, found.network)
    if not same and is_proxied(layer) and tunnel_of(layer, found.network) is None:
        raise MountError(
            f"{mount.path}: {what} is mounted there through port {layer.option('port')} of this host, and no state "
            "file of efs-utils in /var/run/efs says which file system that is. Unmount it yourself"
        )
    if not same and mount.on_source_change == "fail":
        raise MountError(
            f"{mount.path}: {what} is mounted there, not {mount.source}, and on_source_change is fail. "
            "Accepted is on_source_change: remount, or unmount it yourself"
        )
    if mount.state != "mounted":
        return Step(UNMOUNT, mount.path, f"{what} is mounted", dead)
    if not same:
        return Step(UNMOUNT, mount.path, f"{what} is mounted, not {mount.source}", dead)
    problem = _problem(mount, found, layer) or "it is mounted more than once"
    return Step(UNMOUNT, mount.path, f"{what}: {problem}", dead)


def _present(mount: Mount, found: Found) -> list[Step]:
    line = fstab_line(mount)
    if found.fstab == (line,):
        return []
    _check_fstab(mount, found)
    reason = f"{len(found.fstab)} lines are there" if len(found.fstab) > 1 else "the line differs"
    return [Step(WRITE_FSTAB, mount.path, reason if found.fstab else "there is no line")]


def _unmounted(mount: Mount, found: Found) -> list[Step]:
    if found.view.hidden:
        _refuse_hidden(mount, found)
    return [_unmount(mount, found, layer) for layer in reversed(found.stack)]


def _absent(mount: Mount, found: Found) -> list[Step]:
    steps = _unmounted(mount, found)
    if found.fstab:
        _check_fstab(mount, found)
        steps.append(Step(REMOVE_FSTAB, mount.path, f"{len(found.fstab)} lines are there"))
    # An empty directory alone, that is nobody's mount point any more, may be somebody's.
    if steps and (found.stack or found.kind == "directory"):
        steps.append(Step(REMOVE_DIRECTORY, mount.path, "it is empty"))
    return steps


def _check_fstab(mount: Mount, found: Found) -> None:
    for line in found.fstab:
        if line.fstype not in _OUR_FSTAB_TYPES:
            raise MountError(
                f"{mount.path}: /etc/fstab has {line.source} ({line.fstype}) for that path, which is not replaced "
                f"for you. Accepted are {', '.join(_OUR_FSTAB_TYPES)}. Give another path, or remove the line yourself"
            )


def _check_kind(mount: Mount, found: Found) -> None:
    if not found.stack and found.kind not in ("directory", "missing"):
        raise MountError(
            f"{mount.path}: it is a {found.kind}, on which nothing can be mounted. Accepted is a directory, or nothing "
            "there. Move it away, or give another path"
        )


def _refuse_hidden(mount: Mount, found: Found) -> None:
    over = describe(found.view.parent, found.network) if found.view.parent else "something"
    where = found.view.parent.path if found.view.parent else "/"
    raise MountError(
        f"{mount.path}: {describe(found.view.hidden[-1], found.network)} is mounted there and hidden by {over}, "
        f"which was mounted on {where} later. Unmount {where} first"
    )


def _clear_below(mount: Mount, found: Found, nested: Collection[str]) -> list[Step]:
    """Return the steps that take mounts below the path off, so that they are neither in the way nor hidden."""
    ids = {layer.mount_id for layer in found.stack if layer.fstype in NFS_TYPES}
    ours = [layer for layer in found.view.below if layer.path in nested and layer.fstype in _OURS]
    # Where one export lies in another the NFS client mounts by itself, and such a mount goes with its parent.
    automatic = [layer for layer in found.view.below if layer.fstype in NFS_TYPES and layer.parent_id in ids]
    others = sorted({layer.path for layer in found.view.below if layer not in ours and layer not in automatic})
    if others and not (mount.lazy_unmount and found.stack):
        raise MountError(
            f"{mount.path}: it has to be unmounted or mounted, and there are mounts below it: {', '.join(others)}. "
            "Unmount them, or list them in efs_mounts too"
        )
    return [Step(UNMOUNT, layer.path, f"it is below {mount.path} and mounted again after it") for layer in ours]
