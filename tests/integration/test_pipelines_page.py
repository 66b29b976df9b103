# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/pipelines.md is true: its examples parse, name what exists, and its commands run."""

from __future__ import annotations

import json
import re
import shlex

import pytest
import yaml

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "pipelines.md").read_text()
# Without its comments, which name the variables too.
PLAYBOOK = re.sub(r"(?m)^#.*\n", "", (ROOT / "playbooks" / "check_outputs.yml").read_text())


def blocks(language):
    """Return the code blocks of a language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def commands():
    """Return every command that runs the check, on the page and in its pipelines."""
    found = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
    gitlab, github = map(yaml.safe_load, blocks("yaml"))
    found += [line for job in gitlab.values() if isinstance(job, dict) for line in job.get("script", ())]
    found += [step["run"] for job in github["jobs"].values() for step in job["steps"] if "run" in step]
    return [command for command in found if "check_outputs" in command]


def test_gitlab():
    """Each job has a stage that there is, extends one that there is, and does something."""
    pipeline = yaml.safe_load(blocks("yaml")[0])
    jobs = {name: job for name, job in pipeline.items() if name not in ("stages", "variables") and name[0] != "."}

    assert pipeline["stages"] == [job["stage"] for job in jobs.values()]
    for job in jobs.values():
        assert job["extends"] in pipeline
        assert job["script"] and job["rules"]
        assert set(job) <= {"extends", "stage", "script", "artifacts", "rules", "needs", "resource_group"}
    assert [] == jobs["configure"]["needs"]


def test_github():
    """Each job needs ones that there are; steps use an action of a fixed version or run something."""
    workflow = yaml.safe_load(blocks("yaml")[1])

    # YAML 1.1 reads the key "on" as true.
    assert {"name", True, "permissions", "env", "jobs"} == set(workflow)
    for job in workflow["jobs"].values():
        assert job.get("needs", "check") in workflow["jobs"]
        for step in job["steps"]:
            assert ("run" in step) != bool(re.fullmatch(r"[a-z-]+/[a-z-]+(/[a-z-]+)?@v\d", step.get("uses", "")))


def test_policies():
    """Statements of IAM; the writer may do what the provider does, the reader only reads."""
    writer, reader = map(json.loads, blocks("json"))
    actions = {
        action
        for statement in reader["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }

    assert {"ssm:GetParameters", "ssm:DescribeParameters"} == actions
    assert "ssm:PutParameter" in writer["Statement"][0]["Action"]


def test_variables_of_the_commands_are_the_playbooks():
    """Each -e of the page is one that the playbook reads."""
    words = [word for command in commands() for word in re.findall(r"-e (?:'\{\")?([a-z_]+)", command)]

    assert len(words) > 10
    assert set() == {word for word in words if f"{word} " not in PLAYBOOK}


@pytest.mark.parametrize("index", range(len(commands())))
def test_commands_run(aws, run, index):
    """On a repository laid out as the page assumes."""
    aws.publish({"A": "a"})
    code = 'module "o" {\n  source  = "./ssm_outputs"\n  strings = { a = "x" }\n}\n'
    run.write("main.tf", code)
    run.write("terraform/main.tf", code)
    run.write("ansible/site.yml", "- hosts: x\n  tasks:\n    - debug: {msg: \"{{ lookup('ssm_output', 'A') }}\"}\n")
    written = run.playbook(
        "tfbridge.aws.check_outputs", "-e", "terraform=terraform", "-e", "write_to=outputs.contract.json"
    )
    assert 0 == written.rc, written.output
    run.playbook(
        "tfbridge.aws.check_outputs", "-e", "terraform=terraform", "-e", "baseline=contract-baseline.json",
        "-e", "update_baseline=true",
    )  # fmt: skip
    result = run.command([word.replace("$AWS_REGION", "eu-central-1") for word in shlex.split(commands()[index])])

    assert 0 == result.rc, result.output
    assert "passed: " in result.stdout
