# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The geometry of a chart: a figure over memory sizes, in the units of an SVG.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable, Optional

from .result import Size, TuningResult

WIDTH, HEIGHT = 480, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 26, 214
_LABEL = 46  # how far apart two labels of the axis have to be


@dataclass(frozen=True)
class Point:
    """One size: where its mean and the ends of its interval are, and what its mark is."""

    memory: int
    x: float
    y: float
    low: float
    high: float
    kind: str
    label: bool
    said: str


@dataclass(frozen=True)
class Tick:
    """A line across the chart, and what it stands for."""

    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """What is drawn: points, the line through them, ticks, and the sizes that have no figures."""

    title: str
    points: Sequence[Point]
    ticks: Sequence[Tick]
    failed: Sequence[tuple[float, bool, Size]]

    @property
    def line(self) -> str:
        """The path through the means of the usable sizes."""
        usable = [point for point in self.points if point.kind != "unfit"]
        return " ".join(f"{'L' if index else 'M'}{point.x} {point.y}" for index, point in enumerate(usable))


def chart_of(result: TuningResult, title: str, figure: str, interval: str, show: Callable[[float], str]) -> Chart:
    """Return the chart of a figure."""
    across = _across([size.memory for size in result.sizes])
    bounds = {size.memory: size.bounds(interval) or (0.0, 0.0) for size in result.measured}
    top = max(
        [*(high for _low, high in bounds.values()), *(size.figures[figure] for size in result.measured)], default=0
    )
    step = _step(top)
    ticks = [step * number for number in range(math.ceil(top / step) + 1)] if top else [0.0]

    def up(value: float) -> float:
        return round(_BOTTOM - (value / (ticks[-1] or 1)) * (_BOTTOM - _TOP), 1)

    labelled = _labelled(result, across)
    points = []
    for size in result.measured:
        low, high = bounds[size.memory]
        value = size.figures[figure]
        said = f"{size.memory} MB: {show(value)} ({show(low)} to {show(high)})"
        place = (across[size.memory], up(value), up(low), up(high))
        points.append(Point(size.memory, *place, _kind(result, size), size.memory in labelled, said))
    failed = [(across[size.memory], size.memory in labelled, size) for size in result.sizes if not size.figures]
    return Chart(title, points, [Tick(up(tick), show(tick)) for tick in ticks], failed)


def _kind(result: TuningResult, size: Size) -> str:
    if size.memory == result.chosen:
        return "chosen"
    if not size.usable:
        return "unfit"
    return "current" if size.memory == result.current else "other"


def _across(memories: Sequence[int]) -> dict[int, float]:
    """Return where each size is: logarithmic, since sizes are doubled."""
    low, high = math.log(min(memories)), math.log(max(memories))
    width = WIDTH - _LEFT - _RIGHT
    return {
        memory: round(_LEFT + (width * (math.log(memory) - low) / (high - low) if high > low else width / 2), 1)
        for memory in memories
    }


def _labelled(result: TuningResult, across: dict[int, float]) -> set[int]:
    """Return the sizes whose labels fit beside each other; the chosen and the current one come first."""
    kept: set[int] = set()
    for memory in (result.chosen, result.current, *across):
        if memory in across and all(abs(across[memory] - across[other]) >= _LABEL for other in kept):
            kept.add(memory)
    return kept


def _step(top: float) -> float:
    """Return a round distance of ticks, of which there are about four."""
    if top <= 0:
        return 1.0
    raw = top / 4
    power = 10 ** math.floor(math.log10(raw))
    return float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw))


def dollars(value: Optional[float]) -> str:
    """Return dollars for a million invocations as people write them."""
    return "" if value is None else f"${value * 1_000_000:,.2f}"


def milliseconds(value: Optional[float]) -> str:
    """Return milliseconds with as many digits as matter."""
    if value is None:
        return ""
    return f"{value:,.0f} ms" if value >= 100 or not value else f"{value:,.1f} ms"
