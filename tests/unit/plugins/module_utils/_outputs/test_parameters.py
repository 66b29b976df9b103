"""Parameters are read in AWS's pages, all of them, and an error says how far it got."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import assemble
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.named import END_OF_LIST, read_named
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader
from hypothesis import given
from hypothesis import strategies as st


class FakeSsm:
    """Parameter Store in memory, with AWS's page sizes; it may lose parameters after they were listed."""

    def __init__(self, values, vanishing=()):
        self.values = dict(values)
        self.vanishing = set(vanishing)
        self.calls = []

    def describe_parameters(self, ParameterFilters, MaxResults, NextToken="0"):  # noqa: N803  boto3's names
        self.calls.append("describe")
        assert 50 == MaxResults
        (prefix,) = ParameterFilters[0]["Values"]
        names = sorted(name for name in self.values if name.startswith(prefix))
        start = int(NextToken)
        page = [{"Name": name, "Type": "String", "Version": 0} for name in names[start : start + 50]]
        self.values = {name: value for name, value in self.values.items() if name not in self.vanishing}
        return {"Parameters": page, **({"NextToken": str(start + 50)} if start + 50 < len(names) else {})}

    def get_parameters(self, Names, WithDecryption):  # noqa: N803  boto3's names
        self.calls.append("get")
        assert 1 <= len(Names) <= 10
        assert len(set(Names)) == len(Names)
        found = [name for name in Names if name in self.values]
        return {"Parameters": [{"Name": name, "Type": "String", "Value": self.values[name]} for name in found]}


def reader(client):
    """A reader that never waits."""
    return Reader(client, Retrier(pace=Pace(rate=1e9)), "eu-central-1")


@given(st.integers(0, 130))
def test_every_parameter_is_read_once_in_the_fewest_calls(count):
    """Fifty a list, ten a read."""
    ssm = FakeSsm({f"OUTPUT_X_{index}": str(index) for index in range(count)})

    parameters = reader(ssm).read("OUTPUT_")

    assert {f"OUTPUT_X_{index}": str(index) for index in range(count)} == {p.name: p.value for p in parameters}
    assert (max(1, -(-count // 50)), -(-count // 10)) == (ssm.calls.count("describe"), ssm.calls.count("get"))


def test_a_parameter_that_vanishes_is_looked_for_again():
    """An apply that deletes one while it is read gives the inventory without it."""
    ssm = FakeSsm({"OUTPUT_A": "a", "OUTPUT_B": "b"}, vanishing=["OUTPUT_B"])

    assert ["OUTPUT_A"] == [parameter.name for parameter in reader(ssm).read("OUTPUT_")]


def test_a_parameter_that_is_listed_and_never_there_is_an_error():
    """Never an inventory without it."""
    ssm = FakeSsm({"OUTPUT_A": "a", "OUTPUT_B": "b"})
    ssm.get_parameters = lambda **_arguments: {"Parameters": []}

    with pytest.raises(DataError, match="listed but can't be read: OUTPUT_A, OUTPUT_B"):
        reader(ssm).read("OUTPUT_")


def test_an_error_says_how_far_it_got():
    """Of how many parameters."""
    ssm = FakeSsm({f"OUTPUT_X_{index}": "x" for index in range(30)})
    ssm.get_parameters = lambda **_arguments: 1 / 0

    with pytest.raises(AwsError, match=r"\(read 0 of 30 parameters until then\)"):
        reader(ssm).read("OUTPUT_")


NAMES = st.sampled_from(["A", "B", "A_B", "C", "D", "E", "F"])
LENGTHS = st.integers(0, 34)


@given(st.dictionaries(NAMES, st.none() | st.tuples(LENGTHS, st.sets(st.integers(1, 33)))), st.lists(NAMES, max_size=8))
def test_outputs_read_by_name_are_those_that_a_list_would_give(stack, names):
    """Whatever is published beside them, and with holes that are shorter than the end of a list."""
    values = {}
    for name, shape in stack.items():
        if shape is None:
            values[f"OUTPUT_{name}"] = name
        else:
            length, holes = shape
            # No three in a row are missing, and the last is there.
            kept = [i for i in range(length) if i not in holes or i % END_OF_LIST == 0 or i == length - 1]
            values.update({f"OUTPUT_{name}_{index}": f"{name}{index}" for index in kept})

    listed = assemble(reader(FakeSsm(values)).read("OUTPUT_"), "OUTPUT_").outputs
    found = read_named(reader(FakeSsm(values)), names, "OUTPUT_").outputs

    for name in names:
        assert listed.get(name) == found.get(name)


def test_an_element_is_an_output_when_it_is_asked_for():
    """Together with its list, in one call without a name twice."""
    ssm = FakeSsm({"OUTPUT_A_0": "a", "OUTPUT_A_1": "b"})

    found = read_named(reader(ssm), ["A", "A_0", "A_1"], "OUTPUT_").outputs

    assert {"A": ["a", "b"], "A_0": "a", "A_1": "b"} == {name: output.value for name, output in found.items()}
