# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a mount: types, defaults and choices, for the role's entries and for the module alike.

PRIVATE: not for use outside this collection, may change in any release.

To add an option: add it here, describe it in the documentation of the module efs_mount, read it in entry.py, and run
C(scripts/efs_options.py), which writes the role's argument specs, its task and its README from the two. Runs on managed
hosts: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What an entry of efs_mounts may have, as an argument spec of Ansible.
ENTRY: Mapping[str, Mapping[str, Any]] = {
    "path": {"type": "str", "required": True},
    "dns_name": {"type": "str"},
    "file_system_id": {"type": "str"},
    "region": {"type": "str"},
    "mount_target_ip": {"type": "str"},
    "export": {"type": "str", "default": "/"},
    "state": {"type": "str", "choices": ["mounted", "present", "unmounted", "absent"], "default": "mounted"},
    "helper": {"type": "str", "choices": ["nfs4", "efs"], "default": "nfs4"},
    "tls": {"type": "bool", "default": False},
    "iam": {"type": "bool", "default": False},
    "access_point": {"type": "str"},
    "az": {"type": "str"},
    "options": {"type": "list", "elements": "str"},
    "extra_options": {"type": "list", "elements": "str", "default": []},
    "mountpoint_owner": {"type": "str"},
    "mountpoint_group": {"type": "str"},
    "mountpoint_mode": {"type": "str"},
    "root_owner": {"type": "str"},
    "root_group": {"type": "str"},
    "root_mode": {"type": "str"},
    "on_source_change": {"type": "str", "choices": ["remount", "fail"], "default": "remount"},
    "lazy_unmount": {"type": "bool", "default": False},
    "persist": {"type": "str", "choices": ["fstab", "systemd", "none"], "default": "fstab"},
    "readahead": {"type": "int"},
}
# What efs_mounts takes. It checks the entries itself: an error of Ansible's names neither the entry nor its path.
LIST: Mapping[str, Mapping[str, Any]] = {"mounts": {"type": "raw", "required": True}}
# What the role works out, or has as a variable for all of its entries.
MODULE: Mapping[str, Mapping[str, Any]] = {
    **ENTRY,
    "nested_paths": {"type": "list", "elements": "str", "default": []},
    "wait_timeout": {"type": "float", "default": 180},
    "wait_delay": {"type": "float", "default": 2},
    "fstab": {"type": "str", "default": "/etc/fstab"},
    "backup": {"type": "bool", "default": False},
}
# Options of the module that are variables of the role.
ROLE_VARIABLES: Mapping[str, str] = {
    "wait_timeout": "efs_mount_wait_timeout",
    "wait_delay": "efs_mount_wait_delay",
    "fstab": "efs_mount_fstab",
    "backup": "efs_mount_backup",
}


def default_of(name: str) -> Any:
    """Return the default of an option of the module; None where it has none."""
    return MODULE[name].get("default")
