# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module lambda_power_tuning returned, parsed.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

_NUMBERS = ("duration_mean", "duration_p50", "duration_p95", "billed_mean", "cost", "peak_memory")
_INTERVALS = ("duration_interval", "cost_interval")


@dataclass(frozen=True)
class Size:
    """One memory size. What failed before it was measured has no figures."""

    memory: int
    usable: bool
    failures: Mapping[str, int]
    figures: Mapping[str, Any]

    @property
    def failed(self) -> str:
        """Why invocations failed, in words."""
        return ", ".join(f"{count} x {reason}" for reason, count in sorted(self.failures.items()))

    def bounds(self, name: str) -> Optional[tuple[float, float]]:
        """Return a confidence interval, None where nothing was measured."""
        found = self.figures.get(name)
        return (float(found[0]), float(found[1])) if found else None


@dataclass(frozen=True)
class TuningResult:
    """One run."""

    function: str
    region: str
    strategy: str
    current: int
    chosen: int
    best: int
    reason: str
    architecture: str
    price_source: str
    sizes: Sequence[Size]
    published: str = ""

    @property
    def measured(self) -> list[Size]:
        """The sizes that have figures, in their order."""
        return [size for size in self.sizes if size.figures]

    def size(self, memory: int) -> Optional[Size]:
        """Return a size that has figures."""
        return next((size for size in self.measured if size.memory == memory), None)

    def saved_percent(self, figure: str) -> Optional[int]:
        """Return how much lower a figure is at the chosen size than at the current one, in percent."""
        now, then = self.size(self.current), self.size(self.chosen)
        if now is None or then is None or not now.figures[figure]:
            return None
        saved: float = 100 * (1 - then.figures[figure] / now.figures[figure])
        return round(saved)


def parse_result(result: object) -> TuningResult:
    """Return the parsed result; raises OptionError for what isn't one."""
    if not isinstance(result, Mapping) or "sizes" not in result:
        raise OptionError("the input is not a result of lambda_power_tuning with sizes. Check mode measures nothing")
    try:
        sizes = [_size(row) for row in result["sizes"]]
        parsed = TuningResult(
            function=str(result["function"]),
            region=str(result["region"]),
            strategy=str(result["strategy"]),
            current=int(result["current"]),
            chosen=int(result["chosen"]),
            best=int(result["best"]),
            reason=str(result["reason"]),
            architecture=str(result["architecture"]),
            price_source=str(result["prices"]["source"]),
            sizes=sizes,
            published=str((result.get("published") or {}).get("parameter", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise OptionError(f"the input is not a result of lambda_power_tuning: {type(exc).__name__} {exc}") from exc
    if parsed.size(parsed.chosen) is None:
        raise OptionError(f"the input is not a result of lambda_power_tuning: {parsed.chosen} MB was not measured")
    return parsed


def _size(row: Mapping[str, Any]) -> Size:
    failures = {str(reason): int(count) for reason, count in row["failures"].items()}
    memory = int(row["memory"])
    if memory < 1:
        raise ValueError(f"{memory} MB is not a memory size")
    return Size(memory, bool(row["usable"]), failures, _figures(row))


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured; nothing where nothing was."""
    if row.get("duration_mean") is None:
        return {}
    figures: dict[str, Any] = {name: _number(row[name]) for name in _NUMBERS}
    figures["init_mean"] = None if row.get("init_mean") is None else _number(row["init_mean"])
    for name in _INTERVALS:
        low, high = row[name]
        figures[name] = (_number(low), _number(high))
    return figures


def _number(value: Any) -> float:
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError(f"{value!r} is not a number")
    return value
