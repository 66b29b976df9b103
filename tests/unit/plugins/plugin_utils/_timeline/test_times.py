# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments and spans of the timeline, as a reader in one zone sees them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.times import Clock, Span, hours

PARIS = ZoneInfo("Europe/Paris")
CLOCK = Clock(PARIS, datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc))


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """Return a moment, said in Paris."""
    return datetime(year, month, day, hour, tzinfo=PARIS).astimezone(timezone.utc)


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-24", 24)])
def test_a_day_is_as_long_as_it_is(day: str, length: int) -> None:
    """The days on which the clocks change have 23 and 25 hours."""
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=PARIS).astimezone(timezone.utc)
    bounds = Clock(PARIS, noon).days_from_today(2)
    first, second = CLOCK.midnights(bounds)

    assert (second - first) / timedelta(hours=1) == length
    assert bounds.hours == length + 24


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(2026, 11, 30, 9), "Mon 30 Nov 09:00"),
        (at(2027, 1, 4, 9), "Mon 4 Jan 2027 09:00"),
        (at(2036, 11, 24, 17), "Mon 24 Nov 2036 17:00"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=timezone.utc), "Fri 1 Jan 2027 00:30"),
        (datetime(2026, 12, 24, 8, 0, 7, tzinfo=timezone.utc), "Thu 24 Dec 09:00:07"),
    ],
)
def test_another_year_is_named(moment: datetime, words: str) -> None:
    """In the reader's zone, where it is not the reader's year."""
    assert CLOCK.when(moment) == words


def test_a_span_over_midnight_names_both_days() -> None:
    """Each with its year, where that is another one."""
    assert CLOCK.span(Span(at(2026, 11, 28, 9), at(2026, 11, 28, 18))) == "Sat 28 Nov 09:00 to 18:00"
    assert CLOCK.span(Span(at(2026, 12, 31, 22), at(2027, 1, 1, 6))) == "Thu 31 Dec 22:00 to Fri 1 Jan 2027 06:00"


@pytest.mark.parametrize(("value", "written"), [(5.0, "5 h"), (0.5, "0.5 h"), (10.0, "10 h"), (1345.25, "1,345.2 h")])
def test_hours_are_written_short(value: float, written: str) -> None:
    """A whole number of hours has no fraction."""
    assert hours(value) == written
