# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who imports whom in plugins/, read from the source and not from what happens to be loaded."""

from __future__ import annotations

import ast
import functools
import pathlib
from collections.abc import Iterator
from importlib.util import resolve_name

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"
PACKAGE = "ansible_collections.tfbridge.aws.plugins"


@functools.cache
def imports_of(file: pathlib.Path) -> frozenset[pathlib.Path]:
    """Return the files of plugins/ that a file of plugins/ imports itself."""
    return frozenset(found for name in _names(file) for found in _files(name))


def all_needed_by(file: pathlib.Path) -> set[pathlib.Path]:
    """Return the files of plugins/ that a file needs, through any number of imports."""
    needed: set[pathlib.Path] = set()
    waiting = [file]
    while waiting:
        new = imports_of(waiting.pop()) - needed
        needed |= new
        waiting += new
    return needed


def _names(file: pathlib.Path) -> Iterator[str]:
    """Yield everything that a file imports, each name as deep as it goes."""
    package = ".".join([PACKAGE, *file.relative_to(PLUGINS).parent.parts])
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name(f"{'.' * node.level}{node.module or ''}", package)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _files(name: str) -> Iterator[pathlib.Path]:
    """Yield the module of plugins/ that a name is or is in, and the packages around it."""
    if not name.startswith(f"{PACKAGE}."):
        return
    path = PLUGINS
    for part in name[len(PACKAGE) + 1 :].split("."):
        path /= part
        if path.with_suffix(".py").is_file():
            yield path.with_suffix(".py")
            return
        if (path / "__init__.py").is_file():
            yield path / "__init__.py"
