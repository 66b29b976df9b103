"""Values from AWS are data to Ansible."""

from __future__ import annotations

import re

import pytest
from ansible import context
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.conditional import Conditional
from ansible.template import Templar
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import as_data, plain
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.trust import as_config, marks_of_this_command
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment, TemplateSyntaxError

pytestmark = pytest.mark.cores

# ansible-core 2.18 and earlier: templates give text, and conditions are worked out elsewhere.
OLDER = not hasattr(Templar, "evaluate_conditional")
HEADER = "#jinja2:variable_start_string:'<<', variable_end_string:'>>'\n<< 1 + 1 >>"
TEXT = st.text() | st.sampled_from(
    ["{{ 1 + 1 }}", "{% if 1 %}x{% endif %}", "{# c #}", "{ { 1 } }", "a {{ b", "}}", HEADER]
)
PRINTS = {"export": False, "list": True, "host": None}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(autouse=True, scope="module")
def _arguments():
    """Put the command line back that tests change."""
    before = context.CLIARGS
    yield
    context.CLIARGS = before


def templated(value):
    """Return what a template that is one variable gives: earlier cores read a text of a list, a dict or a boolean."""
    if OLDER and isinstance(value, str):
        from ansible.template.native_helpers import ansible_eval_concat  # noqa: PLC0415  there only

        return ansible_eval_concat([value])
    return value


@given(VALUES)
@example("False")
@example("[1, true]")
@example('{"a": null}')
@example("{{ 1 + 1 }}")
def test_data_goes_through_templating_unchanged(value):
    """As a variable's value, at any depth, whatever it looks like."""
    templar = Templar(loader=DataLoader(), variables={"value": as_data(value)})

    assert templated(value) == plain(templar.template(as_config("{{ value }}")))


@pytest.mark.parametrize("arguments", [{}, PRINTS, {**PRINTS, "yaml": True}])
@given(value=VALUES)
def test_data_itself_is_no_template(arguments, value):
    """Templating the value directly gives the value, also where it is marked for printing."""
    templar = Templar(loader=DataLoader(), variables={})
    context.CLIARGS = arguments

    assert value == plain(templar.template(marks_of_this_command()(value)))


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
    ("arguments", "prints"),
    [
        ({}, False),
        ({"list": True}, False),
        (PRINTS, True),
        ({**PRINTS, "list": False, "host": "web"}, True),
        ({**PRINTS, "list": False, "graph": True}, False),
    ],
)
def test_only_ansible_inventory_prints(monkeypatch, arguments, prints):
    """Where plays run, nothing from AWS is trusted, and in no command what could be an expression."""
    monkeypatch.setattr(context, "CLIARGS", arguments)

    mark = marks_of_this_command()

    # Ansible tells trusted strings, and in earlier releases unsafe ones, by a type of their own.
    assert type(as_data("text")) is not type(as_config("text"))
    assert [type((as_config if prints else as_data)("t3.micro"))] * 2 == [
        type(mark("t3.micro")),
        type(mark({"key": ["t3.micro"]})["key"][0]),
    ]


@pytest.mark.parametrize("form", [{"list": True}, {"host": "web"}, {"list": True, "yaml": True}])
@given(text=st.text() | st.from_regex(r"\w+(\(|\[| ?\||'|\"| |\{\{).*"))
@example(text="~")
@example(text="<<")
@example(text="=")
@example(text="2026-11-24 12:00:00 +01:00")
def test_what_could_be_an_expression_is_never_trusted(form, text):
    """In no command and in no form. What YAML takes for null, a merge or a time is no expression."""
    context.CLIARGS = {**PRINTS, "list": False, **form}
    marked = marks_of_this_command()(text)

    trusted = type(marked) is type(as_config(text)) and type(marked) is not type(as_data(text))
    if trusted and set(text) & set(" ()[]{}|'\"#%~*<>=!`\\\n"):
        assert re.fullmatch(r"~|<<|=|[-0-9 \t:.+TtZ]+", text)
        with pytest.raises(TemplateSyntaxError):
            Environment().compile_expression(text)  # noqa: S701  nothing is rendered


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


@pytest.mark.parametrize("printed", [False, True])
def test_marks_of_earlier_cores_come_off(monkeypatch, printed):
    """Else ansible-inventory shows {"__ansible_unsafe": ...} for a plain text."""
    monkeypatch.setattr(context, "CLIARGS", PRINTS)
    mark = marks_of_this_command() if printed else plain
    (text,) = mark([StaysMarked("x")])

    assert "x" == text
    assert not isinstance(text, StaysMarked)
    assert not any(isinstance(key, StaysMarked) for key in plain({StaysMarked("k"): 1}))
