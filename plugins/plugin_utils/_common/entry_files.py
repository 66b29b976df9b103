# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small JSON documents that the processes of one run share: one file each, mode 0600, in a folder of mode 0700.

PRIVATE: not for use outside this collection, may change in any release.

A file is replaced as a whole and carries a digest of itself, so a reader has an entry as it was written, or none. Locks
are the kernel's: they end with the process that holds them, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable

from .entry_reading import EntryReader, head_of

# How often a process looks whether the one before it has ended, in seconds.
_LOOK = 0.005


class EntryFiles(EntryReader):
    """Entries that can be written too. Raises OSError only, and where it does nothing is shared."""

    def store(self, name: str, entry: Mapping[str, Any]) -> None:
        """Write an entry, at once and whole."""
        key = self.key(name)
        body = json.dumps(entry).encode()
        # The name is this process's own: what another one left half written is never in the way.
        path = self._path(f"{key}.{os.getpid()}")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(head_of(key, body) + b"\n" + body)
            os.replace(path, self._path(f"{key}.json"))  # noqa: PTH105  as above
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108  as above
            raise

    @contextlib.contextmanager
    def locked(
        self, names: Iterable[str], *, patience: float = float("inf"), waiting: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Be the only process inside for these names. All processes lock in one order, so none waits for another two.

        Raises BlockingIOError where another one is inside for longer than C(patience), in seconds; C(waiting) is
        called now and then until then.
        """
        self._make_folder()
        ends = time.monotonic() + patience
        with contextlib.ExitStack() as stack:
            # One lock for the digests that begin alike: 256 files at most, however many names there are.
            for part in sorted({self.key(name)[:2] for name in names}):
                descriptor = os.open(self._path(f"{part}.lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                stack.callback(os.close, descriptor)
                _lock(descriptor, ends, waiting)
            yield

    def _make_folder(self) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkdir(self.folder, 0o700)  # noqa: PTH102  as above
        found = os.lstat(self.folder)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise PermissionError(f"{self.folder} is not a folder of this user alone")


def _lock(descriptor: int, ends: float, waiting: Callable[[], None]) -> None:
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if time.monotonic() >= ends:
            raise BlockingIOError("another process is inside")
        waiting()
        time.sleep(_LOOK)
