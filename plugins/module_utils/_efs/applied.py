# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the options of a mount are in effect: what a remount can set, and what only the next mount does.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from .entry import Mount
from .mount_table import Layer
from .options import by_name

# Flags of the mount alone, and what switches each off (mount(8)). The kernel changes them without asking the server.
_FLAGS = {"ro": "rw", "nosuid": "suid", "nodev": "dev", "noexec": "exec", "nodiratime": "diratime"}
_ACCESS_TIMES = ("noatime", "relatime", "strictatime")
# The options of mount(8) that imply these.
_IMPLYING = {
    "nosuid": ("user", "users", "owner", "group"),
    "nodev": ("user", "users", "owner", "group"),
    "noexec": ("user", "users"),
}
# Flags of the file system, as the kernel shows them, and what switches each off (nfs(5)).
_SWITCHES = {
    "noresvport": "resvport",
    "nosharecache": "sharecache",
    "nocto": "cto",
    "noac": "ac",
    "fsc": "nofsc",
    "nordirplus": "rdirplus",
}
# With what the kernel takes, and doesn't show, where they aren't given.
_DEFAULTS = {
    "nconnect": "1",
    "acregmin": "3",
    "acregmax": "60",
    "acdirmin": "30",
    "acdirmax": "60",
    "lookupcache": "all",
}
# Always shown; with what NFS 4.1 over TCP takes where they aren't given.
_SHOWN = {"timeo": "600", "retrans": "2"}
# Negotiated: the server may lower them, and never raises them.
_SIZES = ("rsize", "wsize")


def flags_to_set(mount: Mount, layer: Layer) -> tuple[str, ...]:
    """Return the flags that a remount has to set, all of them; none where they are as wanted."""
    wanted = _wanted_flags(mount.options, layer.flags)
    return () if set(wanted) == _compared(layer.flags) else tuple(wanted)


def missing_flags(mount: Mount, layer: Layer) -> tuple[str, ...]:
    """Return the flags that differ, in words."""
    wanted, found = set(_wanted_flags(mount.options, layer.flags)), _compared(layer.flags)
    return (*sorted(wanted - found), *(f"not {flag}" for flag in sorted(found - wanted)))


def _compared(flags: Iterable[str]) -> set[str]:
    return {flag for flag in flags if flag in _FLAGS or flag in _ACCESS_TIMES}


def _wanted_flags(options: Sequence[str], found: Sequence[str]) -> list[str]:
    wanted = [flag for flag, opposite in _FLAGS.items() if _is_on(options, flag, opposite)]
    given = [option for option in options if option in _ACCESS_TIMES]
    if given:
        return wanted + given[-1:]
    # relatime is what the kernel does of itself.
    kept = [flag for flag in _ACCESS_TIMES if flag in found]
    return wanted + ["relatime" if flag == "noatime" else flag for flag in kept]


def _is_on(options: Sequence[str], flag: str, opposite: str) -> bool:
    last = [option for option in options if option in (flag, opposite)]
    return last[-1] == flag if last else any(option in _IMPLYING.get(flag, ()) for option in options)


def pending_options(mount: Mount, layer: Layer) -> list[str]:
    """Return the options that only the next mount puts into effect, each with what is in effect now."""
    wanted = by_name(mount.options)
    switches = [
        f"{flag} (mounted {'with' if layer.option(flag) is not None else 'without'} it)"
        if flag in wanted
        else f"{opposite} (mounted with {flag})"
        for flag, opposite in _SWITCHES.items()
        if _is_pending_switch(mount, layer, flag, opposite)
    ]
    return switches + [
        f"{name}={value} (mounted with {layer.option(name) or _DEFAULTS.get(name)})"
        for name, value in _wanted_values(wanted).items()
        if _differs(name, value, layer.option(name))
    ]


def _is_pending_switch(mount: Mount, layer: Layer, flag: str, opposite: str) -> bool:
    found = layer.option(flag) is not None
    if flag not in mount.options and opposite not in mount.options and mount.helper == "efs":
        # mount.efs adds options of its own.
        return False
    return _is_on(mount.options, flag, opposite) != found


def _wanted_values(given: Mapping[str, Optional[str]]) -> Mapping[str, str]:
    times = given.get("actimeo")
    defaults = {
        **_DEFAULTS,
        **_SHOWN,
        **({name: times for name in _DEFAULTS if name.startswith("ac")} if times else {}),
    }
    if "noac" in given:
        defaults = {name: value for name, value in defaults.items() if not name.startswith("ac")}
    return {
        name: given.get(name) or defaults.get(name) or ""
        for name in (*defaults, *_SIZES)
        if name in defaults or given.get(name)
    }


def _differs(name: str, wanted: str, found: Optional[str]) -> bool:
    if not (wanted.isdigit() or name == "lookupcache"):
        return False
    if name in _SIZES:
        return found is not None and int(found) > int(wanted)
    if found is None:
        return name in _DEFAULTS and wanted != _DEFAULTS[name]
    return wanted != found
