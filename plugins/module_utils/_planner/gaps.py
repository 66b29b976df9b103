# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuse recurring times that clocks will skip.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .booking import Monthly, Weekly
from .clock import DAYS, in_gap, minutes
from .days import excluded_days
from .moments import gap_error
from .monthly import begin_days


def refuse_week_gaps(weekly: Weekly, zone: ZoneInfo, now: datetime) -> None:
    """Refuse a weekly time that clocks will skip within the next two years."""
    today = now.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    start, end = minutes(weekly.start), minutes(weekly.end)
    times = (("weekly.start", start), ("weekly.end", end if end > start else end + 1440))
    excluded = excluded_days(weekly.excluded)
    for days_ahead in range(-1, 731):
        day = today + timedelta(days=days_ahead)
        if DAYS[day.weekday()] not in weekly.days or day.toordinal() in excluded:
            continue
        for option, minute in times:
            if in_gap(day + timedelta(minutes=minute), zone):
                raise gap_error(option, day + timedelta(minutes=minute), weekly.timezone)


def refuse_month_gaps(monthly: Monthly, zone: ZoneInfo, now: datetime) -> None:
    """Refuse a monthly time that clocks will skip within the next two years."""
    start, end = minutes(monthly.start), minutes(monthly.end)
    times = (("monthly.start", start), ("monthly.end", end if end > start else end + 1440))
    for month in range(now.year * 12 + now.month - 2, now.year * 12 + now.month + 24):
        for number in begin_days(monthly.days_of_month, monthly.nth, monthly.day, month):
            day = datetime.fromordinal(number)
            for option, minute in times:
                if in_gap(day + timedelta(minutes=minute), zone):
                    raise gap_error(option, day + timedelta(minutes=minute), monthly.timezone)
