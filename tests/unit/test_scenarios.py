"""The runner of molecule's scenarios, without a lab: what is a failure, and that no scenario is half written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import yaml

from scripts import scenarios
from tests.support.interrupted import interrupt, left, running_with

CASES = sorted(path.parents[1].name for path in scenarios.SCENARIOS.glob("*/vars/case.yml"))
WHOLE_STORY = "whole_story"
# Much more than an end takes on a busy machine; far less than what hangs would.
ENDED = 240


def test_no_scenario_is_a_failure(monkeypatch):
    """A folder that was moved, or a glob that finds nothing, does not pass."""
    monkeypatch.setattr(scenarios, "why_not", lambda: "")

    assert scenarios.Result(failed=1) == scenarios.run([])


def test_a_machine_without_the_means_says_why(monkeypatch):
    """Nothing is run, and the reason is there."""
    monkeypatch.setattr(scenarios, "why_not", lambda: "no tap")

    assert scenarios.Result(not_run="no tap") == scenarios.run(["absent"])


@pytest.mark.parametrize(
    ("reason", "code", "said"),
    [("apt-get install mmdebstrap", 1, "ERROR: apt-get install mmdebstrap\n"), ("", 0, "")],
)
def test_what_is_missing_is_said_before_anything_is_installed(monkeypatch, capsys, reason, code, said):
    """The Makefile asks first: nobody waits for an environment that is of no use."""
    monkeypatch.setattr(scenarios, "why_not", lambda: reason)
    monkeypatch.setattr(scenarios, "run", lambda _wanted: pytest.fail("it was run"))
    monkeypatch.setattr(sys, "argv", ["scenarios.py", "--check"])

    assert code == scenarios.main()
    assert said == capsys.readouterr().err


@pytest.fixture
def molecule(monkeypatch, tmp_path):
    """A stand-in for the command: it writes down where it was called with what, and verifies all but `broken`."""
    calls = tmp_path / "calls"
    command = tmp_path / "molecule"
    command.write_text(
        f"""#!/bin/sh
        lab=$(basename "$(dirname "$LAB_FOLDER")")
        echo "$lab $1 $3" >>{calls}
        case "$1 $3" in
          *hangs) exec sleep 600 ;;
          *broken) echo "what went wrong"; exit 1 ;;
          "create ") ! [ -e {tmp_path}/"lab $lab does not boot" ] || exit 1 ;;
        esac
        mkdir -p "$MOLECULE_EPHEMERAL_DIRECTORY"
        cp {tmp_path}/verified "$MOLECULE_EPHEMERAL_DIRECTORY/runs.jsonl"
        """
    )
    (tmp_path / "verified").write_text('{"playbook": "verify.yml", "hosts": {"web-0": {"ok": 1}}}\n')
    command.chmod(0o755)
    monkeypatch.setattr(scenarios, "BIN", tmp_path)
    monkeypatch.setattr(scenarios, "why_not", lambda: "")
    monkeypatch.setattr(scenarios.collection, "lay_link", lambda: None)
    return calls


def test_two_lanes_run_each_scenario_once(molecule, monkeypatch, capsys):
    """Each between the beginning and the end of a lab; one that fails keeps no other from running, and is shown."""
    both = threading.Barrier(2, timeout=30)
    start = scenarios.Lane.run
    monkeypatch.setattr(scenarios.Lane, "run", lambda lane, waiting: (both.wait(), start(lane, waiting))[1])

    assert scenarios.Result(passed=4, failed=1) == scenarios.run(["a", "b", "broken", "c", "whole_story"])

    calls = [line.split() for line in molecule.read_text().splitlines()]
    for lab in "12":
        own = [rest for number, *rest in calls if number == lab]
        assert ["create"] == own[0]
        assert ["destroy"] == own[-1]
    assert ["a", "b", "broken", "c", "whole_story"] == sorted(call[2] for call in calls if call[1] == "test")
    said = capsys.readouterr().out
    assert "what went wrong\nbroken " in said
    assert "FAILED: exit code 1" in said


def test_one_lab_runs_all_in_turn(molecule):
    """As `make test` has it, whose other checks keep the second processor busy."""
    assert scenarios.Result(passed=3, failed=0) == scenarios.run(["a", "b", "c"], 1)
    assert ["1 create", "1 test a", "1 test b", "1 test c", "1 destroy"] == [
        line.strip() for line in molecule.read_text().splitlines()
    ]


def test_a_lab_that_does_not_boot_is_a_failure(molecule):
    """The other one runs everything."""
    molecule.with_name("lab 2 does not boot").touch()

    assert scenarios.Result(passed=3, failed=1) == scenarios.run(["a", "b", "c"])
    assert ["1 test a", "1 test b", "1 test c"] == [
        line for line in molecule.read_text().splitlines() if "test" in line
    ]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_running(molecule, tmp_path, ending):
    """Neither what the lanes are at, nor what they wait for."""
    program = f"""if True:
        import pathlib, sys
        sys.path.insert(0, {str(scenarios.ROOT)!r})
        from scripts import scenarios
        scenarios.BIN = pathlib.Path({str(tmp_path)!r})
        scenarios.why_not = lambda: ""
        scenarios.names = lambda: ["a", "hangs", "later"]
        sys.argv = ["scenarios.py", "--labs", "1"]
        sys.exit(scenarios.main())
        """
    environment = {**os.environ, "LAB_MARK": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )

    said = interrupt(process, "a ", ending, ENDED)

    assert 128 + ending == process.returncode, said
    assert "Traceback" not in said
    assert "later" not in molecule.read_text()
    assert [] == left(lambda: running_with(f"LAB_MARK={tmp_path}"))


def test_an_interrupt_that_a_lane_takes_is_acted_on(molecule, monkeypatch):
    """The kernel may give a signal to any thread, as to one that starts a process; only the main thread acts on it."""
    stopped, ends = threading.Event(), []

    def run(_lane, _waiting):
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        ends.append(stopped.wait(60))
        return []

    monkeypatch.setattr(scenarios.Lane, "run", run)
    monkeypatch.setattr(scenarios.Lane, "stop", lambda _lane: stopped.set())
    with pytest.raises(KeyboardInterrupt):
        scenarios.run(["a"])

    assert [True] == ends


def test_an_interrupt_while_the_lanes_begin_stops_them(molecule, monkeypatch):
    """What was begun is ended, not waited for: the lane is at what hangs before the second one is begun."""
    submit = scenarios.futures.ThreadPoolExecutor.submit

    def interrupted(pool, run, waiting):
        submit(pool, run, waiting)
        while not (molecule.exists() and "hangs\n" in molecule.read_text()):
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(scenarios.futures.ThreadPoolExecutor, "submit", interrupted)
    began = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        scenarios.run(["hangs", "later"])

    assert time.monotonic() - began < ENDED
    assert "later" not in molecule.read_text()


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
    assert set(scenarios.QUICK) < set(scenarios.names())


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_complete(name):
    """It says what the four runs report, and what comes of each of its paths."""
    case = yaml.safe_load((scenarios.SCENARIOS / name / "vars" / "case.yml").read_text())
    optional = {
        "error",
        "error_in_check_mode",
        "touch_paths",
        "efs_mount_wait_timeout",
        "efs_mount_backup",
        "efs_mount_remove_client",
    }

    assert {"efs_mounts", "changed", "after"} == set(case) - optional
    assert 4 == len(case["changed"])
    assert {mount["path"] for mount in case["efs_mounts"]} == {after["path"] for after in case["after"]}
    assert all({"mounted", "fstab"} <= set(after) for after in case["after"])
    assert ("error" in case) or case["changed"][2:] == [False, False], "a second run changes nothing"
