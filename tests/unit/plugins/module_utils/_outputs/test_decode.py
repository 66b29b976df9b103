"""Parameters become outputs: the contract on SSM."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import RESERVED_KEY, assemble
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Kind, Parameter
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)
# Text that no reader could take for JSON, with all that JSON would trip over inside.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda text: f"v{text}")
# Those that Ansible reserves are refused, below.
KEYS = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda key: not key.startswith(RESERVED_KEY))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.lists(SCALARS, min_size=1).filter(lambda items: not isinstance(items[0], float))
    | st.dictionaries(KEYS, SCALARS),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def published(**values: str) -> list[Parameter]:
    """Parameters as AWS returns them, all of them strings."""
    return [Parameter(f"OUTPUT_{name}", "String", value, 1) for name, value in values.items()]


def only(parameters: list[Parameter], name: str):
    """The one output that the parameters make, which has to have that name."""
    outputs = assemble(parameters, "OUTPUT_").outputs
    assert [name] == list(outputs)
    return outputs[name]


@given(NAMES, st.lists(TEXT, min_size=1, max_size=25), st.randoms())
def test_a_numbered_run_is_a_list_in_numeric_order(name, values, random):
    """_2 comes before _10, whatever the order in which AWS returns them."""
    parameters = published(**{f"{name}_{index}": value for index, value in enumerate(values)})
    random.shuffle(parameters)

    output = only(parameters, name)

    assert values == output.value
    assert Kind.LIST is output.kind
    assert output.problems == ()


@given(st.dictionaries(NAMES, TEXT, max_size=8), st.randoms())
def test_the_order_of_parameters_does_not_matter(values, random):
    """Any order of the same parameters makes the same outputs in the same order."""
    parameters = published(**values)
    shuffled = random.sample(parameters, len(parameters))

    one, other = assemble(parameters, "OUTPUT_"), assemble(shuffled, "OUTPUT_")

    assert list(one.outputs.items()) == list(other.outputs.items())


@given(st.dictionaries(NAMES, TEXT, max_size=8))
def test_nothing_is_lost(values):
    """Every parameter is in exactly one output."""
    outputs = assemble(published(**values), "OUTPUT_").outputs.values()

    names = [parameter.name for output in outputs for parameter in output.parameters]

    assert sorted(f"OUTPUT_{name}" for name in values) == sorted(set(names))


@given(JSON)
def test_a_json_document_is_decoded_to_the_same_value(document):
    """What jsonencode wrote comes back typed, whatever spaces it has."""
    for text in (json.dumps(document), json.dumps(document, separators=(",", ":")), json.dumps(document, indent=2)):
        assert document == only(published(X=text), "X").value


@pytest.mark.parametrize(
    "text",
    [
        "[::1]:8080",
        "[section]",
        "{name}",
        "{{ x }}",
        "{% raw %}",
        "[a-z]+",
        "{",
        "[",
        "[1.2.3.4]",
        "plain",
        " ",
        "true",
        "12",
    ],
)
def test_text_that_is_not_json_stays_text(text):
    """Addresses with ports, ini sections, templates and numbers are strings."""
    output = only(published(X=text), "X")

    assert text == output.value
    assert output.problems == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": ', "Expecting value"),
        ('{"a": 1, "a": 2}', "'a' appears twice"),
        ("[1, 2", "Expecting ','"),
        ('["a", NaN]', "NaN is not JSON"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"a": 1} trailing', "Extra data"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_broken_json_is_a_problem_that_names_the_parameter(text, reason):
    """Text that looks like JSON and isn't is never taken for a string in silence."""
    (problem,) = only(published(X=text), "X").problems

    assert problem.kind == "broken_json"
    assert "parameter OUTPUT_X " in problem.message
    assert reason in problem.message


def test_what_is_wrong_with_a_secret_does_not_quote_it():
    """An error about a decrypted secret shows nothing of it."""
    secret = Parameter("OUTPUT_X", "SecureString", '{"hunter2": 1, "hunter2": 2}')

    (problem,) = only([secret], "X").problems

    assert "hunter2" not in problem.message


def test_a_single_value_and_a_run_of_one_name_are_ambiguous():
    """Both parameters are named; neither wins."""
    (problem,) = only(published(X="a", X_0="b"), "X").problems

    assert problem.kind == "ambiguous"
    assert "OUTPUT_X and OUTPUT_X_0" in problem.message


def test_a_hole_keeps_the_positions_and_is_named():
    """Elements after a hole are not renumbered."""
    output = only(published(X_0="a", X_3="d"), "X")

    assert output.value == ["a", None, None, "d"]
    assert "OUTPUT_X_1, OUTPUT_X_2" in output.problems[0].message


def test_a_huge_hole_is_told_in_a_short_message():
    """A list with 9,998 missing elements does not print 9,998 names."""
    (problem,) = only(published(X_0="a", X_9999="b"), "X").problems

    assert len(problem.message) < 400
    assert "and 9,993 more" in problem.message


def test_an_element_without_a_first_one_is_a_value_of_its_own():
    """RELEASE_2 is no list."""
    assert list(assemble(published(RELEASE_2="x"), "OUTPUT_").outputs) == ["RELEASE_2"]


def test_padded_numbers_are_not_elements():
    """X_00 and X_01 are names like any other."""
    assert list(assemble(published(X_00="a", X_01="b"), "OUTPUT_").outputs) == ["X_00", "X_01"]


def test_a_run_of_runs_keeps_every_parameter():
    """X_0_0 is the first of X_0, which is not the first of X."""
    outputs = assemble(published(X_0_0="a", X_0_1="b"), "OUTPUT_").outputs

    assert {name: output.value for name, output in outputs.items()} == {"X_0": ["a", "b"]}


def test_a_string_list_is_split_at_its_commas():
    """That is all the structure it has."""
    output = only([Parameter("OUTPUT_X", "StringList", "a,b,,c d")], "X")

    assert (output.value, output.kind) == (["a", "b", "", "c d"], Kind.STRING_LIST)


def test_a_secret_has_no_value_and_does_not_show():
    """Neither does its repr, decrypted or not."""
    hidden = only([Parameter("OUTPUT_X", "SecureString", None)], "X")
    shown = only([Parameter("OUTPUT_X", "SecureString", "hunter2")], "X")

    assert (hidden.secret, hidden.value) == (True, None)
    assert (shown.secret, shown.value) == (True, "hunter2")
    assert "hunter2" not in repr(shown) + repr(shown.parameters)


def test_names_outside_the_grammar_are_strays_and_snapshots_are_not():
    """A stray is reported; a slice of a snapshot belongs to another reader."""
    parameters = [
        Parameter(f"OUTPUT_{name}", "String", "x") for name in ("lower", "9X", "A.B", "SNAPSHOT.0", "A/B", "")
    ]

    outputs = assemble(parameters, "OUTPUT_")

    assert outputs.strays == ("OUTPUT_", "OUTPUT_9X", "OUTPUT_A.B", "OUTPUT_A/B", "OUTPUT_lower")
    assert dict(outputs.outputs) == {}


def stack(value, kind="String"):
    """The one output of a stack that has one."""
    return assemble([Parameter("OUTPUT_X", kind, value)], "OUTPUT_").outputs["X"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["10.9.0.1","10.9.0.2"]', ["10.9.0.1", "10.9.0.2"]),
        ("[]", []),
        ("a,b", ["a", "b"]),
        ("[a],[b]", ["[a]", "[b]"]),
        ('{"a":1,"b":2}', ['{"a":1', '"b":2}']),
    ],
)
def test_a_string_list_whose_text_is_a_json_array_is_that_array(text, value):
    """As the most used public module writes lists; all else is split at its commas."""
    assert value == stack(text, "StringList").value


@given(st.lists(st.text() | st.integers()))
def test_any_json_array_in_a_string_list_comes_back(value):
    """Commas inside its strings too."""
    assert value == stack(json.dumps(value), "StringList").value


@pytest.mark.parametrize("text", ['{"a": 1e999}', "[-1e999]", "[" * 200 + "]" * 200])
def test_what_no_json_of_ansibles_can_hold_is_broken(text):
    """Infinity is not JSON, and deep nesting ends Ansible in a traceback."""
    output = stack(text)

    assert (text, ["broken_json"]) == (output.value, [problem.kind for problem in output.problems])


RESERVED = st.sampled_from(["__ansible_unsafe", "__ansible_vault", "__ansible_type", "__ansible_x"])
NESTED = st.recursive(
    st.dictionaries(RESERVED, st.text(max_size=2), min_size=1, max_size=1),
    lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(st.text(max_size=3), inner, min_size=1),
    max_leaves=3,
)


@given(value=NESTED, kind=st.sampled_from(["String", "typed"]))
def test_keys_that_steer_ansibles_decoder_are_refused_at_any_depth(value, kind):
    """By the parameter's name; published as JSON or in a snapshot."""
    output = stack(json.dumps(value) if kind == "String" else value, kind)

    assert ["reserved_key"] == [problem.kind for problem in output.problems]
    assert "parameter OUTPUT_X has the key '__ansible_" in output.problems[0].message
    assert isinstance(output.value, str)
