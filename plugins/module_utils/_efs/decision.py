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

from .applied import flags_to_set, missing_flags, pending_options
from .entry import AUTOMOUNT, Mount
from .errors import MountError
from .fstab import Line
from .identity import (
    NFS_TYPES,
    Network,
    describe,
    is_proxied,
    is_submount,
    same_source,
    tunnel_of,
    wrong_option,
    wrong_transport,
)
from .mount_table import AUTOFS, Layer, View
from .source import zone_of
from .systemd import unit_file
from .units import Unit, unit_of

# What may be unmounted. Disks and everything else of the host's own are somebody's decision.
_OURS = (*NFS_TYPES, "tmpfs")
_OUR_FSTAB_TYPES = (*NFS_TYPES, "efs")
_SYSTEMD = "systemd-1"


@dataclass(frozen=True)
class Found:
    """What was found at a path."""

    view: View
    # Why the visible mount is dead, in words; empty where it answers.
    dead: str = ""
    # directory, missing, or what else stat calls it; of what is visible at the path.
    kind: str = "directory"
    fstab: tuple[Line, ...] = ()
    # Its unit file, where it has one of its own.
    unit: Unit = field(default_factory=Unit)
    network: Network = field(default_factory=Network)
    # Whether systemd makes units from the lines of fstab, and whether it has yet to read what is there now.
    systemd: bool = False
    unread: bool = False

    @property
    def stack(self) -> tuple[Layer, ...]:
        """What is mounted on the path, without the triggers of automounters."""
        return tuple(layer for layer in self.view.stack if layer.fstype != AUTOFS)

    @property
    def automount(self) -> bool:
        """Whether an automount is active."""
        return len(self.stack) < len(self.view.stack)


class Action:
    """What a step does."""

    UNMOUNT, MOUNT, REMOUNT = "unmount", "mount", "remount"
    STOP_AUTOMOUNT, START_AUTOMOUNT = "stop_automount", "start_automount"
    WRITE_FSTAB, REMOVE_FSTAB, DAEMON_RELOAD = "write_fstab", "remove_fstab", "daemon_reload"
    WRITE_UNIT, REMOVE_UNIT = "write_unit", "remove_unit"
    REMOVE_DIRECTORY, SET_READAHEAD = "remove_directory", "set_readahead"
    # What was unmounted is mounted again, since something failed later.
    PUT_BACK = "put_back"


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
    """Return the steps to the desired state; raises MountError where there is no way that the caller would want.

    The paths in nested are the caller's own, below this one, who mounts them afterwards.
    """
    decisions = {"mounted": _mounted, "present": _persisted, "unmounted": _unmounted, "absent": _absent}
    steps = decisions[mount.state](mount, found)
    moved = {step.action for step in steps} & {Action.UNMOUNT, Action.MOUNT, Action.STOP_AUTOMOUNT}
    return (*(_clear_below(mount, found, nested) if moved else ()), *steps)


def pending(mount: Mount, found: Found) -> list[str]:
    """Return the options that only the next mount puts into effect."""
    if mount.state != "mounted" or not found.stack:
        return []
    mounted_by_hand = mount.on_access and found.systemd and not found.automount
    automount = [f"{AUTOMOUNT} (mounted without it)"] if mounted_by_hand else []
    return automount + _pending_zone(mount, found) + pending_options(mount, found.stack[-1])


def _pending_zone(mount: Mount, found: Found) -> list[str]:
    """Return the zone of the mount target, where the right file system is mounted from that of another."""
    zone, address = zone_of(mount.server or ""), found.stack[-1].option("addr")
    elsewhere = address and found.network.addresses and address not in found.network.addresses
    return [f"az={zone} (mounted from {address})"] if zone and elsewhere and not is_proxied(found.stack[-1]) else []


# -- the four states --------------------------------------------------------------------------------------------------


def _mounted(mount: Mount, found: Found) -> list[Step]:
    _check_hidden(mount, found)
    keep = _kept(mount, found)
    unmounts = [_unmount(mount, found, layer) for layer in reversed(found.stack[len(keep) :])]
    if keep:
        return [*unmounts, *_remount(mount, keep[0], unmounts), *_persisted(mount, found)]
    persisted = _persisted(mount, found)
    on_access = mount.on_access and found.systemd
    rewritten = Action.WRITE_FSTAB in {step.action for step in persisted}
    if on_access and found.view.armed and not found.stack and not rewritten:
        return persisted
    _check_kind(mount, found)
    steps = [
        *_stopped(mount, found, unmounts),
        Step(Action.MOUNT, mount.path, f"{mount.source} is not mounted"),
        *persisted,
    ]
    if on_access:
        steps.append(Step(Action.START_AUTOMOUNT, mount.path, f"it has the option {AUTOMOUNT}"))
    return steps


def _persisted(mount: Mount, found: Found) -> list[Step]:
    """Return the steps to what mounts it at boot: first what is wanted is written, then what isn't is removed."""
    steps = {"fstab": _in_fstab, "systemd": _in_unit, "none": _not_at_boot}[mount.persist](mount, found)
    return steps + _reload(mount, found, steps)


def _in_fstab(mount: Mount, found: Found) -> list[Step]:
    steps = []
    if found.fstab != (fstab_line(mount),):
        _check_fstab(mount, found)
        reason = "there are several lines" if len(found.fstab) > 1 else "the line differs"
        steps.append(Step(Action.WRITE_FSTAB, mount.path, reason if found.fstab else "there is no line"))
    return steps + _remove_unit(mount, found)


def _in_unit(mount: Mount, found: Found) -> list[Step]:
    if not found.systemd:
        raise MountError(
            f"{mount.path}: persist: systemd requires a host that runs systemd, and /etc/fstab as its fstab. Use "
            "persist: fstab"
        )
    steps = []
    if found.unit != unit_of(mount):
        _check_unit(mount, found)
        reason = "it differs" if found.unit.enabled else "it is not enabled"
        steps.append(Step(Action.WRITE_UNIT, mount.path, reason if found.unit.text else "there is no unit"))
    return steps + _remove_line(mount, found)


def _not_at_boot(mount: Mount, found: Found) -> list[Step]:
    return _remove_line(mount, found) + _remove_unit(mount, found)


def _remove_line(mount: Mount, found: Found) -> list[Step]:
    if not found.fstab:
        return []
    _check_fstab(mount, found)
    return [Step(Action.REMOVE_FSTAB, mount.path, "/etc/fstab has the path")]


def _remove_unit(mount: Mount, found: Found) -> list[Step]:
    if not found.unit.text:
        return []
    _check_unit(mount, found)
    return [Step(Action.REMOVE_UNIT, mount.path, "it is there")]


def _unmounted(mount: Mount, found: Found) -> list[Step]:
    _check_hidden(mount, found)
    return _stopped(mount, found, [_unmount(mount, found, layer) for layer in reversed(found.stack)])


def _absent(mount: Mount, found: Found) -> list[Step]:
    steps = _unmounted(mount, found)
    removals = _not_at_boot(mount, found)
    # An empty directory alone, that is nobody's mount point any more, may be somebody's.
    directory = []
    if steps + removals and (found.view.stack or found.kind == "directory"):
        directory.append(Step(Action.REMOVE_DIRECTORY, mount.path, "it is empty"))
    return [*steps, *removals, *_reload(mount, found, removals), *directory]


def _reload(mount: Mount, found: Found, written: list[Step]) -> list[Step]:
    if not found.systemd or not (written or found.unread):
        return []
    units = {Action.WRITE_UNIT, Action.REMOVE_UNIT} & {step.action for step in written}
    what = "its unit" if units or found.unit.text else "/etc/fstab"
    return [Step(Action.DAEMON_RELOAD, mount.path, f"systemd has not read {what} since it was changed")]


def _stopped(mount: Mount, found: Found, unmounts: list[Step]) -> list[Step]:
    """Return unmounts, and the stop of an active automount.

    The stop would take off what lies over the automount even if it is in use, so that goes first; but nothing can be
    taken off from under it.
    """
    if not found.automount:
        return unmounts
    sources = {layer.source for layer in found.view.stack if layer.fstype == AUTOFS}
    if sources != {_SYSTEMD}:
        raise MountError(
            f"{mount.path}: an automounter that isn't systemd manages it ({', '.join(sorted(sources))}). Take the path "
            "out of its maps, or use another path"
        )
    stop = [Step(Action.STOP_AUTOMOUNT, mount.path, "an access would mount it")]
    return stop + unmounts if found.view.armed else unmounts + stop


# -- what is mounted on the path --------------------------------------------------------------------------------------


def _kept(mount: Mount, found: Found) -> tuple[Layer, ...]:
    """Return the lowest mount of the path if it is right, and so stays when what lies over it is gone."""
    if not found.stack or found.view.armed:
        return ()
    problems = [_problem(mount, found, layer) for layer in found.stack]
    if problems[0] is None:
        return found.stack[:1]
    if None in problems:
        others = ", ".join(describe(layer, found.network) for layer in found.stack[: problems.index(None)])
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


def _remount(mount: Mount, layer: Layer, unmounts: list[Step]) -> list[Step]:
    """Return the remount that sets flags of a mount that stays; of what is covered it is decided again afterwards."""
    if unmounts or not flags_to_set(mount, layer):
        return []
    return [Step(Action.REMOUNT, mount.path, f"wanted: {', '.join(missing_flags(mount, layer))}")]


def _unmount(mount: Mount, found: Found, layer: Layer) -> Step:
    """Return the step that takes a mount off; raises MountError where it has to stay."""
    what = describe(layer, found.network)
    if layer.fstype not in _OURS:
        raise MountError(
            f"{mount.path}: {what} is mounted there, and only {', '.join(_OURS)} are unmounted for you. "
            "Use another path, or unmount it yourself"
        )
    dead = bool(found.dead) and layer is found.stack[-1]
    if mount.remote is None:
        return Step(Action.UNMOUNT, mount.path, f"{what} is mounted", dead)
    same = same_source(mount, layer, found.network)
    if not same and is_proxied(layer) and tunnel_of(layer, found.network) is None:
        raise MountError(
            f"{mount.path}: {what} is mounted there through port {layer.option('port')} of this host, and no state "
            "file of efs-utils in /var/run/efs says which file system that is. Unmount it yourself"
        )
    if not same and mount.on_source_change == "fail":
        raise MountError(
            f"{mount.path}: {what} is mounted there, not {mount.source}, and on_source_change is fail. "
            "Set on_source_change: remount, or unmount it yourself"
        )
    if mount.state != "mounted":
        return Step(Action.UNMOUNT, mount.path, f"{what} is mounted", dead)
    if not same:
        return Step(Action.UNMOUNT, mount.path, f"{what} is mounted, not {mount.source}", dead)
    problem = _problem(mount, found, layer) or "it is mounted more than once"
    return Step(Action.UNMOUNT, mount.path, f"{what}: {problem}", dead)


# -- what is refused --------------------------------------------------------------------------------------------------


def _check_fstab(mount: Mount, found: Found) -> None:
    for line in found.fstab:
        bound = {"bind", "rbind"} & set(line.options.split(","))
        if line.fstype not in _OUR_FSTAB_TYPES or bound:
            raise MountError(
                f"{mount.path}: /etc/fstab has '{line}' for that path, and only lines of {', '.join(_OUR_FSTAB_TYPES)} "
                "are replaced for you. Use another path, or remove the line yourself"
            )


def _check_unit(mount: Mount, found: Found) -> None:
    if found.unit.text and not found.unit.ours:
        raise MountError(
            f"{mount.path}: {unit_file(mount.path)} is there, which this role didn't write, and would decide what is "
            "mounted at boot. Use another path, or remove it yourself"
        )


def _check_kind(mount: Mount, found: Found) -> None:
    if not found.view.stack and found.kind not in ("directory", "missing"):
        raise MountError(
            f"{mount.path}: it is a {found.kind}, on which nothing can be mounted. Move it away, or use another path"
        )


def _check_hidden(mount: Mount, found: Found) -> None:
    if found.view.hidden:
        over = describe(found.view.parent, found.network) if found.view.parent else "something"
        where = found.view.parent.path if found.view.parent else "/"
        raise MountError(
            f"{mount.path}: {describe(found.view.hidden[-1], found.network)} is mounted there and hidden by {over}, "
            f"which was mounted on {where} later. Unmount {where} first"
        )


def _clear_below(mount: Mount, found: Found, nested: Collection[str]) -> list[Step]:
    """Return the steps that take mounts below the path off, so that they are neither in the way nor hidden.

    Mounts that aren't the caller's own are refused, lazy_unmount or not: it would take them off too.
    """
    ours = [layer for layer in found.view.below if layer.path in nested and layer.fstype in _OURS]
    automatic = [layer for layer in found.view.below if any(is_submount(layer, parent) for parent in found.stack)]
    others = sorted({layer.path for layer in found.view.below if layer not in ours and layer not in automatic})
    if others:
        raise MountError(
            f"{mount.path}: it has to be unmounted or mounted, and there are mounts below it: {', '.join(others)}. "
            "Unmount them, or list them in efs_mounts too"
        )
    return [Step(Action.UNMOUNT, layer.path, f"it is below {mount.path} and mounted again after it") for layer in ours]
