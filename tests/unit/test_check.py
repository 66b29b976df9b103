"""What `make test` says at its end, and when it fails."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from scripts import check, venvs
from scripts.check import Outcome

REPORT = """
<testsuites><testsuite>
  <testcase name="good"/>
  <testcase name="bad"><failure message="x"/></testcase>
  <testcase name="broken"><error message="x"/></testcase>
  <testcase name="skipped"><skipped message="not on this machine: no such thing"/></testcase>
  <testcase name="silent"><skipped/></testcase>
</testsuite></testsuites>
"""


def test_all_is_every_check():
    """Nothing that `make test` runs is missing from `make test-all`."""
    assert list(check.CHECKS) == list(check.ALL)


def test_tests_are_counted():
    """A skip is a reason; one without a reason is named."""
    expected = Outcome(1, 2, ["not on this machine: no such thing", "silent without a reason"])

    assert expected == check._counted(ET.fromstring(REPORT))  # noqa: S314  written above


@pytest.mark.parametrize(
    ("outcome", "require_all", "code"),
    [
        (Outcome(passed=3), "", 0),
        (Outcome(passed=3, failed=1), "", 1),
        (Outcome(passed=3, not_run=["no shellcheck"]), "", 0),
        (Outcome(passed=3, not_run=["no shellcheck"]), "1", 1),
        (Outcome(passed=3, not_run=["not on this machine: no Python 3.13"]), "1", 0),
    ],
)
def test_what_did_not_run_fails_where_all_is_required(monkeypatch, capsys, outcome, require_all, code):
    """Each reason is a line; only what another machine could change is forgiven."""
    monkeypatch.setenv("REQUIRE_ALL", require_all)

    assert code == check._summarise(outcome, ["tests 3 passed"])

    said = capsys.readouterr().out
    assert [f"did not run: {reason}" in said for reason in outcome.not_run] == [True] * len(outcome.not_run)
    assert said.endswith(f"3 passed, {code} failed\n")


@pytest.mark.parametrize("line", ["other", "oldest"])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (venvs.InterpreterMissingError("no Python 3.13"), "not on this machine: no Python 3.13"),
        (venvs.EnvironmentUnavailableError("pip failed"), "tests-{line}-core: pip failed"),
    ],
)
def test_a_failed_installation_is_no_missing_interpreter(monkeypatch, line, error, reason):
    """Another interpreter may be missing; where it is there, its packages have to be installed."""

    def unavailable():
        raise error

    monkeypatch.setattr(venvs, f"{line}_environment", unavailable)

    assert [reason.format(line=line)] == check.CHECKS[f"tests-{line}-core"]().not_run


@pytest.mark.parametrize("require_all", [False, True])
def test_missing_packages_fail_at_once_where_all_is_required(monkeypatch, capsys, require_all):
    """Before anything is installed, and not after all other checks; elsewhere they are a line of the summary."""
    monkeypatch.setenv("REQUIRE_ALL", "1" if require_all else "")
    monkeypatch.setattr(check.scenarios, "why_not", lambda: "apt-get install debootstrap")
    monkeypatch.setattr(venvs, "main_environment", lambda: None)
    monkeypatch.setattr("sys.argv", ["check.py", "molecule"])

    assert int(require_all) == check.main()

    said = capsys.readouterr()
    assert ("apt-get install debootstrap" in said.err) is require_all
    assert ("did not run: apt-get install debootstrap" in said.out) is not require_all
