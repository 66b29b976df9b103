# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that are planted, each found where it is; and what looks like a fault and is none."""

from __future__ import annotations

import datetime as dt
import pathlib

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.check import Request, TerraformSource, check
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Kind, Published, Shape
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.publishers import KNOWN

from tests.conftest import ROOT

CODE = """
module "outputs" {
  source  = "../modules/ssm_outputs"
  strings = { url = "x", web_ip = "x" }
  lists   = { my_ip = ["a", "b", "c"], ids = aws_instance.x[*].id }
  objects = { site = { title = "t", ports = [80, 443], deep = { key = "v" } }, rows = [{ a = 1 }], any = local.nothing }
  secrets = { password = "p" }
}
module "scheduler" {
  source  = "../modules/ssm_outputs"
  strings = { EC2_SCHEDULER_ROLE_ARN = "x", EC2_SCHEDULER_GROUP = "x" }
}
resource "aws_ssm_parameter" "hand" {
  count = 2
  name  = "OUTPUT_HAND_${count.index}"
  type  = "String"
  value = "x"
}
resource "aws_ssm_parameter" "zones" {
  name  = "OUTPUT_ZONES"
  type  = "StringList"
  value = "a,b"
}
resource "aws_ssm_parameter" "dynamic" {
  name  = "OUTPUT_DYN_${var.env}"
  type  = "String"
  value = "x"
}
resource "aws_ssm_parameter" "maybe" {
  count = var.on ? 1 : 0
  name  = "OUTPUT_MAYBE"
  type  = "String"
  value = "x"
}
"""
STRING, LIST = Shape(Kind.STRING), Shape(Kind.LIST, (Shape(Kind.STRING),) * 2)
PUBLISHED = [
    Published("OUTPUT_URL", STRING),
    Published("OUTPUT_WEB_IP", LIST, numbered=True),
    Published("OUTPUT_OLD_IP", LIST, numbered=True),
    Published("OUTPUT_OLD_NAME", STRING),
]
INVENTORY = "plugin: tfbridge.aws.ssm_outputs\n"


def task(text: str) -> dict[str, str]:
    """Return a play with a task on line 4."""
    return {"play.yml": f"- hosts: localhost\n  tasks:\n    - name: x\n      {text}\n"}


def says(expression: str) -> dict[str, str]:
    """Return a play whose line 4 prints an expression."""
    return task(f"ansible.builtin.debug: {{msg: '{expression}'}}".replace("'", '"', 1)[:-2] + '"}')


def our(term: str, *rest: str) -> str:
    """Return a call of our lookup."""
    return "{{ " + f"lookup('tfbridge.aws.ssm_output', {', '.join([repr(term), *rest])})" + " }}"


def theirs(term: str, *rest: str) -> str:
    """Return a call of amazon.aws's lookup."""
    return "{{ " + f"lookup('amazon.aws.ssm_parameter', {', '.join([repr(term), *rest])})" + " }}"


def keys(term: str, path: str) -> str:
    """Return a call of our lookup of which keys are taken."""
    return "{{ " + f"lookup('tfbridge.aws.ssm_output', '{term}'){path}" + " }}"


M, T, S = "missing", "type_changed", "stale_used"
# Files, and what is found in them: kind, output, line; a star stands for a warning.
FAULTS = {
    "our lookup": (says(our("GONE")), M, "OUTPUT_GONE", 4),
    "in lower case": (says(our("gone")), M, "OUTPUT_GONE", 4),
    "with a prefix": (says(our("GONE", "prefix='OUTPUT_'")), M, "OUTPUT_GONE", 4),
    "a misspelled name": (says(our("MY_IPS")), M, "OUTPUT_MY_IPS", 4),
    "query": (says("{{ query('tfbridge.aws.ssm_output', 'GONE') }}"), M, "OUTPUT_GONE", 4),
    "q": (says("{{ q('tfbridge.aws.ssm_output', 'GONE') }}"), M, "OUTPUT_GONE", 4),
    "the short name": (says("{{ lookup('ssm_output', 'GONE') }}"), M, "OUTPUT_GONE", 4),
    "their lookup": (says(theirs("OUTPUT_GONE")), M, "OUTPUT_GONE", 4),
    "their older lookup": (says("{{ lookup('aws_ssm', 'OUTPUT_GONE') }}"), M, "OUTPUT_GONE", 4),
    "a second term": (
        says("{{ lookup('amazon.aws.ssm_parameter', 'OUTPUT_URL', 'OUTPUT_GONE') }}"),
        M,
        "OUTPUT_GONE",
        4,
    ),
    "a list of terms": (says("{{ q('tfbridge.aws.ssm_output', ['URL', 'GONE']) }}"), M, "OUTPUT_GONE", 4),
    "a concatenation": (says("{{ lookup('tfbridge.aws.ssm_output', 'GO' ~ 'NE') }}"), M, "OUTPUT_GONE", 4),
    "a pattern that fits none": (says(our("GONE_{{ env }}")), M, "OUTPUT_GONE_<env>", 4),
    "an unnumbered list by its parameter": (says(theirs("OUTPUT_MY_IP")), M, "OUTPUT_MY_IP", 4),
    "a numbered string": (says(theirs("OUTPUT_URL_0")), M, "OUTPUT_URL_0", 4),
    "in a filter": (says("{{ ['a'] | map('x', lookup('tfbridge.aws.ssm_output', 'GONE')) }}"), M, "OUTPUT_GONE", 4),
    "with_": (task("debug: {msg: x}\n      with_tfbridge.aws.ssm_output: [GONE]"), M, "OUTPUT_GONE", 5),
    "a condition": (task("when: lookup('tfbridge.aws.ssm_output', 'GONE') == 'x'"), M, "OUTPUT_GONE", 4),
    "debug's var": (task("debug: {var: \"lookup('tfbridge.aws.ssm_output', 'GONE')\"}"), M, "OUTPUT_GONE", 4),
    "assert's that": (task("assert:\n        that:\n          - q('ssm_output', 'GONE')"), M, "OUTPUT_GONE", 6),
    "a block scalar": (task("shell: |\n        echo a\n        echo " + our("GONE")), M, "OUTPUT_GONE", 6),
    "a key": (task('set_fact: {"' + our("GONE") + '": x}'), M, "OUTPUT_GONE", 4),
    "a template": ({"roles/a/templates/x.conf": "a\nb " + our("GONE")}, M, "OUTPUT_GONE", 2),
    "a template with j2": ({"x.j2": "{% if " + our("GONE")[3:-3] + " %}a{% endif %}"}, M, "OUTPUT_GONE", 1),
    "a template with a header": (
        {"x.j2": '#jinja2: variable_start_string:"[[", variable_end_string:"]]"\n[[ q("ssm_output", "GONE") ]]\n'},
        M,
        "OUTPUT_GONE",
        2,
    ),
    "group_vars": ({"group_vars/all.yml": 'a: 1\nb: "' + our("GONE") + '"\n'}, M, "OUTPUT_GONE", 2),
    "group_vars without an ending": ({"group_vars/web": 'b: "' + our("GONE") + '"\n'}, M, "OUTPUT_GONE", 1),
    "an INI inventory": ({"inventory/hosts": '[web]\na x="' + our("GONE") + '"\n'}, M, "OUTPUT_GONE", 2),
    "JSON": ({"vars.json": '{"a": "' + our("GONE") + '"}'}, M, "OUTPUT_GONE", 1),
    "an inventory's host": ({"a.ssm_outputs.yml": INVENTORY + "hosts:\n  - output: GONE\n"}, M, "OUTPUT_GONE", 3),
    "an inventory's expression": (
        {"a.ssm_outputs.yml": INVENTORY + "compose:\n  x: q('ssm_output', 'GONE')\n"},
        M,
        "OUTPUT_GONE",
        3,
    ),
    "a default makes it a warning": (says(our("GONE", "default='x'")), M + "*", "OUTPUT_GONE", 4),
    "on_missing makes it a warning": (says(theirs("OUTPUT_GONE", "on_missing='skip'")), M + "*", "OUTPUT_GONE", 4),
    "errors makes it a warning": (says(our("GONE", "errors='ignore'")), M + "*", "OUTPUT_GONE", 4),
    "the filter default makes it a warning": (
        says("{{ lookup('tfbridge.aws.ssm_output', 'GONE') | default('x') }}"),
        M + "*",
        "OUTPUT_GONE",
        4,
    ),
    "the info module": (task("tfbridge.aws.ssm_outputs_info: {names: [GONE]}"), M, "OUTPUT_GONE", 4),
    "an index beyond the list": (says(keys("MY_IP", "[3]")), T, "OUTPUT_MY_IP", 4),
    "an element beyond the list": (says(theirs("OUTPUT_MY_IP_3")), T, "OUTPUT_MY_IP", 4),
    "an element beyond one by hand": (says(theirs("OUTPUT_HAND_2")), T, "OUTPUT_HAND", 4),
    "a variable's index": (says("{{ my_ip[7] }}"), T, "OUTPUT_MY_IP", 4),
    "a negative index": (says("{{ my_ip[-4] }}"), T, "OUTPUT_MY_IP", 4),
    "a StringList's index": (says("{{ zones[2] }}"), T, "OUTPUT_ZONES", 4),
    "a key that isn't there": (says(keys("SITE", ".titel")), T, "OUTPUT_SITE", 4),
    "a variable's key": (says("{{ site.port }}"), T, "OUTPUT_SITE", 4),
    "a key in brackets": (task("debug: {var: \"site['port']\"}"), T, "OUTPUT_SITE", 4),
    "a deep key": (says("{{ site.deep.keys_ }}"), T, "OUTPUT_SITE", 4),
    "a deep index": (says("{{ site.ports[2] }}"), T, "OUTPUT_SITE", 4),
    "a list in JSON": (says("{{ rows[1].a }}"), T, "OUTPUT_ROWS", 4),
    "a key of a list": (says("{{ my_ip.name }}"), T, "OUTPUT_MY_IP", 4),
    "a key of a string": (says("{{ url.host }}"), T, "OUTPUT_URL", 4),
    "a key of a host's variable": (says("{{ hostvars[x].site.port }}"), T, "OUTPUT_SITE", 4),
    "a key by the lookup vars": (says("{{ lookup('vars', 'site').port }}"), T, "OUTPUT_SITE", 4),
    "a loop over a string": (task('debug: {msg: x}\n      loop: "{{ url }}"'), T, "OUTPUT_URL", 5),
    "a for over a string": (says("{% for x in url %}{{ x }}{% endfor %}"), T, "OUTPUT_URL", 4),
    "a join of a string": (says("{{ url | join(1) }}"), T, "OUTPUT_URL", 4),
    "a character of a string": (says("{{ url[0] }}"), T + "*", "OUTPUT_URL", 4),
}
PUBLISHED_FAULTS = {
    "a lookup of what was renamed": (says(our("OLD_NAME")), S, "OUTPUT_OLD_NAME", 4),
    "their lookup of it": (says(theirs("OUTPUT_OLD_NAME")), S, "OUTPUT_OLD_NAME", 4),
    "an element of it": (says(theirs("OUTPUT_OLD_IP_1")), S, "OUTPUT_OLD_IP", 4),
    "its variable": (says("{{ old_name }}"), S, "OUTPUT_OLD_NAME", 4),
    "its variable in a condition": (task("when: old_name == 'x'"), S, "OUTPUT_OLD_NAME", 4),
    "its group": ({"play.yml": "- hosts: old_ip\n  tasks: []\n"}, S, "OUTPUT_OLD_IP", 1),
    "its group among others": ({"play.yml": "- hosts: web:&old_ip:!x\n  tasks: []\n"}, S, "OUTPUT_OLD_IP", 1),
    "groups": (says("{{ groups.old_ip }}"), S + "*", "OUTPUT_OLD_IP", 4),
    "group_names": (task("when: \"'old_ip' in group_names\""), S + "*", "OUTPUT_OLD_IP", 4),
    "a default of it": (says("{{ old_name | default(1) }}"), S + "*", "OUTPUT_OLD_NAME", 4),
    "what is not published either": (says(our("GONE")), M, "OUTPUT_GONE", 4),
    "a list that becomes a string": (says("{{ web_ip }}"), T, "OUTPUT_WEB_IP", 4),
    "a lookup of it": (says(our("WEB_IP")), T, "OUTPUT_WEB_IP", 4),
    "an inventory's own group": (
        {
            "a.ssm_outputs.yml": INVENTORY + "hosts:\n  - output: MY_IP\n    groups: [old_ip]\n",
            "play.yml": "- hosts: all\n  tasks:\n    - debug: {msg: x}\n      when: old_ip[0]\n",
        },
        S,
        "OUTPUT_OLD_IP",
        4,
    ),
}
GOOD = {
    "our lookup": says(our("URL")),
    "in lower case": says(our("url")),
    "a list": says(our("MY_IP")),
    "a list's element by its name": says(our("MY_IP_2")),
    "their element": says(theirs("OUTPUT_MY_IP_2")),
    "an element by hand": says(theirs("OUTPUT_HAND_1")),
    "an element of a list of unknown length": says(theirs("OUTPUT_IDS_99")),
    "an index of it": says("{{ ids[99] }}"),
    "an index": says(keys("MY_IP", "[2]")),
    "a negative index": says("{{ my_ip[-3] }}"),
    "a key": says(keys("SITE", ".title")),
    "a deep key": says("{{ site.deep.key }}"),
    "a method": says("{{ site.items() }}"),
    "a method of a string": says("{{ url.split(1) }}"),
    "a method of a list": says("{{ my_ip.index(1) }}"),
    "a loop over a list": task('debug: {msg: x}\n      loop: "{{ my_ip }}"'),
    "a loop over a split string": task('debug: {msg: x}\n      loop: "{{ url | split }}"'),
    "keys of what isn't known": says("{{ any.a.b[3].c }}"),
    "a pattern that fits": says(our("DYN_{{ env }}")),
    "a name that a pattern fits": says(our("DYN_PROD")),
    "a pattern that fits a literal": says(our("{{ x }}_IP")),
    "a name that is wholly computed": says(our("{{ x }}")),
    "a plugin that is computed": says("{{ lookup(x, 'GONE') }}"),
    "what is there only sometimes": says(our("MAYBE")),
    "a name outside the prefix": says(theirs("/other/GONE")),
    "a public parameter": says(theirs("/aws/service/ami-amazon-linux-latest/x")),
    "another prefix": says(our("GONE", "prefix='/other/'")),
    "a path": says(theirs("/other", "bypath=true")),
    "a variable of another's": says("{{ gone }}"),
    "a group of another's": {"play.yml": "- hosts: gone\n  tasks: []\n"},
    "a variable of the play": {
        "play.yml": "- hosts: a\n  vars: {site: {a: 1}}\n  tasks:\n    - debug: {var: site.a}\n"
    },
    "a variable of the task": task("debug: {msg: \"{{ site.a }}\"}\n      vars: {site: {a: 1}}"),
    "a loop's variable": task("debug: {msg: \"{{ site.a }}\"}\n      loop_control: {loop_var: site}"),
    "a registered variable": task("command: x\n      register: site\n    - debug: {var: site.stdout}"),
    "a fact": task("set_fact: {site: {a: 1}}\n    - debug: {var: site.a}"),
    "a variable of the template": says("{% set site = x %}{{ site.a }}"),
    "a loop of the template": says("{% for site in x %}{{ site.a }}{% endfor %}"),
    "group_vars of the name": {"group_vars/all.yml": "site: {a: 1}\n", **says("{{ site.a }}")},
    "unsafe": task("debug: {msg: !unsafe \"" + our("GONE") + '"}'),
    "raw": says("{% raw %}" + our("GONE") + "{% endraw %}"),
    "a comment of the template": says("{# " + our("GONE") + " #}x{{ y }}"),
    "a comment of YAML": task("debug: {msg: x}  # " + our("GONE")),
    "plain text": task("debug: {msg: \"lookup('tfbridge.aws.ssm_output', 'GONE')\"}"),
    "another plugin": says("{{ lookup('env', 'GONE') }}"),
    "a workflow": {".github/workflows/x.yml": "a: ${{ a && b }}\n"},
    "a chart": {"chart/Chart.yaml": "a: 1\n", "chart/templates/x.yaml": "a: {{ .Values.x }}\n"},
    "a picture": {"roles/a/templates/favicon.ico": "\0\0{{ lookup('ssm_output', 'GONE') }}"},
    "a template of another language": {"roles/a/templates/x.sh": "a ${{ a && b }}\n"},
    "an installed collection": {"ansible_collections/a/x.yml": "a: \"" + our("GONE") + '"\n'},
    "the scheduler's own": task("tfbridge.aws.ec2_schedule: {state: present}"),
    "the scheduler's, given": task("tfbridge.aws.ec2_schedule: {dead_letter_arn: x, role_arn: x}"),
    "an inventory's host": {"a.ssm_outputs.yml": INVENTORY + "hosts:\n  - output: my_ip\n"},
    "an inventory's prefix of variables": {
        "a.ssm_outputs.yml": INVENTORY + "variables: {prefix: tf_}\n",
        **says("{{ site.nothing }} {{ tf_site.title }}"),
    },
    "a secret's text": says(our("PASSWORD", "decrypt=true")),
}  # fmt: skip
_QUIET = ("unused", "not_published", "stale")


def run(folder: pathlib.Path, files: dict[str, str], published: list[Published] | None = None):
    """Return the report of files beside the code."""
    for name, content in {"terraform/main.tf": CODE, **{f"ansible/{n}": c for n, c in files.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    request = Request(
        files=SourceFiles(folder),
        terraform=[TerraformSource("OUTPUT_", folder / "terraform")],
        playbooks=[folder / "ansible"],
        published_prefix="OUTPUT_" if published is not None else None,
        publishers=KNOWN,
        fail_on=frozenset(("missing", "type_changed", "stale_used")),
        today=dt.date(2026, 11, 25),
    )
    return check(request, lambda: (published or [], []))


def found(report):
    """Return what was found but what is only information: kind with a star for a warning, output, line."""
    return [
        (one.kind.value + ("*" if one.severity.value == "warning" else ""), one.name, one.place.line)
        for one in report.findings
        if one.kind.value not in _QUIET
    ]


def test_there_are_enough():
    """At least forty of each."""
    assert len(FAULTS) + len(PUBLISHED_FAULTS) >= 40
    assert len(GOOD) >= 40


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_found(tmp_path, case):
    """It alone, in its place; it fails the check unless the use goes on without the output."""
    files, *expected = FAULTS[case]
    report = run(tmp_path, files)

    assert [tuple(expected)] == found(report)
    assert ("passed" if str(expected[0]).endswith("*") else "failed") == report.status


@pytest.mark.parametrize("case", PUBLISHED_FAULTS)
def test_a_fault_between_code_and_what_is_published_is_found(tmp_path, case):
    """It alone, in its place."""
    files, *expected = PUBLISHED_FAULTS[case]

    assert [tuple(expected)] == found(run(tmp_path, files, PUBLISHED))


@pytest.mark.parametrize("case", GOOD)
def test_what_is_no_fault_is_not_reported(tmp_path, case):
    """Neither as a fault, nor as something that could not be read."""
    report = run(tmp_path, GOOD[case])

    assert ([], "passed") == (found(report), report.status)


def test_our_own_files_are_in_order():
    """The project's examples, playbooks and roles: nothing is wrong, and everything can be read."""
    paths = [ROOT / name for name in ("playbooks", "roles", "terraform/examples")]
    request = Request(
        files=SourceFiles(ROOT),
        terraform=[TerraformSource("OUTPUT_", ROOT / "terraform")],
        playbooks=paths,
        publishers=KNOWN,
        today=dt.date(2026, 11, 25),
    )
    report = check(request, list)

    assert {"unused"} == {finding.kind.value for finding in report.findings}
    assert [] == [str(one.place) for one in report.unknown]
