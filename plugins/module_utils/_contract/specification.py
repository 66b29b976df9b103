# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the contract check, where linters and language servers find them: in the module.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONNECTION = ("access_key", "secret_key", "session_token", "profile", "endpoint_url", "assume_role_arn")
# Ansible fills defaults in where they are, so it is given a copy.
SPEC: Mapping[str, Any] = {
    "terraform": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str"},
            "prefix": {"type": "str", "default": "OUTPUT_"},
            "var_files": {"type": "list", "elements": "str", "default": []},
            "variables": {"type": "dict", "default": {}},
            "plan_json": {"type": "str"},
        },
    },
    "published": {
        "type": "dict",
        "options": {
            "region": {"type": "str"},
            "prefix": {"type": "str", "default": "OUTPUT_"},
            "source": {"type": "str", "choices": ["parameters", "snapshot"], "default": "parameters"},
            "retry_budget": {"type": "float", "default": 60},
            **{name: {"type": "str", "no_log": name in CONNECTION[:3]} for name in CONNECTION},
        },
    },
    "playbooks": {"type": "list", "elements": "str", "default": []},
    "declared_from": {"type": "list", "elements": "str", "default": []},
    "write_to": {"type": "str"},
    "modules": {"type": "list", "elements": "dict", "default": []},
    "ignore": {"type": "list", "elements": "dict", "default": []},
    "baseline": {"type": "str"},
    "update_baseline": {"type": "bool", "default": False},
    "fail_on": {"type": "list", "elements": "str", "default": ["missing", "type_changed", "stale_used"]},
    "reports": {
        "type": "dict",
        "default": {},
        "options": {
            "junit": {"type": "str"},
            "code_quality": {"type": "str"},
            "sarif": {"type": "str"},
            "github": {"type": "bool", "default": False},
        },
    },
    "graph": {"type": "str"},
    "base": {"type": "str"},
    "max_file_size": {"type": "int", "default": 1_000_000},
}
