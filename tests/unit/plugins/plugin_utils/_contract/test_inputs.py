# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs for Terraform that nobody publishes, and those that nobody reads."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.check import Request, TerraformSource, check
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.result import result_of
from hypothesis import given
from hypothesis import strategies as st

MEMORY = "/prod/web/INPUT_MEMORY"
IMAGE = "/prod/web/INPUT_IMAGE"


def reading(arguments: str, path: str = '"/prod/web"', more: str = "") -> str:
    """Return a call of the module, each of its arguments on line 4."""
    return f'{more}module "inputs" {{\n  source = "../modules/ssm_inputs"\n  path = {path}\n  {arguments}\n}}\n'


def publishing(*names: str, path: str = "/prod/web", rest: str = "") -> str:
    """Return a play that publishes on line 6."""
    inputs = ", ".join(f"{{name: {name}, value: 1}}" for name in names)
    return (
        "- hosts: localhost\n  tasks:\n    - name: x\n      tfbridge.aws.ssm_inputs:\n"
        f'        path: "{path}"\n        inputs: [{inputs}]\n{rest}'
    )


def tuning(key: str) -> str:
    """Return a play that publishes on line 5 what it measures."""
    return (
        f"- hosts: localhost\n  tasks:\n    - tfbridge.aws.lambda_power_tuning:\n        function: f\n        {key}\n"
    )


def saying(parameter: str) -> str:
    """Return a task that reads a parameter."""
    return "    - debug: {msg: \"{{ lookup('amazon.aws.ssm_parameter', '" + parameter + "') }}\"}\n"


# Terraform code, a play, and what is found: kind with a star for a warning and a question mark for what can't be said
# for certain, the name's last part, the line.
CASES = {
    "both": (reading("numbers = { memory = {} }"), publishing("memory"), []),
    "upper case": (reading("numbers = { MEMORY = {} }"), publishing("Memory"), []),
    "a slash at the end": (reading("numbers = { memory = {} }", '"/prod/web/"'), publishing("memory"), []),
    "a list": (reading("lists = { memory = { default = [] } }"), publishing("memory"), []),
    "renamed": (
        reading("numbers = { memory = {} }"),
        publishing("mem"),
        [("missing", "MEMORY", 4), ("unused", "MEM", 6)],
    ),
    "renamed, with a default": (
        reading("strings = { memory = { default = 1 } }"),
        publishing("mem"),
        [("missing*", "MEMORY", 4), ("unused", "MEM", 6)],
    ),
    "a default": (reading("numbers = { memory = { default = 1 } }"), "[]", []),
    "another path": (
        reading("numbers = { memory = {} }"),
        publishing("memory", path="/dev"),
        [("missing?", "MEMORY", 4), ("unused", "MEMORY", 6)],
    ),
    "published elsewhere": (reading("numbers = { memory = {} }"), "[]", [("missing?", "MEMORY", 4)]),
    "not read": ("", publishing("memory"), [("unused", "MEMORY", 6)]),
    "a path that is a variable": (reading("numbers = { memory = {} }", "var.path"), publishing("memory"), []),
    "a path that is a variable, and another name": (
        reading("numbers = { memory = {} }", '"/${var.env}/web"'),
        publishing("mem"),
        [("missing?", "MEMORY", 4), ("unused", "MEM", 6)],
    ),
    "a path that is a template": (
        reading("numbers = { memory = {} }"),
        publishing("memory", path="/{{ env }}/web"),
        [],
    ),
    "a name that is a template": (reading("strings = { memory = {} }"), publishing("'{{ item }}'"), []),
    "inputs that are a template": (
        reading("strings = { memory = {} }"),
        publishing().replace("[]", '"{{ measured }}"'),
        [],
    ),
    "keys that are a local's": (
        reading("numbers = local.n", more="locals {\n  n = { for k in [\"memory\", \"x\"] : k => {} }\n}\n"),
        publishing("memory"),
        [("missing", "X", 7)],
    ),
    "keys that are unknown": (reading("numbers = var.n"), publishing("memory"), []),
    "not made for certain": (
        reading("numbers = { memory = {} }\n  count = var.on ? 1 : 0"),
        publishing("mem"),
        [("missing?", "MEMORY", 4), ("unused", "MEM", 6)],
    ),
    "never made": (reading("numbers = { memory = {} }\n  count = 0"), publishing("memory"), [("unused", "MEMORY", 6)]),
    "for each stack": (
        reading("numbers = { memory = {} }\n  for_each = toset([\"/a\", \"/b\"])", "each.key"),
        publishing("memory", path="/a"),
        [("missing?", "MEMORY", 4)],
    ),
    "a secret": (
        reading('secrets = ["token"]'),
        publishing(rest="        secrets: [{name: token, value: x}]\n").replace("inputs: []", "state: present"),
        [],
    ),
    "a secret that nobody publishes": (
        reading('secrets = ["token"]'),
        publishing("memory"),
        [("missing", "TOKEN", 4), ("unused", "MEMORY", 6)],
    ),
    "taken away": (
        reading("numbers = { memory = {} }"),
        publishing("memory", rest="        state: absent\n"),
        [("missing?", "MEMORY", 4)],
    ),
    "tuned": (reading("numbers = { memory = {} }"), tuning(f"publish_to: {MEMORY}"), []),
    "tuned, renamed": (
        reading("numbers = { memory = {} }"),
        tuning("publish_to: /prod/web/INPUT_MEM"),
        [("missing", "MEMORY", 4), ("unused", "MEM", 5)],
    ),
    "tuned by the playbook": (
        reading("numbers = { memory = {} }"),
        f"- import_playbook: tfbridge.aws.tune_lambda\n  vars:\n    publish_to: {MEMORY}\n",
        [],
    ),
    "a data source": (f'data "aws_ssm_parameter" "m" {{\n  name = "{MEMORY}"\n}}\n', publishing("memory"), []),
    "a data source of a name that nobody publishes": (
        f'data "aws_ssm_parameter" "m" {{\n  name = "{MEMORY}"\n}}\n',
        publishing("mem"),
        [("missing", "MEMORY", 2), ("unused", "MEM", 6)],
    ),
    "a data source of something else": ('data "aws_ssm_parameter" "m" {\n  name = "/x/AMI"\n}\n', "[]", []),
    "read by a play": (
        "",
        publishing("memory", rest=saying(MEMORY)),
        [],
    ),
    "read by a play and by nobody published": (
        reading("numbers = { memory = {} }"),
        publishing("memory", rest=saying(IMAGE)),
        [("missing", "IMAGE", 7)],
    ),
}  # fmt: skip


def run(folder, code, play, prefix="OUTPUT_"):
    """Return the report of some code and a play."""
    for name, content in (("terraform/main.tf", code), ("ansible/site.yml", play)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    request = Request(
        files=SourceFiles(folder),
        terraform=[TerraformSource(prefix, folder / "terraform")],
        playbooks=[folder / "ansible"],
        fail_on=frozenset(("missing",)),
    )
    return check(request, lambda: ([], []))


def found(report):
    """Return what was found, in the words of the table."""
    return [
        (
            one.kind.value + ("*" if one.severity.value == "warning" else "" if one.certain else "?"),
            one.name.rpartition("INPUT_")[2],
            one.place.line,
        )
        for one in sorted(report.findings, key=lambda one: one.kind.value)
    ]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("prefix", ["OUTPUT_", "/prod/web/"])
def test_inputs(tmp_path, case, prefix):
    """As the table says, whatever the prefix of the outputs is; what is missing for certain fails the check."""
    code, play, expected = CASES[case]
    report = run(tmp_path, code, play, prefix)

    assert expected == found(report)
    assert ("failed" if any(kind == "missing" for kind, _name, _line in expected) else "passed") == report.status


def test_what_is_said(tmp_path):
    """The place, a name that is near, and both sides in the result."""
    report = run(tmp_path, reading("numbers = { memory = {} }"), publishing("memori"))
    result = result_of(report, failed=True)

    (missing,) = report.failing
    assert "nobody publishes /prod/web/INPUT_MEMORY, which is read here" == missing.message
    assert missing.advice.endswith("Did you mean '/prod/web/INPUT_MEMORI'?")
    assert ("terraform/main.tf:4", "module.inputs numbers") == (str(missing.place), missing.place.what)
    assert [(MEMORY, 0, 1), ("/prod/web/INPUT_MEMORI", 1, 0)] == [
        (one["name"], len(one["published"]), len(one["read"])) for one in reversed(result["inputs"])
    ]


NAMES = st.sets(st.sampled_from(["a", "b", "c", "ab", "a_b"]))


@given(NAMES, NAMES, st.sampled_from(["/p", "/p/q", "/a.b/c-d"]))
def test_what_is_missing_is_the_difference(tmp_path_factory, read, published, path):
    """Of what is read and what is published, by name, whatever else there is."""
    folder = tmp_path_factory.mktemp("contract")
    code = reading(f"booleans = {{ {', '.join(f'{name} = {{}}' for name in sorted(read))} }}", f'"{path}"')
    report = run(folder, code, publishing(*sorted(published), path=path))

    missing = {one.name for one in report.findings if one.kind.value == "missing"}
    unused = {one.name for one in report.findings if one.kind.value == "unused"}
    assert {f"{path}/INPUT_{name.upper()}" for name in read - published} == missing
    assert {f"{path}/INPUT_{name.upper()}" for name in published - read} == unused
    assert bool(published and missing) == (report.status == "failed")
