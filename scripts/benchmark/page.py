# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page: tables of what was measured, what it was measured on, and what it has to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripts.benchmark import contracts, inventories, lookups, plays
from scripts.benchmark.bounds import Bound, check
from scripts.benchmark.model import Cell, Run, peak
from scripts.benchmark.outcome import Outcome
from scripts.benchmark.reasons import REASONS
from scripts.benchmark.world import LATENCY, RATE

HEAD = ["source", "API calls", "seconds (fastest to slowest)", "÷ floor", "peak MiB", "÷ floor"]


def write(outcome: Outcome, plot: str) -> str:
    """Write the page, in Markdown."""
    parts = [
        _opening(outcome, plot),
        _must_show(check(outcome)),
        _tables(outcome, inventories.TABLE, inventories.TITLES, _INVENTORY),
        _tables(outcome, plays.TABLE, plays.TITLES, _PLAY),
        *(
            _tables(outcome, lookups.table(outputs), lookups.TITLES, _lookup_text(outputs))
            for outputs in lookups.OUTPUTS
        ),
        _schedule(outcome),
        _contract(outcome),
        _calendar(outcome),
        _method(outcome),
    ]
    return "\n".join(part for part in parts if part)


def _opening(outcome: Outcome, plot: str) -> str:
    return f"""# Benchmarks

What it costs to get hosts and values from AWS into Ansible, with this collection and with its peers, all in one run
on one machine. `make bench` measures it anew and writes this page; it took {outcome.minutes:.0f} minutes.

![Seconds and API calls by number of hosts]({plot})
"""


def _must_show(bounds: Sequence[Bound]) -> str:
    if not bounds:
        return ""
    rows = [
        [
            bound.work,
            f"{bound.measured:.{bound.digits}f}",
            f"≤ {bound.bound:g}",
            "yes" if bound.reached else "**no**",
            bound.note,
        ]
        for bound in bounds
    ]
    text = "## What it has to reach\n\n" + _table(["work", "measured", "bound", "reached", ""], rows)
    missed = [bound for bound in bounds if not bound.reached]
    reasons = [f"- {bound.work}: {reason}" for bound in missed for key, reason in REASONS.items() if key in bound.work]
    if reasons:
        text += "\nWhere a bound is not reached, this stands in the way:\n\n" + "\n".join(reasons) + "\n"
    return text


_INVENTORY = """## An inventory

`ansible-inventory --list`. The three inventories of this collection and the static one give the same hosts with the
same variables, which is checked in every run; `aws_ec2` gives as many hosts, with all that EC2 says of them.
"""
_PLAY = """## A play that needs every address

`ansible-playbook` with one `debug` task that shows each host's address, because `ansible-inventory` leaves templates as
they are. Placeholders stand in the play's `hosts:`, beside a static inventory that has the addresses already: as names
of hosts in an inventory file, ansible-core no longer fills them in (2.19), and SSH is given the template for a host.
"""


def _lookup_text(outputs: int) -> str:
    what = "one output" if outputs == 1 else f"{outputs} outputs"
    return f"""## Three tasks that read {what}

`ansible-playbook` with {lookups.TASKS} `debug` tasks on every host; the outputs are variables of the group, each of
them a lookup.
"""


def _tables(outcome: Outcome, table: str, titles: Mapping[str, str], text: str) -> str:
    parts = [text]
    for size in outcome.sizes(table):
        floor = outcome.cell(table, "static", size)
        rows = [
            [title, *_figures(outcome.results[(table, row, size)], floor)]
            for row, title in titles.items()
            if (table, row, size) in outcome.results
        ]
        parts.append(f"### {size:,} hosts\n\n" + _table(HEAD, rows))
    return "\n".join(parts) if len(parts) > 1 else ""


def _figures(cell: Cell, floor: Cell | None) -> list[str]:
    if not cell.runs:
        return ["", f"not run: {cell.not_run}", "", "", ""]
    low, high = cell.spread
    few = f", {len(cell.runs)} run{'s' * (len(cell.runs) > 1)}" if len(cell.runs) < 5 else ""
    seconds = f"{cell.seconds:.2f} ({low:.2f} to {high:.2f}{few})"
    return [f"{cell.calls:,}", seconds, _ratio(cell, floor), f"{cell.peak_mib:.0f}", _ratio(cell, floor, memory=True)]


def _ratio(cell: Cell, floor: Cell | None, *, memory: bool = False) -> str:
    ratio = floor and cell.ratio(floor, peak if memory else _seconds)
    return f"{ratio:.2f}" if ratio else ""


def _seconds(run: Run) -> float:
    return run.seconds


def _schedule(outcome: Outcome) -> str:
    planned = outcome.planned
    all_of_them = f"{planned.bookings:,} on {planned.instances:,}"
    rows = [
        [f"{planned.bookings // 10:,} on {max(1, planned.instances // 10):,}", f"{planned.tenth:.2f}"],
        [all_of_them, f"{planned.seconds:.2f}"],
        [f"{all_of_them}, one in five weekly", f"{planned.weekly:.2f}"],
    ]
    calls = [[f"{booked.place}", str(booked.lists), str(booked.gets), str(booked.writes)] for booked in outcome.booked]
    return (
        "## The schedule\n\nPlanning the starts and stops of bookings, ten an instance, some of them overlapping:\n\n"
        + _table(["bookings on instances", "seconds"], rows)
        + "\nOne booking more on an instance that has twenty, through boto3:\n\n"
        + _table(["the new window is", "ListSchedules", "GetSchedule", "creates and deletes"], calls)
        + _answers(outcome)
    )


def _answers(outcome: Outcome) -> str:
    if not outcome.answered:
        return ""
    rows = [[each.request, each.region, f"{each.seconds:.2f}"] for each in outcome.answered]
    return (
        "\nThe booking API, whose function has just been started, with 25 ms for each call and the pace that Scheduler "
        "allows in the region:\n\n" + _table(["request", "region", "seconds"], rows)
    )


def _contract(outcome: Outcome) -> str:
    rows = [
        [f"{size:,}", *_figures(outcome.results[(contracts.TABLE, contracts.ROW, size)], None)[1:4:2]]
        for size in outcome.sizes(contracts.TABLE)
    ]
    if not rows:
        return ""
    return (
        "## The contract check\n\n"
        "`tfbridge.aws.check_outputs` over Terraform code and roles, four YAML files for each file of Terraform:\n\n"
        + _table(["files", "seconds (fastest to slowest)", "peak MiB"], rows)
    )


def _calendar(outcome: Outcome) -> str:
    read = outcome.calendar
    if not read:
        return ""
    row = [f"{read.events:,}", f"{read.occurrences:,}", f"{read.seconds:.1f}", f"{read.megabytes:.0f}"]
    return "## Calendars\n\nReading a calendar, one event in eight of which recurs on three days a week:\n\n" + _table(
        ["events", "times in 60 days", "CPU seconds", "peak MiB"], [row]
    )


def _method(outcome: Outcome) -> str:
    machine = "\n".join(f"- {name}: {value}" for name, value in outcome.machine.items())
    return f"""## How it is measured

- AWS is moto's server in a process of its own on loopback, behind the layer that the tests use. The layer takes
  {LATENCY * 1000:.0f} ms for every call, cuts AWS's page sizes and throttles above {RATE} calls a second. It is plain
  HTTP: a real AWS adds a TLS handshake for each connection, so it favours whoever makes fewer of them.
- moto needs seconds to list thousands of objects. The layer therefore keeps moto's own answer to each read and gives
  it again until something is written: what is measured is the client at AWS's latency, not moto.
- Calls are counted in the layer, retries included. A run that gives other hosts or values than it should ends the
  benchmark.
- {outcome.rounds} rounds, and in each of them every command once, so that a noisy minute meets all of them. Seconds are
  the median of a command's runs, from its start to its exit; ratios are the median of the rounds' own ratios.
- Memory is the peak of the largest process of a command (`ru_maxrss`), each of Ansible's forks by itself.
- A command that would take too long is not run, and its row says why; one that is slow runs in fewer rounds, which its
  row says too.

Measured on:

{machine}

`make bench` takes a while; `make bench N=100` measures one size and writes to `.cache/benchmarks` instead of this page.
"""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *("--:" if name else "---" for name in head[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
