# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How values and lists of names are shown in messages.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

_SHOWN_CHARACTERS = 60
_SHOWN_NAMES = 5
_SHOWN_MESSAGES = 20


def show(value: object) -> str:
    """Return a value as it appears in a message: quoted, on one line, shortened where it is long."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= _SHOWN_CHARACTERS:
        return repr(value)
    return f"{text[:_SHOWN_CHARACTERS]!r}... ({len(text):,} characters)"


def enumerate_names(names: Sequence[str]) -> str:
    """Return names as a list that stays readable: the first few, then how many more there are."""
    if len(names) <= _SHOWN_NAMES + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_SHOWN_NAMES])} and {len(names) - _SHOWN_NAMES:,} more"


def together(messages: Sequence[str]) -> str:
    """Return one message for all that is wrong with what is published."""
    messages = list(dict.fromkeys(messages))
    if len(messages) == 1:
        return messages[0]
    more = len(messages) - _SHOWN_MESSAGES
    lines = [*messages[:_SHOWN_MESSAGES], *([f"and {more:,} more"] if more > 0 else [])]
    return "\n".join((f"{len(messages):,} problems with what is published:", *(f"- {line}" for line in lines)))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for a name that is close to a known one, else nothing."""
    import difflib  # noqa: PLC0415  for errors only, and every task of every host imports this file

    matches = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def unknown_key(option: str, key: object, known: Collection[str]) -> str:
    """Return the message for a key of an option that doesn't exist."""
    return f"{option}: {show(key)} is not a valid key.{nearest(str(key), known)} Valid keys: {', '.join(known)}"
