# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names data may give to variables. Whoever may write one parameter must not steer Ansible.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import keyword
import re

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
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclasses.dataclass(frozen=True)
class NameRules:
    """The names that are allowed by the inventory file, and the play keywords of this ansible-core."""

    allowed: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()

    def steering(self, name: str) -> str:
        """Return what is dangerous about a name that comes from data; nothing where it is harmless or allowed."""
        if name in self.allowed:
            return ""
        if name.lower().startswith("ansible_"):
            return "variables named ansible_* change how and where Ansible runs"
        if name in _MAGIC:
            return "it is one of Ansible's own variables"
        if name.startswith(_OURS):
            return "names that begin with tfbridge_ are set by the inventory plugin"
        return ""

    def reserved(self, name: str) -> str:
        """Return why a name is no good as a variable though it is not dangerous."""
        if name in self.allowed:
            return ""
        if name in self.keywords:
            return "it is a keyword of plays and tasks"
        if keyword.iskeyword(name) or name in _SHADOWED:
            return "it is a word of Python or Jinja"
        return "" if _IDENTIFIER.match(name) else "it is not an identifier"
