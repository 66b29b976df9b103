# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the way of a bound that isn't reached, as profiles show it. By a part of the bound's name."""

from __future__ import annotations

_COLD = (
    "beside Ansible's own start, a cold read has to import boto3, make a client (half and a third of what it adds: "
    "botocore reads its folders, SSM's service model and endpoint rules anew in every process) and wait for one "
    "round trip. All of that is the same for one host and for thousands, so it weighs less the more hosts there are"
)
_EDGES = (
    "an edge carries for how long it may be retried, which never reaches the next opposite edge. A booking that "
    "touches another moves such an edge, so its neighbour is created anew before the old one is deleted: two writes "
    "for each, on top of the record and the edges of its own"
)

REASONS: dict[str, str] = {
    "cold snapshot ÷ static YAML": _COLD,
    "planning 100,000": (
        "two fifths of the time go into making the edges, a quarter into the digests that name bookings without a "
        "name; none of it waits for anything, and it grows with the bookings alone"
    ),
    "longer than one: writes": _EDGES,
    "over the time between two: writes": _EDGES,
    "time ÷ static variables": (
        "each task of each host fills in its variables in a process of its own, which imports the lookup anew; the "
        "values themselves come from the run's cache"
    ),
}
