# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with several options, reported together.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, TypeVar

from .errors import OptionError

T = TypeVar("T")


class Refusals:
    """Collects the messages of OptionErrors, and raises one for all of them."""

    def __init__(self, messages: Iterable[str] = ()) -> None:
        self._messages = list(messages)

    def refuse(self, message: str) -> None:
        """Note what is wrong."""
        self._messages.append(message)

    def checked(self, default: Any, parse: Callable[..., T], *arguments: Any, place: str = "") -> T:
        """Return what a function makes of its arguments; note its OptionError and return the default instead.

        What is noted begins with the place. Nobody sees the default after C(finish()).
        """
        try:
            return parse(*arguments)
        except OptionError as exc:
            self.refuse(f"{place}{exc}")
        fallback: T = default
        return fallback

    def finish(self) -> None:
        """Raise one OptionError for all that was noted."""
        if self._messages:
            raise OptionError("; ".join(dict.fromkeys(self._messages)))


def parse_each(
    parse: Callable[[Mapping[str, Any], str], T], entries: Sequence[Mapping[str, Any]], option: str
) -> list[T]:
    """Return what a function makes of each entry of an option; raises one OptionError for all that it refuses."""
    refusals = Refusals()
    parsed = [refusals.checked(None, parse, entry, f"{option}[{index}]") for index, entry in enumerate(entries)]
    refusals.finish()
    return parsed
