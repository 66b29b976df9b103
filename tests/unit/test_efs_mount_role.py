# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's specs, defaults and README, the module and the code say the same of every option."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import request
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.options import RECOMMENDED
from ansible_collections.tfbridge.aws.plugins.modules import efs_mount

from tests.conftest import ROOT

ROLE = ROOT / "roles" / "efs_mount"
SPEC = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
ENTRY = SPEC["efs_mounts"]["options"]
MODULE = yaml.safe_load(efs_mount.DOCUMENTATION)["options"]
README = (ROLE / "README.md").read_text()
# Of the module alone: what the role has as variables of its own, or works out.
ROLE_WIDE = {"wait_timeout": "efs_mount_wait_timeout", "wait_delay": "efs_mount_wait_delay", "fstab": "efs_mount_fstab"}


def test_defaults_are_those_of_the_specs():
    """Every variable of the role but the list of mounts, which has a default that the inventory decides."""
    specified = {name: option["default"] for name, option in SPEC.items() if name != "efs_mounts"}

    assert specified == yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    assert "default" not in SPEC["efs_mounts"]


def test_an_entry_has_the_options_of_the_module():
    """Same names in the same order, types, defaults, choices and words."""
    documented = {name: option for name, option in MODULE.items() if name not in {*ROLE_WIDE, "nested_paths"}}

    assert list(documented) == list(ENTRY)
    for name, option in ENTRY.items():
        text = yaml.safe_dump(option, width=100_000).replace("O(efs_mounts[].", "O(")
        assert documented[name] == yaml.safe_load(text), name
    for name, variable in ROLE_WIDE.items():
        kept = ("type", "default")
        assert [MODULE[name].get(key) for key in kept] == [SPEC[variable].get(key) for key in kept]


def test_the_module_takes_what_it_documents():
    """The arguments that Ansible checks are those of the documentation."""
    kept = ("type", "elements", "default", "choices", "required")
    documented = {name: {key: option[key] for key in kept if key in option} for name, option in MODULE.items()}

    assert documented == efs_mount.ARGUMENTS


def test_the_code_has_the_same_defaults_and_choices():
    """What completes an entry on the controller."""
    assert {name: option.get("default") for name, option in ENTRY.items()} == dict(request.DEFAULTS)
    choices = {"state": request.STATES, "helper": request.HELPERS, "on_source_change": request.ON_SOURCE_CHANGE}
    assert {name: list(value) for name, value in choices.items()} == {
        name: option["choices"] for name, option in ENTRY.items() if "choices" in option
    }


@pytest.mark.parametrize("helper", request.HELPERS)
def test_the_recommended_options_are_documented(helper):
    """To the letter."""
    assert any(f"C({','.join(RECOMMENDED[helper])})" in line for line in ENTRY["options"]["description"])


def plain(text: str) -> str:
    """Give a description as Markdown: the marks of Ansible's documentation as code."""
    text = re.sub(r"[MP]\(([^)#]+)(?:#\w+)?\)", r"`\1`", text.replace("efs_mounts[].", ""))
    return re.sub(r"[CVO]\(([^)]*)\)", r"`\1`", text).replace("|", r"\|")


def table(options: dict) -> str:
    """Give the table that the README has of options."""
    rows = ["| option | default | |", "|---|---|---|"]
    for name, option in options.items():
        given = option["description"]
        text = " ".join([given] if isinstance(given, str) else given)
        default = (
            "required"
            if option.get("required")
            else f"`{yaml.safe_dump(option['default']).split(chr(10))[0]}`"
            if "default" in option
            else ""
        )
        accepted = f"{', '.join(f'`{choice}`' for choice in option['choices'])}. " if "choices" in option else ""
        rows.append(f"| `{name}` | {default} | {accepted}{plain(text)} |")
    return "\n".join(rows) + "\n"


def test_the_readme_has_every_option():
    """Each with its default, its choices and its words: the tables are what the specs make."""
    assert table({name: option for name, option in SPEC.items() if name != "efs_mounts"}) in README
    assert table(ENTRY) in README
