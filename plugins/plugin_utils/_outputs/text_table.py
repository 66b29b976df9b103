# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table as lines of text that fit a terminal.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Sequence
from typing import Optional

# Where no terminal says how wide a line may be.
MAX_WIDTH = 48
# A cell that is cut to less than this says nothing.
MIN_WIDTH = 12
# What the flexible column gets before others are left out for it.
ROOM = 20
_GAP = "  "


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows with a cell for every column.

    C(flexible) is the column that is cut first, C(expendable) those that a narrow terminal does without, in order.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    flexible: str = ""
    expendable: Sequence[str] = ()


@dataclasses.dataclass
class _Column:
    """The cells of a column, its heading first, and how wide it is."""

    heading: str
    cells: list[str]
    width: int


def text_lines(table: Table, total: Optional[int] = None) -> list[str]:
    """Return the lines of a table; long cells are cut and say so, control characters are shown, never sent.

    C(total) is the width of the terminal, if there is one. Columns without a cell that isn't empty are left out.
    """
    for row in table.rows:
        if len(row) != len(table.columns):
            raise ValueError(f"a row has {len(row)} cells for {len(table.columns)} columns: {row}")
    columns = _columns(table, max(total, MIN_WIDTH) if total else MAX_WIDTH)
    left_out = _fit(columns, table, total) if total else []
    for column in columns:
        column.cells = [_pad(_cut(cell, column.width), column.width) for cell in column.cells]
        column.cells.insert(1, "-" * column.width)
    lines = [_GAP.join(cells).rstrip() for cells in zip(*(column.cells for column in columns))]
    return [*lines, "", f"Not shown: {', '.join(left_out)}"] if left_out else lines


def _columns(table: Table, limit: int) -> list[_Column]:
    lines = [[printable(value) for value in row] for row in (table.columns, *table.rows)]
    columns = [
        _Column(cells[0], list(cells), min(limit, max(_width(cell) for cell in cells)))
        for cells in zip(*lines)
        if any(cells[1:]) or len(cells) == 1
    ]
    return columns or [_Column(table.columns[0], [line[0] for line in lines], _width(lines[0][0]))]


def _fit(columns: list[_Column], table: Table, total: int) -> list[str]:
    """Leave out what can be spared and cut the rest until the lines fit. Return the headings left out."""
    left_out = []
    for heading in table.expendable:
        if sum(_least(column, table.flexible) for column in columns) + _gaps(columns) <= total:
            break
        for column in [column for column in columns if column.heading == heading]:
            columns.remove(column)
            left_out.append(heading)
    excess = sum(column.width for column in columns) + _gaps(columns) - total
    for column in sorted(columns, key=lambda column: (column.heading != table.flexible, -column.width)):
        cut = max(0, min(excess, column.width - MIN_WIDTH))
        column.width -= cut
        excess -= cut
    return left_out


def _least(column: _Column, flexible: str) -> int:
    return min(column.width, ROOM) if column.heading == flexible else column.width


def _gaps(columns: Sequence[_Column]) -> int:
    return len(_GAP) * (len(columns) - 1)


def printable(value: object) -> str:
    """Return a value as text in which control characters are shown."""
    text = "" if value is None else str(value)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while _width(text) > width - 3:
        text = text[:-1]
    return f"{text}..."


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return the columns that a text takes in a terminal: East Asian characters take two, combining ones none."""
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    combining = sum(1 for char in text if unicodedata.combining(char))
    return len(text) + wide - combining
