"""The document of a snapshot becomes the outputs that parameters would make, and holds what they can't."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import RESERVED_KEY, assemble
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Kind, Parameter
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.snapshot_document import outputs_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.build import build_plan
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.options import InventoryOptions
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.rules import parse_variable_rules
from hypothesis import given
from hypothesis import strategies as st

from tests.support.snapshots import document, terraform_json

SLICES = (Parameter("OUTPUT_SNAPSHOT.0", "String", "tfb1:...", 7),)
LABEL = "the snapshot OUTPUT_SNAPSHOT.*"
CHARACTERS = st.characters(exclude_categories=["Cs"])
ANY_TEXT = st.text(CHARACTERS, max_size=12)
# Those that Ansible reserves are refused: test_decode.py.
KEYS = ANY_TEXT.filter(lambda key: not key.startswith(RESERVED_KEY))
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,9}", fullmatch=True)
ADDRESSES = st.ip_addresses().map(str)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    SCALARS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


def read(content, prefix="OUTPUT_"):
    """Outputs of a document, or of a JSON text."""
    text = content if isinstance(content, str) else terraform_json(content)
    return outputs_of(text.encode(), prefix, SLICES, LABEL)


@st.composite
def stacks(draw, texts, objects):
    """Outputs with names of their own, none of which is an element of another."""
    names = [f"{name}_" for name in draw(st.lists(NAMES, unique=True, max_size=8))]
    content = document(secrets=[name for name in names if draw(st.integers(0, 5)) == 0])
    for name in set(names) - set(content["secrets"]):
        kind = draw(st.sampled_from(["strings", "lists", "objects"]))
        values = {"strings": texts, "lists": st.lists(texts, max_size=12), "objects": objects}[kind]
        content[kind][name] = draw(values)
    return content


@given(stacks(st.none() | ANY_TEXT, ANYTHING))
def test_every_type_comes_back_exactly(content):
    """Numbers, booleans, null, empty texts and lists; texts that are documents are decoded as everywhere."""
    outputs = read(content).outputs

    for name, value in content["objects"].items():
        assert repr(json.loads(terraform_json(value))) == repr(outputs[name].value)
    for name, value in content["strings"].items():
        if not (value or "").lstrip().startswith(("[", "{")):
            assert value == outputs[name].value
    for name, values in content["lists"].items():
        assert [] != values or [] == outputs[name].value
        if not any((value or "").lstrip().startswith(("[", "{")) for value in values):
            assert values == outputs[name].value
    assert set(content["secrets"]) == {name for name, output in outputs.items() if output.secret}
    assert sum(len(content[kind]) for kind in ("strings", "lists", "objects", "secrets")) == len(outputs)


# What a parameter can hold as well: no empty text, no null, and no scalar where a document belongs.
STORABLE = ADDRESSES | ANY_TEXT.filter(bool).map(lambda text: f"v{text}") | st.just('{"a":[1,null]}')
DOCUMENTS = (
    st.dictionaries(NAMES, ADDRESSES, min_size=1, max_size=4)
    | st.lists(st.fixed_dictionaries({"ip": ADDRESSES, "role": ANY_TEXT}), min_size=1, max_size=4)
    | st.dictionaries(KEYS, ANYTHING, max_size=3)
)


def by_our_module(content, prefix):
    """The parameters that the Terraform module makes of these outputs."""
    values = {**content["strings"]}
    for name, elements in content["lists"].items():
        values.update({f"{name}_{index}": value for index, value in enumerate(elements)} or {name: "[]"})
    values.update({name: terraform_json(value).replace("{{", "{\\u007b") for name, value in content["objects"].items()})
    parameters = [Parameter(f"{prefix}{name}", "String", value, 1) for name, value in values.items()]
    return parameters + [Parameter(f"{prefix}{name}", "SecureString", None, 1) for name in content["secrets"]]


def by_hand(content, prefix):
    """The parameters that people write for the same: StringLists where they can, JSON as they indent it."""
    parameters = [Parameter(f"{prefix}{name}", "SecureString", None, 3) for name in content["secrets"]]
    for name, value in content["strings"].items():
        parameters.append(Parameter(f"{prefix}{name}", "String", value, 2))
    for name, value in content["objects"].items():
        parameters.append(Parameter(f"{prefix}{name}", "String", json.dumps(value, indent=2, sort_keys=True), 5))
    for name, values in content["lists"].items():
        if values and not any("," in value or value.startswith(("{", "[")) for value in values):
            parameters.append(Parameter(f"{prefix}{name}", "StringList", ",".join(values), 1))
        elif values:
            numbered = [Parameter(f"{prefix}{name}_{index}", "String", value) for index, value in enumerate(values)]
            parameters += reversed(numbered)
        else:
            parameters.append(Parameter(f"{prefix}{name}", "String", "[ ]", 1))
    return parameters


def inventory(outputs):
    """What ansible-inventory would list, less the places that messages name."""
    options = InventoryOptions(variables=parse_variable_rules({"prefix": "v_"}, []), on_missing="skip")
    planned = build_plan(
        {"eu-central-1": outputs}, (), options, lambda text, _variables: text, lambda _region, _ids: {}
    )
    return (
        [(host.name, host.groups, host.variables) for host in planned.hosts],
        {name: (group.variables, group.secrets, group.children) for name, group in planned.groups.items()},
        len(planned.warnings),
    )


def outcome(outputs):
    """The inventory, or that there can be none: some data is refused, however it is published."""
    try:
        return inventory(outputs)
    except DataError:
        return "refused"


@given(stacks(STORABLE, DOCUMENTS), st.sampled_from(["OUTPUT_", "/prod/web/", "/prod/web/TF_"]))
def test_the_three_layouts_give_the_same_inventory(content, prefix):
    """The snapshot, the parameters of the module, and parameters that somebody wrote by hand."""
    snapshot = read(content, prefix)
    module = assemble(by_our_module(content, prefix), prefix)
    handwritten = assemble(by_hand(content, prefix), prefix)

    assert {name: (output.kind, output.value) for name, output in module.outputs.items()} == {
        name: (output.kind, output.value) for name, output in snapshot.outputs.items()
    }
    assert outcome(module) == outcome(snapshot) == outcome(handwritten)


def test_most_generated_stacks_are_inventories():
    """Else the property above would compare refusals."""
    content = document({"A": "10.0.0.1", "TEXT": "x"}, {"B": ["10.0.0.2", "10.0.0.3"]}, {"C": {"n": "10.0.0.4"}}, ["S"])
    hosts, groups, warnings = inventory(read(content))

    assert {"10.0.0.1", "10.0.0.2", "10.0.0.3", "n"} == {name for name, _groups, _variables in hosts}
    assert ({"a", "all", "b", "c"}, 0) == (set(groups), warnings)


def test_what_an_output_says_of_itself_is_the_snapshots():
    """Version and parameters are those of the slices; a secret has its own parameter, of unknown version."""
    outputs = read(document({"X": "x"}, {"L": ["a"]}, secrets=["S"])).outputs

    assert (7, SLICES, Kind.STRING) == (outputs["X"].version, outputs["X"].stored_in, outputs["X"].kind)
    assert (7, SLICES, Kind.LIST) == (outputs["L"].version, outputs["L"].stored_in, outputs["L"].kind)
    assert (0, ["OUTPUT_S"]) == (outputs["S"].version, [parameter.name for parameter in outputs["S"].stored_in])
    assert "output X of the snapshot OUTPUT_SNAPSHOT.0" == outputs["X"].label


def test_strings_that_are_numbered_are_a_list_as_parameters_are():
    """With the holes and ambiguities that those have, named with the snapshot."""
    outputs = read(document({"X_0": "a", "X_2": "c", "Y": "y"}, objects={"Y_0": 1})).outputs

    assert ["a", None, "c"] == outputs["X"].value
    assert ["hole"] == [problem.kind for problem in outputs["X"].problems]
    assert ["ambiguous"] == [problem.kind for problem in outputs["Y"].problems]
    assert outputs["Y"].problems[0].message.startswith(f"in {LABEL}: parameters OUTPUT_Y and OUTPUT_Y_0 both claim")


EMPTY = '"strings":{},"lists":{},"objects":{},"secrets":[]'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        ("[]", "it is a list, not an object"),
        ("{}", "its version is None, and this version of the collection reads 1"),
        ('{"version":2}', "its version is 2, and"),
        ('{"version":true,' + EMPTY + "}", "its version is True, and"),
        ('{"version":1,"strings":{},"lists":{},"objects":{}}', "'secrets' is missing, or is not an array"),
        (
            '{"version":1,"strings":[],"lists":{},"objects":{},"secrets":[]}',
            "'strings' is missing, or is not",
        ),
        ('{"version":1,"more":1,' + EMPTY + "}", "it has 'more' beside strings, lists, objects, secrets"),
        ('{"version":1,"version":1,' + EMPTY + "}", "the key 'version' appears twice in one object"),
        ('{"version":1,"objects":{"X":{"a":1,"a":2}}}', "the key 'a' appears twice in one object"),
        ('{"version":1,"objects":{"X":NaN}}', "NaN is not JSON"),
        ('{"version":1,"objects":{"X":-Infinity}}', "-Infinity is not JSON"),
        ('{"version":1,"objects":{"X":' + "[" * 100_000 + "]" * 100_000 + "}}", "it is nested too deeply"),
        ('{"version":1,"objects":{"X":"\\ud800"}}', "it has half of a surrogate pair"),
        (document({"X": 1}), "'X' has 1 where a string belongs"),
        (document(lists={"X": ["a", 1]}), "'X' has 1 where a string belongs"),
        (document(lists={"X": "a"}), "lists: 'X' is 'a', not an array"),
        (document({"x": "a"}), "'x' is not the name of an output"),
        (document({"X.Y": "a"}), "'X.Y' is not the name of an output"),
        (document({"X": "a"}, objects={"X": 1}), "X is listed twice"),
        (document({"X_0": "a"}, {"X": ["b"]}), "X_0 is listed twice"),
        (document(secrets=["A", "A"]), "A is listed twice"),
        ({**document(), "secrets": [None]}, "secrets: None is not the name of an output"),
    ],
)
def test_what_is_no_such_document_is_refused(text, message):
    """By the snapshot's name, with what is wrong."""
    with pytest.raises(DataError) as refused:
        read(text)

    assert str(refused.value).startswith(f"{LABEL} is not the JSON of a snapshot: {message}"), refused.value


def test_a_text_that_is_not_utf_8_is_refused():
    """With the place."""
    with pytest.raises(DataError, match=r"the snapshot OUTPUT_SNAPSHOT.\* is not UTF-8: invalid start byte at byte 1"):
        outputs_of(b'"\xff"', "OUTPUT_", SLICES, LABEL)
