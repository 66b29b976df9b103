# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of mounts, checked and completed before any host is touched, and the mounts that they describe.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts too: Python 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest, show
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import options as mount_options
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import source as sources

from .option_rules import check_rules
from .source import Remote
from .specification import ENTRY

NFS_PORT = 2049
# In KiB: the largest page of a kernel, in which it counts; and far beyond what is of use.
_READAHEAD_STEP = 64
_READAHEAD_MOST = 1024 * 1024
AUTOMOUNT = "x-systemd.automount"
_MODE = re.compile(r"[0-7]{3,4}\Z|[ugoa]*[-+=][rwxXstugo]*(?:,[ugoa]*[-+=][rwxXstugo]*)*\Z")
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Attributes:
    """Owner, group and mode of a directory; None leaves it as it is."""

    owner: Optional[str] = None
    group: Optional[str] = None
    mode: Optional[str] = None


@dataclass(frozen=True)
class Mount:
    """The mount that an entry describes: its desired state."""

    path: str
    state: str
    helper: str
    remote: Optional[Remote]
    # What to resolve and to connect to: a name or an address. None where efs-utils alone knows it.
    server: Optional[str]
    file_system_id: Optional[str]
    options: tuple[str, ...]
    tls: bool
    access_point: Optional[str]
    mountpoint: Attributes
    root: Attributes
    on_source_change: str
    lazy_unmount: bool
    persist: str
    # In KiB; None leaves what the kernel takes.
    readahead: Optional[int]

    @property
    def source(self) -> str:
        """The first field of its line in /etc/fstab."""
        return str(self.remote)

    @property
    def read_only(self) -> bool:
        """Whether it is mounted read-only."""
        return "ro" in self.options

    @property
    def on_access(self) -> bool:
        """Whether systemd mounts it when somebody accesses the path."""
        return AUTOMOUNT in self.options

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        given = mount_options.by_name(self.options).get("port") or ""
        return int(given) if given.isdigit() and int(given) else NFS_PORT


@dataclass(frozen=True)
class Entry:
    """An entry, completed with defaults, and the mount that it describes."""

    params: Mapping[str, Any]
    mount: Mount


def parse_entries(value: object) -> tuple[Entry, ...]:
    """Return the entries of the list efs_mounts. Raises OptionError, which names each entry that can't be used."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise OptionError(f"efs_mounts: {show(value)} must be a list of mounts, each with a path")
    refusals = Refusals()
    entries: dict[int, Entry] = {}
    for index, given in enumerate(value):
        path = given.get("path") if isinstance(given, Mapping) else None
        place = f"efs_mounts[{index}]{f' ({path})' if isinstance(path, str) else ''}: "
        entry = refusals.checked(None, _parse_unique, given, entries, place=place)
        if entry:
            entries[index] = entry
    refusals.finish()
    return tuple(entries.values())


def _parse_unique(given: object, others: Mapping[int, Entry]) -> Entry:
    entry = parse_entry(given)
    for index, other in others.items():
        if entry.mount.path == other.mount.path:
            raise OptionError(f"path: {show(entry.params['path'])} is also the path of entry {index}; use it once")
    return entry


def in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return entries in the order of work: unmounts from the deepest path up, then mounts from the top down."""
    leaving = [entry for entry in entries if entry.mount.state in ("unmounted", "absent")]
    coming = [entry for entry in entries if entry.mount.state in ("mounted", "present")]

    def depth(entry: Entry) -> int:
        return entry.mount.path.count("/")

    return tuple(sorted(leaving, key=depth, reverse=True) + sorted(coming, key=depth))


def nested_paths(entry: Entry, entries: Sequence[Entry]) -> list[str]:
    """Return the paths below an entry's path that other entries mount, after it."""
    below = entry.mount.path + "/"
    return [
        other.mount.path for other in entries if other.mount.path.startswith(below) and other.mount.state == "mounted"
    ]


def parse_entry(given: object) -> Entry:
    """Return one entry, completed. Raises OptionError, which names every option that can't be used."""
    if not isinstance(given, Mapping):
        raise OptionError(f"{show(given)} must be a dictionary with a path and a source")
    params: dict[str, Any] = {
        name: spec.get("default") if given.get(name) is None else given[name] for name, spec in ENTRY.items()
    }
    refusals = Refusals(
        f"{show(key)} is not an option of a mount.{nearest(str(key), ENTRY)} Valid options: {', '.join(ENTRY)}"
        for key in given
        if key not in ENTRY
    )
    for name, check in _CHECKS.items():
        if params[name] is not None or name == "path":
            params[name] = refusals.checked(None, check, name, params[name])
    refusals.finish()
    options = mount_options.merge(params["helper"], params["options"], params["extra_options"])
    check_rules(params, options)
    return Entry(params, _mount(params, options))


def _choice(name: str, value: object) -> object:
    choices = ENTRY[name]["choices"]
    if value not in choices:
        raise OptionError(f"{name}: {show(value)} is not valid. Valid values: {', '.join(choices)}")
    return value


def _boolean(name: str, value: object) -> bool:
    found = _BOOLEANS.get(str(value).lower()) if isinstance(value, (bool, int, str)) else None
    if found is None:
        raise OptionError(f"{name}: {show(value)} must be true or false")
    return found


def _path(name: str, value: object) -> str:
    if value is None:
        raise OptionError(f"{name}: it is required, an absolute path like /mnt/efs")
    text = str(value)
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not isinstance(value, str) or not text.startswith("/") or not text.isprintable() or ".." in parts:
        raise OptionError(f"{name}: {show(value)} must be an absolute path without '..', like /mnt/efs")
    if not parts:
        raise OptionError(f"{name}: {show(value)} is the root of the host; use a path below it, like /mnt/efs")
    return "/" + "/".join(parts)


def _mode(name: str, value: object) -> str:
    if not (isinstance(value, str) and _MODE.match(value)):
        raise OptionError(f'{name}: {show(value)} must be a mode as a string, like "0755" or u=rwx,g=rx')
    return value


def _readahead(name: str, value: object) -> int:
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    if (
        not isinstance(number, int)
        or isinstance(number, bool)
        or number % _READAHEAD_STEP
        or not 0 <= number <= _READAHEAD_MOST
    ):
        raise OptionError(
            f"{name}: {show(value)} is not valid. Valid values: multiples of {_READAHEAD_STEP} from 0 to "
            f"{_READAHEAD_MOST}, in KiB, like 15360"
        )
    return number


def _account(name: str, value: object) -> str:
    if not (isinstance(value, str) and value and value.isprintable()):
        raise OptionError(f"{name}: {show(value)} must be a name, or a number in quotes")
    return value


def _options(name: str, value: object) -> list[str]:
    return list(mount_options.split_options(value, name))


def _source(check: Callable[[object], str]) -> Callable[[str, object], str]:
    return lambda _name, value: check(value)


# How each option is checked and put into its one form, in the order in which problems are reported.
_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    **{name: _choice for name, spec in ENTRY.items() if "choices" in spec},
    **{name: _boolean for name, spec in ENTRY.items() if spec["type"] == "bool"},
    "path": _path,
    **{f"{kind}_mode": _mode for kind in ("mountpoint", "root")},
    **{f"{kind}_{name}": _account for kind in ("mountpoint", "root") for name in ("owner", "group")},
    "options": _options,
    "extra_options": _options,
    "dns_name": _source(sources.check_dns_name),
    "file_system_id": _source(sources.check_file_system_id),
    "mount_target_ip": _source(sources.check_address),
    "export": _source(sources.check_export),
    "access_point": _source(sources.check_access_point),
    "readahead": _readahead,
    "az": _source(sources.check_zone_or_instance),
    "region": lambda name, value: check_region(value, name),
}


def _mount(params: Mapping[str, Any], merged: tuple[str, ...]) -> Mount:
    helper = params["helper"]
    given = _given_server(params)
    server, host = given, given
    if helper == "efs":
        merged += _efs_options(params)
        server, host = _efs_server(given, merged), params["file_system_id"] or given
    return Mount(
        path=params["path"],
        state=params["state"],
        helper=helper,
        remote=Remote(host, params["export"]) if host else None,
        server=server,
        file_system_id=sources.file_system_of(given) if given else None,
        options=merged,
        tls=params["tls"],
        access_point=params["access_point"],
        mountpoint=_attributes(params, "mountpoint"),
        root=_attributes(params, "root"),
        on_source_change=params["on_source_change"],
        lazy_unmount=params["lazy_unmount"],
        persist=params["persist"],
        readahead=params["readahead"],
    )


def _given_server(params: Mapping[str, Any]) -> Optional[str]:
    """Return the name or address of the file system, or of its mount target in a zone."""
    # The zone of the instance is put in its place on the host; until then any mount target will do.
    zone = None if params["az"] == sources.OF_INSTANCE else params["az"]
    if params["file_system_id"]:
        return sources.efs_name(params["file_system_id"], params["region"], zone)
    name: Optional[str] = params["dns_name"] or params["mount_target_ip"]
    in_zone = zone and name and params["helper"] == "nfs4" and not sources.zone_of(name)
    return f"{zone}.{name}" if in_zone else name


def _efs_options(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the mount options of efs-utils that entries have options of their own for."""
    flags = tuple(key for key in ("tls", "iam") if params[key])
    named = (("accesspoint", "access_point"), ("az", "az"), ("region", "region"))
    return flags + tuple(f"{name}={params[key]}" for name, key in named if params[key])


def _efs_server(name: Optional[str], options: Iterable[str]) -> Optional[str]:
    """Return what efs-utils connects to."""
    names = mount_options.by_name(options)
    if "crossaccount" in names:
        return None
    return names.get("mounttargetip") or name


def _attributes(params: Mapping[str, Any], kind: str) -> Attributes:
    return Attributes(*(params[f"{kind}_{name}"] for name in ("owner", "group", "mode")))
