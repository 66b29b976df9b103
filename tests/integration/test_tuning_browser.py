# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a tuning in a browser: nothing is cut off or on top of each other, on a desk and on a telephone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.page import page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.result import parse_result

from tests.support.browser import SCHEMES, Browse, frame_of, measured
from tests.support.screenshots import colour_at, colours

pytestmark = pytest.mark.full
NOW = dt.datetime(2027, 1, 2, 10, 0, tzinfo=dt.timezone.utc)
MEASURE = """
const root = document.documentElement;
const texts = [...document.querySelectorAll("svg text")];
const boxes = texts.map((one) => [one.ownerSVGElement, one.getBoundingClientRect()]);
const cut = boxes.filter(([svg, box]) => {
  const frame = svg.getBoundingClientRect();
  const across = box.left < frame.left - 1 || box.right > frame.right + 1;
  return across || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
}).length;
let over = 0;
boxes.forEach(([svg, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
  over += svg === other && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
}));
const small = Math.min(...boxes.map(([, box]) => box.height));
const table = document.querySelector(".scroll");
return {wide: root.scrollWidth - root.clientWidth, window: innerWidth, texts: boxes.length, cut, over, small,
  charts: [...document.querySelectorAll("svg")].map((one) => Math.round(one.getBoundingClientRect().width)),
  scrolls: table.scrollWidth > table.clientWidth, title: document.querySelector("h1").textContent};
"""


def row(memory: int, mean: float, failures: dict[str, int] | None = None) -> dict[str, Any]:
    """Return a row of the module."""
    start: dict[str, Any] = {"memory": memory, "usable": not failures, "invocations": 21, "failures": failures or {}}
    if failures:
        return start
    cost = mean * memory * 1.3e-11
    return {
        **start,
        "duration_mean": mean,
        "duration_p50": mean,
        "duration_p95": mean * 1.2,
        "duration_interval": [mean * 0.94, mean * 1.06],
        "billed_mean": mean,
        "cost": cost,
        "cost_interval": [cost * 0.94, cost * 1.06],
        "init_mean": 180.0,
        "cold_starts": 1,
        "peak_memory": 70,
    }


@pytest.fixture
def tuning(tmp_path: Path) -> Path:
    """Write a page with a long name, a size that failed and sizes close to each other."""
    sizes = [row(128, 0, {"out of memory": 1}), row(256, 1610), row(512, 830), row(1024, 395), row(1100, 390)]
    sizes += [row(1769, 260), row(3008, 255)]
    result = {
        "function": "orders-thumbnails-for-the-storefront-production",
        "region": "eu-central-1",
        "strategy": "cost",
        "current": 512,
        "chosen": 1024,
        "best": 1024,
        "reason": "the cheapest, by more than 2% in 100% of the resamples",
        "architecture": "arm64",
        "prices": {"source": "list prices of 2026-11, https://aws.amazon.com/lambda/pricing/"},
        "sizes": sizes,
        "published": {"parameter": "/production/storefront/INPUT_THUMBNAILS_MEMORY"},
    }
    path = tmp_path / "tuning.html"
    path.write_text(page(parse_result(result), NOW, f"Memory of {result['function']}"))
    return path


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_cut_off_or_covered(browse: Browse, tuning: Path, width: int) -> None:
    """The page never scrolls sideways, a table that is too wide does so by itself, texts in a chart can be read."""
    seen = measured(browse, tuning, MEASURE, width)

    assert (width, 0, 0, 0) == (seen["window"], seen["wide"], seen["cut"], seen["over"]), seen
    assert 2 == len(seen["charts"])
    assert seen["texts"] > 16
    assert seen["small"] >= 9
    assert (width == 400) == seen["scrolls"]
    assert (len(set(seen["charts"])) == 1) and min(seen["charts"]) > 340


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_light_and_dark(browse: Browse, tuning: Path, tmp_path: Path, scheme: str, width: int, *, bright: bool) -> None:
    """The ground is that of the reader's scheme, and the chosen size stands out in its colour."""
    shot, framed = tmp_path / f"{scheme}.{width}.png", tmp_path / "framed.html"
    framed.write_text(frame_of(tuning.read_text(), width, 1500), encoding="utf-8")
    browse(SCHEMES[scheme], f"--window-size={max(width, 500)},1500", f"--screenshot={shot}", framed.as_uri())

    assert bright == (min(colour_at(shot, 0, 5)) > 200)
    assert colours(shot)[(0x0B, 0x7A, 0x55) if bright else (0x2F, 0xAE, 0x82)] > 60
