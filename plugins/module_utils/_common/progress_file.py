# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module is doing, a line at a time into a file that somebody follows.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import pathlib
from typing import Callable, Optional

from .errors import OptionError
from .text import show


def silent(_line: str) -> None:
    """Say nothing."""


def progress_to(path: Optional[str], first: str, otherwise: Callable[[str], None] = silent) -> Callable[[str], None]:
    """Return what adds a line to the file, after a first one; C(otherwise) where none is given. Raises OptionError."""
    if not path:
        return otherwise

    def write(line: str) -> None:
        try:
            with pathlib.Path(path).open("a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")
        except OSError as exc:
            raise OptionError(f"progress_file: {show(path)} can't be written: {exc.strerror}") from exc

    write(first)
    return write
