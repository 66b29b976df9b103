# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small JSON documents that the processes of one run share, as they are read; C(entry_files.py) writes them.

PRIVATE: not for use outside this collection, may change in any release.

Every task of every host loads this file anew, so it has no more than all of them need.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Optional

# Raised when what an entry holds changes its shape.
FORMAT = "tfbridge.aws 1"


class EntryReader:
    """Entries by name within a scope, in one folder.

    C(scope) is all that decides what an entry is to hold, but the name. Files are named by digests of both.
    """

    def __init__(self, folder: str, scope: Mapping[str, Any]) -> None:
        self.folder = folder
        self.scope = scope
        self._scope = json.dumps(scope, sort_keys=True, default=str)

    def key(self, name: str) -> str:
        """Return the digest that names an entry's file."""
        return hashlib.sha256(f"{self._scope} {name}".encode()).hexdigest()

    def load(self, name: str) -> Optional[dict[str, Any]]:
        """Return an entry; None where there is none, or a file that isn't whole or isn't ours."""
        key = self.key(name)
        try:
            with open(self._path(f"{key}.json"), "rb") as file:  # noqa: PTH123  strings are what os.replace has below
                content = file.read()
            head, body = content.split(b"\n", 1)
            if head != head_of(key, body):
                return None
            entry = json.loads(body)
        except (OSError, ValueError, RecursionError):
            return None
        return entry if isinstance(entry, dict) else None

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}"


def head_of(key: str, body: bytes) -> bytes:
    """Return the first line of an entry's file."""
    return f"{FORMAT} {key} {hashlib.sha256(body).hexdigest()}".encode()
