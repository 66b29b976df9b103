# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check from its options to its result: sides read, compared, ignored, written.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import DEFAULT_PREFIX

from .compare import Comparison, Sides, compare, in_order
from .contract_file import read_contract
from .ignores import Ignore, read_baseline, without_ignored
from .inputs import Inputs, inputs_read
from .model.facts import InventoryRule, Published, Side, Unknown
from .model.findings import Finding
from .model.source_files import SourceFiles
from .outputs import Output, outputs_of
from .playbooks.plays import Reading
from .playbooks.scan import scan_playbooks
from .published import as_outputs
from .terraform.plan import read_plan
from .terraform.publishers import Publisher
from .terraform.scan import CodeScan, scan_code


@dataclasses.dataclass(frozen=True)
class TerraformSource:
    """Terraform code, or the JSON of a plan."""

    prefix: str
    path: Optional[pathlib.Path] = None
    plan_json: Optional[pathlib.Path] = None
    var_files: tuple[pathlib.Path, ...] = ()
    variables: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Request:
    """What is to be checked."""

    files: SourceFiles
    terraform: Sequence[TerraformSource] = ()
    playbooks: Sequence[pathlib.Path] = ()
    declared_from: Sequence[pathlib.Path] = ()
    published_prefix: Optional[str] = None
    publishers: Sequence[Publisher] = ()
    ignores: Sequence[Ignore] = ()
    baseline: Optional[pathlib.Path] = None
    fail_on: frozenset[str] = frozenset()
    today: dt.date = dt.date.min


@dataclasses.dataclass
class Report:
    """What a check found."""

    findings: list[Finding]
    failing: list[Finding]
    known: int
    comparison: Comparison
    declared: Optional[Sequence[Output]]
    published: Optional[list[Published]]
    unknown: list[Unknown]
    scanned: dict[str, int]
    inputs: Inputs

    @property
    def status(self) -> str:
        """The result in a word: whether it failed, could not see everything, or passed."""
        if self.failing:
            return "failed"
        return "incomplete" if any(one.unread for one in self.unknown) else "passed"


def check(request: Request, read_published: Callable[[], tuple[list[Published], list[Unknown]]]) -> Report:
    """Read the sides that are asked for, and compare them. Raises the BridgeError family."""
    prefixes = _prefixes(request)
    code = list(_scan_terraform(request))
    contracts = [read_contract(path, request.files.relative(path)) for path in request.declared_from]
    plays = list(_scan_playbooks(request))
    published, unsaid = read_published() if request.published_prefix is not None else (None, [])
    declared = outputs_of((one for scan in code for one in scan.declared), prefixes)
    declared += [output for outputs, _incomplete in contracts for output in outputs]
    uses = [use for scan in plays for use in scan.uses]
    unknown = [
        *(one for scan in code for one in scan.unknown),
        *(one for _outputs, incomplete in contracts for one in incomplete),
        *(one for scan in plays for one in scan.unknown),
        *unsaid,
    ]
    sides = Sides(
        declared=declared if request.terraform or request.declared_from else None,
        published=as_outputs(published) if published is not None else None,
        uses=uses if request.playbooks else None,
        rules=[rule for scan in plays for rule in scan.rules] or [InventoryRule(prefix) for prefix in prefixes],
        prefixes=prefixes,
        unknown=unknown,
        set_anywhere=frozenset(name for scan in plays for name in scan.set_anywhere),
        hosts=frozenset(one.name for one in published or () if one.may_be_hosts),
    )
    comparison = compare(sides)
    inputs = Inputs(
        [*(one for scan in code for one in scan.inputs), *inputs_read(uses)] if request.terraform else None,
        [one for scan in plays for one in scan.inputs] if request.playbooks else None,
        sides.complete(Side.DECLARED),
        sides.complete(Side.CONSUMED),
    )
    found = in_order([*comparison.findings, *inputs.findings()])
    findings = without_ignored(found, request.ignores, prefixes, request.today)
    before = read_baseline(request.baseline) if request.baseline else frozenset()
    fresh = [finding for finding in findings if finding.fingerprint not in before]
    return Report(
        findings=fresh,
        failing=[one for one in fresh if one.kind.value in request.fail_on and one.certain and not one.softened],
        known=len(findings) - len(fresh),
        comparison=comparison,
        declared=sides.declared,
        published=published,
        unknown=sorted(unknown, key=lambda one: (not one.unread, one.place)),
        scanned={"terraform": sum(scan.files for scan in code), "playbooks": sum(scan.files for scan in plays)},
        inputs=inputs,
    )


def _prefixes(request: Request) -> tuple[str, ...]:
    given = [source.prefix for source in request.terraform]
    given += [request.published_prefix] if request.published_prefix is not None else []
    return tuple(dict.fromkeys(given)) or (DEFAULT_PREFIX,)


def _scan_terraform(request: Request) -> Iterator[CodeScan]:
    for source in request.terraform:
        if source.plan_json:
            yield CodeScan(read_plan(source.plan_json, request.files.relative(source.plan_json)), files=1)
        if source.path:
            if not source.path.is_dir():
                raise OptionError(f"terraform.path: {source.path} must be a folder with Terraform code")
            yield scan_code(source.path, request.files, request.publishers, source.var_files, source.variables)


def _scan_playbooks(request: Request) -> Iterator[Reading]:
    for path in request.playbooks:
        if not path.exists():
            raise OptionError(f"playbooks: {path} must be a folder or a file that exists")
        yield scan_playbooks(path, request.files)
