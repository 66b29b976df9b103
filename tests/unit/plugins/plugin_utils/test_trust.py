"""Values from AWS are data to Ansible."""

from __future__ import annotations

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.tfbridge.aws.plugins.plugin_utils._trust import as_config, as_data, plain
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text() | st.sampled_from(["{{ 1 + 1 }}", "{% if 1 %}x{% endif %}", "{# c #}", "{ { 1 } }", "a {{ b", "}}"])
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


@given(VALUES)
def test_data_itself_is_no_template(value):
    """Templating the value directly gives the value."""
    templar = Templar(loader=DataLoader(), variables={})

    assert value == plain(templar.template(as_data(value)))


@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: [text], lambda text: {"k": [text]}])
def test_the_files_own_text_is_a_template(wrap):
    """At any depth."""
    templar = Templar(loader=DataLoader(), variables={})

    assert wrap(2) == plain(templar.template(as_config(wrap("{{ 1 + 1 }}"))))


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
