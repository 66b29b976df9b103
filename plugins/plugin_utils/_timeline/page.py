# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A timeline as one HTML page that needs nothing else: no script, no font, no network. How it looks is in page.html.j2.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import pathlib
import re

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.pages import render

from .axis import LAYOUTS, UNITS, Axis, Scale, window_labels
from .timeline import Timeline
from .times import hours, visible

_SCHEME = re.compile(r"([^/?#:]*):")
# Browsers leave these out of a scheme.
_BLANK = re.compile(r"[\x00-\x20]")
ROWS = 400  # windows that are listed on one page, so that one of many days and instances stays small
LEAST_ROWS = 8  # of each instance


def check_link(link: str) -> str:
    """Return an address that a page may link to, or refuse it: a browser would run some of them."""
    scheme = _SCHEME.match(link)
    if _BLANK.search(link) or (scheme and scheme[1].lower() not in ("https", "http", "webcal")):
        raise OptionError(
            f"calendar: {show(link)} is not an address to link to. Valid values: https://, http:// and webcal:// "
            "addresses, and paths that are relative to the page"
        )
    return link


def page(timeline: Timeline, title: str = "EC2 schedule", calendar: str = "") -> str:
    """Return the page of a timeline."""
    scale = Scale(timeline.bounds)
    return render(
        pathlib.Path(__file__).with_name("page.html.j2"),
        title=title,
        calendar=calendar,
        timeline=timeline,
        clock=timeline.clock,
        scale=scale,
        axis=Axis(scale, timeline.clock),
        window_labels=lambda lane: window_labels(scale, timeline.clock, lane.windows),
        hours=hours,
        visible=lambda spans: visible(spans, timeline.bounds),
        layouts=LAYOUTS,
        units=UNITS,
        max_rows=max(LEAST_ROWS, ROWS // max(1, len(timeline.lanes))),
    )
