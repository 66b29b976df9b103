# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""systemd, which makes units from the lines of C(/etc/fstab): whether it has read them and others, its automounts.

PRIVATE: not for use outside this collection, may change in any release.

None of this touches the path: that would trigger an automount. Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .commands import run

_FSTAB = "/etc/fstab"
UNITS = "/etc/systemd/system"
_TIMEOUT = 60
_ESCAPED = re.compile(r"^\.|[^A-Za-z0-9:_.]")


def unit_name(path: str, suffix: str) -> str:
    """Return the name of the unit of a path (systemd.unit(5), string escaping): C(mnt-efs.mount)."""
    return f"{_ESCAPED.sub(_escape, path.strip('/'))}.{suffix}"


def _escape(match: re.Match[str]) -> str:
    if match[0] == "/":
        return "-"
    return "".join(f"\\x{byte:02x}" for byte in match[0].encode("utf-8", "surrogateescape"))


def unit_file(path: str) -> str:
    """Return where the unit file of a path's mount is, if it has one of its own."""
    return f"{UNITS}/{unit_name(path, 'mount')}"


def has_unread_changes(path: str, *, listed: bool, unit: bool) -> bool:
    """Return whether systemd doesn't know yet what mounts a path at boot.

    That is a line of C(/etc/fstab), where it is listed, and before that a unit file, where it has a unit.
    """
    properties = "LoadState,FragmentPath,SourcePath,NeedDaemonReload"
    done = run(["systemctl", "show", f"--property={properties}", "--", unit_name(path, "mount")], _TIMEOUT)
    known = _parse(done.stdout)
    if done.code != 0 or "LoadState" not in known:
        return False
    own, stale = known.get("FragmentPath") == unit_file(path), known.get("NeedDaemonReload") == "yes"
    if own or unit:
        return stale or own != unit
    if known.get("SourcePath") == _FSTAB:
        return not listed or stale
    # Without a file of its own the unit stands for what is mounted, or for nothing.
    return listed and not known.get("FragmentPath")


def _parse(text: str) -> Mapping[str, str]:
    return {name: value for name, _mark, value in (line.partition("=") for line in text.splitlines())}


def systemctl(verb: str, *units: str) -> str:
    """Have systemd do something; return what went wrong, empty where nothing did."""
    return run(["systemctl", verb, *units], _TIMEOUT).problem(f"systemctl {verb}")
