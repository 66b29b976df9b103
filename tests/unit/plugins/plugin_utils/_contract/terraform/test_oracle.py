# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that are read from code against names that Terraform plans: C(terraform_data) is built in, so no provider."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict

import hypothesis
import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.scan import scan_code
from hypothesis import strategies as st

from scripts.terraform_binary import TerraformUnavailableError, find_terraform

FRAME = r"""
variable "given" { default = "default" }
variable "env" { default = "prod" }
variable "zones" { default = ["a", "b"] }
locals {
  app    = "shop"
  parts  = { web = { port = 80, on = true }, db = { port = 5432, on = false } }
  deep   = { names = ["X_0", "X_1"] }
  nested = "${local.app}-${upper(var.given)}"
  chosen = [for name, part in local.parts : name if part.on]
  turned = { for index, zone in ["a", "b"] : zone => index }
}
"""
# Texts that stand inside quotes, as they are written: known to whoever reads the code and terraform.tfvars, or not.
KNOWN = [
    "OUTPUT_",
    "a b",
    r"\"q\"",
    r"back\\slash",
    "$${x}",
    "%%{y}",
    "$ ",
    "100% ",
    "é",
    r"tab\there",
    "${local.app}",
    "${local.nested}",
    "${var.given}",
    '${upper("low")}',
    "${local.parts.web.port}",
    '${local.parts["db"].port}',
    "${local.deep.names[1]}",
    '${join("-", ["a", local.app])}',
    '${format("%s_%02d_%d", local.app, 7, 3)}',
    '${replace("a.b.c", ".", "_")}',
    '${lookup({ k = "v" }, "k", "d")}',
    '${lookup({ k = "v" }, "z", "d")}',
    '${true ? "yes" : "no"}',
    "${1 + 2 * 3}",
    "${length(local.parts)}",
    "${keys(local.parts)[0]}",
    '${try(local.parts.web.name, "none")}',
    '${coalesce("", "c")}',
    '${element(["a", "b"], 3)}',
    '${trimsuffix("name.tf", ".tf")}',
    '${title("hello world")}',
    "${local.chosen[0]}",
    "${local.turned.b}",
    '${substr("abcdef", 1, 3)}',
    '${split(",", "a,b")[1]}',
    "${merge({ a = 1 }, { a = 2 }).a}",
    '${one(["only"])}',
    "${max(1, 5)}",
    "${1.5}",
    "${true}",
    '${contains(["a"], "a")}',
    '${distinct(["x", "x", "y"])[1]}',
    '${zipmap(["a"], ["b"]).a}',
    '${flatten([["a"], ["b"]])[1]}',
    "${!false && 2 > 1}",
    "${-3}",
    '${reverse(["a", "b"])[0]}',
]
OPEN = [
    "${var.env}",
    "${lower(var.env)}",
    '${format("%s-x", var.env)}',
    '${var.env == "prod" ? "p" : "d"}',
    '${join("-", var.zones)}',
    '${replace(var.env, "p", "q")}',
    '${md5("a")}',
    "%{ if true }x%{ else }y%{ endif }",
    "${jsonencode([1])}",
    '${try(local.parts[var.env].port, "none")}',
]
INSTANCES = {
    "": [""],
    "count = 2": ["${count.index}"],
    "count = length(local.parts)": ["${count.index + 1}"],
    "count = true ? 1 : 0": ["${count.index}"],
    "count = 0": ["${count.index}"],
    'for_each = toset(["b", "a", "b"])': ["${each.key}", "${each.value}"],
    "for_each = local.parts": ["${each.key}", "${each.value.port}"],
    "for_each = { for k, v in local.parts : upper(k) => v if v.port > 100 }": ["${each.key}"],
    'for_each = merge({ x = "1" }, { y = "2" })': ["${each.key}${each.value}"],
    'for_each = { for part in ["a", "b"] : part => "${part}!" }': ["${each.value}"],
}
OPEN_INSTANCES = {
    "count = length(var.zones)": ["${count.index}"],
    'count = var.env == "prod" ? 2 : 1': ["${count.index}"],
    "for_each = toset(var.zones)": ["${each.key}"],
    'for_each = var.env == "prod" ? local.parts : {}': ["${each.key}"],
    "for_each = { for zone in var.zones : zone => zone }": ["${each.value}"],
}


@st.composite
def resources(draw):
    """Generate a resource's arguments, and whether all of it can be known."""
    known = draw(st.booleans())
    texts = KNOWN if known else [*OPEN, *KNOWN]
    metas = INSTANCES if known else {**OPEN_INSTANCES, **INSTANCES}
    meta = draw(st.sampled_from(sorted(metas)))
    inner = [*draw(st.lists(st.sampled_from(texts), min_size=1, max_size=4)), draw(st.sampled_from(metas[meta]))]
    body = "".join(draw(st.permutations(inner)))
    name = draw(st.sampled_from(['"{}"', '"pre_{}"', "<<EOT\n{}\nEOT\n", "chomp(<<-EOT\n    {}\n    EOT\n  )"]))
    if "EOT" in name:
        # Within a heredoc nothing is escaped, and quotes would make a template of what is a text.
        body = "".join(text for text in inner if '"' not in text and "\\" not in text)
    return meta, name.format(body), known and "reverse" not in body


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """Give a folder in which Terraform is initialised."""
    try:
        binary = find_terraform()
    except TerraformUnavailableError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("oracle")
    (folder / "main.tf").write_text('resource "terraform_data" "first" {}\n')
    return folder, binary


def terraform(folder, binary, *arguments):
    """Run Terraform and return what it says."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CHECKPOINT_DISABLE": "1", "TF_INPUT": "0"}
    done = subprocess.run(
        [binary, f"-chdir={folder}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def planned(folder, binary):
    """Return the names that Terraform plans, by resource."""
    if not (folder / ".terraform.lock.hcl").exists() and not (folder / ".terraform").exists():
        terraform(folder, binary, "init", "-input=false")
    terraform(folder, binary, "plan", "-refresh=false", "-out=p.tfplan")
    plan = json.loads(terraform(folder, binary, "show", "-json", "p.tfplan"))
    names = defaultdict(set)
    for resource in plan["planned_values"]["root_module"].get("resources", []):
        value = resource["values"]["input"]
        names[resource["name"]].add(value if isinstance(value, str) else json.dumps(value))
    return names


def read(folder, code):
    """Return the names that are read from code, by resource: literal ones, and all."""
    (folder / "main.tf").write_text(code)
    (folder / "terraform.tfvars").write_text('given = "from file"\n')
    found = defaultdict(list)
    scan = scan_code(folder, SourceFiles(folder), ())
    assert [] == scan.unknown
    for declared in scan.declared:
        found[declared.place.what.partition(".")[2]].append(declared)
    return found


# Each example is a plan of some seconds. Shrinking would take minutes, and the message says which resource it was.
@hypothesis.settings(
    max_examples=4, phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck)
)
@hypothesis.given(st.lists(resources(), min_size=25, max_size=25))
def test_every_planned_name_is_found_and_none_is_wrong(workplace, tmp_path_factory, generated):
    """A name is found literally, or covered by one with holes; a literal one without a condition is planned."""
    folder, binary = workplace
    code = FRAME + "".join(
        f'resource "terraform_data" "p{index}" {{\n  {meta}\n  input = {name}\n}}\n'
        for index, (meta, name, _known) in enumerate(generated)
    )
    (folder / "main.tf").write_text(code)
    (folder / "terraform.tfvars").write_text('given = "from file"\n')
    names = planned(folder, binary)
    found = read(
        tmp_path_factory.mktemp("code"),
        code.replace('resource "terraform_data"', 'resource "aws_ssm_parameter"').replace("  input = ", "  name = "),
    )

    for index, (meta, name, known) in enumerate(generated):
        mine = found[f"p{index}"]
        literal = {declared.name.literal for declared in mine if declared.name.literal is not None}
        certain = {declared.name.literal for declared in mine if not declared.condition} - {None}
        missed = {one for one in names[f"p{index}"] if not any(declared.name.fits(one) for declared in mine)}
        assert (set(), set()) == (missed, certain - names[f"p{index}"]), (meta, name)
        if known:
            assert names[f"p{index}"] == literal, (meta, name)
