"""What is said about options that can't be used."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.option_refusals import misfit
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.options import checked_config
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.cores

CHOICES = {"type": "str", "choices": ["skip", "decrypt"]}


@pytest.mark.parametrize(
    ("value", "definition", "said"),
    [
        ("decrpyt", CHOICES, "'decrpyt' is not a valid choice. Did you mean 'decrypt'? Valid values: skip, decrypt"),
        (1, CHOICES, "1 is not a valid choice. Valid values: skip, decrypt"),
        (["skip"], CHOICES, "['skip'] is a list. Expected a string"),
        ("x", {"type": "dict"}, "'x' is a str. Expected a mapping"),
        ("soon", {"type": "float"}, "'soon' is a str. Expected a number"),
        ("perhaps", {"type": "bool"}, "'perhaps' is a str. Expected true or false"),
    ],
)
def test_a_misfit_says_what_is_valid(value, definition, said):
    """Choices for what could be one, the type for everything else."""
    assert f"option: {said}" == misfit("option", value, definition, secret=False)


@given(st.text("geheim", min_size=3), st.sampled_from(["list", "dict", "str", "float", "bool"]), st.booleans())
def test_a_secret_is_in_no_message(secret, kind, has_choices):
    """Whatever its type is, and whatever it should be."""
    definition = {"type": kind, **({"choices": ["skip", f"{secret}x"[:-1].upper()]} if has_choices else {})}

    for value in (secret, [secret], {"a": secret}, {secret: 1}, [[secret]]):
        assert secret not in misfit("option", value, definition, secret=True)


def test_all_problems_are_told_at_once():
    """One run is enough to mend them."""

    class Plugin:
        option_definitions = {"prefix": {"type": "str"}, "secret_key": {"type": "str", "aliases": ["aws_secret_key"]}}

    with pytest.raises(OptionError) as caught:
        checked_config(Plugin(), {"prefix": ["X"], "prefx": 1, "aws_secret_key": ["geheim"]})

    assert [
        "prefix: ['X'] is a list. Expected a string",
        "'prefx' is not an option. Did you mean 'prefix'? Valid options: aws_secret_key, prefix, secret_key",
        "aws_secret_key: the value is a list. Expected a string",
    ] == str(caught.value).split("; ")
