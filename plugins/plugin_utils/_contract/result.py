# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report of the check as a module returns it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Any

from .check import Report
from .model.facts import Place, Published, Unknown
from .model.findings import Finding, Severity


def result_of(report: Report, *, failed: bool) -> dict[str, Any]:
    """Return what the module returns."""
    return {
        "status": report.status,
        "failed_check": failed,
        "findings": [finding_of(finding, failing=finding in report.failing) for finding in report.findings],
        "outputs": _outputs(report),
        "inputs": _inputs(report),
        "unknown": [_unknown(one) for one in report.unknown],
        "scanned": report.scanned,
        "known": report.known,
    }


def finding_of(finding: Finding, *, failing: bool) -> dict[str, Any]:
    """Return a finding in builtin types."""
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "certain": finding.certain,
        "failing": failing,
        "name": finding.name,
        "place": _place(finding.place),
        "message": finding.message,
        "advice": finding.advice,
        "fingerprint": finding.fingerprint,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line or None, "what": place.what}


def _unknown(one: Unknown) -> dict[str, Any]:
    return {"side": one.side.value, "place": _place(one.place), "reason": one.reason, "unread": one.unread}


def _outputs(report: Report) -> list[dict[str, Any]]:
    declared = {str(output.name): output for output in report.declared or ()}
    published = {one.name: one for one in report.published or ()}
    found = []
    for name in sorted({*declared, *published}):
        output, stored = declared.get(name), published.get(name)
        uses = report.comparison.used_by.get(name, [])
        shape = output.shape if output else stored.shape if stored else None
        found.append(
            {
                "name": name,
                "kind": shape.words if shape else "unknown",
                "certain": output is None or (output.name.literal is not None and not output.condition),
                "declared": [_place(place) for place in output.places] if output else [],
                "condition": output.condition if output else "",
                "published": _stored(stored) if stored else None,
                "consumed": [{**_place(use.place), "by": use.by.value} for use in uses],
            }
        )
    return found


def _inputs(report: Report) -> list[dict[str, Any]]:
    read, published = report.inputs.read or (), report.inputs.published or ()
    return [
        {
            "name": name,
            "published": [_place(one.place) for one in published if str(one.name) == name],
            "read": [_place(one.place) for one in read if str(one.name) == name],
        }
        for name in sorted({str(one.name) for one in (*read, *published)})
    ]


def _stored(stored: Published) -> dict[str, Any]:
    return {
        "type": stored.type,
        "version": stored.version or None,
        "last_modified": stored.last_modified or None,
        "snapshot": stored.in_snapshot,
    }


def unread(report: Report) -> list[str]:
    """Return what could not be read, and why."""
    return [f"{one.place}: {one.reason}" for one in report.unknown if one.unread]


def message(report: Report) -> str:
    """Return what a task says: the result, and what fails it."""
    return "\n".join([summary(report), *map(_line, report.failing)])


def _line(finding: Finding) -> str:
    what = f", {finding.place.what}" if finding.place.what else ""
    return f"{finding.place}{what}: {finding.message}. {finding.advice}"


def summary(report: Report) -> str:
    """Return the result in a line."""
    counts = {severity: sum(one.severity is severity for one in report.findings) for severity in Severity}
    words = ", ".join(f"{count} {severity.value}" for severity, count in counts.items() if count) or "nothing found"
    known = f", {report.known} in the baseline" if report.known else ""
    parts = len(unread(report))
    return f"{report.status}: {words}{known}" + (f", {parts} files or parts of them not read" if parts else "")
