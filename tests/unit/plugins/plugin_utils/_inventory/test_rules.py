"""The options hosts and variables: typed, or refused by name."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.options import parse_options
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.rules import (
    HostRule,
    VariableRules,
    parse_host_rules,
    parse_variable_rules,
)


def test_a_full_entry_is_parsed():
    """Names of outputs may be written as in Terraform."""
    entry = {"output": "my_ip", "groups": ["web"], "hostname": "{{ name }}", "address": "ip", "vars": {"a": 1}}

    assert (HostRule("MY_IP", ("web",), "{{ name }}", "ip", {"a": 1}),) == parse_host_rules([entry])


@pytest.mark.parametrize(("entry", "groups"), [({}, ("my_ip",)), ({"groups": None}, ("my_ip",)), ({"groups": []}, ())])
def test_hosts_are_in_a_group_of_their_output_unless_the_file_says_otherwise(entry, groups):
    """As they are where the file has no rules at all."""
    (rule,) = parse_host_rules([{"output": "MY_IP", **entry}])

    assert groups == rule.groups


def test_not_given_is_not_the_same_as_empty():
    """Not given finds hosts by their addresses, empty makes none."""
    assert (parse_host_rules(None), parse_host_rules([])) == (None, ())


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("MY_IP", r"hosts: 'MY_IP' is a str. Expected a list"),
        ({"output": "X"}, r"hosts: .* is a dict. Expected a list"),
        (["MY_IP"], r"hosts\[0\]: 'MY_IP' is not a mapping. Valid keys: output"),
        ([{"groups": []}], r"hosts\[0\]: 'output' is missing"),
        ([{"output": "X"}, {"outptu": "X"}], r"hosts\[1\]: 'outptu' is not a valid key. Did you mean 'output'\?"),
        ([{"output": "a-b"}], r"hosts\[0\].output: 'a-b' is not the name of an output"),
        ([{"output": "X", "groups": "web"}], r"hosts\[0\].groups: 'web' is a str. Expected a list"),
        ([{"output": "X", "groups": ["web:!db"]}], r"hosts\[0\].groups: 'web:!db' is not a group's name"),
        (
            [{"output": "ALL"}],
            r"hosts\[0\].groups: not given, and the output's name, 'all', can't be a group: Ansible reserves",
        ),
        ([{"output": "X", "hostname": 7}], r"hosts\[0\].hostname: 7 is not a non-empty string"),
        ([{"output": "X", "address": ""}], r"hosts\[0\].address: '' is not a non-empty string"),
        ([{"output": "X", "vars": ["a"]}], r"hosts\[0\].vars: .* is not a mapping"),
        ([{"output": "X", "vars": {"a b": 1}}], r"hosts\[0\].vars: 'a b' is not a variable's name"),
        ([{"output": "X"}, {"output": "x"}], r"hosts: the output X has two entries"),
    ],
)
def test_bad_entries_are_refused_by_name(option, message):
    """Each message names the option, what it got and what is accepted."""
    with pytest.raises(OptionError, match=message):
        parse_host_rules(option)


@pytest.mark.parametrize(
    ("option", "allow", "message"),
    [
        ("x", None, r"variables: 'x' is not a mapping. Valid keys: include, exclude, prefix"),
        ({"includes": []}, None, r"variables: 'includes' is not a valid key. Did you mean 'include'\?"),
        ({"include": "X"}, None, r"variables.include: 'X' is a str. Expected a list"),
        ({"exclude": [7]}, None, r"variables.exclude: 7 is a int, not a string"),
        ({"prefix": "9_"}, None, r"variables.prefix: '9_' can't begin a variable's name"),
        ({}, "ansible_user", r"allow_variables: 'ansible_user' is a str. Expected a list"),
        ({}, ["a-b"], r"allow_variables: 'a-b' is not a variable's name"),
    ],
)
def test_bad_variable_options_are_refused_by_name(option, allow, message):
    """Each message names the option, what it got and what is accepted."""
    with pytest.raises(OptionError, match=message):
        parse_variable_rules(option, allow)


def test_patterns_select_outputs_whatever_their_case():
    """An empty include takes none."""
    rules = VariableRules(include=("EFS_*", "X"), exclude=("EFS_SECRET",))

    assert [rules.selects(name) for name in ("EFS_DNS", "EFS_SECRET", "X", "Y")] == [True, False, True, False]
    assert not parse_variable_rules({"include": []}).selects("X")
    assert parse_variable_rules({"include": ["efs_*"]}).selects("EFS_DNS")


@pytest.mark.parametrize(
    ("parse", "messages"),
    [
        (
            lambda: parse_host_rules(
                [
                    {"outptu": "X", "hostname": 7, "address": "", "groups": ["a b", "c:d"], "vars": {"1": 1, "a-b": 2}},
                    7,
                    {"output": "Y", "vars": 3},
                    {"output": "ALL"},
                    {"output": "X"},
                    {"output": "X"},
                ]
            ),
            [
                r"hosts[0]: 'outptu' is not a valid key",
                "hosts[0]: 'output' is missing",
                "hosts[0].hostname: 7",
                "hosts[0].address: ''",
                "hosts[0].groups: 'a b'",
                "hosts[0].groups: 'c:d'",
                "hosts[0].vars: '1'",
                "hosts[0].vars: 'a-b'",
                "hosts[1]: 7 is not a mapping",
                "hosts[2].vars: 3",
                "hosts[3].groups: not given",
                "hosts: the output X has two entries",
            ],
        ),
        (
            lambda: parse_variable_rules({"includ": [], "include": "X", "exclude": [7], "prefix": "9"}, ["a-b", "c d"]),
            [
                "variables: 'includ' is not",
                "variables.include: 'X'",
                "variables.exclude: 7",
                "variables.prefix: '9'",
                "allow_variables: 'a-b'",
                "allow_variables: 'c d'",
            ],
        ),
        (
            lambda: parse_options(OPTIONS, frozenset(), frozenset(), {}, ["strict: 'x' is no"]),
            [
                "strict: 'x' is no",
                "retry_budget: 0",
                "variables: 7 is not a mapping",
                "hosts: 7 is a int",
                "regions: 'A' is not a region",
                "regions: 'B' is not a region",
                "regions: 'B' is listed twice",
                "prefix: 'a b'",
                "stack: 'c d'",
                "secure_strings: 'decrypt' reads secrets",
            ],
        ),
    ],
)
def test_all_that_is_wrong_is_reported_at_once(parse, messages):
    """Nobody repairs a file one run at a time."""
    with pytest.raises(OptionError) as refused:
        parse()

    assert dict.fromkeys(messages, 1) == {message: str(refused.value).count(message) for message in messages}


OPTIONS = {
    "retry_budget": 0,
    "variables": 7,
    "allow_variables": [],
    "hosts": 7,
    "regions": ["A", "B", "B"],
    "prefix": "a b",
    "stack": "c d",
    "source": "parameters",
    "strict": False,
    "secure_strings": "decrypt",
    "on_missing": "error",
    "access_key": "AKIAOTHER",
}
