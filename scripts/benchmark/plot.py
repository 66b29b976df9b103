# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plot: seconds and API calls by number of hosts, on logarithmic axes. The same figures give the same file."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from scripts.benchmark.model import Cell
from scripts.benchmark.outcome import Outcome

# Readable on white and on black: the page shows it on either.
INK, GRID = "#768390", "#76839055"
STYLES = {
    ("inventory", "static"): ("static YAML", "#8c959f", "--", "s"),
    ("inventory", "aws_ec2"): ("aws_ec2", "#e36209", "-", "v"),
    ("inventory", "parameters"): ("ours, parameters", "#2da44e", "-", "o"),
    ("inventory", "snapshot"): ("ours, snapshot", "#218bff", "-", "o"),
    ("inventory", "warm"): ("ours, warm cache", "#a475f9", "-", "o"),
    ("play", "group_vars"): ("ssm_parameter in group_vars", "#bf8700", "-", "^"),
    ("play", "placeholders"): ("placeholders in hosts:", "#e85aad", "-", "D"),
    ("play", "bypath"): ("ssm_parameter bypath", "#4d9b9b", "-", "<"),
}


def draw(outcome: Outcome, path: pathlib.Path) -> None:
    """Draw the plot."""
    settings = {
        "svg.hashsalt": "tfbridge.aws",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 11,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.titlecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(11, 5.2))
        left, right = figure.subplots(1, 2)
        _panel(left, outcome, "Seconds of ansible-inventory --list", lambda cell: cell.seconds, only="inventory")
        _panel(right, outcome, "API calls", lambda cell: float(cell.calls))
        handles = {label: line for axes in (left, right) for line, label in zip(*axes.get_legend_handles_labels())}
        figure.legend(handles.values(), handles.keys(), loc="lower center", ncols=4, frameon=False, labelcolor=INK)
        figure.tight_layout(rect=(0, 0.13, 1, 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def _panel(axes: Axes, outcome: Outcome, title: str, value: Callable[[Cell], float], only: str = "") -> None:
    for (table, row), (label, colour, line, marker) in STYLES.items():
        if only not in ("", table):
            continue
        cells = {size: outcome.cell(table, row, size) for size in outcome.sizes(table)}
        points = [(size, value(cell)) for size, cell in cells.items() if cell and value(cell) > 0]
        if points:
            axes.plot(*zip(*points), line, color=colour, marker=marker, label=label, linewidth=2, markersize=6)
    axes.set(title=title, xlabel="hosts", xscale="log", yscale="log")
    axes.grid(visible=True, which="major", color=GRID)
    sizes = outcome.sizes("inventory")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(lambda number, _position: f"{number:,g}")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
