# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of the lookup to bookings.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import zone_of, zulu
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import parse_moment

from .bookings import make_bookings, prefix_of
from .library import load_library
from .matching import Fleet, allowed_instances, parse_rules
from .model import Horizon
from .occurrences import Reader
from .source import calendar_id, find_source
from .text import check_text

_LIMITS = {"horizon_days": (1, 366), "max_bookings": (1, 5000), "min_events": (0, 10_000)}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_bookings(
    terms: Sequence[object], options: Mapping[str, Any], fleet: Callable[[], Fleet], now: datetime
) -> dict[str, Any]:
    """Return the bookings of a calendar and what became of its events. Raises the BridgeError family only."""
    if len(terms) != 1 or not isinstance(terms[0], str):
        raise OptionError("_terms: give one calendar: a file, the text of a calendar, or an https:// address")
    horizon = _horizon(options, now)
    rules = parse_rules(options["events"])
    if not rules and not options["allow_instances"]:
        raise OptionError("events: missing. Say which events book which instances, or set allow_instances")
    library = load_library()
    connected = cache(fleet)
    source = find_source(terms[0], options)
    body, copy = source.read(options["cache_dir"])
    reading = Reader(library, horizon, options["timezone"], options["on_gap"]).read(check_text(body))
    if reading.events < options["min_events"]:
        raise DataError(
            f"the calendar has {reading.events} events, and min_events is {options['min_events']}: it may have been "
            "read before it was complete, or be the wrong one"
        )
    resolved = [(rule, rule.resolve(connected)) for rule in rules]
    by_tag = any(name.startswith("tag:") for one in reading.occurrences for name in one.details.instances)
    allowed = allowed_instances(options["allow_instances"], connected, with_tags=by_tag)
    identity = calendar_id(source, options["calendar_id"])
    result = make_bookings(identity, reading, resolved, allowed, options["max_bookings"])
    source.keep(copy, options["cache_dir"])
    return {
        "calendar": identity,
        "purge_prefix": prefix_of(identity),
        "purge_until": zulu(horizon.until),
        "purge_keep": result.keep,
        "bookings": result.bookings,
        "events": result.events,
    }


def _horizon(options: Mapping[str, Any], now: datetime) -> Horizon:
    """Return the time that is read; raises one OptionError for all numbers that are out of range."""
    Refusals(
        f"{name}: {show(options[name])} is out of range. Valid values: {low} to {high}"
        for name, (low, high) in _LIMITS.items()
        if not isinstance(options[name], int) or not low <= options[name] <= high
    ).finish()
    zone = options["timezone"]
    if zone:
        zone_of(zone)
    start: Optional[str] = options["start"]
    if start and _DAY.fullmatch(start):
        start += "T00:00"
    first = parse_moment(start, "start", zone or "UTC", later=False, on_gap="shift") if start else now
    return Horizon(first, first + timedelta(days=options["horizon_days"]))
