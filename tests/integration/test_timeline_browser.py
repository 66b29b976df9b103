# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timeline as a browser shows it: something is there, in light and in dark, and no text runs into another."""

from __future__ import annotations

import html
import json
import re
import shutil
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.page import page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.timeline import (
    Booked,
    Lane,
    NextEdge,
    Span,
    Timeline,
    bounds_of_days,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
SCHEMES = {"light": "--blink-settings=preferredColorScheme=1", "dark": "--blink-settings=preferredColorScheme=0"}
GROUND = {"light": (255, 255, 255), "dark": (18, 22, 27)}
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)

# What the test asks the browser: where every text and bar of the drawing stands, in the drawing's own units.
MEASURE = """
<script>
const boxes = [...document.querySelectorAll("svg text, svg rect")].map(node => {
  const box = node.getBBox();
  return {kind: node.getAttribute("class"), words: node.tagName === "text" ? node.firstChild.data : "",
          left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height};
});
const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
const result = document.createElement("pre");
result.id = "measured";
result.textContent = JSON.stringify({boxes, wide});
document.body.append(result);
</script>
"""

Browse = Callable[..., str]


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Run headless Chromium once, with a profile of its own and nothing else of the machine's."""
    if not CHROMIUM:
        pytest.skip("needs Chromium: apt-get install chromium")

    def run(*arguments: str) -> str:
        command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout

    return run


def at(day: int, hour: int) -> datetime:
    """Return a moment in November 2026, said in Paris."""
    return datetime(2026, 11, day, hour, tzinfo=PARIS).astimezone(timezone.utc)


def lanes() -> tuple[Lane, ...]:
    """Return what is hard to lay out: overlaps, long and wide names, no name, nothing booked."""
    office = tuple(Span(at(day, 8), at(day, 18)) for day in (24, 25, 26, 27, 30))
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
        ),
        Lane(
            "i-0fffffffffffffff1",
            "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
            office,
            (Booked("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM", "Mon-Fri 08:00 to 18:00", office),),
            NextEdge("start", at(28, 22)),
        ),
        Lane("i-0123456789abcdef0", "", (Span(at(28, 22), at(29, 6)),), (Booked("日本語の" * 20, "", ()),), None),
        Lane("i-0123456789abcdef1", "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii", (), (), None),
    )


def write(path: Path, days: int = 7, script: str = "") -> str:
    """Write the page, with a script that measures it when it is given, and return its address."""
    content = page(Timeline(bounds_of_days(NOW, PARIS, days), NOW, PARIS, "Europe/Paris", lanes()))
    if script:
        # The page's own policy forbids scripts: this copy, for measuring, does without it.
        content = re.sub(r"<meta http-equiv=.*?>", "", content).replace("</body>", f"{script}</body>")
    path.write_text(content, encoding="utf-8")
    return path.as_uri()


def pixels(png: bytes) -> list[bytes]:
    """Decode the rows of a PNG with 8 bits a channel, three or four channels, not interlaced."""
    header = struct.unpack(">IIBBBBB", png[16:29])
    width, height, channels = header[0], header[1], {2: 3, 6: 4}[header[3]]
    position, packed = 8, b""
    while position < len(png):
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        if kind == b"IDAT":
            packed += png[position + 8 : position + 8 + length]
        position += 12 + length
    raw = zlib.decompress(packed)
    size = width * channels
    rows: list[bytes] = []
    above = bytes(size)
    for row in range(height):
        kind, line = raw[row * (size + 1)], bytearray(raw[row * (size + 1) + 1 : (row + 1) * (size + 1)])
        _unfilter(kind, line, above, channels)
        above = bytes(line)
        rows.append(above if channels == 3 else b"".join(above[i : i + 3] for i in range(0, size, 4)))
    return rows


def _unfilter(kind: int, line: bytearray, above: bytes, channels: int) -> None:
    for i, value in enumerate(line):
        left = line[i - channels] if i >= channels else 0
        corner = above[i - channels] if i >= channels else 0
        up = above[i]
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda byte: abs(guess - byte))
        line[i] = (value + (0, left, up, (left + up) // 2, nearest)[kind]) & 255


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_is_something_to_see(browse: Browse, tmp_path: Path, scheme: str) -> None:
    """The screenshot has the ground of its colour scheme, and bars and texts on it."""
    shot = tmp_path / "shot.png"
    browse(SCHEMES[scheme], "--window-size=1280,700", f"--screenshot={shot}", write(tmp_path / "page.html"))
    colours = Counter(row[i : i + 3] for row in pixels(shot.read_bytes()) for i in range(0, len(row), 3))
    (ground, most), *others = colours.most_common()

    assert tuple(ground) == GROUND[scheme]
    assert 0.5 < most / (1280 * 700) < 0.97
    assert len(others) > 100


@pytest.mark.parametrize("days", [1, 7, 14, 45])
def test_no_text_runs_into_another(browse: Browse, tmp_path: Path, days: int) -> None:
    """Every text of the drawing is inside it, in its column, and on no other text and no bar."""
    dom = browse("--window-size=1280,900", "--dump-dom", write(tmp_path / "page.html", days, MEASURE))
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.DOTALL)

    assert found
    measured = json.loads(html.unescape(found[1]))
    texts = [box for box in measured["boxes"] if box["words"]]
    bars = [box for box in measured["boxes"] if box["kind"] in {"window", "booking"}]
    assert len(texts) > 20
    assert len(bars) > 3
    assert not measured["wide"]
    assert [box for box in texts if not _in_its_column(box)] == []
    assert [(one, other) for one in texts for other in texts + bars if one is not other and _overlap(one, other)] == []


def _in_its_column(box: dict[str, float | str]) -> bool:
    left, right = {
        "name": (0, 265),
        "id": (0, 265),
        "booking-name": (0, 265),
        "fact": (965, 1180),
        "day-label": (265, 965),
        "now-label": (200, 1030),
    }[str(box["kind"])]
    return left <= float(box["left"]) and float(box["right"]) <= right


def _overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    # A text's box includes the room of its font's highest and lowest letters, which lines may share.
    return (
        one["left"] < other["right"]
        and other["left"] < one["right"]
        and one["top"] + 2 < other["bottom"] - 2
        and other["top"] + 2 < one["bottom"] - 2
    )
