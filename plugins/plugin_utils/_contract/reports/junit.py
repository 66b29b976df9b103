# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as JUnit XML: a test for each kind of finding and file, so that what is right is counted too.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.findings import TITLES, Finding, FindingKind

# What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(findings: Sequence[Finding], failing: Sequence[Finding], unread: Sequence[str]) -> str:
    """Return a report. What fails the check is a failure, what could not be read an error."""
    suite = ET.Element("testsuite", name="tfbridge.aws contract check")
    cases = 0
    for kind in FindingKind:
        mine = [finding for finding in findings if finding.kind is kind]
        for finding in mine:
            case = _case(suite, kind, finding.place.file, f"{finding.name} at {finding.place}")
            text = f"{finding.place}: {finding.message}\n{finding.advice}"
            if finding in failing:
                ET.SubElement(case, "failure", message=_clean(finding.message), type=kind.value).text = _clean(text)
            else:
                ET.SubElement(case, "system-out").text = _clean(text)
        if not mine:
            _case(suite, kind, "", TITLES[kind])
        cases += len(mine) or 1
    for reason in unread:
        case = ET.SubElement(suite, "testcase", classname="contract.unread", name=_clean(reason))
        ET.SubElement(case, "error", message=_clean(reason), type="unread")
    suite.set("tests", str(cases + len(unread)))
    suite.set("failures", str(len(failing)))
    suite.set("errors", str(len(unread)))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, kind: FindingKind, file: str, name: str) -> ET.Element:
    attributes = {"classname": f"contract.{kind.value}", "name": _clean(name)}
    return ET.SubElement(suite, "testcase", {**attributes, **({"file": _clean(file)} if file else {})})


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
