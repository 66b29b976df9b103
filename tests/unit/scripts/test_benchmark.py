"""The arithmetic and the page of the benchmark, on figures that are made up."""

from __future__ import annotations

import dataclasses
import pathlib

import pytest

from scripts.benchmark import bounds, contracts, inventories, lookups, page, plays, plot
from scripts.benchmark.booking_api import Answered
from scripts.benchmark.calendars import CalendarRead
from scripts.benchmark.model import Case, Cell, Results, Run, peak
from scripts.benchmark.outcome import Outcome, load
from scripts.benchmark.runner import Limits
from scripts.benchmark.schedule import Booked, Planned

SECONDS = {"static": 1.0, "warm": 0.8, "snapshot": 1.2, "peer": 5.0, "ours": 1.1}
CALLS = {"parameters": 121, "snapshot": 1, "peer": 60, "ours": 1}


ANSWERED = Answered("`GET /bookings`, 420 bookings of 420 instances", "eu-central-1", 1.25, 3.0)


def _cell(row, size):
    seconds = SECONDS.get(row, 3.0) * size / 1_000
    return Cell([Run(number, seconds, seconds, 60.0, {"ssm:X": CALLS.get(row, 0)}) for number in range(1, 4)])


@pytest.fixture
def outcome():
    """Figures that reach every bound."""
    results: Results = {}
    for table, titles in ((inventories.TABLE, inventories.TITLES), (plays.TABLE, plays.TITLES)):
        results |= {(table, row, size): _cell(row, size) for row in titles for size in (10, 1_000, 5_000)}
    for outputs in lookups.OUTPUTS:
        results |= {(lookups.table(outputs), row, 20): _cell(row, 20) for row in lookups.TITLES}
    for run in results[inventories.TABLE, "snapshot", 5_000].runs:
        results[inventories.TABLE, "snapshot", 5_000].runs[run.round - 1] = dataclasses.replace(run, seconds=4.0)
    results[contracts.TABLE, contracts.ROW, 2_500] = Cell([Run(1, 12.0, 11.0, 130.0, {})])
    planned = Planned(10_000, [(0.1, 1.0, 2.0), (0.1, 1.1, 2.1), (0.2, 1.2, 2.2)])
    read = CalendarRead(5_000, 2.0, 100.0, 20_000)
    return Outcome(results, planned, [Booked("apart", 2, 20, 3)], {"Python": "3"}, 3, 12.0, read, [ANSWERED])


def test_ratios_are_of_runs_of_the_same_round():
    """A round in which everything took twice as long changes nothing."""
    floor = Cell([Run(1, 1.0, 1.0, 50, {}), Run(2, 2.0, 1.0, 50, {}), Run(3, 1.0, 1.0, 50, {})])
    cell = Cell([Run(1, 1.5, 1.0, 60, {}), Run(2, 3.0, 1.0, 60, {})])

    assert 1.5 == cell.ratio(floor)
    assert 1.2 == cell.ratio(floor, peak)
    assert Cell([Run(9, 1.0, 1.0, 1, {})]).ratio(floor) is None


def test_every_bound_is_judged(outcome):
    """All bounds have a figure, and these figures reach them."""
    found = bounds.check(outcome)

    assert [True] * 20 == [bound.reached for bound in found]
    assert [1, 121, 0.8, 1.2, 0.8] == [round(bound.measured, 2) for bound in found[:5]]


@pytest.mark.parametrize(
    ("cell", "work"),
    [
        (("inventory", "warm", 1_000), "warm cache ÷ static"),
        (("inventory", "snapshot", 1_000), "1,000 hosts: cold snapshot ÷ static"),
        (("inventory", "snapshot", 5_000), "5,000 hosts: cold snapshot ÷ static"),
        (("lookups-1", "ours", 20), "time ÷ static variables"),
    ],
)
def test_what_is_too_slow_misses_its_bound(outcome, cell, work):
    """A slower run turns the verdict, and the page says so."""
    outcome.results[cell].runs[:] = [
        dataclasses.replace(run, seconds=run.seconds * 2) for run in outcome.results[cell].runs
    ]

    missed = [bound.work for bound in bounds.check(outcome) if not bound.reached]

    assert [True] == [work in text for text in missed if "growth" not in text]
    assert "**no**" in page.write(outcome, "benchmarks.svg")


def test_a_call_more_misses_its_bound(outcome):
    """Calls have no tolerance."""
    outcome.results["inventory", "parameters", 1_000].runs[0].calls["ssm:X"] = 122

    assert [122] == [bound.measured for bound in bounds.check(outcome) if not bound.reached]


def test_the_page_has_every_row_and_says_what_was_not_run(outcome):
    """No row is left out in silence."""
    outcome.results["play", "placeholders", 5_000] = Cell(not_run="100 hosts take 15.0 s")

    text = page.write(outcome, "benchmarks.svg")

    for titles in (inventories.TITLES, plays.TITLES, lookups.TITLES):
        for title in titles.values():
            assert f"| {title} |" in text
    assert "| 100,000 on 10,000, one in five weekly | 2.10 |" in text
    assert "| `GET /bookings`, 420 bookings of 420 instances | eu-central-1 | 1.25 |" in text
    assert "| 2,500 | 12.00 (12.00 to 12.00, 1 run) | 130 |" in text
    assert "not run: 100 hosts take 15.0 s" in text
    assert "3 runs" in text


def test_the_same_figures_give_the_same_files(outcome, tmp_path):
    """Page and plot don't change but for the figures, through the file of results too."""
    outcome.save(tmp_path / "results.json")
    again = load(tmp_path / "results.json")
    plot.draw(outcome, tmp_path / "one.svg")
    plot.draw(again, tmp_path / "two.svg")

    assert page.write(outcome, "p.svg") == page.write(again, "p.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_row_is_not_run_where_its_smaller_size_says_that_it_takes_too_long():
    """What took 12 s with 100 hosts would take 120 with 1,000; what is too slow stays too slow."""
    case = Case("play", "row", 1_000, (), pathlib.Path(), {}, lambda _said: None)
    slow, fast = Cell([Run(1, 12.0, 1, 1, {"x": 3})]), Cell([Run(1, 1.0, 1, 1, {})])

    assert "100 hosts take 12.0 s and 3 calls" in Limits().reason(case, {("play", "row", 100): slow})
    assert "" == Limits().reason(case, {("play", "row", 100): fast})
    assert "" == Limits().reason(case, {("play", "other", 100): slow})
    assert "why" == Limits().reason(case, {("play", "row", 100): Cell(not_run="why"), ("play", "row", 10): fast})


def test_a_slow_command_runs_in_fewer_rounds():
    """It has its first run always, and no other that its time doesn't allow."""
    limits = Limits(row_seconds=75.0)

    assert not limits.is_enough(Cell())
    assert limits.is_enough(Cell([Run(1, 40.0, 1, 1, {})]))
    assert not limits.is_enough(Cell([Run(1, 30.0, 1, 1, {})]))
