"""A table that stays a table whatever is in its cells."""

from __future__ import annotations

import unicodedata

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.table import MAX_WIDTH, MIN_WIDTH, table
from hypothesis import given
from hypothesis import strategies as st


def test_columns_line_up():
    """Headings, a rule, rows."""
    assert ["a    b", "---  -", "x", "yyy  1"] == table(["a", "b"], [["x", None], ["yyy", 1]])


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_no_cell_breaks_a_line_or_sends_control_characters(rows):
    """One line a row, nothing that a terminal would obey, no cell wider than allowed."""
    lines = table(["one", "two"], rows)

    assert len(rows) + 2 == len(lines)
    for line in lines:
        assert all(char.isprintable() for char in line)
        assert len(line) <= 2 * MAX_WIDTH + 2 + sum(1 for char in line if unicodedata.combining(char))


def test_a_long_cell_is_cut_and_says_so():
    """With three dots."""
    (_head, _rule, row) = table(["a"], [["x" * 100]])

    assert "x" * (MAX_WIDTH - 3) + "..." == row


@given(st.lists(st.lists(st.text("ab", max_size=80), min_size=3, max_size=3), max_size=4), st.integers(1, 160))
def test_lines_fit_a_terminal(rows, total):
    """Unless it is so narrow that nothing could be read."""
    lines = table(["one", "two", "three"], rows, total)

    assert max(len(line) for line in lines) <= max(total, 3 * MIN_WIDTH + 4)


def test_the_widest_column_is_cut_first():
    """Names stay whole while values have room to give."""
    (_head, _rule, row) = table(["name", "value"], [["n" * 20, "v" * 40]], 50)

    assert f"{'n' * 20}  {'v' * 25}..." == row


def test_a_row_of_another_length_is_refused():
    """With the row."""
    with pytest.raises(ValueError, match="a row has 1 cells for 2 columns"):
        table(["a", "b"], [["x"]])
