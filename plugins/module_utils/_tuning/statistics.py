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

RESAMPLES = 400


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


def resampled_means(values: Sequence[float], trim: float, rng: random.Random) -> list[float]:
    """Return the trimmed means of bootstrap samples. Those of the same values are the same in any order of them."""
    ordered = sorted(values)
    return [trimmed_mean(rng.choices(ordered, k=len(ordered)), trim) for _draw in range(RESAMPLES)]


def interval(values: Sequence[float], trim: float, rng: random.Random) -> Interval:
    """Return the 95 % confidence interval of the trimmed mean."""
    means = resampled_means(values, trim, rng)
    return Interval(percentile(means, 0.025), percentile(means, 0.975))
