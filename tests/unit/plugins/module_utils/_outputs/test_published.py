"""A snapshot is read whole, in the fewest calls, however the slices change meanwhile; or it is an error."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DataError, DeniedError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import assemble
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.published import (
    absence,
    lacking,
    read_all,
    read_selected,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support.snapshots import document, encode, slices_of, terraform_json


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 0.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Ssm:
    """Parameter Store in memory. Before each answer somebody may write: ``writes`` are (name, value or None)."""

    def __init__(self, values, writes=()):
        self.values = dict(values)
        self.writes = list(writes)
        self.asked = []

    def get_parameters(self, Names, WithDecryption):  # noqa: N803  boto3's names
        assert 1 <= len(set(Names)) == len(Names) <= 10
        self.asked.append(Names)
        found = [
            {"Name": name, "Type": "String", "Value": self.values[name], "Version": 4}
            for name in Names
            if name in self.values
        ]
        for name, value in self.writes[:1]:
            self.values.pop(name, None) if value is None else self.values.update({name: value})
        del self.writes[:1]
        return {"Parameters": found}


def reader_of(ssm, budget=60.0):
    """A reader with a clock of its own."""
    time = Time()
    pace = Pace(rate=1e9, clock=time.clock, sleep=time.sleep)
    retrier = Retrier(Policy(budget=budget), pace, time.clock, time.sleep, lambda low, high: (low + high) / 2)
    return Reader(ssm, retrier, "eu-central-1"), time


def published(content, chunks=2, prefix="OUTPUT_"):
    """The parameters of a snapshot."""
    return {f"{prefix}SNAPSHOT.{index}": value for index, value in enumerate(encode(content, chunks))}


def values_of(outputs):
    """The values by name."""
    return {name: output.value for name, output in outputs.outputs.items()}


ONE, OTHER = document({"X": "one"}), document({"X": "other", "Y": "y"})


@pytest.mark.parametrize(("chunks", "calls"), [(1, 1), (2, 1), (10, 1), (11, 2), (20, 2), (21, 3), (50, 5)])
def test_ten_slices_are_one_call(chunks, calls):
    """And each ten more are one more; no name is asked for twice."""
    text = terraform_json(document({"X": "x" * 10_000}))
    size = -(-len(encode(document({"X": "x" * 10_000}), 9)[0]) // chunks) + 20
    values = {f"OUTPUT_SNAPSHOT.{i}": value for i, value in enumerate(slices_of(text, chunks, size))}
    ssm = Ssm(values)

    outputs = read_all(reader_of(ssm)[0], "OUTPUT_", "snapshot")

    assert {"X": "x" * 10_000} == values_of(outputs)
    assert chunks == len(outputs.outputs["X"].stored_in)
    assert 4 == outputs.outputs["X"].version
    assert calls == len(ssm.asked)
    names = [name for names in ssm.asked for name in names]
    assert len(names) == len(set(names)) == max(10, chunks)


@given(st.data())
def test_whatever_an_apply_writes_while_it_is_read(data):
    """Slice by slice, in any order, with more slices or fewer: the old outputs are read, or the new ones."""
    old, new = (published(content, data.draw(st.integers(1, 12))) for content in (ONE, OTHER))
    writes = [*new.items(), *((name, None) for name in old if name not in new)]
    ssm = Ssm(old, data.draw(st.permutations(writes)))

    outputs = read_all(reader_of(ssm)[0], "OUTPUT_", "snapshot")

    assert values_of(outputs) in ({"X": "one"}, {"X": "other", "Y": "y"})


def test_a_torn_read_is_repeated_with_pauses():
    """Until the apply has written the last slice."""
    old, new = published(ONE, 3), published(OTHER, 3)
    values = {**new, "OUTPUT_SNAPSHOT.1": old["OUTPUT_SNAPSHOT.1"]}
    last = ("OUTPUT_SNAPSHOT.1", new["OUTPUT_SNAPSHOT.1"])
    ssm = Ssm(values, [("OTHER", "x"), ("OTHER", "x"), last])
    said = []
    reader, time = reader_of(ssm)
    reader = Reader(ssm, reader.retrier, "eu-central-1", said.append)

    assert {"X": "other", "Y": "y"} == values_of(read_all(reader, "OUTPUT_", "snapshot"))
    assert 4 == len(ssm.asked)
    assert 0.1 + 0.2 + 0.4 == pytest.approx(time.now)
    assert 3 == len(said)
    assert said[0].startswith("the snapshot OUTPUT_SNAPSHOT.*: the snapshot is of two states")


@pytest.mark.parametrize("budget", [0.5, 60])
def test_a_snapshot_that_stays_torn_is_an_error(budget):
    """In the time that there is, with what was seen and what to do."""
    values = published(ONE, 3)
    del values["OUTPUT_SNAPSHOT.2"]
    ssm = Ssm(values)
    reader, time = reader_of(ssm, budget)

    with pytest.raises(DataError) as failed:
        read_all(reader, "OUTPUT_", "snapshot")

    assert time.now <= budget
    message = str(failed.value)
    assert message.startswith(
        "OUTPUT_SNAPSHOT.* in eu-central-1: the snapshot has 3 slices, and is short of OUTPUT_SNAPSHOT.2 (read "
        f"{len(ssm.asked)} times during"
    )
    assert "an apply was cut off" in message
    assert len(ssm.asked) > 1


def test_what_is_damaged_is_not_read_twice():
    """It would not get better."""
    values = published(ONE, 1)
    values["OUTPUT_SNAPSHOT.0"] = values["OUTPUT_SNAPSHOT.0"][:-12]
    ssm = Ssm(values)

    with pytest.raises(DataError, match=r"^the snapshot OUTPUT_SNAPSHOT.\* in eu-central-1 is damaged: its gzip ends"):
        read_all(reader_of(ssm)[0], "OUTPUT_", "snapshot")
    assert 1 == len(ssm.asked)


def test_errors_of_aws_are_not_torn_reads():
    """They have their own retries, and names."""
    ssm = Ssm({})
    error = type("ClientError", (Exception,), {})()
    error.response = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}

    def refuse(**_arguments):
        ssm.asked.append(1)
        raise error

    ssm.get_parameters = refuse

    with pytest.raises(
        DeniedError, match=r"reading the snapshot /p/SNAPSHOT.\* needs the IAM action ssm:GetParameters"
    ):
        read_all(reader_of(ssm)[0], "/p/", "snapshot")
    error.response = {"Error": {"Code": "ThrottlingException", "Message": "slow"}}
    with pytest.raises(AwsError, match=r"AWS did not answer ssm:GetParameters in eu-central-1 in \d+ attempts"):
        read_all(reader_of(ssm, 1.0)[0], "/p/", "snapshot")


class TestNothing:
    """What is said where there is nothing to read, and where it is somewhere else."""

    def test_no_snapshot(self):
        """With both ways out."""
        outputs = read_all(reader_of(Ssm({"OUTPUT_X": "x"}))[0], "OUTPUT_", "snapshot")
        message = lacking(outputs, "OUTPUT_", "eu-central-1", "snapshot")

        assert not outputs
        assert message.startswith("nothing is published under OUTPUT_SNAPSHOT.0 in eu-central-1")
        assert "'snapshot = true'" in message and "'source: parameters'" in message

    def test_an_empty_snapshot(self):
        """A stack that publishes nothing is another matter than a stack without a snapshot."""
        outputs = read_all(reader_of(Ssm(published(document())))[0], "OUTPUT_", "snapshot")

        assert "the snapshot OUTPUT_SNAPSHOT.* in r has no outputs" == lacking(outputs, "OUTPUT_", "r", "snapshot")

    def test_only_a_snapshot_read_as_parameters(self):
        """The secrets beside it would be half an inventory."""
        values = [{"Name": "OUTPUT_SNAPSHOT.0", "Type": "String"}, {"Name": "OUTPUT_S", "Type": "SecureString"}]
        ssm = Ssm({})
        ssm.describe_parameters = lambda **_arguments: {"Parameters": values}

        outputs = read_all(reader_of(ssm)[0], "OUTPUT_", "parameters")

        assert "Give 'source: snapshot'" in lacking(outputs, "OUTPUT_", "eu-central-1", "parameters")
        assert [] == ssm.asked

    def test_both(self):
        """Parameters beside a snapshot are read without it."""
        ssm = Ssm({**published(ONE), "OUTPUT_X": "one"})
        listed = [{"Name": name, "Type": "String"} for name in ssm.values]
        ssm.describe_parameters = lambda **_arguments: {"Parameters": listed}

        outputs = read_all(reader_of(ssm)[0], "OUTPUT_", "parameters")

        assert ({"X": "one"}, "") == (values_of(outputs), lacking(outputs, "OUTPUT_", "eu-central-1", "parameters"))
        assert [["OUTPUT_X"]] == ssm.asked

    def test_nothing_at_all(self):
        """As ever."""
        assert "nothing is published under 'X_' in r" == lacking(assemble([], "X_"), "X_", "r", "parameters")


class TestByName:
    """Outputs read by name out of a snapshot."""

    CONTENT = document({"A": "a", "J": "[1]"}, {"L": ["x", '{"k":1}']}, {"O": {"k": [1, None, "é<"]}, "N": 5}, ["S"])
    VALUES = {"A": "a", "J": [1], "L": ["x", {"k": 1}], "O": {"k": [1, None, "é<"]}, "N": 5, "S": None}

    def test_all_of_them_are_one_call(self):
        """And all others come along. Elements of lists have names of their own; what isn't there is not in it."""
        ssm = Ssm(published(self.CONTENT))

        found = read_selected(
            reader_of(ssm)[0], ["N", "A", "L", "L_1", "L_2", "Z"], "OUTPUT_", "snapshot", decrypt=True
        )

        assert {**self.VALUES, "L_1": {"k": 1}} == values_of(found)
        assert 1 == len(ssm.asked)
        message = absence(found, "Z", "OUTPUT_", "eu-central-1", "snapshot")
        assert message.startswith(
            "the output Z is not published in eu-central-1: it is not in the snapshot OUTPUT_SNAP"
        )

    def test_what_is_stored(self):
        """Texts as they were given, objects as JSON."""
        outputs = read_all(reader_of(Ssm(published(self.CONTENT)))[0], "OUTPUT_", "snapshot").outputs

        assert {"A": "a", "J": "[1]", "L": ["x", '{"k":1}'], "O": '{"k":[1,null,"é<"]}', "N": "5", "S": None} == {
            name: output.stored for name, output in outputs.items()
        }

    def test_a_secret_is_read_from_its_own_parameter(self):
        """Where it may be decrypted, and only then; one that has gone is not published."""
        ssm = Ssm({**published(self.CONTENT), "OUTPUT_S": "hunter2"})

        def read(names, decrypt):
            return values_of(read_selected(reader_of(ssm)[0], names, "OUTPUT_", "snapshot", decrypt))

        assert self.VALUES == read(["S"], decrypt=False)
        assert self.VALUES == read(["A"], decrypt=True)
        assert 2 == len(ssm.asked)
        assert {**self.VALUES, "S": "hunter2"} == read(["S"], decrypt=True)
        assert 4 == len(ssm.asked)
        del ssm.values["OUTPUT_S"]
        assert {name: value for name, value in self.VALUES.items() if name != "S"} == read(["S"], decrypt=True)

    def test_a_snapshot_that_is_not_there(self):
        """Is what is said of each output."""
        found = read_selected(reader_of(Ssm({}))[0], ["A"], "OUTPUT_", "snapshot")

        assert "nothing is published under OUTPUT_SNAPSHOT.0" in absence(found, "A", "OUTPUT_", "r", "snapshot")
