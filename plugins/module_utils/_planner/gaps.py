# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuse recurring times that clocks will skip.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Union

from .booking import Monthly, Weekly
from .clock import DAYS, in_gap, minutes, zone_of
from .days import excluded_days
from .moments import gap_error
from .monthly import begin_days


def refuse_week_gaps(weekly: Weekly, now: datetime) -> None:
    """Refuse a weekly time that clocks will skip within the next two years."""
    today, excluded = now.astimezone(zone_of(weekly.timezone)).toordinal(), excluded_days(weekly.excluded)
    days = (day for day in range(today - 1, today + 731) if DAYS[(day - 1) % 7] in weekly.days and day not in excluded)
    _refuse_gaps(weekly, "weekly", days)


def refuse_month_gaps(monthly: Monthly, now: datetime) -> None:
    """Refuse a monthly time that clocks will skip within the next two years."""
    months = range(now.year * 12 + now.month - 2, now.year * 12 + now.month + 24)
    days = (begin_days(monthly.days_of_month, monthly.nth, monthly.day, month) for month in months)
    _refuse_gaps(monthly, "monthly", chain.from_iterable(days))


def _refuse_gaps(booking: Union[Weekly, Monthly], option: str, days: Iterable[int]) -> None:
    """Refuse the times of a booking that clocks skip on one of these days (proleptic ordinals)."""
    zone, start, end = zone_of(booking.timezone), minutes(booking.start), minutes(booking.end)
    times = ((f"{option}.start", start), (f"{option}.end", end if end > start else end + 1440))
    for day in days:
        for name, minute in times:
            local = datetime.fromordinal(day) + timedelta(minutes=minute)
            if in_gap(local, zone):
                raise gap_error(name, local, booking.timezone)
