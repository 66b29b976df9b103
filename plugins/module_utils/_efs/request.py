# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a caller asks for: entries of mounts, read, checked and completed before any host is touched.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts too: Python 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest, show
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import options as mount_options
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import source as sources

from .rules import SOURCES, check_efs, check_rules
from .source import Remote

STATES = ("mounted", "present", "unmounted", "absent")
HELPERS = ("nfs4", "efs")
ON_SOURCE_CHANGE = ("remount", "fail")
ATTRIBUTES = ("owner", "group", "mode")
# Every option of an entry, with its default.
DEFAULTS: Mapping[str, Any] = {
    "path": None,
    "dns_name": None,
    "file_system_id": None,
    "region": None,
    "mount_target_ip": None,
    "export": "/",
    "state": "mounted",
    "helper": "nfs4",
    "tls": False,
    "iam": False,
    "access_point": None,
    "az": None,
    "options": None,
    "extra_options": [],
    "mountpoint_owner": None,
    "mountpoint_group": None,
    "mountpoint_mode": None,
    "root_owner": None,
    "root_group": None,
    "root_mode": None,
    "on_source_change": "remount",
    "lazy_unmount": False,
}
_MODE = re.compile(r"[0-7]{3,4}\Z|[ugoa]*[-+=][rwxXstugo]*(?:,[ugoa]*[-+=][rwxXstugo]*)*\Z")
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Attributes:
    """Owner, group and mode of a directory; None leaves it as it is."""

    owner: Optional[str] = None
    group: Optional[str] = None
    mode: Optional[str] = None


@dataclass(frozen=True)
class Mount:
    """A mount that is wanted, in the one form that everything else works with."""

    path: str
    state: str
    helper: str
    remote: Optional[Remote]
    # Who answers for the mount: a name to resolve or an address. None where efs-utils alone knows it.
    server: Optional[str]
    file_system_id: Optional[str]
    options: tuple[str, ...]
    tls: bool
    access_point: Optional[str]
    mountpoint: Attributes
    root: Attributes
    on_source_change: str
    lazy_unmount: bool

    @property
    def source(self) -> str:
        """The first field of its line in /etc/fstab."""
        return str(self.remote)

    @property
    def read_only(self) -> bool:
        """Whether it is mounted read-only."""
        return "ro" in self.options


@dataclass(frozen=True)
class Entry:
    """An entry as the caller gave it, completed with defaults, and the mount that it stands for."""

    params: Mapping[str, Any]
    mount: Mount


def parse_entries(value: object, option: str = "efs_mounts") -> tuple[Entry, ...]:
    """Read a list of entries. Raises OptionError, which names the entry, for the first that can't be used."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise OptionError(f"{option}: {show(value)} is not a list. Accepted is a list of mounts, each with a path")
    entries: list[Entry] = []
    for index, given in enumerate(value):
        try:
            entry = parse_entry(given)
            _check_unique(entry, entries)
        except OptionError as exc:
            path = given.get("path") if isinstance(given, Mapping) else None
            raise OptionError(f"{option}[{index}]{f' ({path})' if isinstance(path, str) else ''}: {exc}") from exc
        entries.append(entry)
    return tuple(entries)


def _check_unique(entry: Entry, others: Sequence[Entry]) -> None:
    for index, other in enumerate(others):
        if entry.mount.path == other.mount.path:
            raise OptionError(
                f"path: {show(entry.params['path'])} is the path of entry {index} too. Accepted is one entry a path"
            )


def in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Give entries in the order of work: unmounts from the deepest path up, then mounts from the highest path down."""
    leaving = [entry for entry in entries if entry.mount.state in ("unmounted", "absent")]
    coming = [entry for entry in entries if entry.mount.state in ("mounted", "present")]

    def depth(entry: Entry) -> int:
        return entry.mount.path.count("/")

    return tuple(sorted(leaving, key=depth, reverse=True) + sorted(coming, key=depth))


def nested_paths(entry: Entry, entries: Sequence[Entry]) -> list[str]:
    """Give the paths below an entry's that other entries mount, after it."""
    below = entry.mount.path + "/"
    return [
        other.mount.path for other in entries if other.mount.path.startswith(below) and other.mount.state == "mounted"
    ]


def parse_entry(given: object) -> Entry:
    """Read one entry; raises OptionError for what can't be used."""
    if not isinstance(given, Mapping):
        raise OptionError(f"{show(given)} is not a mount. Accepted is a dictionary with a path and a source")
    for key in given:
        if key not in DEFAULTS:
            raise OptionError(
                f"{show(key)} is not an option of a mount.{nearest(str(key), DEFAULTS)} "
                f"Accepted are {', '.join(DEFAULTS)}"
            )
    params = {key: default if given.get(key) is None else given[key] for key, default in DEFAULTS.items()}
    for key, accepted in (("state", STATES), ("helper", HELPERS), ("on_source_change", ON_SOURCE_CHANGE)):
        if params[key] not in accepted:
            raise OptionError(f"{key}: {show(params[key])} is not accepted. Accepted are {', '.join(accepted)}")
    for key in ("tls", "iam", "lazy_unmount"):
        params[key] = _truth(params[key], key)
    params["path"] = _path(params["path"])
    for kind in ("mountpoint", "root"):
        _check_attributes(params, kind)
    params["options"] = (
        None if params["options"] is None else list(mount_options.split_options(params["options"], "options"))
    )
    params["extra_options"] = list(mount_options.split_options(params["extra_options"] or [], "extra_options"))
    _clean_source(params)
    return Entry(params, _mount(params))


def _truth(value: object, key: str) -> bool:
    found = _TRUTH.get(str(value).lower()) if isinstance(value, (bool, int, str)) else None
    if found is None:
        raise OptionError(f"{key}: {show(value)} is not a truth value. Accepted are true and false")
    return found


def _path(value: object) -> str:
    if value is None:
        raise OptionError("path: it is missing. Accepted is an absolute path, like /mnt/efs")
    text = str(value)
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not isinstance(value, str) or not text.startswith("/") or not text.isprintable() or ".." in parts:
        raise OptionError(f"path: {show(value)} is not an absolute path without '..'. Accepted is a path like /mnt/efs")
    if not parts:
        raise OptionError(f"path: {show(value)} is the root of the host. Accepted is a path below it, like /mnt/efs")
    return "/" + "/".join(parts)


def _check_attributes(params: Mapping[str, Any], kind: str) -> None:
    mode = params[f"{kind}_mode"]
    if mode is not None and not (isinstance(mode, str) and _MODE.match(mode)):
        raise OptionError(f'{kind}_mode: {show(mode)} is not a mode. Accepted is a string like "0755" or u=rwx,g=rx')
    for key in (f"{kind}_owner", f"{kind}_group"):
        value = params[key]
        if value is not None and not (isinstance(value, str) and value and value.isprintable()):
            raise OptionError(
                f"{key}: {show(value)} is not a name. Accepted is a string: a name, or a number in quotes"
            )


def _clean_source(params: dict[str, Any]) -> None:
    """Check what names the file system, and put it into its one form."""
    given = [key for key in SOURCES if params[key] is not None]
    checks = (
        ("dns_name", sources.check_dns_name),
        ("file_system_id", sources.check_file_system_id),
        ("mount_target_ip", sources.check_address),
        ("export", sources.check_export),
        ("access_point", sources.check_access_point),
        ("az", sources.check_zone),
    )
    for key, check in checks:
        if params[key] is not None:
            params[key] = check(params[key])
    if params["region"] is not None:
        params["region"] = check_region(params["region"], "region")
    check_rules(params, given)


def _mount(params: Mapping[str, Any]) -> Mount:
    helper = params["helper"]
    merged = mount_options.merge(helper, params["options"], params["extra_options"])
    mount_options.check(helper, merged)
    given = params["dns_name"] or params["mount_target_ip"]
    if params["file_system_id"]:
        given = sources.efs_name(params["file_system_id"], params["region"], params["az"])
    identity = sources.file_system_of(given) if given else None
    server, host = given, given
    if helper == "efs":
        check_efs(merged, params)
        merged += _efs_options(params)
        server, host = _efs_server(given, merged), params["file_system_id"] or given
    return Mount(
        path=params["path"],
        state=params["state"],
        helper=helper,
        remote=Remote(host, params["export"]) if host else None,
        server=server,
        file_system_id=identity,
        options=merged,
        tls=params["tls"],
        access_point=params["access_point"],
        mountpoint=_attributes(params, "mountpoint"),
        root=_attributes(params, "root"),
        on_source_change=params["on_source_change"],
        lazy_unmount=params["lazy_unmount"],
    )


def _efs_options(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the options of efs-utils that have options of their own here."""
    flags = tuple(key for key in ("tls", "iam") if params[key])
    named = (("accesspoint", "access_point"), ("az", "az"), ("region", "region"))
    return flags + tuple(f"{name}={params[key]}" for name, key in named if params[key])


def _efs_server(name: Optional[str], options: Sequence[str]) -> Optional[str]:
    """Give what efs-utils connects to."""
    names = mount_options.by_name(options)
    if "crossaccount" in names:
        return None
    return names.get("mounttargetip") or name


def _attributes(params: Mapping[str, Any], kind: str) -> Attributes:
    return Attributes(*(params[f"{kind}_{name}"] for name in ATTRIBUTES))
