# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the check, from what a task gives to what is checked and what is written.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import pathlib
from collections.abc import Mapping
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import check_budget
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest, show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix

from .check import Request, TerraformSource
from .ignores import parse_ignores
from .model.findings import FindingKind
from .model.source_files import SourceFiles
from .terraform.publishers import parse_publishers

INCOMPLETE = "incomplete"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What is written, and whether a check that could not see everything fails."""

    written: Mapping[str, pathlib.Path]
    github: bool
    fail_incomplete: bool


def parse_request(options: Mapping[str, Any], today: dt.date, progress: Callable[[str], None]) -> Request:
    """Return what is to be checked. Raises one OptionError for all options that are wrong."""
    refusals = Refusals()
    base = refusals.checked(pathlib.Path(), _base, options)
    published = options["published"]
    if not options["terraform"] and not options["declared_from"] and published is None:
        refusals.refuse(
            "terraform, declared_from, published: one of them must be given, else there is nothing to check"
        )
    if options["max_file_size"] < 1:
        refusals.refuse(f"max_file_size: {options['max_file_size']} must be a number of bytes, at least 1")
    if options["update_baseline"] and not options["baseline"]:
        refusals.refuse("update_baseline: needs 'baseline', the file that it writes")
    _check_published(published, refusals)
    request = Request(
        files=SourceFiles(base, options["max_file_size"], progress),
        terraform=[
            _source(entry, base, f"terraform[{index}]", refusals) for index, entry in enumerate(options["terraform"])
        ],
        playbooks=[base / path for path in options["playbooks"]],
        declared_from=[base / path for path in options["declared_from"]],
        published_prefix=published["prefix"] if published is not None else None,
        publishers=refusals.checked((), parse_publishers, options["modules"]),
        ignores=refusals.checked((), parse_ignores, options["ignore"]),
        baseline=base / options["baseline"] if options["baseline"] and not options["update_baseline"] else None,
        fail_on=_fail_on(options["fail_on"], refusals),
        today=today,
    )
    refusals.finish()
    return request


def parse_outcome(options: Mapping[str, Any]) -> Outcome:
    """Return what is to be written, by what it is."""
    base = _base(options)
    reports = options["reports"]
    named = {name: reports.get(name) for name in ("junit", "code_quality", "sarif")}
    named.update(write_to=options["write_to"], graph=options["graph"])
    named["baseline"] = options["baseline"] if options["update_baseline"] else None
    written = {name: base / path for name, path in named.items() if path}
    return Outcome(written, bool(reports.get("github")), INCOMPLETE in options["fail_on"])


def _check_published(published: Optional[Mapping[str, Any]], refusals: Refusals) -> None:
    if published is None:
        return
    refusals.checked(None, check_prefix, published["prefix"], "published.prefix")
    refusals.checked(None, check_budget, published["retry_budget"], "published.retry_budget")
    if published["region"]:
        refusals.checked(None, check_region, published["region"], "published.region")


def _base(options: Mapping[str, Any]) -> pathlib.Path:
    given = options["base"]
    base = pathlib.Path(os.path.abspath(pathlib.Path(given).expanduser() if given else pathlib.Path.cwd()))  # noqa: PTH100  keeps links
    if not base.is_dir():
        raise OptionError(f"base: {show(str(base))} must be a folder that exists")
    return base


def _source(entry: Mapping[str, Any], base: pathlib.Path, option: str, refusals: Refusals) -> TerraformSource:
    if not entry["path"] and not entry["plan_json"]:
        refusals.refuse(f"{option}: 'path' or 'plan_json' must be given")
    return TerraformSource(
        refusals.checked("", check_prefix, entry["prefix"], f"{option}.prefix"),
        _below(base, entry["path"]),
        _below(base, entry["plan_json"]),
        tuple(base / path for path in entry["var_files"]),
        entry["variables"],
    )


def _below(base: pathlib.Path, path: Optional[str]) -> Optional[pathlib.Path]:
    return pathlib.Path(os.path.normpath(base / path)) if path else None


def _fail_on(names: list[str], refusals: Refusals) -> frozenset[str]:
    known = [*(kind.value for kind in FindingKind), INCOMPLETE]
    for name in names:
        if name not in known:
            refusals.refuse(
                f"fail_on: {show(name)} is not known.{nearest(name, known)} Valid values: {', '.join(known)}"
            )
    return frozenset(names)
