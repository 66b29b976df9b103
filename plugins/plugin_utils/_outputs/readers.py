# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the installed collections read a variable as an option of a plugin, whoever has set it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import pathlib
import re
from collections.abc import Collection, Iterable, Iterator

# In the documentation of plugins: a list below "vars:", or in brackets beside it.
_VARS = re.compile(r"^( *)vars: *(?:\[([^\]]*)\]|\n((?:\1 *- .*\n(?:\1  +.*\n)*|\1 +.*\n|\n)+))", re.MULTILINE)
_NAME = re.compile(r"\bname: *[\"']?(\w+)")
# Those of modules are read by nobody: a task gives their options.
_OTHERS = frozenset(("module_utils", "modules", "plugin_utils"))


def readers_of(names: Collection[str], roots: Iterable[str]) -> dict[str, str]:
    """Return the collection that reads each of the variables, for those that one reads.

    C(roots) are the folders that Ansible finds collections in.
    """
    readers: dict[str, str] = {}
    for collection, path in _plugin_files(roots):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            for name in _variables(path.read_text(encoding="utf-8")):
                if name in names:
                    readers.setdefault(name, collection)
    return readers


def _variables(text: str) -> Iterator[str]:
    for block in _VARS.finditer(text) if "vars:" in text else ():
        yield from _NAME.findall(block[2] or block[3])


def _plugin_files(roots: Iterable[str]) -> Iterator[tuple[str, pathlib.Path]]:
    """Return the files of plugins with the name of their collection; of one that is installed twice, the first."""
    seen = set()
    for root in dict.fromkeys(roots):
        for plugins in sorted(pathlib.Path(root).glob("ansible_collections/*/*/plugins")):
            collection = f"{plugins.parent.parent.name}.{plugins.parent.name}"
            if collection in seen or collection == "tfbridge.aws":
                continue
            seen.add(collection)
            for kind in sorted(plugins.iterdir()):
                if kind.is_dir() and kind.name not in _OTHERS:
                    yield from ((collection, path) for path in sorted(kind.rglob("*.py")))
