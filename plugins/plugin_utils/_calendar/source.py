# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bytes of a calendar: from a text, a file or an address.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .feed_cache import FeedCache
from .fetch import Access, Copy, Feed, fetch, parse_feed
from .text import MAX_BYTES


@dataclass(frozen=True)
class Source:
    """Where a calendar comes from; identity tells it from other calendars."""

    identity: str = field(repr=False)
    text: Optional[str] = field(default=None, repr=False)
    path: Optional[str] = None
    feed: Optional[Feed] = None

    def read(self, cache_dir: Optional[str]) -> tuple[bytes, Optional[Copy]]:
        """Return the calendar, and what to keep of it once it was read without fault."""
        if self.feed is not None:
            known = FeedCache(cache_dir).load(self.feed) if cache_dir else None
            copy = fetch(self.feed, known)
            return copy.body, copy if copy is not known else None
        if self.path is not None:
            return _read_file(self.path), None
        return (self.text or "").encode(), None

    def keep(self, copy: Optional[Copy], cache_dir: Optional[str]) -> None:
        """Keep a copy for the next run."""
        if copy is not None and cache_dir and self.feed is not None:
            FeedCache(cache_dir).save(self.feed, copy)


def find_source(term: str, options: Mapping[str, Any]) -> Source:
    """Return what the term of the lookup means."""
    given = term.strip()
    if not given:
        raise OptionError("_terms: empty. Valid values: a file, the text of a calendar, or an https:// address")
    if given.lstrip("\ufeff").upper().startswith("BEGIN:VCALENDAR"):
        return Source("text", text=term)
    if "://" in given:
        feed = parse_feed(
            given,
            (options["username"], options["password"]),
            options["headers"] or {},
            Access(bool(options["allow_local"]), options["ca_path"]),
        )
        return Source(feed.url, feed=feed)
    return Source(str(Path(given).expanduser().absolute()), path=given)


def calendar_id(source: Source, given: Optional[str]) -> str:
    """Return eight hex digits that the names of a calendar's bookings begin with."""
    return hashlib.sha256((given or source.identity).encode()).hexdigest()[:8]


def _read_file(path: str) -> bytes:
    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        # An address without https://, or a text that is no calendar, must not be shown where it is taken for a path.
        shown = show(path) if Path(path).expanduser().parent.is_dir() and Path(path).suffix else "given as a file"
        hint = "" if shown.endswith("'") else ". The address of a calendar begins with https:// or webcal://"
        raise DataError(f"the calendar {shown} can't be read: {error.strerror}{hint}") from None
