# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host as AnsibleModule changes it: files that are written, attributes that are set, labels of SELinux.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from .commands import TimeoutExpiredError, call
from .entry import Attributes
from .errors import MountError
from .host import PROBE_TIMEOUT, Host

_NOT_PERMITTED = "Operation not permitted"


class ModuleHost(Host):
    """The host, with files written and attributes set as Ansible does it."""

    def __init__(self, module: Any) -> None:
        super().__init__(fstab=module.params["fstab"])
        self._module = module
        # What the module returns of a backup.
        self.backup: dict[str, str] = {}

    def write_fstab(self, text: str) -> None:
        """Write /etc/fstab whole or not at all; where it is a symbolic link, the file that it leads to."""
        target = os.path.realpath(str(self._fstab))
        try:
            with self._failing():
                if self._module.params["backup"] and pathlib.Path(target).exists() and not self.backup:
                    self.backup = {"backup_file": self._module.backup_local(target)}
                self._replace(target, text.encode("utf-8", "surrogateescape"))
        except OSError as exc:
            raise MountError(f"{self._fstab} can't be written: {exc}") from exc

    def write_unit(self, path: str, text: str) -> None:
        """Write a unit file whole or not at all, and enable it; or disable and remove it, where the text is empty."""
        file, link = self._unit_file(path), self._unit_link(path)
        try:
            if not text:
                for one in (link, file):
                    with contextlib.suppress(FileNotFoundError):
                        one.unlink()
                return
            with self._failing():
                self._replace(str(file), text.encode("utf-8", "surrogateescape"))
            link.parent.mkdir(mode=0o755, exist_ok=True)
            if not link.exists():
                with contextlib.suppress(FileNotFoundError):
                    link.unlink()
                link.symlink_to(file)
        except OSError as exc:
            raise MountError(f"{file} can't be {'written' if text else 'removed'}: {exc}") from exc

    def _replace(self, target: str, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._module.tmpdir)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if not pathlib.Path(target).exists():
            pathlib.Path(name).chmod(0o644)
        self._module.atomic_move(name, target)

    def make_directory(self, path: str) -> None:
        """Make a directory with all above it, with the labels that the policy of SELinux has for them."""
        made = [str(folder) for folder in (pathlib.Path(path), *pathlib.Path(path).parents) if not _exists(folder)]
        super().make_directory(path)
        if made and self._module.selinux_enabled():
            self._bounded(path, lambda: [self._module.set_default_selinux_context(folder, False) for folder in made])

    def set_attributes(self, path: str, wanted: Attributes, name: str) -> bool:
        """Set owner, group and mode of a directory; return whether that changed it, or would in check mode."""
        if wanted == Attributes():
            return False
        arguments = {
            "path": path,
            "owner": wanted.owner,
            "group": wanted.group,
            "mode": wanted.mode,
            # Nones for all of its parts: the label stays as it is.
            "secontext": self._module.selinux_initial_context(),
            "attributes": None,
        }
        try:
            return bool(self._bounded(path, lambda: self._module.set_fs_attributes_if_different(arguments, False)))
        except OSError as exc:
            options = ", ".join(f"{name}_{key}: {value}" for key, value in vars(wanted).items() if value is not None)
            squashed = (
                " The server takes root of this host for another user: root_squash, the user of an access point, or no "
                "elasticfilesystem:ClientRootAccess. Allow it, or leave these options out"
                if name == "root" and _NOT_PERMITTED in str(exc)
                else ""
            )
            raise MountError(f"{path}: {options} can't be set: {exc}.{squashed}") from exc

    def _bounded(self, path: str, function: Callable[[], Any]) -> Any:
        """Return what a function of AnsibleModule does, in a child: on a dead mount it never returns."""

        def failing() -> Any:
            with self._failing():
                return function()

        try:
            return call(failing, PROBE_TIMEOUT)
        except TimeoutExpiredError as exc:
            raise MountError(f"{path}: it didn't answer within {PROBE_TIMEOUT} s. Is its server gone?") from exc

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """Let functions of AnsibleModule raise OSError where they would end the process."""

        def fail(msg: str = "", **more: Any) -> None:
            raise OSError(f"{msg} {more.get('details', '')}".strip())

        before = self._module.fail_json
        self._module.fail_json = fail
        try:
            yield
        except OSError:
            raise
        except Exception as exc:  # ansible-core 2.19 and later raise plain ones, with the reason as their cause
            raise OSError(" ".join(filter(None, (str(exc), str(exc.__cause__ or ""))))) from exc
        finally:
            self._module.fail_json = before


def _exists(folder: pathlib.Path) -> bool:
    return os.path.lexists(str(folder))
