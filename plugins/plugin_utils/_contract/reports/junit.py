# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as JUnit XML: a suite for each file, and one for the kinds of which nothing was found.

PRIVATE: not for use outside this collection, may change in any release.

Elements and attributes are those of Jenkins' schema, which allows a test no C(file): it is that of the suite, and its
name, which GitLab shows.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.findings import TITLES, Finding, FindingKind

# What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = "tfbridge.aws contract check"


def junit(findings: Sequence[Finding], failing: Sequence[Finding], unread: Sequence[str]) -> str:
    """Return a report. What fails the check is a failure, what could not be read an error."""
    suites = ET.Element("testsuites", name=_NAME)
    found = {finding.kind for finding in findings}
    passed = [_case(f"contract.{kind.value}", TITLES[kind]) for kind in FindingKind if kind not in found]
    suites.append(_suite(_NAME, [*passed, *map(_unread, unread)]))
    for file in dict.fromkeys(finding.place.file for finding in findings):
        cases = [_finding(finding, finding in failing) for finding in findings if finding.place.file == file]
        suite = _suite(file, cases)
        suite.set("file", _clean(file))
        suites.append(suite)
    _count(suites)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(name: str, cases: Sequence[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", name=_clean(name))
    suite.extend(cases)
    _count(suite)
    return suite


def _count(element: ET.Element) -> None:
    """Write down how many tests there are in an element, and how they ended."""
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        element.set(attribute, str(sum(1 for _each in element.iter(tag))))


def _finding(finding: Finding, fails: bool) -> ET.Element:
    case = _case(f"contract.{finding.kind.value}", f"{finding.name} at {finding.place}")
    text = _clean(f"{finding.place}: {finding.message}\n{finding.advice}")
    if fails:
        ET.SubElement(case, "failure", message=_clean(finding.message), type=finding.kind.value).text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _unread(reason: str) -> ET.Element:
    case = _case("contract.unread", reason)
    ET.SubElement(case, "error", message=_clean(reason), type="unread").text = _clean(reason)
    return case


def _case(classname: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=classname, name=_clean(name))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
