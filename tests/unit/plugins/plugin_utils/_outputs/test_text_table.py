"""A table that stays a table whatever is in its cells."""

from __future__ import annotations

import unicodedata

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.text_table import (
    MAX_WIDTH,
    MIN_WIDTH,
    Table,
    text_lines,
)
from hypothesis import given
from hypothesis import strategies as st


def test_columns_line_up():
    """Headings, a rule, rows."""
    assert ["a    b", "---  -", "x", "yyy  1"] == text_lines(Table(["a", "b"], [["x", None], ["yyy", 1]]))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_no_cell_breaks_a_line_or_sends_control_characters(rows):
    """One line a row, nothing that a terminal would obey, no cell wider than allowed."""
    lines = text_lines(Table(["one", "two"], rows))

    assert len(rows) + 2 == len(lines)
    for line in lines:
        assert all(char.isprintable() for char in line)
        assert len(line) <= 2 * MAX_WIDTH + 2 + sum(1 for char in line if unicodedata.combining(char))


def test_a_long_cell_is_cut_and_says_so():
    """With three dots."""
    (_head, _rule, row) = text_lines(Table(["a"], [["x" * 100]]))

    assert "x" * (MAX_WIDTH - 3) + "..." == row


@given(
    st.lists(st.lists(st.text("ab", max_size=80), min_size=3, max_size=3), max_size=4),
    st.integers(1, 160),
    st.sampled_from(["one", "two", ""]),
    st.lists(st.sampled_from(["one", "two", "three"]), unique=True, max_size=2),
)
def test_lines_fit_a_terminal(rows, total, flexible, expendable):
    """Unless it is so narrow that nothing could be read."""
    lines = text_lines(
        Table(["one", "two", "three"], rows, flexible, [name for name in expendable if name != flexible]), total
    )

    assert max(len(line) for line in lines if not line.startswith("Not shown")) <= max(total, 3 * MIN_WIDTH + 4)


def test_the_flexible_column_is_cut_first():
    """Names stay whole while values have room to give."""
    (_head, _rule, row) = text_lines(Table(["name", "value"], [["n" * 30, "v" * 25]], "value"), 50)

    assert f"{'n' * 30}  {'v' * 15}..." == row


def test_a_narrow_terminal_does_without_what_can_be_spared():
    """In the order that the table says, and no more of it than needed; it is told."""
    table = Table(
        ["name", "kind", "value", "age"], [["n" * 20, "k" * 20, "v" * 40, "a" * 20]], "value", ["age", "kind"]
    )
    (head, _rule, row, _empty, note) = text_lines(table, 64)

    assert ["name", "kind", "value"] == head.split()
    assert f"{'n' * 20}  {'k' * 20}  {'v' * 17}..." == row
    assert "Not shown: age" == note


def test_a_column_without_a_cell_takes_no_room():
    """Nor is its absence worth a word."""
    assert ["a", "-", "x"] == text_lines(Table(["a", "b"], [["x", ""]], "a", ["b"]), 80)


def test_a_row_of_another_length_is_refused():
    """With the row."""
    with pytest.raises(ValueError, match="a row has 1 cells for 2 columns"):
        text_lines(Table(["a", "b"], [["x"]]))
