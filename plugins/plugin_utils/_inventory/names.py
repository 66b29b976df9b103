# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names data may give to variables, hosts and groups. Whoever may write one parameter must not steer Ansible.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import keyword
import re

from ansible import constants
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.addresses import is_controller, parse_ip

# Ansible's special variables (its reference "Special Variables"), without ansible_*, which are refused as a family.
_MAGIC = frozenset(
    (
        "discovered_interpreter_python",
        "group_names",
        "groups",
        "hostvars",
        "inventory_dir",
        "inventory_file",
        "inventory_hostname",
        "inventory_hostname_short",
        "play_hosts",
        "playbook_dir",
        "role_name",
        "role_names",
        "role_path",
        "vars",
    )
)
# Names that templates have a meaning for already: harmless, but what is set can't be read.
_SHADOWED = frozenset(
    ("environment", "false", "item", "lookup", "none", "now", "omit", "q", "query", "template", "true", "undef")
)
_OURS = "tfbridge_"
# Variables of the role efs_mount that decide what it does as root; efs_mounts says what to mount.
ROLE_OPTIONS = frozenset(
    (
        "efs_mount_backup",
        "efs_mount_fstab",
        "efs_mount_install_client",
        "efs_mount_install_helper",
        "efs_mount_remove_client",
        "efs_mount_utils_config",
        "efs_mount_wait_delay",
        "efs_mount_wait_timeout",
    )
)
_RESERVED = frozenset(("all", "ungrouped"))
# Names of the controller in the hosts files of Linux distributions; those of plays mean it too.
_LOCAL = re.compile(r"(ip6-)?(localhost[46]?(\.localdomain[46]?)?|loopback)\.?\Z", re.IGNORECASE)
# What is left after all that Ansible reads as a pattern (web*, web:!db, ~web, web[0], @file) or as an option.
_HOST_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def core_variables() -> frozenset[str]:
    """Return the variables that options of this ansible-core are read from."""
    definitions = constants.config.get_configuration_definitions()
    return frozenset(entry["name"] for option in definitions.values() for entry in option.get("vars") or ())


def host_name_problem(name: object) -> str:
    """Return why a name can't be an inventory hostname; nothing where it can."""
    if not isinstance(name, str):
        return f"it is a {type(name).__name__}, not a string"
    problem = group_name_problem(name)
    if problem or parse_ip(name) == name or _HOST_NAME.match(name):
        return problem
    return "it is empty, too long, or has characters that Ansible may read as a pattern or an option"


def group_name_problem(name: str) -> str:
    """Return why data can't name a group so; nothing where it can."""
    if name.lower() in _RESERVED:
        return "Ansible reserves that name"
    if _LOCAL.match(name) or is_controller(name.replace("_", ".")) or is_controller(name):
        return "plays use that name for the controller"
    return ""


@dataclasses.dataclass(frozen=True)
class NameRules:
    """The names that are allowed by the inventory file, and the keywords and variables of this ansible-core."""

    allowed: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    core: frozenset[str] = frozenset()

    def steering(self, name: str, prefix: str = "") -> str:
        """Return what is dangerous about a name that comes from data; nothing where it is harmless or allowed.

        C(prefix) is the part of the name that the inventory file has given.
        """
        if name in self.allowed:
            return ""
        reasons = (
            (name.lower().startswith("ansible_"), "variables named ansible_* change how and where Ansible runs"),
            (name in self.core, "ansible-core reads it as an option"),
            (name in _MAGIC, "it is one of Ansible's own variables"),
            (name in ROLE_OPTIONS, "it is an option of the role efs_mount"),
            (name.startswith(_OURS), "names that begin with tfbridge_ are set by the inventory plugin"),
            (name.startswith("_") and not prefix, "names that begin with _ are internal to Ansible and to roles"),
        )
        return next((reason for refused, reason in reasons if refused), "")

    def reserved(self, name: str) -> str:
        """Return why a name is no good as a variable though it is not dangerous."""
        if name in self.allowed:
            return ""
        if name in self.keywords:
            return "it is a keyword of plays and tasks"
        if keyword.iskeyword(name) or name in _SHADOWED:
            return "it is a word of Python or Jinja"
        return "" if _IDENTIFIER.match(name) else "it is not an identifier"
