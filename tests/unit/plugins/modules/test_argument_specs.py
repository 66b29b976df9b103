# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Linters and language servers find the options of modules where they look: in main() and the documentation."""

from __future__ import annotations

import importlib
import io
import json
import sys
from pathlib import Path

import pytest
import yaml
from ansible.module_utils import basic

from tests.conftest import NOT_HERE
from tests.support.imports import PLUGINS
from tests.support.module_arguments import give_arguments

MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("[a-z]*.py"))
# The others have options of amazon.aws's in fragments, too.
WITHOUT_FRAGMENTS = {"efs_mount", "efs_mounts", "output_contract"}


class Accepted(Exception):
    """The options are valid, which is all that a linter wants to know."""


def checked(monkeypatch, name, options):
    """Run a module's main() as ansible-lint's rule `args` does, and return its message, nothing for valid options."""

    class Module(basic.AnsibleModule):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            raise Accepted

    module = importlib.import_module(f"ansible_collections.tfbridge.aws.plugins.modules.{name}")
    for holder in (basic, module):
        monkeypatch.setattr(holder, "AnsibleModule", Module, raising=False)
    give_arguments(monkeypatch, options)
    monkeypatch.setattr(sys, "stdout", printed := io.StringIO())
    try:
        module.main()
    except Accepted:
        return ""
    except SystemExit:
        return json.loads(printed.getvalue())["msg"]
    raise AssertionError


@pytest.mark.parametrize("name", sorted(path.stem for path in (PLUGINS / "action").glob("[a-z]*.py")))
def test_an_action_plugin_has_the_main_of_its_module(name):
    """ansible-lint finds the action plugin first."""
    action, module = (
        importlib.import_module(f"ansible_collections.tfbridge.aws.plugins.{kind}.{name}")
        for kind in ("action", "modules")
    )

    assert action.main is module.main


@pytest.mark.full
def test_ansible_lint_sees_wrong_options(run):
    """By the rule `args`, as a user runs it."""
    lint = Path(sys.executable).with_name("ansible-lint")
    if not lint.exists():
        pytest.skip(f"{NOT_HERE}the pins of the oldest release have no ansible-lint")
    wrong = {"efs_mounts": "mount", "output_contract": "teraform", "ssm_outputs_info": "regoin"}
    right = {"efs_mounts": {"mounts": []}}
    tasks = [
        {"name": "Wrong", f"tfbridge.aws.{name}": {option: [], **right.get(name, {})}} for name, option in wrong.items()
    ]
    run.write("play.yml", [{"name": "Wrong", "hosts": "localhost", "tasks": tasks}])

    linted = run.command([lint, "--offline", "--nocolor", "--format=pep8", "play.yml"])

    for option in wrong.values():
        assert f"module: {option}." in linted.said, linted.output


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_a_main(name):
    """An action plugin alone is something that ansible-lint passes over."""
    module = importlib.import_module(f"ansible_collections.tfbridge.aws.plugins.modules.{name}")

    assert callable(module.main)


@pytest.mark.cores
@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("efs_mounts", {"mounts": []}, ""),
        ("efs_mounts", {"mount": [], "mounts": []}, "Unsupported parameters"),
        ("efs_mounts", {}, "missing required arguments: mounts"),
        ("output_contract", {"terraform": [{"path": "x"}]}, ""),
        ("output_contract", {"terraform": [{"pth": "x"}]}, "pth"),
        ("output_contract", {"teraform": []}, "teraform"),
        ("output_contract", {"published": {"source": "both"}}, "value of source must be one of"),
        ("output_contract", {"max_file_size": "much"}, "max_file_size"),
    ],
)
def test_wrong_options_of_action_plugins_are_seen(monkeypatch, name, options, said):
    """By name, type and choice."""
    message = checked(monkeypatch, name, options)

    assert said in message
    assert bool(said) is bool(message)


@pytest.mark.parametrize("name", sorted(WITHOUT_FRAGMENTS))
def test_the_documentation_has_the_same_options(monkeypatch, name):
    """A language server reads it, and completes and checks what it finds there."""
    module = importlib.import_module(f"ansible_collections.tfbridge.aws.plugins.modules.{name}")
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    specs = []
    monkeypatch.setattr(module, "AnsibleModule", lambda argument_spec, **_others: specs.append(argument_spec) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        module.main()

    assert described(documented, "suboptions") == described(specs[0], "options")


def described(options, nested):
    """What both say of an option: its type, choices, default and options of its own."""
    return {
        name: (
            option.get("type", "str"),
            option.get("elements"),
            bool(option.get("required")),
            list(option.get("choices") or []),
            option.get("default"),
            described(option.get(nested) or {}, nested),
        )
        for name, option in options.items()
    }
