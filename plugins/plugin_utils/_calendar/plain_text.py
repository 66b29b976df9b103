# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of a description: Outlook and Google write HTML into it.

PRIVATE: not for use outside this collection, may change in any release.

Python's parser of HTML takes time that grows with the square of what is hostile; one look at each character is enough
to leave tags out.
"""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|<![^<>]*>")
_BREAKS = frozenset(("br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "blockquote"))
_HIDDEN = frozenset(("script", "style", "title"))


def plain_text(text: str) -> str:
    """Return a text without HTML, a paragraph a line; a text that has none is returned as it is."""
    if not _TAG.search(text):
        return text.replace("\u00a0", " ")
    words: list[str] = []
    end, hidden = 0, ""
    for tag in _TAG.finditer(text):
        closing, name = tag[1], (tag[2] or "").lower()
        if not hidden:
            words.append(html.unescape(text[end : tag.start()]))
        end = tag.end()
        if name in _BREAKS:
            words.append("\n")
        if name in _HIDDEN and not closing and not hidden:
            hidden = name
        elif name == hidden and closing:
            hidden = ""
    if not hidden:
        words.append(html.unescape(text[end:]))
    return "".join(words).replace("\u00a0", " ")
