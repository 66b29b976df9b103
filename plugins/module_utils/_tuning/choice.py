# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which memory size a function should have, and why.

PRIVATE: not for use outside this collection, may change in any release.

The score of a size depends on that size alone, so that no other size, better or worse, changes how two of them compare.
The current size stays unless another one is better by more than the noise: a bootstrap of both measurements has to show
a gain in 95 of 100 cases.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError

from .measurement import Measurement
from .prices import Prices
from .statistics import RESAMPLES, bootstrap, means, percentile, resampled

STRATEGIES = ("cost", "speed", "balanced", "cheapest_within")
CERTAINTY = 0.95


@dataclass(frozen=True)
class Rules:
    """What is best. C(balanced_weight) is that of the cost: 0 is speed alone, 1 is cost alone."""

    strategy: str
    prices: Prices
    balanced_weight: float = 0.5
    max_p95_ms: Optional[float] = None
    min_gain: float = 0.02
    trim: float = 0.2

    @property
    def weight(self) -> float:
        """The weight of the cost in a score."""
        return {"cost": 1.0, "speed": 0.0, "cheapest_within": 1.0}.get(self.strategy, self.balanced_weight)


@dataclass(frozen=True)
class Choice:
    """The chosen size, the one with the best score, and the reason in words."""

    memory: int
    best: int
    reason: str


def choose(measured: Sequence[Measurement], current: int, rules: Rules) -> Choice:
    """Return the size to use. Raises DataError where no size can be used."""
    usable = sorted((one for one in measured if one.usable), key=_memory)
    if not usable:
        raise DataError(f"no memory size can be used: {'; '.join(map(_failed, sorted(measured, key=_memory)))}")
    best = min(_allowed(usable, rules), key=lambda one: (*_scores(one, rules), one.memory))
    now = next((one for one in usable if one.memory == current), None)
    if now is None:
        why = "failed" if any(one.memory == current for one in measured) else "was not measured"
        return Choice(best.memory, best.memory, f"{_praise(rules)}; the current size, {current} MB, {why}")
    if best is now:
        return Choice(current, current, f"the current size is {_praise(rules)}")
    slow, gain = _share_too_slow(now, rules), _share_with_gain(best, now, rules)
    if max(slow, gain) >= CERTAINTY:
        by = (
            f", by more than {rules.min_gain:.0%}" if gain >= slow else f"; the current size, {current} MB, is too slow"
        )
        text = f"{_praise(rules)}{by} in {max(slow, gain):.0%} of the resamples"
        return Choice(best.memory, best.memory, text)
    found = f"a gain of more than {rules.min_gain:.0%} is seen in {gain:.0%}"
    if slow:
        found += f", and {current} MB too slow in {slow:.0%},"
    text = f"{best.memory} MB would be {_praise(rules)}, but {found} of the resamples, and {CERTAINTY:.0%} are needed"
    return Choice(current, best.memory, f"the current size stays: {text}")


def _memory(one: Measurement) -> int:
    return one.memory


def _failed(one: Measurement) -> str:
    reasons = ", ".join(f"{count} x {reason}" for reason, count in sorted(one.failures.items()))
    return f"{one.memory} MB: {reasons or 'not measured'}"


def _praise(rules: Rules) -> str:
    return {
        "cost": "the cheapest",
        "speed": "the fastest",
        "balanced": f"the best balance of cost (weight {rules.balanced_weight:g}) and speed",
        "cheapest_within": f"the cheapest whose 95th percentile is within {rules.max_p95_ms or 0:g} ms",
    }[rules.strategy]


def _allowed(usable: Sequence[Measurement], rules: Rules) -> Sequence[Measurement]:
    if rules.max_p95_ms is None:
        return usable
    allowed = [one for one in usable if one.duration_percentile(0.95) <= rules.max_p95_ms]
    if not allowed:
        fastest = min(usable, key=lambda one: one.duration_percentile(0.95))
        raise DataError(
            f"max_p95_ms: no size answers within {rules.max_p95_ms:g} ms in 95 of 100 cases. The fastest, "
            f"{fastest.memory} MB, takes {fastest.duration_percentile(0.95):g} ms"
        )
    return allowed


def _scores(one: Measurement, rules: Rules) -> tuple[float, float, float]:
    """Return the score, then cost and duration for ties."""
    billed, duration = means(one.groups, rules.trim)
    cost = rules.prices.cost(billed, one.memory)
    ties = (duration, cost) if rules.weight == 1.0 else (cost, duration)
    return (score(cost, duration, rules.weight), *ties)


def score(cost: float, duration: float, weight: float) -> float:
    """Return the weighted geometric mean of cost and duration, as a logarithm: the lower, the better."""
    tiny = 1e-12
    return weight * math.log(max(cost, tiny)) + (1.0 - weight) * math.log(max(duration, tiny))


def _share_with_gain(best: Measurement, now: Measurement, rules: Rules) -> float:
    """Return the share of resamples in which the best size gains what is asked for."""
    gain = -math.log(1.0 - rules.min_gain)
    pairs = zip(_resampled_scores(best, rules), _resampled_scores(now, rules))
    return sum(other - better > gain for better, other in pairs) / RESAMPLES


def _resampled_scores(one: Measurement, rules: Rules) -> list[float]:
    """Return the scores of bootstrap samples, whose invocations keep their cost and duration together."""
    draws = bootstrap(one.groups, rules.trim, one.random("choice"))
    return [score(rules.prices.cost(billed, one.memory), duration, rules.weight) for billed, duration in draws]


def _share_too_slow(now: Measurement, rules: Rules) -> float:
    """Return the share of resamples in which the current size is beyond max_p95_ms."""
    if rules.max_p95_ms is None:
        return 0.0
    rng, groups = now.random("p95"), now.groups
    draws = (itertools.chain(*resampled(groups, rng)) for _draw in range(RESAMPLES))
    beyond = (percentile([duration for _billed, duration in draw], 0.95) > rules.max_p95_ms for draw in draws)
    return sum(beyond) / RESAMPLES
