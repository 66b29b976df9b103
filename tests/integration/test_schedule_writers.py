"""Writers in processes of their own, at the same instance of moto's server at the same time."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import Reporter, parse_range
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import SchedulerStore

from tests.conftest import ROOT

WRITERS = 4


@pytest.fixture
def writers(aws):
    """Processes that wait for a job each."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.schedule_writer"],
            cwd=ROOT,
            env={**os.environ, **aws.env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _each in range(WRITERS)
    ]
    yield processes
    for process in processes:
        process.stdin.close()
        process.wait(30)


@pytest.mark.parametrize("rounds", [10, pytest.param(60, marks=pytest.mark.full)])
def test_nothing_is_lost_and_all_converge(aws, writers, rounds):
    """Four processes book and cancel bookings of one instance: every booking is there, edges are theirs."""
    rng = random.Random(7)
    scheduler = aws.client("scheduler")
    store = SchedulerStore(scheduler, Retrier(Policy(budget=20)), "eu-central-1", "tfbridge")
    tools = Tools()
    # Made first: where two create it at once, moto lets the second replace the first one's, with what is in it.
    scheduler.create_schedule_group(Name="tfbridge")
    for number in range(rounds):
        instance_id = f"i-{number:017x}"
        jobs = [(f"b{at}", f"{rng.randrange(0, 10)}") for at in range(WRITERS)]
        _all(writers, [f"{instance_id} {name} {hour}" for name, hour in jobs[:2]] + [f"{instance_id} b9 20"])
        expected = {"b9", *(name for name, _hour in jobs[:2])}
        # The first two cancel what is there while the others book.
        second = [f"{instance_id} b0 -", f"{instance_id} b9 -", *(f"{instance_id} {n} {h}" for n, h in jobs[2:])]
        _all(writers, second)
        expected = expected - {"b0", "b9"} | {name for name, _hour in jobs[2:]}

        shown = parse_range(None, None, None, tools.now())
        (report,) = Reporter(store, tools, shown).report([instance_id], {})
        assert expected == {booking["name"] for booking in report["bookings"]}, report
        assert report["in_sync"], report["drift"]


def _all(writers, jobs) -> None:
    """Give each process its job at once, and wait for all."""
    busy = list(zip(writers, jobs, strict=False))
    for process, job in busy:
        process.stdin.write(job + "\n")
        process.stdin.flush()
    assert ["done"] * len(busy) == [process.stdout.readline().strip() for process, _job in busy]
