# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last copy of each feed, so that a run without news costs one request without a body.

PRIVATE: not for use outside this collection, may change in any release.

A file's name is a digest of the address, its content is the calendar. Only the user who runs Ansible can read it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

from .fetch import Copy, Feed


@dataclass(frozen=True)
class FeedCache:
    """Copies of feeds in a folder."""

    folder: str

    def load(self, feed: Feed) -> Optional[Copy]:
        """Return the last copy of a feed; None where there is none that can be used."""
        try:
            stored = parse_json(self._path(feed).read_text(encoding="ascii"))
            body = base64.b64decode(stored["body"], validate=True)
            if hashlib.sha256(body).hexdigest() != stored["sha256"]:
                return None
            return Copy(body, str(stored["etag"]), str(stored["modified"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, feed: Feed, copy: Copy) -> None:
        """Keep a copy that was read without fault."""
        document = {
            "etag": copy.etag,
            "modified": copy.modified,
            "sha256": hashlib.sha256(copy.body).hexdigest(),
            "body": base64.b64encode(copy.body).decode(),
        }
        try:
            Path(self.folder).expanduser().mkdir(mode=0o700, parents=True, exist_ok=True)
            # With mode 0600, and whole or not at all.
            with tempfile.NamedTemporaryFile("w", dir=self._path(feed).parent, encoding="ascii", delete=False) as file:
                json.dump(document, file)
            Path(file.name).replace(self._path(feed))
        except OSError as error:
            raise OptionError(f"cache_dir: {self.folder!r} can't be written: {error.strerror or error}") from None

    def _path(self, feed: Feed) -> Path:
        who = json.dumps([feed.url, sorted(feed.headers.items())])
        return Path(self.folder).expanduser() / f"{hashlib.sha256(who.encode()).hexdigest()}.json"
