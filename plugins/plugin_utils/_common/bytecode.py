# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private files of the collection imported as Python imports its own files, with bytecode.

PRIVATE: not for use outside this collection, may change in any release.

Ansible's importer of collections compiles a file in each process that imports it, and each task of each host is one.
The file of a plugin alone is imported with bytecode, in C(__pycache__) beside it where that can be written.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from typing import Any, Optional

from ansible.utils.collection_loader import AnsibleCollectionConfig

_PLUGINS = __name__.rsplit(".plugin_utils.", 1)[0]
_OWN = (f"{_PLUGINS}.module_utils._", f"{_PLUGINS}.plugin_utils._")


class _Finder:
    """Finds what is private to the collection, and nothing else."""

    @staticmethod
    def find_spec(name: str, path: Optional[Sequence[str]] = None, _target: Any = None) -> Optional[ModuleSpec]:
        return _files_of(path[0]).find_spec(name) if path and name.startswith(_OWN) else None


@functools.cache
def _files_of(folder: str) -> FileFinder:
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


def use_bytecode() -> None:
    """Import with bytecode from now on, in this process and its forks."""
    theirs = AnsibleCollectionConfig.collection_finder
    if theirs in sys.meta_path and _Finder not in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(theirs), _Finder)
