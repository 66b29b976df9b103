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
from dataclasses import dataclass
from typing import TypeVar

RESAMPLES = 400
T = TypeVar("T")


@dataclass(frozen=True)
class Interval:
    """Between these bounds the mean lies, in 95 of 100 measurements."""

    low: float
    high: float


def trimmed_mean(values: Sequence[float], trim: float) -> float:
    """Return the mean without that share of the values at each end, in whole values."""
    cut = int(len(values) * trim)
    kept = sorted(values)[cut : len(values) - cut]
    return math.fsum(kept) / len(kept)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that is not below that share of them (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mean_of_groups(groups: Sequence[Sequence[float]], trim: float) -> float:
    """Return the mean of all values, each group trimmed by itself: a payload that is rare and slow is no outlier."""
    return math.fsum(len(group) * trimmed_mean(group, trim) for group in groups) / sum(map(len, groups))


def resampled(groups: Sequence[Sequence[T]], rng: random.Random) -> list[list[T]]:
    """Return a bootstrap sample of each group."""
    return [rng.choices(group, k=len(group)) for group in groups]


def interval(groups: Sequence[Sequence[float]], trim: float, rng: random.Random) -> Interval:
    """Return the 95 % confidence interval of the mean; that of the same values is the same in any order of them."""
    ordered = [sorted(group) for group in groups]
    means = [mean_of_groups(resampled(ordered, rng), trim) for _draw in range(RESAMPLES)]
    return Interval(percentile(means, 0.025), percentile(means, 0.975))
