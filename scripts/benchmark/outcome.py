# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that one run of the benchmark found, and its file."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from scripts.benchmark.booking_api import Answered
from scripts.benchmark.calendars import CalendarRead
from scripts.benchmark.model import Cell, Results, Run
from scripts.benchmark.schedule import Booked, Planned


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The figures, and how they came about."""

    results: Results
    planned: Planned
    booked: Sequence[Booked]
    machine: Mapping[str, str]
    rounds: int
    minutes: float
    calendar: CalendarRead | None = None
    answered: Sequence[Answered] = ()

    def cell(self, table: str, row: str, size: int) -> Cell | None:
        """Give a cell that has figures."""
        cell = self.results.get((table, row, size))
        return cell if cell and cell.runs else None

    def sizes(self, table: str) -> list[int]:
        """Give the sizes of a table."""
        return sorted({size for name, _row, size in self.results if name == table})

    def save(self, path: pathlib.Path) -> None:
        """Write all figures of all runs."""
        cells = [
            {"table": table, "row": row, "size": size, **dataclasses.asdict(cell)}
            for (table, row, size), cell in self.results.items()
        ]
        document = {
            "cells": cells,
            "planned": dataclasses.asdict(self.planned),
            "booked": [dataclasses.asdict(each) for each in self.booked],
            "calendar": dataclasses.asdict(self.calendar) if self.calendar else None,
            "answered": [dataclasses.asdict(each) for each in self.answered],
            "machine": dict(self.machine),
            "rounds": self.rounds,
            "minutes": self.minutes,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1))


def load(path: pathlib.Path) -> Outcome:
    """Read what save wrote."""
    document = json.loads(path.read_text())
    return Outcome(
        results={(each["table"], each["row"], each["size"]): _cell(each) for each in document["cells"]},
        planned=Planned(document["planned"]["instances"], [tuple(each) for each in document["planned"]["rounds"]]),
        booked=[Booked(**each) for each in document["booked"]],
        calendar=CalendarRead(**document["calendar"]) if document.get("calendar") else None,
        answered=[Answered(**each) for each in document.get("answered", ())],
        machine=document["machine"],
        rounds=document["rounds"],
        minutes=document["minutes"],
    )


def _cell(saved: Mapping[str, Any]) -> Cell:
    return Cell([Run(**run) for run in saved["runs"]], saved["not_run"])
