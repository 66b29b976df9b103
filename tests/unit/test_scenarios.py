"""The runner of molecule's scenarios, without a lab: what is a failure, and that no scenario is half written."""

from __future__ import annotations

import json

import pytest
import yaml

from scripts import scenarios

CASES = sorted(path.parents[1].name for path in scenarios.SCENARIOS.glob("*/vars/case.yml"))
WHOLE_STORY = "whole_story"


def test_no_scenario_is_a_failure(monkeypatch):
    """A folder that was moved, or a glob that finds nothing, does not pass."""
    monkeypatch.setattr(scenarios, "why_not", lambda: "")

    assert scenarios.Result(failed=1) == scenarios.run([])


def test_a_machine_without_the_means_says_why(monkeypatch):
    """Nothing is run, and the reason is there."""
    monkeypatch.setattr(scenarios, "why_not", lambda: "no tap")

    assert scenarios.Result(not_run="no tap") == scenarios.run(["absent"])


@pytest.mark.parametrize(
    "runs",
    [
        None,
        [],
        [{"playbook": "converge.yml", "hosts": {"web-0": {"ok": 3}}}],
        [{"playbook": "verify.yml", "hosts": {}}],
        [{"playbook": "verify.yml", "hosts": {"web-0": {"ok": 0}}}],
    ],
)
def test_molecule_that_verified_nothing_is_a_failure(tmp_path, runs):
    """Molecule skips playbooks and hosts that it can't find, and ends with 0."""
    if runs is not None:
        (tmp_path / "runs.jsonl").write_text("".join(json.dumps(run) + "\n" for run in runs))

    assert "molecule verified nothing" == scenarios._unverified(tmp_path)


def test_a_verified_scenario_is_none(tmp_path):
    """The last run of verify.yml has hosts with tasks that ran."""
    run = {"playbook": "verify.yml", "hosts": {"web-0": {"ok": 4}}}
    (tmp_path / "runs.jsonl").write_text(json.dumps(run))

    assert "" == scenarios._unverified(tmp_path)


def test_scenarios_are_what_readme_lists():
    """Each is in the table of cases, and each has a case or is the whole story."""
    readme = (scenarios.SCENARIOS / "README.md").read_text()

    assert sorted([*CASES, WHOLE_STORY]) == scenarios.names()
    assert [] == [name for name in scenarios.names() if f"`{name}`" not in readme]


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_complete(name):
    """It says what the four runs report, and what comes of each of its paths."""
    case = yaml.safe_load((scenarios.SCENARIOS / name / "vars" / "case.yml").read_text())
    optional = {"error", "error_in_check_mode", "efs_mount_wait_timeout"}

    assert {"efs_mounts", "changed", "after"} == set(case) - optional
    assert 4 == len(case["changed"])
    assert {mount["path"] for mount in case["efs_mounts"]} == {after["path"] for after in case["after"]}
    assert all({"mounted", "fstab"} <= set(after) for after in case["after"])
    assert ("error" in case) or case["changed"][2:] == [False, False], "a second run changes nothing"
