# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report of the check as a picture: which file declares what, and who reads it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from .check import Report
from .model.facts import Place
from .model.findings import Finding, FindingKind
from .reports.graph import Edge, Picture

_BROKEN = (FindingKind.MISSING, FindingKind.STALE_USED, FindingKind.TYPE_CHANGED)


def picture_of(report: Report) -> Picture:
    """Return what the picture shows."""
    broken = {(one.name, _reader(one.place)): one for one in report.findings if one.kind in _BROKEN and one.certain}
    declared = [Edge(place.file, str(output.name)) for output in report.declared or () for place in output.places]
    read = [_edge(name, _reader(use.place), broken) for name, uses in report.comparison.used_by.items() for use in uses]
    read += [_edge(name, reader, broken) for name, reader in broken]
    read = list(dict.fromkeys(read))
    outputs = {str(output.name) for output in report.declared or ()}
    outputs |= {one.name for one in report.published or ()} | {edge.source for edge in read}
    unused = {one.name for one in report.findings if one.kind is FindingKind.UNUSED}
    first = {edge.target: edge.source for edge in reversed(declared)}
    # In the order of what they belong to: lines then cross as little as they need to.
    ordered = sorted(outputs, key=lambda name: (first.get(name, ""), name))
    row = {name: index for index, name in enumerate(ordered)}
    readers: dict[str, list[int]] = {}
    for edge in read:
        readers.setdefault(edge.target, []).append(row[edge.source])
    return Picture(
        files=sorted({edge.source for edge in declared}),
        outputs=ordered,
        readers=sorted(readers, key=lambda reader: (sum(readers[reader]) / len(readers[reader]), reader)),
        declared=list(dict.fromkeys(declared)),
        read=read,
        broken=frozenset(name for name, _reader in broken),
        unused=frozenset(unused),
    )


def _reader(place: Place) -> str:
    return f"{place.file}: {place.what}" if place.what else place.file


def _edge(name: str, reader: str, broken: dict[tuple[str, str], Finding]) -> Edge:
    finding = broken.get((name, reader))
    return Edge(name, reader, finding is not None, finding.message if finding else "")
