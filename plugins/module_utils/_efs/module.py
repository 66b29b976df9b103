# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module efs_mount: its options, the host as AnsibleModule changes it, and its result.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import os
import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError

from .decision import (
    MOUNT,
    REMOVE_FSTAB,
    UNMOUNT,
    WRITE_FSTAB,
    Found,
    Step,
    describe,
    fstab_line,
)
from .entry import Attributes, Mount, parse_entry
from .host import Host
from .options import VERSION
from .specification import ENTRY
from .wait import Patience
from .worker import Report, Worker


class ModuleHost(Host):
    """The host, with files written and attributes set as Ansible does it."""

    def __init__(self, module: Any) -> None:
        super().__init__(fstab=module.params["fstab"])
        self._module = module
        self._path = module.params["fstab"]

    def write_fstab(self, text: str) -> None:
        """Write /etc/fstab whole or not at all."""
        descriptor, name = tempfile.mkstemp(dir=self._module.tmpdir)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
        if not pathlib.Path(self._path).exists():
            pathlib.Path(name).chmod(0o644)
        self._module.atomic_move(name, self._path)

    def set_attributes(self, path: str, wanted: Attributes) -> bool:
        """Set owner, group and mode of a directory, or in check mode tell whether that would change it."""
        changed: bool = self._module.set_fs_attributes_if_different(
            {
                "path": path,
                "owner": wanted.owner,
                "group": wanted.group,
                "mode": wanted.mode,
                "secontext": None,
                "attributes": None,
            },
            False,
        )
        return changed


def run_module(module: Any) -> dict[str, Any]:
    """Do what the module's options ask for; raises the BridgeError family."""
    params = module.params
    if params["wait_timeout"] < 0 or params["wait_delay"] <= 0:
        raise OptionError("wait_timeout must be at least 0, and wait_delay more than 0 seconds")
    mount = parse_entry({name: params[name] for name in ENTRY}).mount
    patience = Patience(params["wait_timeout"], params["wait_delay"])
    worker = Worker(ModuleHost(module), mount, params["nested_paths"], patience)
    try:
        report = worker.predict() if module.check_mode else worker.work()
    except BridgeError as exc:
        done = [] if module.check_mode else worker.report.steps
        module.fail_json(msg=f"{exc}{_so_far(done)}", changed=bool(done), steps=_steps(done))
    for warning in report.warnings:
        module.warn(warning)
    return _result(mount, report, module.check_mode)


def _so_far(done: Sequence[Step]) -> str:
    return f". Done before that: {', '.join(f'{step.action} {step.path}' for step in done)}" if done else ""


def _steps(steps: Sequence[Step]) -> list[dict[str, str]]:
    return [{"action": step.action, "path": step.path, "reason": step.reason} for step in steps]


def _result(mount: Mount, report: Report, check_mode: bool) -> dict[str, Any]:
    actions = {step.action for step in report.steps}
    before = _shown(mount.path, *_state(report.before))
    mounted, fstab = _predicted(mount, report) if check_mode else _state(report.after)
    result: dict[str, Any] = {
        "changed": report.changed,
        # Not "path" or "dest": about those AnsibleModule asks the file system, and a dead server never answers.
        "mount_point": mount.path,
        "mounted": mounted,
        "fstab": fstab,
        "steps": _steps(report.steps),
        "needs_daemon_reload": bool(actions & {WRITE_FSTAB, REMOVE_FSTAB})
        and pathlib.Path("/run/systemd/system").is_dir(),
        "diff": {"before": before, "after": _shown(mount.path, mounted, fstab)},
    }
    return result


def _state(found: Found) -> tuple[list[str], list[str]]:
    mounted = [f"{describe(layer, found.network)}{f', {found.dead}' if found.dead else ''}" for layer in found.stack]
    return mounted, [str(line) for line in found.fstab]


def _predicted(mount: Mount, report: Report) -> tuple[list[str], list[str]]:
    """Return what would be there after the steps."""
    mounted, fstab = _state(report.before)
    for step in report.steps:
        if step.action == UNMOUNT and step.path == mount.path:
            mounted.pop()
        elif step.action == MOUNT:
            mounted.append(f"{mount.source} (nfs4, vers={VERSION}, hard{', ro' if mount.read_only else ''})")
        elif step.action == WRITE_FSTAB:
            fstab = [str(fstab_line(mount))]
        elif step.action == REMOVE_FSTAB:
            fstab = []
    return mounted, fstab


def _shown(path: str, mounted: Sequence[str], fstab: Sequence[str]) -> str:
    lines = [f"mounted on {path}: {item}" for item in mounted] or [f"mounted on {path}: nothing"]
    return "\n".join([*lines, *(f"fstab: {line}" for line in fstab)]) + "\n"
