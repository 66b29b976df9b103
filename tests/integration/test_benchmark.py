"""`make bench`: it counts what the commands really call, and leaves nothing behind."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from scripts.benchmark import contracts, inventories, lookups, model, plays, runner, schedule, stack, world
from tests.conftest import ROOT
from tests.support.hangs import TIMEOUT
from tests.support.interrupted import interrupt, left, running_with

BENCH = [sys.executable, str(ROOT / "scripts" / "bench.py")]
HOSTS = 12
# Two pages of values; two of names by path; an EC2 page; a call for each host, or for each of its three uses.
CALLS = {
    ("inventory", "start"): {},
    ("inventory", "names"): {},
    ("inventory", "static"): {},
    ("inventory", "aws_ec2"): {"ec2:DescribeInstances": 1},
    ("inventory", "parameters"): {"ssm:DescribeParameters": 1, "ssm:GetParameters": 2},
    ("inventory", "snapshot"): {"ssm:GetParameters": 1},
    ("inventory", "warm"): {},
    ("play", "static"): {},
    ("play", "placeholders"): {"ssm:GetParameter": 12},
    ("play", "bypath"): {"ssm:GetParametersByPath": 2},
    ("play", "parameters"): {"ssm:DescribeParameters": 1, "ssm:GetParameters": 2},
    ("play", "snapshot"): {"ssm:GetParameters": 1},
    ("lookups-1", "static"): {},
    ("lookups-1", "peer"): {"ssm:GetParameter": 6},
    ("lookups-1", "ours"): {"ssm:GetParameters": 1},
    ("contract", "check_outputs"): {},
}


@pytest.mark.full  # half a minute; what each plugin and module calls is counted by its own tests in the quick lane
def test_it_counts_the_calls_of_every_row(short_path):
    """One round of every command: each gives the right hosts or values, and its calls are known exactly."""
    limits = runner.Limits(rounds=1)
    with world.running() as aws:
        made = stack.make(aws, world.REGIONS[0], HOSTS, short_path / "stack")
        lookups.prepare(aws)
        cases = [*inventories.cases(made), *plays.cases(made), *lookups.cases(aws, 1, 2, short_path / "lookups")]
        cases += contracts.cases(short_path / "contract", 10, 40)
        aws.be_aws()
        results = runner.run_rounds(cases, aws, limits, runner.Progress(lambda _line: None))

    counted = {(table, row): cell.runs[0].calls for (table, row, _size), cell in results.items()}
    # How often Ansible fills in ansible_host for one task is its own affair: more than once for each host.
    assert counted.pop(("play", "group_vars"))["ssm:GetParameter"] >= HOSTS
    assert CALLS == counted
    for cell in results.values():
        assert 0 < cell.seconds < 240
        assert 30 < cell.peak_mib < 1_000
    aws_ec2 = results["inventory", "aws_ec2", HOSTS].runs[0]
    assert aws_ec2.seconds > world.LATENCY
    assert [] == running_with(str(short_path))


def test_a_wrong_result_ends_it(short_path):
    """A command that gives other hosts than it should is an error, not a figure."""
    with world.running() as aws:
        made = stack.make(aws, world.REGIONS[0], 2, short_path)
        (case,) = (case for case in inventories.cases(made) if case.row == "names")
        inventories.static_file(made).with_name("hosts.yml")
        pathlib.Path(case.command[2]).write_text("all: {hosts: {10.9.9.9: }}\n")

        with pytest.raises(model.BenchError, match="1 hosts came out and 2 are published"):
            runner.measure(case, aws, 1)


def test_one_booking_more_is_counted_through_boto3():
    """Two lists, each record read once, and what is written: the record, and the starts and stops that change."""
    with world.running() as aws:
        booked = schedule.book(aws)

    assert {
        "apart from all others": (2, 20, 3),
        "longer than one": (2, 20, 3),
        "over the time between two": (2, 20, 3),
        "earlier than one": (3, 20, 3),
        "around one": (2, 20, 5),
    } == {each.place: (each.lists, each.gets, each.writes) for each in booked}


@pytest.mark.full  # half a minute; the demo is interrupted by the same means in the quick lane
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_a_command_runs_it_leaves_nothing(short_path, ending):
    """Ansible and the AWS end with it, the scratch folder is gone, nothing is written."""
    process = subprocess.Popen(
        [*BENCH, "10"],
        cwd=short_path,
        env={**os.environ, "TMPDIR": str(short_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = interrupt(process, "round 1/3  play", ending, TIMEOUT)

    assert "publishing 10 hosts" in said
    assert 128 + ending == process.returncode, said
    assert [] == list(short_path.iterdir())
    assert [] == left(lambda: running_with(str(short_path)))
