# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures of a timeline."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.timeline import Lane, Timeline
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.times import Clock, Span

PARIS = ZoneInfo("Europe/Paris")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """Return a moment in 2026, said in Paris."""
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS).astimezone(timezone.utc)


NOW = at(24, 16, 20)


def lane(*windows: Span) -> Lane:
    """Return an instance with some windows."""
    return Lane("i-0a1b2c3d4e5f60718", "workstation", windows, ())


def timeline(now: datetime = NOW, days: int = 7) -> Timeline:
    """Return a page from the day of `now` on."""
    clock = Clock(PARIS, now)
    return Timeline(clock.days_from_today(days), clock)


def test_hours_are_those_of_the_windows() -> None:
    """Which are the union of the bookings: 15-18 and 17-20 are five hours, not six."""
    five = lane(Span(at(24, 15), at(24, 20)))

    assert timeline().running_hours(five) == 5
    assert timeline().saved_hours(five) == 163
    assert timeline().running_hours(five, lane(Span(at(25, 8), at(25, 18)))) == 15
    assert timeline().saved_percent(five, lane(Span(at(25, 8), at(25, 18)))) == 95


def test_only_what_is_shown_counts() -> None:
    """A window that began before the first day or ends after the last counts with the part that is shown."""
    assert timeline().running_hours(lane(Span(at(20, 0), at(24, 6)), Span(at(30, 22), at(5, 0, month=12)))) == 6 + 2


def test_hours_across_a_clock_change() -> None:
    """A window over the night in which the clocks go back is an hour longer than its wall clock says."""
    night = Span(at(24, 22, month=10), at(25, 6, month=10))

    assert timeline(night.start, days=2).running_hours(lane(night)) == 9


def test_only_all_is_a_hundred_percent() -> None:
    """An instance that runs at all does not save 100 %."""
    assert timeline().saved_percent(lane(Span(at(24, 15), at(24, 15, 30)))) == 99
    assert timeline().saved_percent(lane()) == 100


def test_the_last_day_is_part_of_the_page() -> None:
    """A week from a Tuesday on ends with the Monday."""
    assert timeline().last_day == at(30, 0)
    assert timeline(days=1).last_day == at(24, 0)
