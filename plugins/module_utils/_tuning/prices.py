# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an invocation costs, in US dollars.

PRIVATE: not for use outside this collection, may change in any release.

Prices are the public list prices of SOURCE, first tier, without the free tier, as of AS_OF. A region that is not in the
table has the price that most regions have; a task overrides any of them. arm64 costs a fifth less than x86 everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

AS_OF = "2026-11"
SOURCE = "https://aws.amazon.com/lambda/pricing/"
ARCHITECTURES = ("x86_64", "arm64")
_GB_SECOND = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
_ELSEWHERE = {
    "af-south-1": {"x86_64": 0.0000221, "arm64": 0.00001768},
    "ap-east-1": {"x86_64": 0.00002292, "arm64": 0.000018336},
    "eu-south-1": {"x86_64": 0.0000195172, "arm64": 0.0000156138},
    "me-south-1": {"x86_64": 0.0000206667, "arm64": 0.0000165334},
}
_REQUEST = 0.0000002
_MS_AND_MB = 1000 * 1024


@dataclass(frozen=True)
class Prices:
    """Dollars for a gigabyte-second and for a request, and where they are from."""

    gb_second: float
    request: float
    source: str

    def cost(self, billed_ms: float, memory: int) -> float:
        """Return what an invocation costs."""
        return billed_ms * memory / _MS_AND_MB * self.gb_second + self.request


def prices_of(architecture: str, region: str, overrides: Mapping[str, Optional[float]]) -> Prices:
    """Return the prices of an architecture in a region; raises OptionError for overrides that are none."""
    given = {name: value for name, value in overrides.items() if value is not None}
    for name, value in given.items():
        if not 0 <= value < 1:
            raise OptionError(f"prices.{name}: {value} is not a price in dollars, from 0 to less than 1")
    if region.startswith("cn-") and len(given) < 2:
        raise OptionError(f"prices: those of {region} are in yuan and not known here. Give gb_second and request")
    listed = _ELSEWHERE.get(region, _GB_SECOND)[architecture]
    source = "given" if len(given) == 2 else f"list prices of {AS_OF}, {SOURCE}"
    if len(given) == 1:
        source = f"{next(iter(given))} given, else {source}"
    return Prices(given.get("gb_second", listed), given.get("request", _REQUEST), source)
