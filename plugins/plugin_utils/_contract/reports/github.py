# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as workflow commands, which GitHub shows beside the lines of a pull request.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.findings import TITLES, Finding, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(findings: Sequence[Finding]) -> list[str]:
    """Return a command for each finding."""
    return [_command(finding) for finding in findings]


def _command(finding: Finding) -> str:
    properties = {"file": finding.place.file, "line": str(finding.place.line or 1), "title": TITLES[finding.kind]}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {given}::{_data(f'{finding.message}. {finding.advice}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
