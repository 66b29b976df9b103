"""What Parameter Store holds, as one side of the contract."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import assemble
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Parameter
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.published import published_of


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("/prod/web/", ["/prod/web/OUTPUT_VPC"]),
        ("/prod/web/OUTPUT_", ["/prod/web/OUTPUT_INPUT_QUEUE"]),
        ("", ["INPUT_QUEUE"]),
    ],
)
def test_inputs_are_no_outputs(prefix, expected):
    """An input beside the outputs of a stack is not stale; an output that is only named like one is an output."""
    names = {
        "/prod/web/": ["OUTPUT_VPC", "INPUT_MEMORY"],
        "/prod/web/OUTPUT_": ["INPUT_QUEUE"],
        "": ["INPUT_QUEUE"],
    }[prefix]
    found = assemble([Parameter(f"{prefix}{name}", "String", "x") for name in names], prefix)
    assert expected == [one.name for one in published_of(found, prefix, None)]
