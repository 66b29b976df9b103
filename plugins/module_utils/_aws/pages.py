# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of AWS that come in pages, and questions that are asked in batches.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Callable

from .retry import Retrier

# What of an answer names the next page, by the argument that asks for it: EFS and Lambda call it a marker.
_NEXT = {"NextToken": "NextToken", "Marker": "NextMarker"}


def batches(values: Sequence[str], size: int) -> Iterator[list[str]]:
    """Yield values in their order, so many at a time."""
    for start in range(0, len(values), size):
        yield list(values[start : start + size])


def pages(
    retrier: Retrier,
    method: Callable[..., Mapping[str, Any]],
    errors: Callable[[], AbstractContextManager[None]],
    **arguments: Any,
) -> Iterator[Mapping[str, Any]]:
    """Yield the pages of an answer, each asked for when the one before it was used; C(errors) surrounds each call."""
    while True:
        with errors():
            page = retrier.call(method, **arguments)
        yield page
        more = {argument: page[member] for argument, member in _NEXT.items() if page.get(member)}
        if not more:
            return
        arguments.update(more)
