"""What is published as an input reads the same; what Parameter Store would refuse is refused before."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import decode
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.input import MAX_BYTES, inputs_prefix, parse_inputs
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Parameter
from hypothesis import given
from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)


def parsed(value, **others):
    """The one input of a value."""
    return parse_inputs([{"name": "x", "value": value, **others}], [], present=True)[0]


@given(DOCUMENTS)
def test_what_is_published_reads_the_same(value):
    """Strings and documents by this collection's readers; numbers and booleans as JSON spells them."""
    try:
        one = parsed(value)
        one.text.encode()
    except (OptionError, UnicodeEncodeError):
        return
    assert one.text
    assert "{{" not in one.text
    assert len(one.text.encode()) <= MAX_BYTES
    read, problem = decode(Parameter("X", "String", one.text))
    if one.type in ("number", "boolean"):
        assert json.loads(one.text) == value
    elif problem is None or problem.kind != "reserved_key":
        assert (value, None) == (read, problem)


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_may_come_as_the_text_of_a_template(number):
    """A template makes strings of numbers on some releases of Ansible."""
    assert parsed(number).text == parsed(str(number), type="number").text == parsed(json.dumps(number)).text


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"name": "a-b", "value": 1}, "inputs[0].name: 'a-b' is not the name of an output"),
        ({"name": "ip_0", "value": 1}, "inputs[0].name: IP_0 would be read as an element of the list IP"),
        ({"name": "x", "value": ""}, "inputs[0].value (X): is empty, and Parameter Store holds no empty value"),
        ({"name": "x"}, "inputs[0].value (X): is null. Valid types: string, number, boolean, list, object"),
        ({"name": "x", "value": "a {{ b"}, "inputs[0].value (X): has '{{' in it"),
        ({"name": "x", "value": "ä" * 2049}, "inputs[0].value (X): has 4,098 bytes"),
        ({"name": "x", "value": '{"a": 1}'}, "would be read as a JSON document. Set type to list or object"),
        ({"name": "x", "value": "lots", "type": "number"}, "inputs[0].value (X): 'lots' is not a number"),
        ({"name": "x", "value": True, "type": "number"}, "True is not a number"),
        ({"name": "x", "value": float("nan")}, "nan is not a number"),
        ({"name": "x", "value": 2, "type": "boolean"}, "inputs[0].value (X): 2 must be true or false"),
        ({"name": "x", "value": {}, "type": "list"}, "inputs[0].value (X): {} is not a list"),
        ({"name": "x", "value": [float("inf")]}, "can't be written as JSON"),
        ({"name": "x", "value": 1, "expected_version": -1}, "inputs[0].expected_version: -1 is negative"),
    ],
)
def test_refusals_name_the_option_and_what_it_got(row, message):
    """And all of a task are told at once."""
    with pytest.raises(OptionError) as refused:
        parse_inputs([row, {"name": "9", "value": 1}], [], present=True)

    assert message in str(refused.value)
    assert "inputs[1].name: '9' is not the name" in str(refused.value)


def test_a_name_is_listed_once():
    """In either case, as an input or a secret."""
    with pytest.raises(OptionError, match="X is listed more than once"):
        parse_inputs([{"name": "x", "value": 1}], [{"name": "X", "value": "a"}], present=True)
    with pytest.raises(OptionError, match="nothing is listed"):
        parse_inputs([], [], present=True)


@pytest.mark.parametrize("value", ["hunter2 {{", "hunter2" * 1000])
def test_no_message_has_a_secret(value):
    """Not even a part of it."""
    with pytest.raises(OptionError) as refused:
        parse_inputs([], [{"name": "pw", "value": value}], present=True)

    assert "secrets[0].value (PW)" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_path():
    """One that a name can begin with."""
    assert inputs_prefix("/prod/web/") == inputs_prefix("/prod/web") == "/prod/web/INPUT_"
    for path in ("prod", "/aws/x", "/a b", "", None):
        with pytest.raises(OptionError, match="path: "):
            inputs_prefix(path)
