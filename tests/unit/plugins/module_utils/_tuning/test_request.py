"""What is refused before anything is touched, and how payloads are spread over the invocations."""

from __future__ import annotations

import random

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.prices import prices_of
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.request import parse_request, spread
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.statistics import (
    interval,
    means,
    percentile,
    resampled,
    trimmed_mean,
)
from hypothesis import given
from hypothesis import strategies as st

REGION = "eu-central-1"
DEFAULTS = {
    "function": "worker",
    "memory_sizes": [128, 256],
    "invocations": 10,
    "payload": None,
    "payloads": None,
    "cold_starts": 0,
    "parallel": 1,
    "pause": 0,
    "trim": 0.2,
    "balanced_weight": 0.5,
    "min_gain": 0.02,
    "strategy": "cost",
    "max_p95_ms": None,
    "pre_function": None,
    "post_function": None,
    "allowed_errors": [],
}


@pytest.mark.parametrize(
    ("given_options", "message"),
    [
        ({"function": "worker:3"}, "function: 'worker:3' is not the name or the ARN of a function, without a version"),
        ({"function": "arn:aws:lambda:eu-central-1:123456789012:function:w:live"}, "Only $LATEST can be measured"),
        (
            {"function": "arn:aws:lambda:eu-west-1:123456789012:function:w"},
            "function:w is in another region, and region is eu-central-1. Make them the same",
        ),
        (
            {"post_function": "arn:aws:lambda:eu-west-1:123456789012:function:w"},
            "post_function: arn:aws:lambda:eu-west-1:123456789012:function:w is in another region",
        ),
        ({"memory_sizes": [64, 128, 20000]}, "memory_sizes: 64, 20000. Valid values: 128 to 10240, in MB"),
        ({"memory_sizes": []}, "memory_sizes: none"),
        ({"invocations": 4}, "invocations: 4 is not within 5 to 1000"),
        ({"trim": 0.5}, "trim: 0.5 is not within 0 to 0.4"),
        ({"strategy": "cheapest_within"}, "max_p95_ms: strategy cheapest_within requires it"),
        ({"max_p95_ms": 5}, "max_p95_ms: only valid with strategy cheapest_within"),
        ({"payloads": []}, "payloads: is empty"),
        ({"payloads": [{"payload": {}, "weight": 0}]}, "payloads[0].weight: 0 is not more than 0"),
        ({"payload": "{no"}, "payload: is not JSON"),
        ({"payload": "x" * 7_000_000}, "payload: is not JSON"),
        ({"payload": {"a": "x" * 7_000_000}}, "payload: has 7,000,009 bytes, and Lambda takes 6,291,456"),
        ({"pre_function": "a:1"}, "pre_function: 'a:1' is not the name"),
        (
            {"payloads": [{"payload": {"a": 1}, "weight": 99}, {"payload": {"a": 2}, "weight": 1}]},
            "payloads: the weight 1 of 100 rounds to no invocation of 10",
        ),
        (
            {"payloads": [{"payload": {"a": number}, "weight": 1} for number in range(10)]},
            "payloads: with 10 invocations none of 10 is invoked twice",
        ),
    ],
)
def test_refusals(given_options, message):
    """Each names the option, what it got and what is valid; no message shows a payload."""
    with pytest.raises(OptionError) as refused:
        parse_request({**DEFAULTS, **given_options}, REGION)
    assert message in str(refused.value)


def test_all_refusals_come_at_once():
    """Nobody mends one to be told the next."""
    with pytest.raises(OptionError) as refused:
        parse_request({**DEFAULTS, "memory_sizes": [1], "parallel": 0, "payload": "{no"}, REGION)
    assert 3 == sum(option in str(refused.value) for option in ("memory_sizes:", "parallel:", "payload:"))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(45, 100), st.randoms())
def test_payloads_are_spread_by_weight_in_any_order(weights, invocations, shuffler):
    """Every payload within one invocation of its share, and the order of the options changes nothing."""
    rows = [{"payload": {"number": index}, "weight": weight} for index, weight in enumerate(weights)]
    request = parse_request({**DEFAULTS, "payloads": rows, "invocations": invocations}, REGION)
    shuffler.shuffle(rows)
    assert request == parse_request({**DEFAULTS, "payloads": rows, "invocations": invocations}, REGION)
    assert invocations == len(request.payloads)
    for index, weight in enumerate(weights):
        count = request.payloads.count(b'{"number": %d}' % index)
        assert abs(count - weight / sum(weights) * invocations) < 1


def test_spread_keeps_the_number():
    """Also where nothing is left over."""
    assert (b"a", b"a", b"b") == spread([(b"a", 2), (b"b", 1)], 3)


@given(st.lists(st.floats(0.1, 1e6), min_size=5, max_size=30), st.floats(0, 0.4), st.randoms())
def test_statistics(values, trim, shuffler):
    """A mean lies among the values, an interval around means of them; the order changes nothing."""
    mean = trimmed_mean(values, trim)
    assert min(values) <= mean * 1.000001
    assert mean <= max(values) * 1.000001
    assert percentile(values, 0.5) in values
    assert max(values) == percentile(values, 1)
    found = interval(values)
    assert found[0] <= found[1]
    shuffler.shuffle(values)
    assert found == interval(values)


@given(st.lists(st.tuples(st.floats(1, 1e4), st.integers(1, 20)), min_size=1, max_size=5), st.floats(0, 0.4))
def test_no_payload_is_trimmed_away(payloads, trim):
    """However rare it is, and however far from the others: the mean is that of the payloads by their weights."""
    groups = [[(value,)] * count for value, count in payloads]
    expected = sum(value * count for value, count in payloads) / sum(count for _value, count in payloads)
    assert (pytest.approx(expected),) == means(groups, trim)
    assert (pytest.approx(expected),) == means(resampled(groups, random.Random(1)), trim)


def test_prices():
    """By architecture and region, and overridden."""
    assert prices_of("arm64", "eu-central-1", {}).gb_second < prices_of("x86_64", "eu-central-1", {}).gb_second
    assert prices_of("x86_64", "af-south-1", {}).gb_second > prices_of("x86_64", "eu-central-1", {}).gb_second
    mine = prices_of("x86_64", "eu-central-1", {"gb_second": 0.00001, "request": 0})
    assert (0.00001 * 0.1, "given") == (pytest.approx(mine.cost(100, 1024)), mine.source)
    assert "https://aws.amazon.com/lambda/pricing/" in prices_of("arm64", "eu-central-1", {}).source
    assert prices_of("arm64", "eu-central-1", {"request": 0}).source.startswith("request given, else list prices of 20")
    assert prices_of("arm64", "cn-north-1", {"gb_second": 0.0001, "request": 0}).source == "given"
    with pytest.raises(OptionError, match=r"prices: those of cn-north-1 are in yuan .* Give gb_second and request"):
        prices_of("arm64", "cn-north-1", {"request": 0})
    assert prices_of("arm64", "eu-central-1", {}) == prices_of("arm64", "eu-central-1", {"request": None})
    for wrong in (1.5, -0.1, float("nan")):
        with pytest.raises(OptionError, match=rf"prices\.request: {wrong} is not a price in dollars"):
            prices_of("x86_64", "eu-central-1", {"request": wrong})


@pytest.mark.parametrize("region", ["af-south-1", "ap-east-1", "eu-central-1", "eu-south-1", "me-south-1", "us-east-1"])
def test_arm64_costs_a_fifth_less_everywhere(region):
    """So that a comparison of the two is one of the architectures, and not of a gap in the table."""
    prices = [prices_of(architecture, region, {}).gb_second for architecture in ("arm64", "x86_64")]
    assert pytest.approx(0.8, rel=1e-5) == prices[0] / prices[1]
