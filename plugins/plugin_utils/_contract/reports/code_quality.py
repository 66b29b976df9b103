# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as GitLab shows them in a merge request.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.findings import Finding, Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def code_quality(findings: Sequence[Finding]) -> str:
    """Return a report. Paths are relative to the repository, and fingerprints stay when lines move."""
    seen: dict[str, int] = {}
    entries = []
    for finding in findings:
        # GitLab takes one of several with the same fingerprint.
        count = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        entries.append(
            {
                "description": f"{finding.message}. {finding.advice}",
                "check_name": finding.kind.value,
                "fingerprint": finding.fingerprint if count == 1 else f"{finding.fingerprint}-{count}",
                "severity": _SEVERITIES[finding.severity],
                "location": {"path": finding.place.file, "lines": {"begin": finding.place.line or 1}},
            }
        )
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
