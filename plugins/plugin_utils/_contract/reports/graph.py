# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract as a picture: Terraform files, outputs and their readers, as one HTML page or in the DOT language.

PRIVATE: not for use outside this collection, may change in any release.

The page needs nothing else: no script, no font, no network.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import unicodedata
from collections.abc import Sequence

import jinja2

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
    text: str = _template().render(
        title=title,
        height=height,
        headings=list(zip(_COLUMNS, ("Terraform", "Outputs", "Plays and roles"))),
        nodes=[node for column in columns for node in column.values()],
        lines=lines,
        picture=picture,
        broken=[edge for edge in (*picture.declared, *picture.read) if edge.broken],
    )
    return text


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


@functools.lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_PAGE)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --ground: #fff; --panel: #f5f7f9; --ink: #15191e; --soft: #55606d; --line: #aab4c0;
  --bad: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161b; --panel: #1b2129; --ink: #e8ecf1; --soft: #a3afbd;
  --line: #4b5765; --bad: #f87171; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 28px 24px 56px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 24px 0 8px; }
p { margin: 0 0 12px; color: var(--soft); }
.scroll { overflow-x: auto; }
svg { display: block; width: 100%; min-width: 1000px; height: auto; font-family: inherit; }
svg text { fill: var(--ink); font: 11px ui-monospace, monospace; }
svg .heading { font: 600 14px system-ui, sans-serif; }
svg rect { fill: var(--panel); stroke: var(--line); }
svg path { fill: none; stroke: var(--line); }
svg path:hover { stroke-width: 4; }
svg rect.unused { stroke-dasharray: 4 3; }
svg rect.broken, svg path.broken { stroke: var(--bad); stroke-width: 2; }
svg text.broken, li.broken { fill: var(--bad); color: var(--bad); }
ul { margin: 0; padding-left: 20px; max-height: 12em; overflow-y: auto; }
li { overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
<p>Outputs: {{ picture.outputs | length }}. Broken lines: {{ broken | length }}. Outputs that nobody reads, dashed:
{{ picture.unused | length }}.</p>
{% if broken %}
<h2>Broken</h2>
<ul tabindex="0" aria-label="Broken lines">
{% for edge in broken %}
<li class="broken">{{ edge.source }} to {{ edge.target }}{{ ": " ~ edge.why if edge.why }}</li>
{% endfor %}
</ul>
{% endif %}
<div class="scroll" tabindex="0" role="region" aria-label="The contract as a picture">
<svg viewBox="0 0 1200 {{ height }}" role="img" aria-label="{{ title }}">
{% for x, heading in headings %}
<text class="heading" x="{{ x }}" y="30">{{ heading }}</text>
{% endfor %}
{% for line in lines %}
<path class="{{ line.broken }}" d="{{ line.path }}"><title>{{ line.title }}</title></path>
{% endfor %}
{% for node in nodes %}
<g><title>{{ node.title }}</title>
<rect class="{{ node.state }}" x="{{ node.x }}" y="{{ node.y }}" width="{{ node.width }}" height="20" rx="4"/>
<text class="{{ node.state }}" x="{{ node.x + 8 }}" y="{{ node.y + 14 }}">{{ node.label }}</text></g>
{% endfor %}
</svg>
</div>
</main>
</body>
</html>
"""
