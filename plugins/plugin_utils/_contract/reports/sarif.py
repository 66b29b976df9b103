# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as SARIF 2.1.0, which GitHub's code scanning and editors read.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.findings import (
    SEVERITIES,
    TITLES,
    Finding,
    FindingKind,
    Severity,
)

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(findings: Sequence[Finding], unread: Sequence[str]) -> str:
    """Return a report. A finding that can't be said for certain is C(open), which is SARIF's word for it."""
    run = {
        "tool": {"driver": {"name": "tfbridge.aws contract check", "rules": [_rule(kind) for kind in FindingKind]}},
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": not unread,
                "toolExecutionNotifications": [{"level": "error", "message": {"text": reason}} for reason in unread],
            }
        ],
        "results": [_result(finding) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(kind: FindingKind) -> dict[str, Any]:
    return {
        "id": kind.value,
        "shortDescription": {"text": TITLES[kind]},
        "defaultConfiguration": {"level": _LEVELS[SEVERITIES[kind]]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    region = {"region": {"startLine": finding.place.line}} if finding.place.line else {}
    location = {"uri": urllib.parse.quote(finding.place.file), "uriBaseId": "ROOT"}
    return {
        "ruleId": finding.kind.value,
        "ruleIndex": list(FindingKind).index(finding.kind),
        **({"level": _LEVELS[finding.severity]} if finding.certain else {"kind": "open", "level": "none"}),
        "message": {"text": f"{finding.message}. {finding.advice}"},
        "locations": [{"physicalLocation": {"artifactLocation": location, **region}}],
        "partialFingerprints": {"contract/v1": finding.fingerprint},
    }
