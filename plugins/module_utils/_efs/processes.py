# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which processes use a path, from C(/proc): no file server is asked.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import os
import pathlib


def holders(proc: pathlib.Path, path: str) -> list[str]:
    """Return the names and ids of the processes that use a path."""
    found = []
    for process in proc.glob("[0-9]*"):
        links = [process / "cwd", process / "root", process / "exe", *_children(process / "fd")]
        if any(_is_at(link_target(str(link)), path) for link in links) or f" {path}/" in _text(process / "maps"):
            found.append(f"{_text(process / 'comm').strip() or 'a process'} ({process.name})")
    return sorted(found)


def link_target(path: str) -> str:
    """Return where a symbolic link leads; empty for what is none."""
    try:
        return os.readlink(path)  # noqa: PTH115  Path.readlink is of Python 3.9
    except OSError:
        return ""


def _children(folder: pathlib.Path) -> list[pathlib.Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_at(target: str, path: str) -> bool:
    return target == path or target.startswith(path + "/")


def _text(path: pathlib.Path) -> str:
    """Return the text of a file; of one that can't be read, nothing."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
