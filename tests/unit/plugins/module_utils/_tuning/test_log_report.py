"""REPORT lines as Lambda writes them, in text and in JSON; and everything else that a log may hold."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.log_report import (
    LogReport,
    failure_of,
    parse_report,
)
from hypothesis import given
from hypothesis import strategies as st

ID = "8f5d2c3e-0001"
TEXT = (
    f"START RequestId: {ID} Version: 3\nREPORT RequestId: other\tDuration: 1.00 ms\tBilled Duration: 1 ms\n"
    f"REPORT RequestId: {ID}\tDuration: {{duration}} ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 61 MB\t"
)


def test_text():
    """Warm, cold, restored from a snapshot; a duration may be without a point."""
    assert LogReport(12.34, 13, 61) == parse_report(TEXT.format(duration="12.34"), ID)
    assert LogReport(12, 13, 61, 120.5) == parse_report(TEXT.format(duration="12") + "Init Duration: 120.50 ms\t", ID)
    restored = TEXT.format(duration="12") + "Restore Duration: 200.1 ms\tBilled Restore Duration: 7 ms\t\n"
    assert LogReport(12, 20, 61, 200.1) == parse_report(restored, ID)
    assert "timeout" == parse_report(TEXT.format(duration="3000.00") + "Status: timeout", ID).status


def test_json():
    """As the JSON log format has it."""
    metrics = {"durationMs": 12.34, "billedDurationMs": 13, "memorySizeMB": 128, "maxMemoryUsedMB": 61}
    record = {"requestId": ID, "status": "success", "metrics": {**metrics, "initDurationMs": 120.5}}
    log = '{"message": "mine"}\n' + json.dumps({"time": "x", "type": "platform.report", "record": record})
    assert LogReport(12.34, 13, 61, 120.5, "success") == parse_report(log, ID)


@given(st.text())
def test_what_a_function_prints_is_no_report(printed):
    """Nor does it break anything; a missing report names the log level."""
    with pytest.raises(DataError, match=r"has no REPORT.*Its system log level is WARN.*Set the function's system log"):
        parse_report(printed + f"\n{{broken\n[1]\nREPORT RequestId: {ID}", ID, "WARN")
    forged = "REPORT RequestId: forged\tDuration: 0.01 ms\tBilled Duration: 1 ms"
    assert 13 == parse_report(f"{TEXT.format(duration='12')}\n{forged}\n{printed}", ID).billed


@pytest.mark.parametrize(
    ("answer", "report", "reason"),
    [
        ({"errorType": "Sandbox.Timedout"}, LogReport(1, 1, 1), "timeout"),
        ({"errorMessage": "x Task timed out after 3.00 seconds"}, LogReport(1, 1, 1), "timeout"),
        ({}, LogReport(1, 1, 1, status="timeout"), "timeout"),
        ({"errorType": "Runtime.OutOfMemory"}, LogReport(1, 1, 1), "out of memory"),
        ({"errorType": "Runtime.ExitError", "errorMessage": "signal: killed"}, LogReport(1, 1, 1), "out of memory"),
        ({"errorType": "KeyError", "errorMessage": "'a'"}, LogReport(1, 1, 1), "KeyError"),
        ({}, LogReport(1, 1, 1), "unknown error"),
    ],
)
def test_why_an_invocation_failed(answer, report, reason):
    """In a word that a table can show; never the message, which may have the payload in it."""
    assert reason == failure_of(report, answer)
