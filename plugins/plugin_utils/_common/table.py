# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table for a terminal, of rows with a cell for every column.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Optional

MAX_WIDTH = 48
# A cell that is cut to less than this says nothing.
MIN_WIDTH = 12
_GAP = "  "


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], total: Optional[int] = None) -> list[str]:
    """Give the lines of a table; long cells are cut and say so, control characters are shown, never sent.

    C(total) is the width of the terminal, if there is one: wide columns are cut until the lines fit.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"a row has {len(row)} cells for {len(columns)} columns: {row}")
    lines = [[_printable(value) for value in row] for row in (columns, *rows)]
    widths = _fitted([min(MAX_WIDTH, max(_width(cell) for cell in column)) for column in zip(*lines)], total)
    cells = [[_cut(cell, width) for cell, width in zip(line, widths)] for line in lines]
    cells.insert(1, ["-" * width for width in widths])
    return [_GAP.join(_pad(cell, width) for cell, width in zip(line, widths)).rstrip() for line in cells]


def _fitted(widths: list[int], total: Optional[int]) -> list[int]:
    """Cut one column after the other, the widest first: dates and numbers stay whole while a value has room to give."""
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - total if total else 0
    for index in sorted(range(len(widths)), key=lambda index: -widths[index]):
        cut = max(0, min(excess, widths[index] - MIN_WIDTH))
        widths[index] -= cut
        excess -= cut
    return widths


def _printable(value: object) -> str:
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
    """Give the columns that a text takes in a terminal: East Asian characters take two, combining ones none."""
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    combining = sum(1 for char in text if unicodedata.combining(char))
    return len(text) + wide - combining
