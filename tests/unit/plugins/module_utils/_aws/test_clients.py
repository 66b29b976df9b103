"""An answer that isn't whole is an error that is worth another try, and never an empty answer."""

from __future__ import annotations

import functools
import json
import pathlib
import re

import boto3
import botocore.awsrequest
import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import require_whole_answers
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import is_retryable
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import CutAnswerError
from hypothesis import given
from hypothesis import strategies as st

from tests.support.imports import PLUGINS

PARAMETER = {"Name": "OUTPUT_A", "Type": "String", "Value": "ä{}", "Version": 1}
ANSWERS = {
    "ssm": ("get_parameters", {"Names": ["OUTPUT_A"]}, {"Parameters": [PARAMETER], "InvalidParameters": []}),
    "scheduler": ("list_schedules", {}, {"Schedules": [{"Name": "a", "GroupName": "{}"}]}),
    "ec2": ("describe_instances", {}, "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>"),
}


@functools.cache
def client(service):
    """Give a client, and the list of what it is answered next."""
    made = boto3.client(service, region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    answers = []
    made.meta.events.register("before-send", lambda **_request: answers.pop())
    return require_whole_answers(made), answers


def call(service, body, length):
    """Call a service whose answer has this body, and says that it is this long."""
    made, answers = client(service)
    headers = {} if length is None else {"content-length": str(length)}
    answer = botocore.awsrequest.AWSResponse("https://aws", 200, headers, None)
    answer._content = body
    answers.append(answer)
    operation, arguments, _whole = ANSWERS[service]
    return getattr(made, operation)(**arguments)


def whole(service):
    """Give the body of a whole answer."""
    answer = ANSWERS[service][2]
    return answer.encode() if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False).encode()


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize("service", ANSWERS)
def test_a_whole_answer_is_what_it_says(service, says_length):
    """With and without a length."""
    answer = call(service, whole(service), len(whole(service)) if says_length else None)

    assert {"ssm": "Parameters", "scheduler": "Schedules", "ec2": "Reservations"}[service] in answer


@pytest.mark.parametrize("service", ANSWERS)
@given(st.data())
def test_an_answer_that_is_cut_at_any_byte_is_an_error(service, data):
    """Where nothing says how long it is, too, unless nothing is left: there are answers without a body."""
    body = whole(service)
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    length = data.draw(st.sampled_from([None, len(body)] if cut else [len(body)]))

    with pytest.raises(Exception) as caught:  # noqa: PT011  botocore's own for XML
        call(service, cut, length)

    assert is_retryable(caught.value)


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"[]", b"null", b'"x"', b"\xff"])
def test_what_is_no_answer_of_aws_is_an_error(body):
    """The page of a proxy has a whole length."""
    with pytest.raises(CutAnswerError, match="not JSON"):
        call("ssm", body, len(body))


def test_no_client_is_made_without_the_check():
    """One function makes those of modules, one those of plugins."""
    made = re.compile(r"\b(?:module|self|boto3)\.client\(")
    files = {path.relative_to(PLUGINS).as_posix() for path in PLUGINS.rglob("*.py") if made.search(path.read_text())}

    assert files == {"module_utils/_aws/clients.py", "plugin_utils/_common/connection.py"}
    for path in (pathlib.Path(PLUGINS).parent / "terraform").rglob("*.py"):
        assert len(re.findall(r"boto3\.client\(", path.read_text())) == path.read_text().count("whole_answers(boto3.")
