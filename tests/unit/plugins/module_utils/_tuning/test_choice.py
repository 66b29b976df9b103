"""The choice depends on what was measured: not on its order, not on sizes that are worse, and not on the noise."""

from __future__ import annotations

import itertools
import math
import pathlib
import random
import re

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.choice import STRATEGIES, Rules, choose
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.log_report import LogReport
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.measurement import Measurement, row_of
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.prices import Prices, prices_of
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.statistics import means
from hypothesis import assume, given
from hypothesis import strategies as st

ROOT = pathlib.Path(__file__).parents[5]
PRICES = prices_of("arm64", "eu-central-1", {})
SIZES = (512, 768, 1024, 1536, 1769, 2048)


def measured(memory, durations, failures=None):
    """A size with these durations, billed in whole milliseconds."""
    return Measurement(memory, [LogReport(ms, float(-int(-ms // 1)), 60) for ms in durations], failures or {})


def rules(strategy, **others):
    """Rules of a strategy; a bound that some generated sizes meet."""
    bound = {"max_p95_ms": 600.0} if strategy == "cheapest_within" else {}
    return Rules(strategy, PRICES, **bound, **others)


DURATIONS = st.lists(st.floats(1, 1000), min_size=5, max_size=8)
TABLES = st.dictionaries(st.sampled_from(SIZES), DURATIONS, min_size=2, max_size=5)


def chosen(rows, current, rule):
    """The chosen size, None where there is none."""
    try:
        return choose(rows, current, rule).memory
    except DataError:
        return None


@given(TABLES, st.sampled_from(SIZES), st.sampled_from(STRATEGIES), st.randoms())
def test_the_order_never_changes_the_choice(table, current, strategy, shuffler):
    """Neither that of the sizes nor that of the invocations."""
    rows = [measured(memory, durations) for memory, durations in table.items()]
    expected = chosen(rows, current, rules(strategy))
    shuffled = []
    for memory, durations in table.items():
        other = list(durations)
        shuffler.shuffle(other)
        shuffled.append(measured(memory, other))
    shuffler.shuffle(shuffled)
    assert expected == chosen(shuffled, current, rules(strategy))


@given(TABLES, st.sampled_from(SIZES), st.sampled_from(STRATEGIES), st.floats(1.0, 3.0), st.floats(0, 1))
def test_a_worse_size_never_changes_the_winner(table, current, strategy, factor, weight):
    """One that is slower than a smaller size is dearer and slower."""
    rows = [measured(memory, durations) for memory, durations in table.items()]
    rule = rules(strategy, balanced_weight=weight)
    expected = chosen(rows, current, rule)
    assume(expected is not None)
    memory, durations = max(table.items())
    worse = measured(3008, [ms * factor + 1 for ms in durations])
    assert memory < 3008
    assert expected == chosen([worse, *rows], current, rule)
    failed = measured(10240, [], {"timeout": 1})
    assert expected == chosen([failed, *rows], current, rule)


@given(TABLES, st.sampled_from(STRATEGIES))
def test_what_was_chosen_stays_chosen(table, strategy):
    """A second run with the same figures changes nothing."""
    rows = [measured(memory, durations) for memory, durations in table.items()]
    first = chosen(rows, 128, rules(strategy))
    assume(first is not None)
    assert first == chosen(rows, first, rules(strategy))


def known_tool(durations, costs, weight):
    """What AWS Lambda Power Tuning chooses: by cost, speed, or its balanced rule at the weight of the cost."""
    longest, dearest = max(durations.values()), max(costs.values())
    return min(
        durations,
        key=lambda memory: weight * costs[memory] / dearest + (1 - weight) * durations[memory] / longest,
    )


def noisy_run(rng):
    """Ten invocations at each size, with 8 % noise, of a function whose cost is nearly flat."""
    return [
        measured(memory, [(40 + 450_000 / min(memory, 1769)) * rng.lognormvariate(0, 0.08) for _draw in range(10)])
        for memory in SIZES
    ]


def told_changes():
    """How often the size changes in docs/lambda-tuning.md, by the strategy: here, and by the known tool's rules."""
    text = " ".join((ROOT / "docs" / "lambda-tuning.md").read_text().split())
    ours, theirs = r"(\w+) changes the size by `cost` here, and (\w+) by `balanced`", r"Tuning (\d+) and (\d+) do"
    (here,), (there,) = re.findall(ours, text), re.findall(theirs, text)
    words, strategies = {"none": 0, "one": 1}, ("cost", "balanced")
    return {strategy: (words[one], int(other)) for strategy, one, other in zip(strategies, here, there, strict=True)}


@pytest.mark.parametrize(("strategy", "weight", "start"), [("cost", 1.0, 1024), ("balanced", 0.5, 1769)])
def test_noise_keeps_the_size(strategy, weight, start):
    """200 runs of an unchanged function change the size as often as docs/lambda-tuning.md says."""
    rng, ours, theirs = random.Random(1), [start], [start]
    for _run in range(200):
        rows = noisy_run(rng)
        ours.append(choose(rows, ours[-1], rules(strategy)).memory)
        figures = {row.memory: means(row.groups, 0.2) for row in rows}
        durations = {memory: duration for memory, (_billed, duration) in figures.items()}
        costs = {memory: PRICES.cost(math.ceil(billed), memory) for memory, (billed, _ms) in figures.items()}
        theirs.append(known_tool(durations, costs, weight))

    changes = tuple(sum(before != after for before, after in itertools.pairwise(run)) for run in (ours, theirs))

    assert told_changes()[strategy] == changes


def test_a_payload_of_two_invocations_has_noise():
    """Two of them hardly show it, and it is most of the cost: 100 runs with a tenth of the weight change little."""
    rng, current, changes = random.Random(2), 1024, 0
    for _run in range(100):
        rows = []
        for memory in SIZES:
            figures = [
                (payload, factor * (40 + 450_000 / min(memory, 1769)) * rng.lognormvariate(0, 0.08))
                for payload, factor, count in ((0, 1, 18), (1, 10, 2))
                for _draw in range(count)
            ]
            rows.append(Measurement(memory, [LogReport(ms, math.ceil(ms), 60, payload=one) for one, ms in figures]))
        found = choose(rows, current, rules("cost")).memory
        changes, current = changes + (found != current), found
    assert changes <= 5


def test_a_rare_payload_has_its_say():
    """Two of twenty invocations that take most of the time: by its trimmed mean over all, 512 MB would be cheaper."""
    rows = [
        Measurement(memory, [LogReport(small, small, 60)] * 18 + [LogReport(large, large, 60, payload=1)] * 2)
        for memory, small, large in ((512, 100.0, 3000.0), (1024, 60.0, 800.0))
    ]
    assert 1024 == choose(rows, 128, rules("cost")).memory
    assert pytest.approx(0.9 * 60 + 0.1 * 800) == row_of(rows[1], PRICES, 0.2)["duration_mean"]


@pytest.mark.parametrize("warm", range(6))
def test_few_warm_invocations_are_no_certainty(warm):
    """One sample has no noise: with fewer than five, the cold ones count too."""
    reports = [LogReport(100, 100, 60)] * warm + [LogReport(100, 300, 60, init=200)] * (20 - warm)
    assert (warm if warm >= 5 else 20) == len(Measurement(512, reports).samples)


def test_a_gain_beyond_the_noise_is_taken():
    """And the reason says so."""
    rows = [measured(512, [100.0, 101, 102, 99, 100]), measured(1024, [30.0, 31, 30, 29, 30])]
    choice = choose(rows, 512, rules("cost"))
    assert (1024, 1024) == (choice.memory, choice.best)
    assert "the cheapest, by more than 2% in 100% of the resamples" in choice.reason
    small = [measured(512, [100.0, 101, 102, 99, 100]), measured(1024, [50.0, 49, 50, 49, 50])]
    assert "the current size stays: 1024 MB would be the cheapest" in choose(small, 512, rules("cost")).reason


def test_a_current_size_that_failed_is_left():
    """Whatever it would gain."""
    rows = [measured(512, [], {"timeout": 3}), measured(1024, [30.0] * 5)]
    assert "the current size, 512 MB, failed" in choose(rows, 512, rules("cost")).reason
    with pytest.raises(DataError, match="no memory size can be used: 512 MB: 3 x timeout"):
        choose(rows[:1], 512, rules("cost"))


def test_the_weight_is_that_of_the_cost():
    """0 is speed, 1 is cost."""
    rows = [measured(512, [100.0] * 5), measured(1024, [80.0] * 5)]
    assert 512 == choose(rows, 2048, rules("balanced", balanced_weight=1.0)).memory
    assert 1024 == choose(rows, 2048, rules("balanced", balanced_weight=0.0)).memory


def published_table():
    """The table of docs/lambda-tuning.md: memory to mean duration, cost by the known tool, cost here."""
    text = (ROOT / "docs" / "lambda-tuning.md").read_text()
    rows = re.findall(r"^\| ([0-9]+) MB \| ([0-9.]+) ms \| \$([0-9.]+) \| \$([0-9.]+) \|", text, re.M)
    return {int(memory): tuple(map(float, figures)) for memory, *figures in rows}


def test_the_published_table_comes_out():
    """700 to 3000 MB: both rules find 1500 the cheapest and 2000 the balanced choice; a useless size moves theirs."""
    table = published_table()
    assert [700, 1000, 1500, 2000, 2500, 3000] == sorted(table)
    known = Prices(2.1e-9 * 8 * 1000, 0.0, "test")  # 2.1e-9 for 1 ms and 128 MB
    durations = {memory: figures[0] for memory, figures in table.items()}
    theirs = {memory: known.cost(math.ceil(ms), memory) for memory, ms in durations.items()}
    prices = prices_of("x86_64", "eu-central-1", {})
    for memory, (ms, cost, ours) in table.items():
        assert cost == round(theirs[memory] * 1e6, 2)
        assert ours == round(prices.cost(math.ceil(ms), memory) * 1e6, 2)
    assert pytest.approx(3.504375e-05, rel=1e-12) == theirs[1000]
    assert (1500, 2000) == (min(theirs, key=theirs.get), known_tool(durations, theirs, 0.5))
    assert pytest.approx(0.30, abs=0.005) == 1 - theirs[1500] / theirs[3000]
    assert 1500 == known_tool({**durations, 128: 17_000}, {**theirs, 128: 4e-5}, 0.5)

    rows = [measured(memory, [ms] * 10) for memory, ms in durations.items()]
    useless = measured(128, [17_000.0] * 10)
    for strategy, memory in (("cost", 1500), ("balanced", 2000), ("speed", 3000)):
        rule = Rules(strategy, prices)
        assert memory == choose(rows, 128, rule).memory == choose([useless, *rows], 128, rule).memory
