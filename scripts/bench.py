# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare this collection with its peers, on this machine, and write docs/benchmarks.md.

With a number of hosts it measures that size alone, quickly, and writes to .cache/benchmarks instead.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys
import tempfile
import time
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import collection, signals  # noqa: E402  needs the path above

collection.lay_link()
sys.path.insert(0, str(collection.COLLECTIONS))

from scripts.benchmark import (  # noqa: E402  needs both paths
    booking_api,
    calendars,
    contracts,
    inventories,
    lookups,
    machine,
    page,
    plays,
    plot,
    schedule,
    stack,
    world,
)
from scripts.benchmark.bounds import check  # noqa: E402  as above
from scripts.benchmark.model import BenchError, Case  # noqa: E402  as above
from scripts.benchmark.outcome import Outcome, load  # noqa: E402  as above
from scripts.benchmark.runner import Limits, Progress, run_rounds  # noqa: E402  as above
from scripts.benchmark.world import World  # noqa: E402  as above

SIZES = (10, 100, 1_000, 5_000)
LOOKUP_HOSTS = (20, 200)
QUICK = ROOT / ".cache" / "benchmarks"


def measure(
    sizes: Sequence[int], hosts: Sequence[int], limits: Limits, instances: int, folder: pathlib.Path
) -> Outcome:
    """Measure everything."""
    progress, began = Progress(), time.monotonic()
    progress.say(f"planning the bookings of {instances:,} instances")
    planned = schedule.plan(instances, limits.rounds)
    progress.say("asking the booking API")
    answered = booking_api.answer()
    progress.say(f"reading a calendar of {calendars.EVENTS:,} events")
    calendar = calendars.read()
    with world.running() as aws:
        progress.say(f"AWS is moto's server at {aws.url}, behind a layer as strict as AWS")
        booked = schedule.book(aws)
        cases = _prepare(aws, sizes, hosts, folder, progress)
        aws.be_aws()
        results = run_rounds(cases, aws, limits, progress)
    minutes = (time.monotonic() - began) / 60
    return Outcome(results, planned, booked, machine.describe(), limits.rounds, minutes, calendar, answered)


def _prepare(
    aws: World, sizes: Sequence[int], hosts: Sequence[int], folder: pathlib.Path, progress: Progress
) -> list[Case]:
    cases: list[Case] = []
    for region, size in zip(world.REGIONS, sizes):
        progress.say(f"publishing {size:,} hosts in {region}")
        made = stack.make(aws, region, size, folder / str(size))
        cases += inventories.cases(made) + plays.cases(made)
    lookups.prepare(aws)
    for outputs in lookups.OUTPUTS:
        for size in hosts:
            cases += lookups.cases(aws, outputs, size, folder / "lookups")
    return cases + contracts.cases(folder / "contract")


def publish(outcome: Outcome, folder: pathlib.Path) -> None:
    """Write the page and the plot, and say what was reached."""
    plot.draw(outcome, folder / "benchmarks.svg")
    (folder / "benchmarks.md").write_text(page.write(outcome, "benchmarks.svg"))
    for bound in check(outcome):
        verdict = "reached" if bound.reached else "MISSED "
        print(f"{verdict}  {bound.measured:8.{bound.digits}f}  <= {bound.bound:<6g} {bound.work}")
    print(f"\nWritten: {folder / 'benchmarks.md'}, with all tables")


def main() -> int:
    """Measure what was asked for, all of it by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hosts", nargs="?", type=int, help="measure this number of hosts alone")
    parser.add_argument("--rounds", type=int, help="how often each command runs (5, or 3 for one size)")
    parser.add_argument("--results", type=pathlib.Path, help="write the page of an earlier run's results.json again")
    arguments = parser.parse_args()
    signals.raise_in_main()
    target = QUICK if arguments.hosts else ROOT / "docs"
    try:
        if arguments.results:
            publish(load(arguments.results), target)
            return 0
        sizes, hosts, instances, limits = SIZES, LOOKUP_HOSTS, schedule.INSTANCES, Limits()
        if arguments.hosts:
            sizes, hosts, instances = (arguments.hosts,), LOOKUP_HOSTS[:1], schedule.INSTANCES // 10
            limits = Limits(rounds=3, row_seconds=10.0)
        limits = dataclasses.replace(limits, rounds=arguments.rounds or limits.rounds)
        with tempfile.TemporaryDirectory(prefix="tfbridge-bench-") as folder:
            outcome = measure(sizes, hosts, limits, instances, pathlib.Path(folder))
        outcome.save(QUICK / "results.json")
        publish(outcome, target)
    except BenchError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; nothing is left running, and nothing was written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
