# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an instance's bookings to its lane of the timeline, by the planner that schedules them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Optional

from ._booking import DAYS, Booking, OneOff, Weekly
from ._edges import plan
from ._timeline import WEEKDAYS, Booked, Lane, NextEdge, Span, Timeline, span_words
from ._windows import windows


def lane_on(page: Timeline, instance_id: str, name: str, bookings: tuple[Booking, ...]) -> Lane:
    """Return an instance's lane on a page: what of its bookings lies in the page's bounds, and what happens next."""
    shown = [(booking, _spans((booking,), page.bounds)) for booking in sorted(bookings, key=_order)]
    booked = tuple(Booked(booking.booking_id, rule(booking, page.zone), spans) for booking, spans in shown)
    return Lane(instance_id, name, _spans(bookings, page.bounds), booked, next_edge(bookings, page.now))


def _order(booking: Booking) -> tuple[bool, str, str]:
    """Weekly bookings first, then by when they start."""
    return isinstance(booking, OneOff), str(booking.start), booking.booking_id


def _spans(bookings: tuple[Booking, ...], bounds: Span) -> tuple[Span, ...]:
    return tuple(Span(window.start, window.end) for window in windows(bookings, bounds.start, bounds.end))


def next_edge(bookings: tuple[Booking, ...], now: datetime) -> Optional[NextEdge]:
    """Return what happens next: the end of the window that the instance is in, or the start of the next one."""
    planned = plan(bookings, now)
    if not planned.edges or not planned.windows:
        return None
    window = planned.windows[0]
    return NextEdge("start", window.start) if window.start > now else NextEdge("stop", window.end)


def rule(booking: Booking, zone: tzinfo) -> str:
    """Say when a booking is; a weekly one is said in its own zone, which is named when it is not the page's."""
    if isinstance(booking, Weekly):
        elsewhere = "" if booking.timezone == str(zone) else f" {booking.timezone}"
        return f"{days_words(booking.days)} {booking.start} to {booking.end}{elsewhere}"
    return span_words(Span(booking.start, booking.end), zone)


def days_words(days: tuple[str, ...]) -> str:
    """Say days of the week: three or more in a row by the first and the last."""
    numbers = sorted(DAYS.index(day) for day in days)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_run_words(run) for run in runs)


def _run_words(run: list[int]) -> str:
    names = [WEEKDAYS[number] for number in run]
    return f"{names[0]}-{names[-1]}" if len(names) > 2 else ", ".join(names)
