# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shell of the module efs_mount: its options in, its result out, its errors as Ansible's.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError

from .decision import Action, Found, Step, fstab_line
from .entry import Mount, parse_entry
from .errors import MountError
from .identity import describe
from .metadata import zone_of_instance
from .module_host import ModuleHost
from .options import VERSION
from .report import Report
from .source import OF_INSTANCE
from .specification import ENTRY
from .units import unit_of
from .wait import Patience
from .worker import Worker


def run_module(module: Any) -> dict[str, Any]:
    """Return the result of the module; raises the BridgeError family."""
    params = module.params
    if params["wait_timeout"] < 0 or params["wait_delay"] <= 0:
        raise OptionError("wait_timeout must be at least 0, and wait_delay more than 0 seconds")
    given = _entry_of(params)
    mount = parse_entry(given).mount
    if os.geteuid() != 0 and not module.check_mode:
        raise OptionError(f"{mount.path}: only root mounts, and this ran as user {os.geteuid()}. Set become: true")
    if params["az"] == OF_INSTANCE:
        mount = _in_zone_of_instance(given)
    patience = Patience(params["wait_timeout"], params["wait_delay"])
    host = ModuleHost(module)
    worker = Worker(host, mount, params["nested_paths"], patience)
    try:
        report = worker.predict() if module.check_mode else worker.work()
    except BridgeError as exc:
        done = [] if module.check_mode else worker.report.steps
        module.fail_json(msg=str(exc), changed=bool(done), steps=_steps(done))
    for warning in report.warnings:
        module.warn(warning)
    if report.pending:
        module.warn(
            f"{mount.path}: not in effect before the next mount: {', '.join(report.pending)}. Reboot, or run with "
            "state: unmounted and then with state: mounted"
        )
    return {**_result(mount, report, module.check_mode), **host.backup}


def _entry_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that describe the mount."""
    return {name: params[name] for name in ENTRY}


def _in_zone_of_instance(given: Mapping[str, Any]) -> Mount:
    try:
        return parse_entry({**given, "az": zone_of_instance()}).mount
    except BridgeError as exc:
        raise MountError(f"{given['path']}: az: {OF_INSTANCE}: {exc}") from exc


def _steps(steps: Sequence[Step]) -> list[dict[str, str]]:
    return [{"action": step.action, "path": step.path, "reason": step.reason} for step in steps]


def _result(mount: Mount, report: Report, check_mode: bool) -> dict[str, Any]:
    before = _shown(mount.path, *_state(report.before))
    mounted, fstab, unit = _predicted(mount, report) if check_mode else _state(report.after)
    return {
        "changed": report.changed,
        # Not "path" or "dest": about those AnsibleModule asks the file system, and a dead server never answers.
        "mount_point": mount.path,
        "mounted": mounted,
        "fstab": fstab,
        "unit": unit,
        "steps": _steps(report.steps),
        "pending_options": report.pending,
        "diff": {"before": before, "after": _shown(mount.path, mounted, fstab, unit)},
    }


def _state(found: Found) -> tuple[list[str], list[str], str]:
    mounted = [f"{describe(layer, found.network)}{f', {found.dead}' if found.dead else ''}" for layer in found.stack]
    on_access = ["by systemd on access"] * found.view.armed
    return mounted + on_access, [str(line) for line in found.fstab], found.unit.text


def _predicted(mount: Mount, report: Report) -> tuple[list[str], list[str], str]:
    """Return what would be there after the steps."""
    mounted, fstab, unit = _state(report.before)
    for step in report.steps:
        if step.action == Action.UNMOUNT and step.path == mount.path:
            mounted.pop()
        elif step.action == Action.MOUNT:
            mounted = [f"{mount.source} (nfs4, vers={VERSION}, hard{', ro' if mount.read_only else ''})"]
        elif step.action == Action.START_AUTOMOUNT:
            mounted = ["by systemd on access"]
        elif step.action == Action.WRITE_FSTAB:
            fstab = [str(fstab_line(mount))]
        elif step.action == Action.REMOVE_FSTAB:
            fstab = []
        elif step.action in (Action.WRITE_UNIT, Action.REMOVE_UNIT):
            unit = unit_of(mount).text if step.action == Action.WRITE_UNIT else ""
    return mounted, fstab, unit


def _shown(path: str, mounted: Sequence[str], fstab: Sequence[str], unit: str) -> str:
    lines = [f"mounted on {path}: {item}" for item in mounted] or [f"mounted on {path}: nothing"]
    units = [f"unit: {line}" for line in unit.splitlines() if line]
    return "\n".join([*lines, *(f"fstab: {line}" for line in fstab), *units]) + "\n"
