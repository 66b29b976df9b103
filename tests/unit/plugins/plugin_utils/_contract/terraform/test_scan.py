# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tree of Terraform code to what it declares."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform import syntax
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.plan import read_plan
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.publishers import parse_publishers
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.scan import scan_code

from tests.conftest import ROOT


@pytest.fixture
def declared(tmp_path):
    """Return what files declare: name, shape in words, condition; and what can't be said."""

    def run(files, modules=(), **arguments):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        scan = scan_code(tmp_path, SourceFiles(tmp_path), parse_publishers(modules), **arguments)
        found = {(str(one.name), one.shape.words, one.condition) for one in scan.declared}
        return found, [(str(one.place), one.reason) for one in scan.unknown]

    return run


def one(name, value='"x"', kind='"String"'):
    """Return a parameter's code."""
    return f'resource "aws_ssm_parameter" "x" {{\n  name = {name}\n  type = {kind}\n  value = {value}\n}}\n'


def test_all_inputs_of_our_module(declared):
    """Strings, lists with their lengths, objects with their keys, secrets, with the line of each."""
    code = """
module "outputs" {
  source  = "git::https://example.com/aws.git//terraform/modules/ssm_outputs?ref=v1"
  prefix  = "/prod/OUTPUT_"
  strings = { url = aws_lb.x.dns_name }
  lists   = { my_ip = ["a", "b"], more = aws_instance.x[*].id }
  objects = { site = { ports = [1, 2] }, number = 3 }
  secrets = { password = var.password }
}
"""
    found, unknown = declared({"main.tf": code})

    assert [] == unknown
    assert {
        ("/prod/OUTPUT_URL", "string", ""),
        ("/prod/OUTPUT_MY_IP", "list of 2", ""),
        ("/prod/OUTPUT_MORE", "list", ""),
        ("/prod/OUTPUT_SITE", "object", ""),
        ("/prod/OUTPUT_NUMBER", "string", ""),
        ("/prod/OUTPUT_PASSWORD", "secret", ""),
    } == found


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("create = false\n strings = { a = 1 }", set()),
        ("create = var.on\n strings = { a = 1 }", {("OUTPUT_A", "string", "var.on")}),
        ("count = 0\n strings = { a = 1 }", set()),
        ("count = var.on ? 1 : 0\n strings = { a = 1 }", {("OUTPUT_A", "string", "var.on")}),
        ("strings = var.all", {("OUTPUT_<var.all>", "string", "")}),
        (
            "strings = merge({ a = 1 }, var.on ? { b = 2 } : {})",
            {("OUTPUT_A", "string", ""), ("OUTPUT_B", "string", "var.on")},
        ),
        ('for_each = toset(["x", "y"])\n prefix = "${each.key}_"\n lists = { a = [] }',
         {("x_A", "list of 0", ""), ("y_A", "list of 0", "")}),
    ],
)  # fmt: skip
def test_conditions_of_our_module(declared, arguments, expected):
    """What decides whether an output is there is said with it."""
    found, _unknown = declared({"main.tf": f'module "o" {{\n source = "./ssm_outputs"\n {arguments}\n}}\n'})

    assert expected == found


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ('"String"', '"text"', "string"),
        ('"String"', "aws_lb.x.dns_name", "unknown"),
        ('"String"', 'jsonencode(["a", "b"])', "list of 2"),
        ('"String"', "jsonencode({ a = 1 })", "object"),
        ('"String"', '"[\\"a\\"]"', "list of 1"),
        ('"String"', '"x-${var.y}"', "string"),
        ('"String"', '"${var.y}-x"', "unknown"),
        ('"StringList"', '"a,b,c"', "list of 3"),
        ('"StringList"', 'join(",", aws_instance.x[*].id)', "list"),
        ('"SecureString"', '"hunter2"', "secret"),
        ("var.type", '"x"', "unknown"),
    ],
)
def test_what_a_parameter_written_by_hand_is(declared, kind, value, expected):
    """By its type, and as far as its value is written out."""
    found, _unknown = declared({"main.tf": one('"OUTPUT_X"', value, kind)})

    assert {("OUTPUT_X", expected, "")} == found


def test_modules_of_the_repository_are_followed_with_their_arguments(declared):
    """Through two calls; defaults hold where nothing is given, and no module is taken as a root."""
    files = {
        "live/prod/main.tf": 'module "a" {\n source = "../../modules/a"\n env = "prod"\n}\n',
        "modules/a/main.tf": 'variable "env" {}\nmodule "b" {\n source = "../b"\n name = "${var.env}_X"\n}\n',
        "modules/b/main.tf": 'variable "name" {}\nvariable "prefix" { default = "OUTPUT_" }\n'
        + one('"${var.prefix}${var.name}"'),
    }

    assert ({("OUTPUT_prod_X", "string", "")}, []) == declared(files)


def test_variables_of_a_root(declared, tmp_path):
    """Its defaults can be overridden and are not believed; files of variables are, the last one most."""
    files = {
        "main.tf": 'variable "a" { default = "d" }\nvariable "b" {}\nvariable "c" {}\n'
        + one('"OUTPUT_${var.a}_${var.b}_${var.c}"'),
        "terraform.tfvars": 'b = "one"\nc = "one"\n',
        "more.tfvars": 'c = "two"\n',
    }

    assert {("OUTPUT_<var.a>_one_two", "string", "")} == declared(files, variable_files=[tmp_path / "more.tfvars"])[0]
    assert {("OUTPUT_x_one_two", "string", "")} == declared(
        files, variable_files=[tmp_path / "more.tfvars"], variables={"a": "x"}
    )[0]


def test_modules_that_are_known_to_publish(declared):
    """Those of the table, and one that the user describes."""
    files = {
        "main.tf": 'module "a" {\n source = "terraform-aws-modules/ssm-parameter/aws"\n name = "/a/x"\n}\n'
        'module "b" {\n source = "cloudposse/ssm-parameter-store/aws"\n'
        ' parameter_write = [{ name = "/b/x" }, { name = var.y }]\n}\n'
        'module "c" {\n source = "git::https://example.com/publish.git"\n all = { "/c/x" = 1 }\n}\n'
    }
    mine = [{"source": "*publish.git", "input": "all", "form": "keys"}]

    assert {("/a/x", "unknown", ""), ("/b/x", "unknown", ""), ("<var.y>", "unknown", ""), ("/c/x", "unknown", "")} == {
        *declared(files, mine)[0]
    }


@pytest.mark.parametrize("entry", [{"source": "x", "from": "y"}, {"input": "x"}, {"source": "x", "form": "set"}])
def test_a_wrong_description_of_a_module(entry):
    """Named, with what is valid."""
    with pytest.raises(OptionError, match=r"modules\[0\]"):
        parse_publishers([entry])


def test_overrides(declared):
    """What an override file says holds."""
    files = {"main.tf": one('"OUTPUT_A"'), "main_override.tf": 'resource "aws_ssm_parameter" "x" {\n name = "B"\n}\n'}

    assert {("B", "string", "")} == declared(files)[0]


HOSTILE = {
    "brackets.tf": "x = " + "[" * 1000 + "]" * 1000 + one('"OUTPUT_IN"'),
    "latin.tf": '# \xe9\nresource "aws_ssm_parameter" "x" {}\n'.encode("latin-1"),
    "big.tf": '# aws_ssm_parameter\nx = "' + "y" * 1_000_000 + '"\n',
    "broken.tf": one('"OUTPUT_X"') + "\nresource {\n",
    "json.tf.json": '{"resource": {"aws_ssm_parameter": {}}}',
}


def test_hostile_files_are_named_and_the_scan_goes_on(declared, tmp_path):
    """With file and line; a byte order mark is none of them."""
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "out").symlink_to("/", target_is_directory=True)
    found, unknown = declared({**HOSTILE, "bom.tf": b"\xef\xbb\xbf" + one('"OUTPUT_GOOD"').encode()})

    assert ("OUTPUT_GOOD", "string", "") in found
    said = {place.partition(":")[0]: (place, reason) for place, reason in unknown}
    assert {"big.tf", "broken.tf", "json.tf.json", "latin.tf", "out"} <= set(said)
    assert "broken.tf:8" == said["broken.tf"][0]
    assert "latin.tf:1" == said["latin.tf"][0]
    assert "1,000,0" in said["big.tf"][1]


@pytest.mark.parametrize("nested", ["[" * 1000 + "]" * 1000, "-" * 1000 + "1", '"${' * 200 + "1" + '}"' * 200])
def test_an_expression_without_an_end(declared, nested):
    """Nothing that is nested ends the scan."""
    found, _unknown = declared({"main.tf": one('"OUTPUT_GOOD"'), "deep/main.tf": one(f'"OUTPUT_${{{nested}}}"')})

    assert ("OUTPUT_GOOD", "string", "") in found


def test_a_circle_of_modules(declared):
    """Terraform refuses it; here it is named."""
    call = 'module "m" {\n source = "../b"\n}\n'
    files = {
        "root/main.tf": 'module "m" {\n source = "../a"\n}\n',
        "a/main.tf": call + one('"OUTPUT_X"'),
        "b/main.tf": call.replace("../b", "../a"),
    }
    found, unknown = declared(files)

    assert ("OUTPUT_X", "string", "") in found
    assert "modules call each other in a cycle" in [reason for _place, reason in unknown]


def test_locals_in_a_circle(declared):
    """An unknown, not an endless loop."""
    code = "locals {\n a = local.b\n b = local.a\n}\n" + one('"OUTPUT_${local.a}"')

    assert {("OUTPUT_<local.a, which refers to itself>", "string", "")} == declared({"main.tf": code})[0]


def test_our_examples(tmp_path):
    """Each example declares what its comments say; nothing in them is unknown."""
    scan = scan_code(ROOT / "terraform", SourceFiles(ROOT), parse_publishers([]))
    demo = {str(one.name): one.shape.words for one in scan.declared if "examples/demo" in one.place.file}

    assert [] == scan.unknown
    assert ["complete", "demo", "handwritten", "scheduler"] == [root.rpartition("/")[2] for root in scan.roots][:4]
    assert {
        "OUTPUT_EFS_DNS_URL": "string",
        "OUTPUT_EC2_SCHEDULER_ROLE_ARN": "string",
        "OUTPUT_MY_IP": "list of 3",
        "OUTPUT_SITE": "object",
        "OUTPUT_DB_PASSWORD": "secret",
    } == demo


def test_without_the_parser(monkeypatch, declared):
    """The message says how to get it."""
    syntax._parser.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "hcl2", None)

    with pytest.raises(syntax.ParserMissingError, match=r"pip install 'python-hcl2>=8\.1\.4,<9'"):
        declared({"main.tf": one('"OUTPUT_X"')})


class TestPlan:
    """The JSON of a plan."""

    def test_names_are_exact(self, tmp_path):
        """Through child modules; a name that is unknown until apply is one with a hole; no value is kept."""
        parameter = {"type": "aws_ssm_parameter", "address": "aws_ssm_parameter.x"}
        plan = {
            "planned_values": {
                "root_module": {
                    "resources": [
                        {**parameter, "values": {"name": "OUTPUT_A", "type": "String", "value": "secret-text"}},
                        {**parameter, "values": {"name": "OUTPUT_B", "type": "String", "value": '{"k": 1}'}},
                        {**parameter, "values": {"type": "SecureString"}},
                        {"type": "aws_instance", "values": {"name": "OUTPUT_C"}},
                    ],
                    "child_modules": [{"resources": [{**parameter, "values": {"name": "D", "type": "StringList"}}]}],
                }
            }
        }
        path = tmp_path / "plan.json"
        path.write_text(json.dumps(plan))
        found = {(str(one.name), one.shape.words) for one in read_plan(path, "plan.json")}

        assert {
            ("OUTPUT_A", "string"),
            ("OUTPUT_B", "object"),
            ("<the name of aws_ssm_parameter.x>", "secret"),
            ("D", "list"),
        } == found
        assert "secret-text" not in repr(read_plan(path, "plan.json"))

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"format_version": "1.0"}', "[" * 100_000])
    def test_what_is_no_plan(self, tmp_path, content):
        """Refused, with how to make one."""
        path = tmp_path / "plan.json"
        path.write_text(content)

        with pytest.raises(DataError, match="terraform show -json"):
            read_plan(path, "plan.json")
