"""Answers that hold until something is written, whichever threads ask and write meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any


class SinceLastWrite:
    """What was read since the last write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writes = 0
        self._known: dict[Hashable, Any] = {}

    def get(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """Return what is known, or read it; what a write may have overtaken is not kept."""
        with self._lock:
            if key in self._known:
                return self._known[key]
            before = self._writes
        value = read()
        with self._lock:
            if before == self._writes:
                self._known[key] = value
        return value

    def forget(self) -> None:
        """Forget everything. A write has to call it when it begins and when it has ended."""
        with self._lock:
            self._writes += 1
            self._known.clear()
