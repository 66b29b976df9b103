# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A timeline as one HTML page that needs nothing else: no script, no font, no network.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator

from .svg import count_instances, draw, text
from .timeline import Lane, Timeline, hours, visible

# Colours are named once for each scheme. Text and bars keep a contrast of 4.5 and 3 to the ground they stand on.
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --panel: #f5f7f9; --ink: #15191e; --soft: #55606d; --line: #dfe4ea;
  --weekend: #f3f5f8; --run: #0b7a55; --book: #bfe5d5; --book-edge: #0b7a55; --now: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161b; --panel: #1b2129; --ink: #e8ecf1; --soft: #a3afbd;
  --line: #2c3540; --weekend: #171c23; --run: #35b98a; --book: #174a3a; --book-edge: #35b98a; --now: #fb923c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 28px 24px 56px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 32px 0 8px; overflow-wrap: anywhere; }
p { margin: 0; }
.soft { color: var(--soft); }
.figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0; padding: 0; list-style: none; }
.figures li { background: var(--panel); border-radius: 8px; padding: 10px 16px; min-width: 150px; }
.figures strong { display: block; font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 0 0 10px; font-size: 13px; }
.key { display: inline-block; width: 26px; height: 12px; border-radius: 2px; margin-right: 7px; vertical-align: -1px; }
.key.run { background: var(--run); }
.key.book { background: var(--book); border: 1px solid var(--book-edge); }
.key.time { width: 0; height: 14px; border-left: 2px dashed var(--now); vertical-align: -2px; margin-left: 6px; }
.scroll { overflow-x: auto; }
svg { display: block; width: 100%; min-width: 1000px; height: auto; font-family: inherit; }
svg text { fill: var(--ink); font-size: 12px; }
svg .name { font-size: 14px; font-weight: 600; }
svg .id, svg .fact, svg .booking-name, svg .day-label { fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .now-label { fill: var(--now); font-weight: 600; }
.weekend { fill: var(--weekend); }
.day, .rule { stroke: var(--line); }
.now { stroke: var(--now); stroke-width: 1.5; stroke-dasharray: 4 3; }
.window { fill: var(--run); }
.booking { fill: var(--book); stroke: var(--book-edge); }
table { border-collapse: collapse; table-layout: fixed; width: 100%; max-width: 860px;
  font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); }
td.number, th.number { text-align: right; padding-right: 0; white-space: nowrap; width: 12%; }
"""


def page(timeline: Timeline, title: str = "EC2 schedule") -> str:
    """Return the page of a timeline."""
    return "\n".join(_page(timeline, title)) + "\n"


def _page(timeline: Timeline, title: str) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    # Says to the browser what is true already, should a hole in the escaping ever be found.
    yield """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
    yield f"<title>{text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{text(title)}</h1>"
    yield (
        f'<p class="soft">{text(timeline.days_words())}, times in {text(timeline.zone_name)}.'
        f" As booked at {text(timeline.when(timeline.now))}.</p>"
    )
    if not timeline.lanes:
        yield "<p>No instance has a booking.</p>"
    else:
        yield from _figures(timeline)
        yield from _chart(timeline)
        for lane in timeline.lanes:
            yield from _tables(timeline, lane)
    yield "</main>\n</body>\n</html>"


def _figures(timeline: Timeline) -> Iterator[str]:
    """Yield the numbers over all instances."""
    running = sum(timeline.running_hours(lane) for lane in timeline.lanes)
    saved = sum(timeline.saved_hours(lane) for lane in timeline.lanes)
    count = len(timeline.lanes)
    figures = (
        (str(count), "instance" if count == 1 else "instances"),
        (hours(running), "booked to run"),
        (hours(saved), "saved against always on"),
        (f"{timeline.saved_percent(saved, count)} %", "less than always on"),
    )
    yield '<ul class="figures">'
    yield from (f'<li><strong>{value}</strong><span class="soft">{label}</span></li>' for value, label in figures)
    yield "</ul>"


def _chart(timeline: Timeline) -> Iterator[str]:
    yield (
        '<p class="legend soft"><span><span class="key run"></span>runs</span>'
        '<span><span class="key book"></span>booking</span><span><span class="key time"></span>now</span></p>'
    )
    # Focusable, because what scrolls has to be reachable by the keyboard.
    label = f"Chart of {count_instances(len(timeline.lanes))}"
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
    yield draw(timeline)
    yield "</div>"


def _tables(timeline: Timeline, lane: Lane) -> Iterator[str]:
    """Say in words what the chart shows of one instance."""
    name = f"{lane.name} ({lane.instance_id})" if lane.name else lane.instance_id
    edge = lane.next_edge
    comes = f"Next: {edge.action} {timeline.when(edge.at)}." if edge else "Nothing comes next."
    running, saved = timeline.running_hours(lane), timeline.saved_hours(lane)
    saves = f"Runs {hours(running)} of {hours(timeline.bounds.hours)}, saves {hours(saved)}"
    yield f'<section>\n<h2>{text(name)}</h2>\n<p class="soft">{text(comes)} {text(saves)}'
    yield f"({timeline.saved_percent(saved, 1)} %) against always on.</p>"
    yield '<table>\n<thead><tr><th scope="col">What</th><th scope="col">From</th><th scope="col">To</th>'
    yield '<th scope="col" class="number">Hours</th></tr></thead>\n<tbody>'
    for span in visible(lane.windows, timeline.bounds):
        when = f"<td>{text(timeline.when(span.start))}</td><td>{text(timeline.when(span.end))}</td>"
        yield f'<tr><td>window</td>{when}<td class="number">{hours(span.hours)}</td></tr>'
    for booking in lane.bookings:
        booked = hours(sum(span.hours for span in visible(booking.spans, timeline.bounds)))
        what = f'<td>booking {text(booking.name)}</td><td colspan="2">{text(booking.rule)}</td>'
        yield f'<tr>{what}<td class="number">{booked}</td></tr>'
    yield "</tbody>\n</table>\n</section>"
