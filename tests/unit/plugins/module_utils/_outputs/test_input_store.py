"""Two writers of one input: whoever would lose an update is told, and nothing is lost silently."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.input import Input
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.input_store import (
    MAX_DESCRIPTION,
    InputStore,
    description,
    diff_of,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader
from hypothesis import given
from hypothesis import strategies as st

NOW = dt.datetime(2027, 1, 2, 10, 0, tzinfo=dt.timezone.utc)
ARN = "arn:aws:sts::123456789012:assumed-role/ci/run-7"


class RefusalError(Exception):
    """What botocore raises."""

    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": "injected"}}


class Ssm:
    """Parameter Store in memory, with versions."""

    def __init__(self):
        self.versions = {}
        self.writes = 0
        self.fail_at = None

    def get_parameters(self, Names, WithDecryption):  # noqa: N803  boto3's names
        assert 1 <= len(set(Names)) == len(Names) <= 10
        shown = [self.versions[name] for name in Names if name in self.versions]
        return {"Parameters": [{**kept[-1], "Version": len(kept)} for kept in shown]}

    def describe_parameters(self, ParameterFilters, MaxResults):  # noqa: N803  boto3's names
        names = ParameterFilters[0]["Values"]
        return {"Parameters": [self.versions[name][-1] for name in names if name in self.versions]}

    def put_parameter(self, Name, Overwrite, **others):  # noqa: N803  boto3's names
        if self.writes == self.fail_at:
            raise RefusalError("AccessDeniedException")
        if Name in self.versions and not Overwrite:
            raise RefusalError("ParameterAlreadyExists")
        self.writes += 1
        self.versions.setdefault(Name, []).append({"Name": Name, **others})
        return {"Version": len(self.versions[Name])}

    def delete_parameter(self, Name):  # noqa: N803  boto3's names
        self.writes += 1
        if self.versions.pop(Name, None) is None:
            raise RefusalError("ParameterNotFound")


def store_of(ssm):
    """A store of inputs whose calls take no time."""
    retrier = Retrier(Policy(budget=1), Pace(rate=1e9), sleep=lambda _s: None)
    return InputStore(Reader(ssm, retrier, "eu-central-1"), "/p/INPUT_", lambda: ARN, lambda: NOW)


def wanted(text, **others):
    """The input X with a text."""
    return [Input("X", "number", text, **others)]


@given(first=st.integers(0, 2), second=st.integers(0, 2), order=st.permutations([0, 0, 1, 1]))
def test_no_update_is_lost_silently(first, second, order):
    """Two writers read and write in any order: with the version that they expect, a lost update is an error."""
    ssm = Ssm()
    store = store_of(ssm)
    expected = [first, second]
    plans, ended = {}, {}
    for writer in order:
        try:
            if writer not in plans:
                plans[writer] = store.plan(wanted(str(writer), expected_version=expected[writer]))
            elif plans[writer]:
                ended[writer] = store.apply(plans[writer])[0].version
        except DataError:
            plans.setdefault(writer, [])

    done = {writer: version for writer, version in ended.items() if version}
    assert all(version == expected[writer] + 1 for writer, version in done.items())
    assert len(set(done.values())) == len(done)


def test_only_what_changed_is_written():
    """And an unchanged input keeps its version."""
    ssm = Ssm()
    store = store_of(ssm)
    inputs = [Input("A", "number", "1"), Input("B", "secret", "s")]
    assert [1, 1] == [change.version for change in store.apply(store.plan(inputs))]
    again = store.plan([Input("A", "number", "2"), inputs[1]])
    assert [True, False] == [change.changed for change in again]
    assert [2, 1] == [change.version for change in store.apply(again)]
    assert 3 == ssm.writes
    assert "SecureString" == ssm.versions["/p/INPUT_B"][0]["Type"]


def test_a_refusal_says_what_was_written_before():
    """Half of a task is never reported as all of it."""
    ssm = Ssm()
    ssm.fail_at = 1
    store = store_of(ssm)
    with pytest.raises(AwsError, match=r"ssm:PutParameter.*Written before: /p/INPUT_A"):
        store.apply(store.plan([Input("A", "number", "1"), Input("B", "number", "1")]))


def test_a_type_is_not_changed():
    """Parameter Store would refuse it in the middle of the work."""
    ssm = Ssm()
    store = store_of(ssm)
    store.apply(store.plan(wanted("1")))
    with pytest.raises(DataError, match=r"/p/INPUT_X is a String, and would be a SecureString.*Delete it first"):
        store.plan([Input("X", "secret", "s")])
    assert store.apply(store.plan(wanted("1"), absent=True))[0].changed
    assert not store.plan(wanted("1"), absent=True)[0].changed
    assert {} == ssm.versions


def test_a_diff_has_no_secret():
    """Neither the old one nor the new one."""
    ssm = Ssm()
    store = store_of(ssm)
    store.apply(store.plan([Input("X", "secret", "hunter2")]))
    shown = diff_of(store.plan([Input("X", "secret", "hunter3")]))
    assert "hunter" not in str(shown)
    assert shown["before"] != shown["after"]


@given(st.lists(st.text(max_size=500), max_size=30))
def test_the_description_keeps_who_and_when(reasons):
    """The latest first, as many as fit."""
    text = ""
    for position, reason in enumerate(reasons, 1):
        text = description(
            Input("X", "number", "1", reason=reason.replace("Written: ", "")), text, f"{ARN}-{position}", NOW
        )
        assert len(text) <= MAX_DESCRIPTION
        assert f"2027-01-02T10:00:00Z assumed-role/ci/run-7-{position}" in text
    if len(reasons) > 1 and all(len(reason) < 100 for reason in reasons[-1:]):
        assert f"run-7-{len(reasons) - 1}" in text
