# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a repository, read within bounds: nothing that they hold may end a scan or take all memory.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Iterator
from typing import Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError

from .facts import Place, Side, Unknown

MAX_FILE_SIZE = 1_000_000
# Not a team's own code, or not code.
SKIPPED_FOLDERS = frozenset(
    (".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", ".venv", "venv", "node_modules", "__pycache__", ".cache")
)


class UnreadableError(BridgeError):
    """A file, or a template in one, can't be read or parsed. Has the line, if that is known."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


@dataclasses.dataclass
class SourceFiles:
    """Files below a base folder. What is said of them names them relative to it, with slashes."""

    base: pathlib.Path
    max_file_size: int = MAX_FILE_SIZE
    progress: Callable[[str], None] = lambda _message: None

    def relative(self, path: pathlib.Path) -> str:
        """Return how a file is named in what people see."""
        return pathlib.PurePath(os.path.relpath(path, self.base)).as_posix()

    def place(self, path: pathlib.Path, line: int = 0, what: str = "") -> Place:
        """Return a place in a file."""
        return Place(self.relative(path), line, what)

    def read(self, path: pathlib.Path) -> str:
        """Return the text of a file, without a byte order mark. Raises UnreadableError."""
        try:
            size = path.stat().st_size
            if size > self.max_file_size:
                raise UnreadableError(f"it has {size:,} bytes, and max_file_size is {self.max_file_size:,}")
            content = path.read_bytes() if path.is_file() else b""
        except OSError as exc:
            raise UnreadableError(f"it can't be read: {exc.strerror}") from exc
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as exc:
            raise UnreadableError("it is not UTF-8", content[: exc.start].count(b"\n") + 1) from exc

    def walk(self, top: pathlib.Path, side: Side) -> Iterator[tuple[pathlib.Path, list[str], list[Unknown]]]:
        """Yield each folder below one with the names of its files, in order, and what is left out of it.

        A link to a folder is followed once, and only to where the scan is anyway: below the top or the base.
        """
        seen: set[str] = set()
        for folder, folders, files in os.walk(top, followlinks=True):
            here = os.path.realpath(folder)
            if here in seen:
                folders.clear()
                continue
            seen.add(here)
            left_out = [name for name in folders if self._leaves(os.path.join(folder, name), top)]  # noqa: PTH118  os.walk
            folders[:] = sorted(set(folders) - SKIPPED_FOLDERS - set(left_out))
            path, reason = pathlib.Path(folder), "a link out of the folders that are scanned is not followed"
            unread = [Unknown(side, self.place(path / name), reason, unread=True) for name in left_out]
            yield path, sorted(files), unread

    def _leaves(self, path: str, top: pathlib.Path) -> bool:
        if not os.path.islink(path):  # noqa: PTH114  os.walk gives texts, and there are thousands
            return False
        target = pathlib.Path(os.path.realpath(path))
        return not any(target.is_relative_to(folder.resolve()) for folder in (top, self.base))
