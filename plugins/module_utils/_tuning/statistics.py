# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Means, percentiles and confidence intervals of measured times. The random source is passed in.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

RESAMPLES = 400
FEW = 5
# Those of one invocation; and the invocations of each payload.
Figures = tuple[float, ...]
Groups = Sequence[Sequence[Figures]]


def trimmed_mean(values: Sequence[float], trim: float) -> float:
    """Return the mean without that share of the values at each end, in whole values."""
    cut = int(len(values) * trim)
    kept = sorted(values)[cut : len(values) - cut]
    return math.fsum(kept) / len(kept)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that is not below that share of them (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def means(groups: Groups, trim: float) -> Figures:
    """Return the mean of each figure, each group trimmed by itself: a payload that is rare and slow is no outlier."""
    total = sum(map(len, groups))
    weighted = [[len(group) * trimmed_mean(column, trim) for column in zip(*group)] for group in groups]
    return tuple(math.fsum(column) / total for column in zip(*weighted))


def bootstrap(groups: Groups, trim: float, rng: random.Random) -> list[Figures]:
    """Return the means of bootstrap samples."""
    return [means(resampled(groups, rng), trim) for _draw in range(RESAMPLES)]


def resampled(groups: Groups, rng: random.Random) -> list[list[Figures]]:
    """Return a bootstrap sample of each group, the figures of an invocation together.

    A group of fewer than FEW knows little of its noise: it gets that of all groups, as ratios to their means.
    """
    small = any(len(group) < FEW for group in groups)
    ratios = _ratios(groups) if small else []
    return [
        rng.choices(group, k=len(group))
        if len(group) >= FEW
        else _with_noise(means([group], 0), rng.choices(ratios, k=len(group)))
        for group in groups
    ]


def _ratios(groups: Groups) -> list[Figures]:
    """Return the figures as ratios to the means of their group, as far apart as those of many invocations would be."""
    found: list[Figures] = []
    for group in groups:
        if len(group) > 1:
            wider, middle = math.sqrt(len(group) / (len(group) - 1)), means([group], 0)
            found += [tuple(1 + wider * (one / (mean or 1) - 1) for one, mean in zip(row, middle)) for row in group]
    return found or [tuple(1.0 for _figure in groups[0][0])]


def _with_noise(middle: Figures, ratios: Sequence[Figures]) -> list[Figures]:
    return [tuple(one * mean for one, mean in zip(ratio, middle)) for ratio in ratios]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the bounds between which a mean lies in 95 of 100 measurements, of the means of bootstrap samples."""
    return percentile(values, 0.025), percentile(values, 0.975)
