"""What variables of outputs mean to Ansible and to collections."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.variable_flags import (
    variables_of,
    with_variable_flags,
)


class Rules:
    """Refuses two names."""

    def steering(self, name):
        """The one that says where tasks run."""
        return "it steers" if name == "ansible_host" else ""

    def reserved(self, name):
        """The one that is a keyword."""
        return "it is a keyword" if name == "tags" else ""


def result(name, value, flags=()):
    """What ssm_outputs_info returns, as far as it matters."""
    output = {"name": name, "value": value, "flags": list(flags), "problems": []}
    return {"outputs": [output], "region": "eu-central-1"}


@pytest.mark.parametrize(
    ("name", "value", "flags"),
    [
        ("X", "x", []),
        ("X", None, []),
        ("X", ["ansible_host"], []),
        ("X", {"ansible_host": "10.0.0.1"}, []),
        ("TAGS", "x", ["refused name"]),
        ("ANSIBLE_HOST", None, ["refused name"]),
        ("SOPS_BINARY", "x", ["read by community.sops"]),
        ("X", [{"ip": "10.0.0.1", "sops_binary": "/tmp/x"}, {"sops_config": "y"}], ["read by community.sops"]),
        ("X", {"web": {"ip": "10.0.0.1", "ansible_host": "x", "tags": {}}}, ["refused name"]),
        ("TAGS", [{"sops_binary": "x"}], ["refused name", "read by community.sops"]),
    ],
)
def test_flags(name, value, flags):
    """Of its own name, and of the attributes of its hosts; what it had stays."""
    readers = {"sops_binary": "community.sops", "sops_config": "community.sops"}
    stack = with_variable_flags(result(name, value, ["hole"]), readers, Rules())

    (output,) = stack["outputs"]
    assert ["hole", *flags] == output["flags"]
    assert ("refused name" in flags) is any("the inventory refuses the variable" in text for text in output["problems"])


def test_variables():
    """Names in lower case, attributes as they are."""
    assert {"x", "ip", "Role"} == variables_of(result("X", [{"ip": "10.0.0.1"}, {"Role": "web"}, "y", [{"z": 1}]]))
