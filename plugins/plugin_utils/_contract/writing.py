# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the check writes: reports, the picture, the contract file, the baseline.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

from .check import Report
from .contract_file import contract_text
from .ignores import baseline_text
from .picture import picture_of
from .reports.code_quality import code_quality
from .reports.graph import dot, page
from .reports.junit import junit
from .reports.sarif import sarif
from .result import unread

_TITLE = "Terraform outputs and their readers"


def write_all(report: Report, paths: Mapping[str, pathlib.Path], *, dry: bool) -> list[str]:
    """Write the files that are asked for, and return those whose content changes."""
    return [str(path) for name, path in paths.items() if _write(path, _TEXTS[name](report, path), name, dry=dry)]


def _write(path: pathlib.Path, content: str, option: str, *, dry: bool) -> bool:
    try:
        if path.is_file() and path.read_text(encoding="utf-8", errors="replace") == content:
            return False
        if not dry:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", errors="surrogateescape")
    except OSError as exc:
        raise OptionError(f"{option}: {path} can't be written: {exc.strerror}") from exc
    return True


def _graph(report: Report, path: pathlib.Path) -> str:
    picture = picture_of(report)
    return dot(picture) if path.suffix in (".dot", ".gv") else page(picture, _TITLE)


_TEXTS: Mapping[str, Callable[[Report, pathlib.Path], str]] = {
    "junit": lambda report, _path: junit(report.findings, report.failing, unread(report)),
    "code_quality": lambda report, _path: code_quality(report.findings),
    "sarif": lambda report, _path: sarif(report.findings, unread(report)),
    "graph": _graph,
    "write_to": lambda report, _path: contract_text(report.declared or [], report.unknown),
    "baseline": lambda report, _path: baseline_text(report.findings),
}
