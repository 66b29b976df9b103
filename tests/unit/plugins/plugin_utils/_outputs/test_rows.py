"""Outputs as rows for people."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.rows import (
    check_days,
    outputs_table,
    printed,
)

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone.utc)


def result(**changes):
    """What ssm_outputs_info returns, with one output."""
    output = {
        "name": "X",
        "kind": "string",
        "value": "x",
        "version": 3,
        "last_modified": "2026-10-25T12:00:00+00:00",
        "flags": [],
        "problems": [],
        **changes,
    }
    return {"outputs": [output], "strays": [], "prefix": "OUTPUT_", "region": "eu-central-1"}


def row(**changes):
    """The row of one output, with its columns."""
    laid_out = outputs_table(result(**changes), 30, NOW)
    return dict(zip(laid_out.columns, laid_out.rows[0]))


@pytest.mark.parametrize(
    ("stale_after", "changed", "flags"),
    [
        (0, "2001-01-01T00:00:00+00:00", ""),
        (30, "2026-10-25T12:00:00+00:00", ""),
        (30, "2026-10-25T11:59:59+00:00", "stale (30 days)"),
        (30, "2026-09-25T14:00:00+02:00", "stale (60 days)"),
        (30, None, ""),
    ],
)
def test_what_did_not_change_for_long_is_stale(stale_after, changed, flags):
    """After that many days, to the second; 0 is never."""
    (laid_out,) = outputs_table(result(last_modified=changed), stale_after, NOW).rows

    assert flags == laid_out[-1]


def test_problems_and_age_are_told_together():
    """And counted once."""
    stack = result(flags=["ambiguous"], problems=["both"], last_modified="2020-01-01T00:00:00+00:00")
    lines = printed(stack, 30, NOW).splitlines()

    assert "ambiguous, stale (2519 days)" == outputs_table(stack, 30, NOW).rows[0][-1]
    assert ["both", "1 outputs, 1 with flags, 0 other parameters"] == lines[-2:]


@pytest.mark.parametrize("days", [-1, "soon", 1.5, None, True, "\u0663"])
def test_a_wrong_number_of_days(days):
    """Named, with the valid ones."""
    with pytest.raises(OptionError, match=r"stale_after: .* is not a number of days"):
        check_days(days)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("string", "a b", ("string", "a b")),
        ("list", ["a", None], ("list of 2", "a, (missing)")),
        ("json", {"a": "\u00e4"}, ("object", '{"a": "\u00e4"}')),
        ("json", [{"a": 1}], ("list of 1", '[{"a": 1}]')),
        ("json", [], ("list of 0", "")),
        ("string_list", ["a"], ("list of 1", "a")),
        ("secret", None, ("secret", "********")),
        ("secret", "hunter2", ("secret", "********")),
    ],
)
def test_types_and_values(kind, value, shown):
    """As a person would write them; a secret never."""
    found = row(kind=kind, value=value)

    assert shown == (found["type"], found["value"])
