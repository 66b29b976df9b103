"""What is said about options that can't be used."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.option_refusals import misfit

pytestmark = pytest.mark.cores

CHOICES = {"type": "str", "choices": ["skip", "decrypt"]}


@pytest.mark.parametrize(
    ("value", "definition", "said"),
    [
        ("decrpyt", CHOICES, "is not a choice. Did you mean 'decrypt'? Accepted are skip, decrypt"),
        (1, CHOICES, "1 is not a choice. Accepted are skip, decrypt"),
        (["skip"], CHOICES, "is a list. Accepted is a string"),
        ("x", {"type": "dict"}, "is a str. Accepted is a mapping"),
        ("soon", {"type": "float"}, "is a str. Accepted is a number"),
        ("perhaps", {"type": "bool"}, "is neither true nor false"),
    ],
)
def test_a_misfit_says_what_is_accepted(value, definition, said):
    """Choices for what could be one, the type for everything else."""
    assert said in str(misfit("option", value, definition))
