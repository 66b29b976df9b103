# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the way of a bound that isn't reached, as profiles show it. By a part of the bound's name."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "cold snapshot ÷ static YAML": (
        "beside Ansible's own start, a cold read has to import boto3, make a client (half and a third of what it adds: "
        "botocore reads its folders, SSM's service model and endpoint rules anew in every process) and wait for one "
        "round trip. All of that is the same for one host and for thousands, so it weighs less the more hosts there are"
    ),
    "planning 100,000": (
        "each instance is planned by itself, by one planner for all kinds of bookings: a quarter of a millisecond for "
        "ten one-off bookings, half a millisecond where weekly ones are among them; it grows with the bookings alone"
    ),
    "earlier than one: list calls": (
        "its start relies on a stop that was there before. One more listing, after its record was written, makes sure "
        "that nobody who has not seen that record takes the stop away, or an instance might run on without one"
    ),
    "around one: writes": (
        "a record, a start and a stop are created, and the start and the stop of the one inside are deleted. Nothing "
        "is changed in place, so that no writer undoes what another has done"
    ),
    "time ÷ static variables": (
        "the first task to ask imports boto3, makes a client and waits for one round trip, a quarter of a second in "
        "which the others wait for it. From then on values come from the run's cache; but each task of each host is "
        "a process of its own, in which Ansible loads the lookup anew: 7 ms, half of them those of any lookup of any "
        "collection. Variables of the inventory plugin cost none of this"
    ),
}
