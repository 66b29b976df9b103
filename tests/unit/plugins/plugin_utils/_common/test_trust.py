"""Values from AWS are data to Ansible."""

from __future__ import annotations

import pytest
from ansible import context
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.conditional import Conditional
from ansible.template import Templar
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.trust import (
    as_config,
    as_data,
    as_printed,
    marks_of_this_command,
    plain,
)
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.cores

# ansible-core 2.18 and earlier: templates give text, and conditions are worked out elsewhere.
OLDER = not hasattr(Templar, "evaluate_conditional")
HEADER = "#jinja2:variable_start_string:'<<', variable_end_string:'>>'\n<< 1 + 1 >>"
TEXT = st.text() | st.sampled_from(
    ["{{ 1 + 1 }}", "{% if 1 %}x{% endif %}", "{# c #}", "{ { 1 } }", "a {{ b", "}}", HEADER]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(VALUES)
def test_data_goes_through_templating_unchanged(value):
    """As a variable's value, at any depth, whatever it looks like."""
    templar = Templar(loader=DataLoader(), variables={"value": as_data(value)})

    assert value == plain(templar.template(as_config("{{ value }}")))


@pytest.mark.parametrize("mark", [as_data, as_printed])
@given(value=VALUES)
def test_data_itself_is_no_template(mark, value):
    """Templating the value directly gives the value, also where it is marked for printing."""
    templar = Templar(loader=DataLoader(), variables={})

    assert value == plain(templar.template(mark(value)))


def decide(condition, value):
    """Work out a condition as C(when) does."""
    templar = Templar(loader=DataLoader(), variables={"value": value})
    if not OLDER:
        return templar.evaluate_conditional(as_config(condition))
    older = Conditional(loader=DataLoader())
    older.when = [condition]
    return older.evaluate_conditional(templar, {"value": value})


@pytest.mark.parametrize("text", ["1 == 1", "lookup('pipe', 'touch %s') == ''"])
@pytest.mark.parametrize("condition", ["{{ value }}", "value"])
def test_data_is_no_expression(tmp_path, condition, text):
    """What a play takes as a condition is never worked out."""
    victim = tmp_path / "pwned"
    value = as_data(text.replace("%s", str(victim)))

    if OLDER and condition == "value":
        # There any text that isn't empty holds, and is not looked into.
        assert decide(condition, value) is True
    else:
        with pytest.raises(AnsibleError):
            decide(condition, value)

    assert not victim.exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, as_data),
        ({"list": True}, as_data),
        ({"export": False, "list": True, "host": None}, as_printed),
        ({"export": False, "list": False, "host": "web"}, as_printed),
        ({"export": False, "list": False, "host": None, "graph": True}, as_data),
    ],
)
def test_only_ansible_inventory_prints(monkeypatch, arguments, expected):
    """Where plays run, nothing from AWS is trusted."""
    monkeypatch.setattr(context, "CLIARGS", arguments)

    mark = marks_of_this_command()

    # Ansible tells trusted strings, and in earlier releases unsafe ones, by a type of their own.
    assert type(as_data("text")) is not type(as_printed("text"))
    assert [type(expected("text"))] * 2 == [type(mark("text")), type(mark({"key": ["text"]})["key"][0])]


@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: [text], lambda text: {"k": [text]}])
def test_the_files_own_text_is_a_template(wrap):
    """At any depth."""
    templar = Templar(loader=DataLoader(), variables={})

    assert wrap("2" if OLDER else 2) == plain(templar.template(as_config(wrap("{{ 1 + 1 }}"))))


@given(VALUES)
def test_plain_values_are_builtin_types(value):
    """boto3 and JSON want nothing else."""
    bare = plain(as_data(value))

    def types(item):
        yield type(item)
        if isinstance(item, dict):
            yield from (kind for pair in item.items() for part in pair for kind in types(part))
        elif isinstance(item, list):
            yield from (kind for part in item for kind in types(part))

    assert value == bare
    assert set(types(bare)) <= {type(None), bool, int, str, list, dict}


# A string as ansible-core 2.18 and earlier marks it: str() gives it back as it is.
StaysMarked = type("StaysMarked", (str,), {"__str__": lambda self: self})


@pytest.mark.parametrize("mark", [plain, as_printed])
def test_marks_of_earlier_cores_come_off(mark):
    """Else ansible-inventory shows {"__ansible_unsafe": ...} for a plain text."""
    (text,) = mark([StaysMarked("x")])

    assert "x" == text
    assert not isinstance(text, StaysMarked)
    assert not any(isinstance(key, StaysMarked) for key in plain({StaysMarked("k"): 1}))
