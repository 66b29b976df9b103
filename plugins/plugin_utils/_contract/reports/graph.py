# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract as a picture: Terraform files, outputs and their readers, as one HTML page or in the DOT language.

PRIVATE: not for use outside this collection, may change in any release.

The page needs nothing else: no script, no font, no network.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import unicodedata
from collections.abc import Sequence

from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.pages import render

_ROW = 26
_TOP = 56
_COLUMNS = (20, 430, 840)
_WIDTH = (300, 300, 340)
# Of a label's characters, which all have one width: seven tenths of the size of 11 pixels, with room to spare.
_CHARACTER = 7
_MARGIN = 8


@dataclasses.dataclass(frozen=True)
class Edge:
    """A line of the picture, from a Terraform file to an output or from there to a reader."""

    source: str
    target: str
    broken: bool = False
    why: str = ""


@dataclasses.dataclass(frozen=True)
class Picture:
    """What the picture shows: files on the left, outputs in the middle, plays and roles on the right."""

    files: Sequence[str]
    outputs: Sequence[str]
    readers: Sequence[str]
    declared: Sequence[Edge]
    read: Sequence[Edge]
    broken: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class _Node:
    label: str
    title: str
    x: int
    y: int
    width: int
    state: str


def page(picture: Picture, title: str) -> str:
    """Return the page."""
    height = _TOP + _ROW * max(len(picture.files), len(picture.outputs), len(picture.readers), 1) + 20
    columns = [
        _column(names, x, width, height, picture)
        for names, x, width in zip((picture.files, picture.outputs, picture.readers), _COLUMNS, _WIDTH)
    ]
    lines = [_line(edge, columns[0], columns[1]) for edge in picture.declared]
    lines += [_line(edge, columns[1], columns[2]) for edge in picture.read]
    # What is broken is drawn last, above the rest.
    lines.sort(key=lambda line: line["broken"] == "broken")
    return render(
        pathlib.Path(__file__).with_name("graph.html.j2"),
        title=title,
        height=height,
        headings=list(zip(_COLUMNS, ("Terraform", "Outputs", "Plays and roles"))),
        nodes=[node for column in columns for node in column.values()],
        lines=lines,
        picture=picture,
        broken=[edge for edge in (*picture.declared, *picture.read) if edge.broken],
    )


def dot(picture: Picture) -> str:
    """Return the picture in the DOT language."""
    lines = ["digraph contract {", "  rankdir=LR;", "  node [shape=box];"]
    for edge in (*picture.declared, *picture.read):
        style = " [color=red]" if edge.broken else ""
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)}{style};")
    named = {name for edge in (*picture.declared, *picture.read) for name in (edge.source, edge.target)}
    lines += [f"  {_quoted(name)};" for name in picture.outputs if name not in named]
    return "\n".join([*lines, "}", ""])


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _column(names: Sequence[str], x: int, width: int, height: int, picture: Picture) -> dict[str, _Node]:
    """Spread a column's nodes over the height of the picture."""
    step = (height - _TOP - 20) / max(len(names), 1)
    return {
        name: _Node(
            _label(name, (width - 2 * _MARGIN) // _CHARACTER),
            name,
            x,
            int(_TOP + step * index + step / 2 - 10),
            width,
            "broken" if name in picture.broken else "unused" if name in picture.unused else "",
        )
        for index, name in enumerate(names)
    }


def _label(name: str, room: int) -> str:
    """Return a name that fits: paths and names are told apart by their ends, so the middle is left out."""
    wide = sum(unicodedata.east_asian_width(character) in "FW" for character in name)
    room = room // 2 if wide else room
    if len(name) <= room:
        return name
    return f"{name[: room // 2 - 1]}…{name[len(name) - (room - room // 2) :]}"


def _line(edge: Edge, left: dict[str, _Node], right: dict[str, _Node]) -> dict[str, str]:
    start, end = left[edge.source], right[edge.target]
    x1, y1, x2, y2 = start.x + start.width, start.y + 10, end.x, end.y + 10
    middle = (x1 + x2) // 2
    return {
        "path": f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}",
        "broken": "broken" if edge.broken else "",
        "title": f"{edge.source} to {edge.target}{': ' + edge.why if edge.why else ''}",
    }
