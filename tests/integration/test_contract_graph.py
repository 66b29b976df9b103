# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of the contract in a browser: with few outputs and with many, wide and narrow, light and dark."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.reports.graph import Edge, Picture, page

from tests.support.browser import SCHEMES, Browse, measured
from tests.support.screenshots import colours

LIGHT_RED, DARK_RED = (185, 28, 28), (248, 113, 113)
# Where each node and its text are, where lines begin and end, and how wide the page is.
MEASURE = """
const box = node => { const r = node.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
const nodes = [...document.querySelectorAll("svg g")].map(g => ({title: g.querySelector("title").textContent,
  label: g.querySelector("text").textContent, node: box(g.querySelector("rect")), text: box(g.querySelector("text")),
  state: g.querySelector("rect").getAttribute("class")}));
const lines = [...document.querySelectorAll("svg path")].map(path => {
  const end = path.getPointAtLength(path.getTotalLength()), start = path.getPointAtLength(0);
  const at = point => { const p = point.matrixTransform(path.getScreenCTM()); return [p.x, p.y]; };
  return {title: path.querySelector("title").textContent, start: at(start), end: at(end),
    stroke: getComputedStyle(path).stroke}; });
const root = document.documentElement;
return {nodes, lines, wide: root.scrollWidth > root.clientWidth, top: box(document.querySelector("svg"))[1]};
"""


def picture(count: int) -> Picture:
    """Return a picture of so many outputs, some with long or wide names, every tenth broken."""
    choose = random.Random(count)
    files = [f"terraform/environments/production/stack{index}/outputs.tf" for index in range(max(1, count // 12))]
    tails = ("", "", "_VERY_LONG_NAME_THAT_GOES_ON_AND_ON_AND_ON", "_W_W_W_W_W_W_W_W_W_W_W_W_W_W_W", "日本語" * 12)
    outputs = [f"OUTPUT_{index}{tails[index % len(tails)]}" for index in range(count)]
    readers = [f"ansible/roles/role{index}/tasks/main.yml: play 'Set up {index}'" for index in range(2 + count // 5)]
    broken = frozenset(name for index, name in enumerate(outputs) if index % 10 == 0)
    declared = [
        Edge(files[index * len(files) // count], name) for index, name in enumerate(outputs) if name not in broken
    ]
    read = [Edge(name, choose.choice(readers), name in broken) for name in outputs if not name.endswith("語")]
    return Picture(files, outputs, readers, declared, read, broken, frozenset(outputs) - {edge.source for edge in read})


def overlap(one: list[float], other: list[float]) -> bool:
    """Return whether two boxes overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize(("count", "width"), [(5, 1280), (60, 1280), (60, 400), (500, 1280)])
def test_everything_has_its_place(browse: Browse, tmp_path: Path, count: int, width: int) -> None:
    """Each text is in its box, no box on another, each line from box to box, and the broken ones are red."""
    drawn = picture(count)
    (tmp_path / "page.html").write_text(page(drawn, "Outputs"), encoding="utf-8")
    seen = measured(browse, tmp_path / "page.html", MEASURE, width)
    nodes = {node["title"]: node for node in seen["nodes"]}

    assert {*drawn.files, *drawn.outputs, *drawn.readers} == set(nodes)
    assert not seen["wide"]
    # The list of what is broken doesn't push the picture out of sight.
    assert seen["top"] < 600
    for node in nodes.values():
        assert node["node"][0] <= node["text"][0] and node["text"][2] <= node["node"][2], node
    ordered = sorted(nodes.values(), key=lambda node: node["node"][:2])
    assert [] == [(a["title"], b["title"]) for a, b in zip(ordered, ordered[1:]) if overlap(a["node"], b["node"])]
    assert len(drawn.declared) + len(drawn.read) == len(seen["lines"])
    for line in seen["lines"]:
        source, target = (nodes[name]["node"] for name in line["title"].split(" to ", 1))
        assert abs(source[2] - line["start"][0]) < 1 and source[1] < line["start"][1] < source[3]
        assert abs(target[0] - line["end"][0]) < 1 and target[1] < line["end"][1] < target[3]
    red = {line["title"].split(" to ")[0] for line in seen["lines"] if line["stroke"] == f"rgb{LIGHT_RED}"}
    assert drawn.broken - drawn.unused == red
    ascii_labels = [node["label"] for node in nodes.values() if "語" not in node["label"]]
    assert len(set(ascii_labels)) == len(ascii_labels)


@pytest.mark.parametrize(
    ("scheme", "ground", "red"), [("light", (255, 255, 255), LIGHT_RED), ("dark", (18, 22, 27), DARK_RED)]
)
def test_light_and_dark(browse: Browse, tmp_path: Path, scheme: str, ground: tuple, red: tuple) -> None:
    """The page has the ground of the reader's colour scheme, and red that can be read on it."""
    (tmp_path / "page.html").write_text(page(picture(60), "Outputs"), encoding="utf-8")
    shot = tmp_path / "shot.png"
    address = (tmp_path / "page.html").as_uri()
    browse(SCHEMES[scheme], "--window-size=1280,1200", f"--screenshot={shot}", address)
    seen = colours(shot)

    assert ground == next(iter(seen))
    assert seen[red] > 500
