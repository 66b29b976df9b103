"""Everything that the ssm_outputs module refuses at plan, with the message that a person reads."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.support.terraform import MOSTLY_OLDEST

NAME = "Use letters, digits and underscores, starting with a letter."
LONG = "x" * 4097
# 160 KB that gzip can't shrink.
NOISE = {"noise": [hashlib.sha512(str(index).encode()).hexdigest() for index in range(2500)]}
ONE_SLICE = {"parameters": False, "snapshot": True, "snapshot_chunks": 1}

# What the module is given, and what it says. Terraform looks at variables before it plans.
VARIABLES = {
    "dash": ({"strings": {"my-ip": "10.0.0.1"}}, f'strings: not the name of an output: "my-ip". {NAME}'),
    "digit": ({"lists": {"0": ["x"]}}, f'lists: not the name of an output: "0". {NAME}'),
    "space": ({"objects": {"a b": 1}}, f'objects: not the name of an output: "a b". {NAME}'),
    "secret": ({"secrets": {"a-b": "x"}}, f"secrets: a key is not the name of an output. {NAME}"),
    "nolist": ({"lists": {"ip": None}}, "lists: null instead of a list: ip. Expected a list of strings"),
    "noobject": ({"objects": [1]}, "objects: not a map or an object. Expected { name = value }"),
    "reserved": ({"prefix": "/aws/X_"}, "prefix: \"/aws/X_\" begins with 'aws' or 'ssm', which AWS keeps for itself."),
    "chars": ({"prefix": "OUT PUT_"}, 'prefix: "OUT PUT_" is empty or has characters that SSM doesn\'t allow'),
    "slash": ({"prefix": "prod/X_"}, 'prefix: "prod/X_" has a slash but doesn\'t begin with one.'),
    "levels": ({"prefix": "/a" * 16}, "has an empty level, or more than the 15 levels that SSM allows."),
    "length": ({"prefix": "X" * 901}, "prefix: has 901 characters. Maximum: 900."),
    "chunks": ({"snapshot_chunks": 51}, "snapshot_chunks: 51 is not within 1 to 50, in whole numbers. 10 are read by"),
    "half": ({"snapshot_chunks": 2.5}, "snapshot_chunks: 2.5 is not within 1 to 50, in whole numbers."),
    "tier": ({"tier": "Gold"}, 'tier: "Gold" is not a tier. Valid values: Standard, Advanced and Intelligent-Tiering.'),
}

VALUES = {
    "empty": ({"strings": {"vpc": ""}}, "strings.vpc (OUTPUT_VPC): the value is empty or null"),
    "element": ({"lists": {"ip": ["a", ""]}}, "lists.ip[1] (OUTPUT_IP_1): the value is empty or null"),
    "nosecret": ({"secrets": {"key": ""}}, "secrets.key (OUTPUT_KEY): the value is empty or null"),
    "braces": ({"strings": {"motd": "a {{ b }}"}}, "strings.motd (OUTPUT_MOTD): the value has '{{' in it, which SSM"),
    "long": ({"strings": {"text": LONG}}, "strings.text (OUTPUT_TEXT): the value has more than the 4096 bytes"),
    "umlauts": ({"strings": {"text": "ä" * 2049}}, "a parameter of tier Standard holds. Set tier to Advanced"),
    "document": ({"objects": {"big": [LONG]}}, "objects.big (OUTPUT_BIG): the value has more than the 4096 bytes"),
    "advanced": ({"strings": {"text": LONG * 2}, "tier": "Advanced"}, "than the 8192 bytes that a parameter of tier"),
    "case": (
        {"strings": {"my_ip": "a", "MY_IP": "b"}},
        "Two outputs, one parameter: strings.MY_IP and strings.my_ip would both be OUTPUT_MY_IP.",
    ),
    "kinds": (
        {"strings": {"ip_0": "a"}, "lists": {"ip": ["b"]}},
        "Two outputs, one parameter: strings.ip_0 and lists.ip[0] would both be OUTPUT_IP_0.",
    ),
    "ambiguous": (
        {"strings": {"ip": "a"}, "objects": {"ip_0": {}}},
        "A single value and a list of one name: OUTPUT_IP (strings.ip) and OUTPUT_IP_0 (objects.ip_0).",
    ),
    "intruder": (
        {"strings": {"ip_7": "a"}, "lists": {"ip": ["b"]}},
        "Would be read as an element of a list: OUTPUT_IP_7 (strings.ip_7).",
    ),
    "nowhere": (
        {"strings": {"vpc": "a"}, "parameters": False},
        "parameters: false, and snapshot is false too, so nothing would be published. Set snapshot to true",
    ),
    "onecase": (
        {**ONE_SLICE, "strings": {"my_ip": "a", "MY_IP": "b"}},
        "Two outputs, one parameter: strings.MY_IP and strings.my_ip would both be OUTPUT_MY_IP.",
    ),
    "slices": (
        {**ONE_SLICE, "objects": {"noise": NOISE["noise"][:100]}},
        "snapshot (OUTPUT_SNAPSHOT.0): the outputs take 3 slices, and snapshot_chunks is 1. Set snapshot_chunks to 3",
    ),
    "noise": (
        {**ONE_SLICE, "objects": NOISE, "prefix": "/x/"},
        "slices, and a snapshot has 50 at most. Publish less, or in two modules with a prefix each.",
    ),
    "description": (
        {"strings": {"vpc": "a"}, "descriptions": {"VPC": "b"}},
        "descriptions: no output is named VPC. Valid names are those in strings, lists, objects and secrets",
    ),
}


def _module(name, inputs):
    source = {"source": "../../modules/ssm_outputs"}
    lines = (f"  {key} = {_hcl(value)}" for key, value in {**source, **inputs}.items())
    return f'module "{name}" {{\n' + "\n".join(lines) + "\n}\n"


def _hcl(value):
    # jsondecode, because a key like "my-ip" needs no care there.
    return json.dumps(value) if isinstance(value, str) else f"jsondecode({json.dumps(json.dumps(value))})"


@MOSTLY_OLDEST
@pytest.mark.parametrize("refused", [VARIABLES, VALUES], ids=["variables", "values"])
def test_every_refusal_says_what_it_got_and_what_is_accepted(aws, terraform, refused):
    """All refusals come in one plan, each with its own message; nothing is written."""
    provider = 'provider "aws" {\n  region = "eu-central-1"\n}\n'
    modules = "".join(_module(name, inputs) for name, (inputs, _message) in refused.items())
    done = terraform.configuration("refusals", provider + modules).run("plan")
    said = " ".join(done.output.replace("│", " ").split())

    assert done.rc != 0
    assert [] == [message for _inputs, message in refused.values() if message not in said], said
    assert len(refused) == said.count("Error: ")
    assert 0 == aws.calls()["ssm:PutParameter"]
