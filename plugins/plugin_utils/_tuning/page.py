# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A result as one HTML page that needs nothing else: no script, no font, no network. How it looks is in page.html.j2.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import datetime as dt
import pathlib

from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.pages import render

from .chart import HEIGHT, WIDTH, chart_of, dollars, milliseconds
from .result import TuningResult


def page(result: TuningResult, now: dt.datetime, title: str) -> str:
    """Return the page of a result."""
    charts = [
        chart_of(result, "Cost of a million invocations", "cost", "cost_interval", dollars),
        chart_of(result, "Duration", "duration_mean", "duration_interval", milliseconds),
    ]
    return render(
        pathlib.Path(__file__).with_name("page.html.j2"),
        title=title,
        result=result,
        charts=charts,
        dollars=dollars,
        milliseconds=milliseconds,
        width=WIDTH,
        height=HEIGHT,
        written=f"{now.astimezone(dt.timezone.utc):%d %B %Y, %H:%M} UTC",
    )
