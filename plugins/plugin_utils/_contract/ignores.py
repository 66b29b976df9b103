# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings that a team has decided to live with: for a reason, until a day; and those that were there before.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import fnmatch
import json
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import parse_each
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show, unknown_key

from .model.facts import Place
from .model.findings import SEVERITIES, Finding, FindingKind

FORMAT = "tfbridge.aws/contract-baseline"
_KINDS = tuple(kind.value for kind in FindingKind)


@dataclasses.dataclass(frozen=True)
class Ignore:
    """Findings of a name and a kind are left out until a day has passed."""

    name: str
    kind: str
    reason: str
    until: dt.date

    def covers(self, finding: Finding, prefixes: Sequence[str]) -> bool:
        """Return whether it is about a finding, whose output it names with or without the prefix."""
        short = next((finding.name[len(p) :] for p in prefixes if finding.name.startswith(p)), finding.name)
        named = fnmatch.fnmatchcase(finding.name, self.name) or fnmatch.fnmatchcase(short, self.name)
        return named and self.kind in ("*", finding.kind.value)


def parse_ignores(entries: Sequence[Mapping[str, Any]]) -> tuple[Ignore, ...]:
    """Parse the option C(ignore). Raises OptionError."""
    return tuple(parse_each(_ignore, entries, "ignore"))


def _ignore(entry: Mapping[str, Any], option: str) -> Ignore:
    known = [field.name for field in dataclasses.fields(Ignore)]
    for name in entry:
        if name not in known:
            raise OptionError(unknown_key(option, name, known))
    absent = [name for name in ("name", "reason", "until") if not entry.get(name)]
    if absent:
        raise OptionError(
            f"{option}: {' and '.join(absent)} missing. An ignore says why it is there and until which day"
        )
    kind = str(entry.get("kind") or "*")
    if kind not in ("*", *_KINDS):
        raise OptionError(f"{option}.kind: {show(kind)} is not known. Valid values: *, {', '.join(_KINDS)}")
    try:
        until = dt.date.fromisoformat(str(entry["until"]))
    except ValueError as exc:
        raise OptionError(f"{option}.until: {show(str(entry['until']))} must be a day, as in 2027-01-31") from exc
    return Ignore(str(entry["name"]), kind, str(entry["reason"]), until)


def without_ignored(
    findings: Iterable[Finding], ignores: Sequence[Ignore], prefixes: Sequence[str], today: dt.date
) -> list[Finding]:
    """Return the findings that no ignore covers, and one for each ignore whose day has passed."""
    valid = [ignore for ignore in ignores if ignore.until >= today]
    kept = [finding for finding in findings if not any(ignore.covers(finding, prefixes) for ignore in valid)]
    return kept + [_expired(ignore) for ignore in ignores if ignore.until < today]


def _expired(ignore: Ignore) -> Finding:
    return Finding(
        FindingKind.EXPIRED_IGNORE,
        SEVERITIES[FindingKind.EXPIRED_IGNORE],
        ignore.name,
        Place("ignore"),
        f"the ignore of {ignore.name} ({ignore.kind}) ended on {ignore.until}: {ignore.reason}",
        "Repair what it ignores, or give it another day",
        subject=ignore.kind,
    )


def read_baseline(path: pathlib.Path) -> frozenset[str]:
    """Return the fingerprints of findings that were there before. Raises DataError."""
    try:
        content = parse_json(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT or content["version"] != 1:
            raise DataError(f"baseline: {path} is not a baseline of this version. Write it again with update_baseline")
        return frozenset(str(entry["fingerprint"]) for entry in content["findings"])
    except OSError as exc:
        raise DataError(f"baseline: {path} can't be read: {exc.strerror}. Write it with update_baseline") from exc
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise DataError(f"baseline: {path} is not a baseline. Write it again with update_baseline") from exc


def baseline_text(findings: Iterable[Finding]) -> str:
    """Return a baseline of findings: sorted, so that a change of it can be reviewed."""
    entries = {
        finding.fingerprint: {
            "fingerprint": finding.fingerprint,
            "kind": finding.kind.value,
            "name": finding.name,
            "file": finding.place.file,
        }
        for finding in findings
    }
    ordered = sorted(
        entries.values(), key=lambda entry: (entry["file"], entry["name"], entry["kind"], entry["fingerprint"])
    )
    return json.dumps({"format": FORMAT, "version": 1, "findings": ordered}, indent=2, ensure_ascii=False) + "\n"
