# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an instance does beside what it should do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.state import problems, state_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.times import Span

NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)
ID = "i-0a1b2c3d4e5f60718"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
INSIDE = (Span(NOW - HOUR, NOW + HOUR),)
OUTSIDE = (Span(NOW - 3 * HOUR, NOW - HOUR), Span(NOW + HOUR, NOW + 2 * HOUR))
STOP, START = {"action": "stop", "at": "2026-11-24T16:20:00Z"}, {"action": "start", "at": "2026-11-24T16:20:00Z"}


def item(**fields: Any) -> dict[str, Any]:
    """Return what the info module says of an instance."""
    return {"instance_id": ID, "next_edge": STOP, "drift": {"missing": [], "unexpected": []}, "damaged": [], **fields}


@pytest.mark.parametrize(
    ("state", "windows", "edge", "said"),
    [
        ("running", INSIDE, STOP, ()),
        ("pending", INSIDE, STOP, ()),
        ("stopped", OUTSIDE, START, ()),
        ("stopping", OUTSIDE, START, ()),
        ("stopped", INSIDE, STOP, ("Should run now, but is stopped.",)),
        ("stopping", INSIDE, STOP, ("Should run now, but is stopping.",)),
        ("running", OUTSIDE, STOP, ("Is running, although nothing is booked now.",)),
        (
            "running",
            OUTSIDE,
            START,
            ("Is running, although nothing is booked now; no stop is scheduled before its next window.",),
        ),
        ("running", INSIDE, None, ("No stop is scheduled.",)),
        ("terminated", OUTSIDE, START, ("Is terminated and will never run again: cancel its bookings.",)),
        ("shutting-down", INSIDE, STOP, ("Is shutting-down and will never run again: cancel its bookings.",)),
        (None, OUTSIDE, START, ("Does not exist: cancel its bookings.",)),
    ],
)
def test_the_state_is_held_against_the_plan(
    state: str | None, windows: tuple[Span, ...], edge: dict[str, str] | None, said: tuple[str, ...]
) -> None:
    """An instance that does not do what is booked is never shown as if it did."""
    assert problems(item(state=state, next_edge=edge), windows, NOW) == said


def test_a_result_without_a_state_says_nothing_of_it() -> None:
    """What is not known is not guessed."""
    assert state_of(item()) == ""
    assert state_of(item(state=None)) == "missing"
    assert problems(item(), INSIDE, NOW) == ()


def test_a_start_and_a_stop_take_their_time() -> None:
    """Scheduler fires within a minute, and EC2 is not immediate either."""
    begun, ended = (Span(NOW - 2 * MINUTE, NOW + HOUR),), (Span(NOW - HOUR, NOW - 2 * MINUTE),)

    assert problems(item(state="stopped"), begun, NOW) == ()
    assert problems(item(state="running", next_edge=START), ended, NOW) == ()
    assert problems(item(state="stopped"), begun, NOW + 2 * MINUTE)
    assert problems(item(state="running", next_edge=START), ended, NOW + 2 * MINUTE)


def test_drift_and_damage_are_said() -> None:
    """Which way the schedules differ, and what can't be read."""
    drift = {"missing": [{"action": "stop"}], "unexpected": [{"action": "stop"}, {"action": "start"}]}
    damaged = [f"the record of booking 'b' of {ID} is damaged: no JSON"]

    assert problems(item(state="running", drift=drift, damaged=damaged), INSIDE, NOW) == (
        "Schedules differ from its bookings: 1 missing (stop), 2 unexpected (start, stop). "
        "The next run of ec2_schedule repairs them.",
        f"The record of booking 'b' of {ID} is damaged: no JSON.",
    )


def test_warnings_of_the_module_are_shown_once() -> None:
    """Without the id that the lane names anyway, and not again what its state says already."""
    spot = f"{ID} is a spot instance: it can't be stopped"
    endless = "the weekly bookings always cover the whole week: no stop is scheduled"

    assert problems(item(state="running", warnings=[spot]), INSIDE, NOW) == (
        "Is a spot instance: it can't be stopped.",
    )
    assert problems(item(state="running", next_edge=None, warnings=[endless]), INSIDE, NOW) == (
        "No stop is scheduled.",
    )
    for state in ("terminated", "stopped"):
        both = [f"{ID} is {state}, but it is booked now: it should run until 2026-11-24T16:20:00Z", spot]
        assert len(problems(item(state=state, warnings=both), INSIDE, NOW)) == 2
    assert len(problems(item(warnings=[f"{ID} is stopped"]), INSIDE, NOW)) == 1
