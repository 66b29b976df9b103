"""The page and the table say what was measured, whatever is in a result."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import html.parser

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.chart import chart_of, dollars
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.page import page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.result import parse_result
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.shown import printed
from hypothesis import given
from hypothesis import strategies as st

NOW = dt.datetime(2027, 1, 2, 10, 0, tzinfo=dt.timezone.utc)


def row(memory, mean=100.0, failures=None):
    """A row of the module."""
    start = {"memory": memory, "usable": not failures, "invocations": 6, "failures": failures or {}}
    if failures:
        return start
    cost = mean * memory * 1.3e-11
    return {
        **start, "duration_mean": mean, "duration_p50": mean, "duration_p95": mean * 1.2,
        "duration_interval": [mean * 0.9, mean * 1.1], "billed_mean": mean, "cost": cost,
        "cost_interval": [cost * 0.9, cost * 1.1], "init_mean": 180.0, "cold_starts": 1, "peak_memory": 70,
    }  # fmt: skip


RESULT = {
    "function": "worker", "region": "eu-central-1", "strategy": "cost", "current": 512, "chosen": 1024, "best": 1024,
    "reason": "the cheapest", "architecture": "arm64", "prices": {"source": "list prices of 2026-11"},
    "sizes": [row(128, failures={"timeout": 1}), row(256, 400), row(512, 220), row(1024, 90), row(1769, 70)],
    "published": {"parameter": "/prod/INPUT_M"},
}  # fmt: skip


class Reader(html.parser.HTMLParser):
    """Collects tags and text."""

    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        """Keep it."""
        self.tags.append(tag)

    def handle_data(self, data):
        """Keep it."""
        self.text.append(data)


def test_the_page_says_what_was_chosen_and_why():
    """With a chart for cost and one for time, and every size in the table."""
    reader = Reader()
    reader.feed(page(parse_result(RESULT), NOW, "Memory of worker"))
    said = " ".join(" ".join(reader.text).split())
    for words in (
        "1024 MB: the cheapest.",
        "1 x timeout",
        "/prod/INPUT_M",
        "list prices of 2026-11",
        "95 of 100",
        "18 % less",
    ):
        assert words in said
    assert 2 == reader.tags.count("svg")
    assert not {"script", "link", "img"} & set(reader.tags)


@functools.cache
def clean_tags():
    """Return the tags of the page of an ordinary result."""
    clean = Reader()
    clean.feed(page(parse_result(RESULT), NOW, "x"))
    return clean.tags


@given(st.text(min_size=1))
def test_nothing_in_a_result_is_markup(words):
    """Names and reasons come from AWS."""
    result = copy.deepcopy(RESULT)
    result.update(function=words, reason=words, region=words)
    result["sizes"][0]["failures"] = {words: 1}
    dirty = Reader()
    text = page(parse_result(result), NOW, words)
    dirty.feed(text)
    assert clean_tags() == dirty.tags
    assert "{" not in text.split("</style>")[1]


@given(st.lists(st.integers(128, 10240), min_size=1, max_size=12, unique=True), st.floats(0.01, 1e5))
def test_the_chart_is_inside_and_its_labels_apart(memories, mean):
    """For any sizes and figures."""
    rows = [row(memory, mean * (1 + index)) for index, memory in enumerate(sorted(memories))]
    result = parse_result({**RESULT, "current": rows[0]["memory"], "chosen": rows[-1]["memory"], "sizes": rows})
    chart = chart_of(result, "x", "cost", "cost_interval", dollars)
    for point in chart.points:
        assert 0 < point.high <= point.y <= point.low <= 214
        assert 64 <= point.x <= 456
    labels = sorted(point.x for point in chart.points if point.label)
    assert all(after - before >= 46 for before, after in zip(labels, labels[1:], strict=False))
    assert len(chart.ticks) <= 6


def test_the_table_fits_a_terminal():
    """Narrow or wide, with the choice below it."""
    for width in (60, 80, 200, None):
        lines = printed(parse_result(RESULT), width).splitlines()
        assert "1024 MB: the cheapest." in lines
        table = lines[2:9]
        assert all(len(line) <= (width or 200) for line in table)
        assert any("1 x timeout" in line for line in table)


@pytest.mark.parametrize("wrong", [None, {}, {"sizes": []}, {**RESULT, "sizes": [{"memory": 1}]}])
def test_what_is_no_result_is_refused(wrong):
    """By name, and not in a traceback."""
    with pytest.raises(OptionError, match="the input is not a result of lambda_power_tuning"):
        parse_result(wrong)
