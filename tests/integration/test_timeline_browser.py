# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timeline as a browser shows it: something is there, in light and in dark, and no text runs into another."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.page import page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.timeline import (
    Booked,
    Lane,
    NextEdge,
    Place,
    Timeline,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.times import Clock, Span

from tests.support.browser import SCHEMES, Browse
from tests.support.screenshots import colours

GROUND = {"light": (255, 255, 255), "dark": (18, 22, 27)}
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)

# What the test asks the browser: where every visible text of the chart and every bar is, and what is cut off.
MEASURE = """
<script>
const box = (kind, words, rect) =>
  ({kind, words, left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom});
const shown = selector => [...document.querySelectorAll(selector)].filter(node => node.getClientRects().length);
const texts = shown(".chart svg text").map(node => box("label", node.textContent, node.getBoundingClientRect()));
const names = shown(".chart .name, .chart .cut")
  .map(node => box("name", node.textContent, node.getBoundingClientRect()));
const bars = shown("svg.run, svg.book").flatMap(svg => {
  const path = svg.querySelector("path"), rect = svg.getBoundingClientRect();
  const dashes = path ? path.getAttribute("stroke-dasharray").split(" ").map(Number).slice(1, -1) : [];
  let at = 0;
  return dashes.map((dash, index) => {
    const left = rect.left + at * rect.width / 2000;
    at += dash;
    const right = left + dash * rect.width / 2000;
    return index % 2 ? box(svg.getAttribute("class"), "", {...rect.toJSON(), left, right}) : null;
  }).filter(Boolean);
});
const plot = document.querySelector(".axis svg").getBoundingClientRect();
const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
const result = document.createElement("pre");
result.id = "measured";
result.textContent = JSON.stringify({texts, names, bars, plot: box("plot", "", plot), wide});
document.body.append(result);
</script>
"""


def at(day: int, hour: int) -> datetime:
    """Return a moment in November 2026, said in Paris."""
    return datetime(2026, 11, day, hour, tzinfo=PARIS).astimezone(timezone.utc)


def lanes() -> tuple[Lane, ...]:
    """Return what is hard to lay out: overlaps, long and wide names, no name, nothing booked, much that is wrong."""
    office = tuple(Span(at(day, 8), at(day, 18)) for day in (24, 25, 26, 27, 30))
    long = "Schedules differ from its bookings: 1 missing (stop), 2 unexpected (start, stop). " * 3
    return (
        Lane(
            "i-0a1b2c3d4e5f60718",
            "workstation",
            (Span(at(24, 15), at(24, 20)),),
            (
                Booked("alice", "Tue 24 Nov 15:00 to 18:00", (Span(at(24, 15), at(24, 18)),)),
                Booked("bob", "Tue 24 Nov 17:00 to 20:00", (Span(at(24, 17), at(24, 20)),)),
            ),
            NextEdge("stop", at(24, 20)),
            "running",
        ),
        Lane(
            "i-0fffffffffffffff1",
            "W" * 72,
            office,
            (Booked("M" * 40, "Mon-Fri 08:00 to 18:00", office),),
            NextEdge("start", at(28, 22)),
            "shutting-down",
            (long, "W" * 200),
        ),
        Lane("i-0123456789abcdef0", "", (Span(at(28, 22), at(29, 6)),), (Booked("日本語の" * 20, "", ()),), None),
        Lane("i-0123456789abcdef1", "i" * 48, (), (), None, "stopped"),
    )


def write(path: Path, days: int = 7, script: str = "") -> str:
    """Write the page, with a script that measures it when it is given, and return its address."""
    clock = Clock(PARIS, NOW)
    place = Place("eu-central-1", "123456789012", "tfbridge")
    content = page(Timeline(clock.days_from_today(days), clock, lanes(), place))
    if script:
        # The page's own policy forbids scripts: this copy, for measuring, does without it.
        content = re.sub(r"<meta http-equiv=.*?>", "", content).replace("</body>", f"{script}</body>")
    path.write_text(content, encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_is_something_to_see(browse: Browse, tmp_path: Path, scheme: str) -> None:
    """The screenshot has the ground of its colour scheme, and bars and texts on it."""
    shot = tmp_path / "shot.png"
    browse(SCHEMES[scheme], "--window-size=900,500", f"--screenshot={shot}", write(tmp_path / "page.html"))
    (ground, most), *others = colours(shot).items()

    assert ground == GROUND[scheme]
    assert 0.5 < most / (900 * 500) < 0.97
    assert len(others) > 100


def measure(browse: Browse, path: Path, width: int, days: int = 7) -> dict[str, Any]:
    """Return where things are in a window of this width."""
    dom = browse(f"--window-size={width},900", "--dump-dom", write(path, days, MEASURE))
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.DOTALL)

    assert found
    measured: dict[str, Any] = json.loads(html.unescape(found[1]))
    return measured


@pytest.mark.parametrize(("width", "days"), [(1280, 7), (1280, 45), (1240, 14), (900, 1), (500, 7), (500, 92)])
def test_no_text_runs_into_another(browse: Browse, tmp_path: Path, width: int, days: int) -> None:
    """Every label of the chart is in the plot and on no other text; none beside a bar is on a bar."""
    measured = measure(browse, tmp_path / "page.html", width, days)
    texts, names, plot = measured["texts"], measured["names"], measured["plot"]

    assert len(texts) > 4
    assert len(measured["bars"]) > 3
    assert not measured["wide"]
    assert [box for box in texts if box["left"] < plot["left"] - 1 or box["right"] > plot["right"] + 1] == []
    assert [
        (one["words"], other["words"])
        for one in texts + names
        for other in texts + names
        if one is not other and one["words"] != other["words"] and _overlap(one, other)
    ] == []
    assert [
        (text["words"], box)
        for text in texts
        for box in measured["bars"]
        if _overlap(text, box) and not (box["left"] <= text["left"] and text["right"] <= box["right"])
    ] == []


@pytest.mark.parametrize("width", [1280, 500])
def test_names_stay(browse: Browse, tmp_path: Path, width: int) -> None:
    """Each instance, booking and rule has its place within the window, beside or above its plot, however wide."""
    names = [box for box in measure(browse, tmp_path / "page.html", width)["names"] if box["words"].strip()]

    assert {"workstation", "alice", "bob", "W" * 72, "M" * 40} <= {box["words"] for box in names}
    assert [box for box in names if box["left"] < 0 or box["right"] > width or box["right"] - box["left"] < 30] == []


def test_it_can_be_printed(browse: Browse, tmp_path: Path) -> None:
    """On landscape pages: the second is for what is very long in the chart, not for lists that nobody has opened."""
    pdf = tmp_path / "page.pdf"
    browse("--no-pdf-header-footer", f"--print-to-pdf={pdf}", write(tmp_path / "page.html"))
    printed = pdf.read_bytes()
    ((width, height),) = {
        tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[0 0 ([\d. ]+)\]", printed)
    }

    assert (round(width), round(height)) == (842, 595)
    assert len(re.findall(rb"/Type /Page\b", printed)) <= 2


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    # A text's box includes the space of its font's highest and lowest letters, which lines may share.
    return bool(
        one["left"] < other["right"] - 0.5
        and other["left"] < one["right"] - 0.5
        and one["top"] + 2 < other["bottom"] - 2
        and other["top"] + 2 < one["bottom"] - 2
    )
