# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection has to reach, and whether it does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from scripts.benchmark import contracts, inventories, lookups
from scripts.benchmark.model import Cell, peak
from scripts.benchmark.outcome import Outcome
from scripts.benchmark.schedule import BOOKED

MANY, MOST = 1_000, 5_000


@dataclasses.dataclass(frozen=True)
class Bound:
    """One line of the table. ``note`` says against what to read the figure."""

    work: str
    measured: float
    bound: float
    note: str = ""
    digits: int = 2

    @property
    def reached(self) -> bool:
        """Whether the figure, as it is shown, is within the bound."""
        return round(self.measured, self.digits) <= self.bound


def check(outcome: Outcome) -> list[Bound]:
    """Give every bound that this run has figures for."""
    return [
        *_inventory(outcome),
        *_lookups(outcome),
        *_schedule(outcome),
        *_calendar(outcome),
        *_contract(outcome),
    ]


def _inventory(outcome: Outcome) -> Iterator[Bound]:
    for row, most in (("snapshot", 1), ("parameters", 121)):
        cell = outcome.cell(inventories.TABLE, row, MANY)
        if cell:
            yield Bound(f"API calls, {MANY:,} hosts, {row}", cell.calls, most, digits=0)
    command = "`ansible-inventory --list`"
    for row, size, most in (("warm", MANY, 0.9), ("snapshot", MANY, 1.35), ("snapshot", MOST, 0.85)):
        ratio = _ratio(outcome, row, size)
        if ratio:
            name = "warm cache" if row == "warm" else "cold snapshot"
            yield Bound(f"{command}, {size:,} hosts: {name} ÷ static YAML", ratio, most)
    snapshot, static = (outcome.cell(inventories.TABLE, row, MOST) for row in ("snapshot", inventories.FLOOR))
    if snapshot and static:
        ratio = snapshot.ratio(static, peak) or 0.0
        yield Bound(f"peak memory, {MOST:,} hosts: snapshot ÷ static YAML", ratio, 1.3)
    yield from _growth(outcome)


def _growth(outcome: Outcome) -> Iterator[Bound]:
    """Compare what the hosts add to the time that the same work takes with next to none."""
    cells = [
        outcome.cell(inventories.TABLE, "snapshot", size) for size in (min(outcome.sizes("inventory")), MANY, MOST)
    ]
    if None in cells:
        return
    least, many, most = (cell.seconds for cell in cells if cell)
    growth = (most - least) / (many - least)
    note = f"5 times the hosts; the floor is the same with {min(outcome.sizes('inventory'))} hosts"
    yield Bound(f"time from {MANY:,} to {MOST:,} hosts, snapshot, less the floor: growth", growth, 6.0, note)


def _ratio(outcome: Outcome, row: str, size: int) -> float | None:
    cell, floor = (outcome.cell(inventories.TABLE, name, size) for name in (row, inventories.FLOOR))
    return cell.ratio(floor) if cell and floor else None


def _lookups(outcome: Outcome) -> Iterator[Bound]:
    table, size = lookups.table(1), 20
    ours, peer, static = (outcome.cell(table, row, size) for row in ("ours", "peer", lookups.FLOOR))
    if not (ours and peer and static):
        return
    work = f"{size} hosts x {lookups.TASKS} tasks, one output by lookup"
    yield Bound(f"{work}: API calls", ours.calls, 1, f"`amazon.aws.ssm_parameter`: {peer.calls}", digits=0)
    ratio, others = ours.ratio(static) or 0.0, _times(peer, static)
    yield Bound(f"{work}: time ÷ static variables", ratio, 1.3, f"`amazon.aws.ssm_parameter`: {others}")


def _times(cell: Cell, floor: Cell) -> str:
    ratio = cell.ratio(floor)
    return f"{ratio:.1f}" if ratio else "no figure"


def _schedule(outcome: Outcome) -> Iterator[Bound]:
    planned = outcome.planned
    if planned.bookings >= 100_000:
        work = f"{planned.bookings:,} bookings of {planned.instances:,} instances"
        yield Bound(f"planning {work}: seconds", planned.seconds, 10.0)
        yield Bound(f"planning {work}, one in five weekly: seconds", planned.weekly, 10.0)
        yield Bound(
            f"the same ÷ planning {planned.bookings // 10:,} of {planned.instances // 10:,}", planned.growth, 12.0
        )
    for booked in outcome.booked:
        work = f"one booking more on an instance with {BOOKED}, {booked.place}"
        yield Bound(f"{work}: list calls", booked.lists, 2, digits=0)
        yield Bound(f"{work}: get calls", booked.gets, BOOKED, digits=0)
        yield Bound(f"{work}: writes", booked.writes, 4, digits=0)
    for answered in outcome.answered:
        yield Bound(f"{answered.request}, {answered.region}: seconds", answered.seconds, answered.bound)


def _calendar(outcome: Outcome) -> Iterator[Bound]:
    if outcome.calendar:
        work = f"reading a calendar of {outcome.calendar.events:,} events"
        note = f"{outcome.calendar.occurrences:,} occurrences in 60 days"
        yield Bound(f"{work}: CPU seconds", outcome.calendar.seconds, 5.0, note)
        yield Bound(f"{work}: MB at most", outcome.calendar.megabytes, 150, digits=0)


def _contract(outcome: Outcome) -> Iterator[Bound]:
    cell = outcome.cell(contracts.TABLE, contracts.ROW, contracts.TERRAFORM_FILES + contracts.YAML_FILES)
    if cell:
        work = f"contract check of {contracts.TERRAFORM_FILES:,} Terraform and {contracts.YAML_FILES:,} YAML files"
        yield Bound(f"{work}: seconds", cell.seconds, 20.0)
        yield Bound(f"{work}: peak MiB", cell.peak_mib, 250.0, digits=0)
