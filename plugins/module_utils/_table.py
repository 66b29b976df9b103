# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table for a terminal, of rows with a cell for every column.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

MAX_WIDTH = 48


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], max_width: int = MAX_WIDTH) -> list[str]:
    """Give the lines of a table; long cells are cut and say so, control characters are shown, never sent."""
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"a row has {len(row)} cells for {len(columns)} columns: {row}")
    cells = [[_cell(value, max_width) for value in row] for row in rows]
    widths = [max(_width(cell) for cell in column) for column in zip(columns, *cells)]
    lines = [columns, ["-" * width for width in widths], *cells]
    return ["  ".join(_pad(cell, width) for cell, width in zip(line, widths)).rstrip() for line in lines]


def _cell(value: object, max_width: int) -> str:
    text = "" if value is None else str(value)
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    if _width(text) <= max_width:
        return text
    while _width(text) > max_width - 3:
        text = text[:-1]
    return f"{text}..."


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Give the columns that a text takes in a terminal: East Asian characters take two, combining ones none."""
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    combining = sum(1 for char in text if unicodedata.combining(char))
    return len(text) + wide - combining
