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
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import DEFAULT_PREFIX

from .compare import Comparison, Sides, compare, in_order
from .contract_file import read_contract
from .ignores import Ignore, read_baseline, without_ignored
from .inputs import Inputs, inputs_read
from .model.facts import Declared, Input, InventoryRule, Published, Side, Unknown, Use
from .model.findings import Finding
from .model.source_files import SourceFiles
from .outputs import Output, outputs_of
from .playbooks.scan import scan_playbooks
from .published import as_outputs
from .terraform.plan import read_plan
from .terraform.publishers import Publisher
from .terraform.scan import scan_code


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
    declared: Optional[list[Output]]
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


@dataclasses.dataclass
class _Read:
    """What the sides say, before they are compared."""

    declared: list[Declared] = dataclasses.field(default_factory=list)
    outputs: list[Output] = dataclasses.field(default_factory=list)
    uses: list[Use] = dataclasses.field(default_factory=list)
    rules: list[InventoryRule] = dataclasses.field(default_factory=list)
    inputs_read: list[Input] = dataclasses.field(default_factory=list)
    inputs_published: list[Input] = dataclasses.field(default_factory=list)
    unknown: list[Unknown] = dataclasses.field(default_factory=list)
    set_anywhere: set[str] = dataclasses.field(default_factory=set)
    terraform_files: int = 0
    playbook_files: int = 0


def check(request: Request, read_published: Callable[[], tuple[list[Published], list[Unknown]]]) -> Report:
    """Read the sides that are asked for, and compare them. Raises the BridgeError family."""
    read = _Read()
    prefixes = _prefixes(request)
    _read_terraform(request, read)
    _read_playbooks(request, read)
    has_declared = bool(request.terraform or request.declared_from)
    declared = [*outputs_of(read.declared, prefixes), *read.outputs] if has_declared else None
    published, unsaid = read_published() if request.published_prefix is not None else (None, [])
    read.unknown += unsaid
    sides = Sides(
        declared=declared,
        published=as_outputs(published) if published is not None else None,
        uses=read.uses if request.playbooks else None,
        rules=read.rules or [InventoryRule(prefix) for prefix in prefixes],
        prefixes=prefixes,
        unknown=read.unknown,
        set_anywhere=frozenset(read.set_anywhere),
        hosts=frozenset(one.name for one in published or () if one.may_be_hosts),
    )
    comparison = compare(sides)
    inputs = Inputs(
        [*read.inputs_read, *inputs_read(read.uses)] if request.terraform else None,
        read.inputs_published if request.playbooks else None,
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
        declared=declared,
        published=published,
        unknown=sorted(read.unknown, key=lambda one: (not one.unread, one.place)),
        scanned={"terraform": read.terraform_files, "playbooks": read.playbook_files},
        inputs=inputs,
    )


def _prefixes(request: Request) -> tuple[str, ...]:
    given = [source.prefix for source in request.terraform]
    given += [request.published_prefix] if request.published_prefix is not None else []
    return tuple(dict.fromkeys(given)) or (DEFAULT_PREFIX,)


def _read_terraform(request: Request, read: _Read) -> None:
    for source in request.terraform:
        if source.plan_json:
            read.declared += read_plan(source.plan_json, request.files.relative(source.plan_json))
            read.terraform_files += 1
        if source.path:
            if not source.path.is_dir():
                raise OptionError(f"terraform.path: {source.path} must be a folder with Terraform code")
            scan = scan_code(source.path, request.files, request.publishers, source.var_files, source.variables)
            read.declared += scan.declared
            read.inputs_read += scan.inputs
            read.unknown += scan.unknown
            read.terraform_files += scan.files
    for path in request.declared_from:
        outputs, unknown = read_contract(path, request.files.relative(path))
        read.outputs += outputs
        read.unknown += unknown


def _read_playbooks(request: Request, read: _Read) -> None:
    for path in request.playbooks:
        if not path.exists():
            raise OptionError(f"playbooks: {path} must be a folder or a file that exists")
        scan = scan_playbooks(path, request.files)
        read.uses += scan.uses
        read.inputs_published += scan.inputs
        read.rules += scan.rules
        read.unknown += scan.unknown
        read.set_anywhere |= scan.set_anywhere
        read.playbook_files += scan.files
