# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of a description: Outlook and Google write HTML into it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_TAG = re.compile(r"<[A-Za-z/!][^>]*>")
_BREAKS = frozenset(("br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "blockquote"))
_HIDDEN = frozenset(("script", "style", "title"))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  the parser's signature
        self._hidden += tag in _HIDDEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)

    def _break(self, tag: str) -> None:
        if tag in _BREAKS:
            self.found.append("\n")


def plain_text(text: str) -> str:
    """Return a text without HTML, a paragraph a line; a text that has none is returned as it is."""
    if not _TAG.search(text):
        return text.replace("\u00a0", " ")
    words = _Words()
    words.feed(text)
    words.close()
    return "".join(words.found).replace("\u00a0", " ")
