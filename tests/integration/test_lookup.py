"""The lookup plugin, through ansible-playbook."""

from __future__ import annotations

import json
import re
import time

import pytest


def look_up(run, expression, *arguments, env=None):
    """Run one task that shows the value of an expression, as JSON between marks."""
    plays = f"""
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "<<{{{{ {expression} | to_json }}}}>>"
"""
    return run.playbook(plays, *arguments, env=env)


def value_of(result):
    """What the task showed."""
    assert 0 == result.rc, result.output
    message = next(line for line in result.stdout.splitlines() if "<<" in line)
    return json.loads(json.loads(message.split(": ", 1)[1]).removeprefix("<<").removesuffix(">>"))


def lookup(*terms, how="lookup", **options):
    """The text of a call of the lookup."""
    arguments = [repr(term) for term in terms] + [f"{name}={value!r}" for name, value in options.items()]
    return f"{how}('tfbridge.aws.ssm_output', {', '.join(arguments)})"


def test_one_output_costs_one_call(aws, run):
    """A string."""
    aws.publish({"EFS_DNS_URL": "fs-1.example.com"})

    assert "fs-1.example.com" == value_of(look_up(run, lookup("EFS_DNS_URL")))
    assert {"ssm:GetParameters": 1} == dict(aws.calls())


@pytest.mark.cores
def test_values_come_typed(aws, run):
    """Lists, objects, StringLists; names may be written as in Terraform."""
    aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"], "CONF": {"a": [1, None, True]}})
    aws.client("ssm").put_parameter(Name="OUTPUT_SUBNETS", Value="a,b", Type="StringList")

    values = value_of(look_up(run, lookup("my_ip", "CONF", "SUBNETS", how="query")))

    assert [["10.0.0.1", "10.0.0.2"], {"a": [1, None, True]}, ["a", "b"]] == values


def test_lists_are_read_to_their_end(aws, run):
    """Whatever their length, alone and in company."""
    lists = {length: [f"10.0.0.{index}" for index in range(length)] for length in (1, 5, 6, 7, 9, 10, 16, 17, 27, 40)}
    for length, published in lists.items():
        aws.publish({f"L{length}": published, f"X{length}": "x", f"Y{length}": ["y"]})
    alone = [lookup(f"L{length}") for length in lists]
    beside = [lookup(f"Y{length}", f"L{length}", f"X{length}", how="query") for length in lists]

    assert [*lists.values()] == value_of(look_up(run, f"[{', '.join(alone)}]"))
    assert [[["y"], published, "x"] for published in lists.values()] == value_of(look_up(run, f"[{', '.join(beside)}]"))


def test_twelve_names_share_three_calls(aws, run):
    """Five to a call."""
    aws.publish({f"N{index}": str(index) for index in range(12)})

    names = [f"N{index}" for index in range(12)]

    assert [str(index) for index in range(12)] == value_of(look_up(run, lookup(*names, how="query")))
    assert {"ssm:GetParameters": 3} == dict(aws.calls())


def test_names_may_come_as_a_list(aws, run):
    """As variables hold them, alone and beside others."""
    aws.publish({"A": "a", "B": "b", "C": "c"})

    assert ["a", "b", "c"] == value_of(look_up(run, lookup(["A", "B"], "C", how="query")))


@pytest.mark.parametrize(
    ("published", "name", "said"),
    [
        ({"EFS_DNS_URL": "x"}, "EFS_DNS_ULR", "Did you mean 'EFS_DNS_URL'?"),
        ({"MY_IP": ["10.0.0.1"]}, "MY_IPS", "Did you mean 'MY_IP'?"),
        ({"MY_IP": ["10.0.0.1"]}, "OUTPUT_MY_IP", "Names are given without the prefix: did you mean 'MY_IP'?"),
    ],
)
def test_a_misspelt_name_is_told_the_nearest(aws, run, published, name, said):
    """In the error, and only there; without the right to list, there is none."""
    aws.publish(published)

    assert said in look_up(run, lookup(name)).said
    aws.forget_calls()
    assert "d" == value_of(look_up(run, lookup(name, default="d")))
    assert {"ssm:GetParameters": 1} == dict(aws.calls())
    aws.fault("ssm:DescribeParameters", "AccessDeniedException", times=-1)
    denied = look_up(run, lookup(name))
    assert (True, False) == ("is not published in eu-central-1" in denied.said, "id you mean" in denied.said)


@pytest.mark.cores
def test_what_is_tried_is_printed_within_five_seconds(aws, run):
    """Without -v, while AWS takes longer than that."""
    aws.publish({"X": "x"})
    aws.app.settings.latency = 6

    result = look_up(run, lookup("X"))

    assert "x" == value_of(result)
    assert "tfbridge.aws: waiting for ssm:GetParameters at http://127.0.0.1" in result.said
    (seconds,) = re.findall(r"waiting for ssm:GetParameters at \S+, ([0-9]+) s so far", result.said)
    assert 5 >= int(seconds)


@pytest.mark.cores
def test_a_lookup_ends_before_the_timeout_of_its_task(aws, run):
    """The waiters' lookups too: an endpoint that never answers doesn't keep the forks."""
    aws.app.settings.latency = 40
    task = {"ansible.builtin.debug": {"msg": "{{ lookup('tfbridge.aws.ssm_output', 'X') }}"}, "timeout": 8}
    began = time.monotonic()

    hosts = ",".join(f"h{number}" for number in range(6)) + ","
    result = run.playbook([{"hosts": "all", "gather_facts": False, "tasks": [task]}], "-i", hosts, "--forks=6")

    assert 2 == result.rc, result.output
    assert 6 == result.stdout.count("failed=1")
    assert 30 > time.monotonic() - began
    assert 1 <= aws.calls()["ssm:GetParameters"] <= 2


def test_an_element_can_be_read_by_its_own_name(aws, run):
    """As in the lookups that people have already."""
    aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"]})

    assert "10.0.0.2" == value_of(look_up(run, lookup("MY_IP_1")))


@pytest.mark.cores
def test_raw_gives_the_text_that_is_stored(aws, run):
    """Neither decoded nor split."""
    aws.publish({"MY_IP": ["1", "2"], "CONF": {"a": 1}, "BROKEN": '{"a": '})
    aws.client("ssm").put_parameter(Name="OUTPUT_SUBNETS", Value="a,b", Type="StringList")

    values = value_of(look_up(run, lookup("MY_IP", "CONF", "SUBNETS", "BROKEN", how="query", raw=True)))

    assert [["1", "2"], '{"a": 1}', "a,b", '{"a": '] == values


@pytest.mark.cores
def test_a_missing_output_is_an_error_a_default_or_null(aws, run):
    """The parameters that were asked for are named."""
    aws.publish({"X": "x"})

    missing = look_up(run, lookup("NOPE"))
    warned = look_up(run, lookup("NOPE", on_missing="warn"))
    silent = [lookup("NOPE", default={"a": 1}), lookup("NOPE", default="")]
    skipped = look_up(run, f"[{lookup('NOPE', 'X', how='query', on_missing='skip')}, {', '.join(silent)}]")

    assert 2 == missing.rc
    assert "the output NOPE is not published in eu-central-1: there is no parameter OUTPUT_NOPE" in missing.said
    assert (None, True) == (value_of(warned), "NOPE is not published" in warned.said)
    assert ([[None, "x"], {"a": 1}, ""], False) == (value_of(skipped), "is not published" in skipped.said)


def test_denied_names_the_iam_action(aws, run):
    """Or is accepted, as on_denied says."""
    aws.fault("ssm:GetParameters", "AccessDeniedException", times=-1)

    denied = look_up(run, lookup("X"))
    warned = look_up(run, lookup("X", on_denied="warn", default="d"))
    skipped = look_up(run, lookup("X", on_denied="skip"))

    assert (2, True) == (denied.rc, "needs the IAM action ssm:GetParameters in eu-central-1" in denied.said)
    fatal = next(line for line in denied.stdout.splitlines() if line.startswith("fatal:"))
    assert 1 == fatal.count("access denied"), "the message of each cause is appended to ours"
    assert ("d", True) == (value_of(warned), "ssm:GetParameters" in warned.said)
    assert (None, False) == (value_of(skipped), "ssm:GetParameters" in skipped.said)


@pytest.mark.shows_secrets
def test_a_secret_needs_decrypt(aws, run):
    """Without it, its ciphertext would be taken for the value."""
    aws.publish_secret("PW", "hunter2-geheim")

    refused = look_up(run, lookup("PW"), "-vvvv")

    assert 2 == refused.rc
    assert "the output PW is a SecureString (parameter OUTPUT_PW). Give 'decrypt=true'" in refused.said
    assert "hunter2" not in refused.output
    assert "hunter2-geheim" == value_of(look_up(run, lookup("PW", decrypt=True)))


@pytest.mark.cores
def test_a_hole_is_null_and_warned_of(aws, run):
    """The rest keeps its positions."""
    aws.publish({"X_0": "a", "X_2": "c"})

    result = look_up(run, lookup("X"))

    assert (["a", None, "c"], True) == (value_of(result), "not published: OUTPUT_X_1" in result.said)


BAD_INPUT = [
    (lookup("a-b"), "_terms: 'a-b' is not the name of an output"),
    (lookup("X", prefix="OUT PUT"), "prefix: 'OUT PUT' has characters that SSM doesn't allow"),
    (lookup("X", region="Frankfurt"), "region: 'Frankfurt' is not a region"),
    (lookup("X", defualt="x"), "'defualt' is not an option. Did you mean 'default'?"),
    (lookup("X", decrypt="perhaps"), "decrypt: 'perhaps' is a str. Expected true or false"),
    (lookup("X", on_missing="panic"), "on_missing: 'panic' is not a valid choice. Valid values: error, warn, skip"),
    (lookup("X", prefix=["X"]), "prefix: ['X'] is a list. Expected a string"),
    (lookup("X", retry_budget=-1), "retry_budget: -1.0 is not within 0 to 3600 seconds"),
    (lookup("AMB"), "parameters OUTPUT_AMB and OUTPUT_AMB_0 both claim"),
    (lookup("AMB", "BROKEN", strict=True), "both claim the name of one output"),
    (lookup("AMB", "BROKEN", strict=True), "parameter OUTPUT_BROKEN looks like JSON"),
    (lookup("BROKEN", strict=True), "parameter OUTPUT_BROKEN looks like JSON but is not valid"),
]


@pytest.mark.cores
def test_bad_input(aws, run):
    """Each names the option or the parameter; all of them in one play."""
    aws.publish({"AMB": "a", "AMB_0": "b", "BROKEN": "[1, 2"})
    tasks = [
        {"name": f"case {number}", "ansible.builtin.debug": {"msg": f"{{{{ {call} }}}}"}, "ignore_errors": True}
        for number, (call, _message) in enumerate(BAD_INPUT)
    ]

    result = run.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])

    assert f"ignored={len(BAD_INPUT)}" in result.said, result.output
    said = re.split(r"TASK \[case [0-9]+\]", " ".join(result.stdout.split()))[1:]
    assert len(BAD_INPUT) == len(said)
    for (_call, message), text in zip(BAD_INPUT, said):
        assert message in text


@pytest.mark.cores
def test_text_that_looks_like_json_is_a_string(aws, run):
    """TOML, JSON lines and JSON with comments: each task that reads it warns."""
    texts = ['["a.b"]\nc = 1', '{"a": 1}\n{"a": 2}', '{"a": 1 /* one */}', '{"a": 1e999}', "[" * 200 + "]" * 200]
    aws.publish({f"T{index}": text for index, text in enumerate(texts)})

    result = look_up(run, lookup(*(f"T{index}" for index in range(len(texts))), how="query"))

    assert texts == value_of(result)
    for index in range(len(texts)):
        assert f"parameter OUTPUT_T{index} looks like JSON but is not valid" in result.said


@pytest.mark.cores
def test_a_template_in_a_value_is_never_run(aws, run):
    """It is shown as it is."""
    victim = run.folder / "pwned"
    evil = f"{{{{ lookup('pipe', 'touch {victim}') }}}}"
    aws.app.settings.refuse = False
    aws.publish({"EVIL": evil, "LIST": [evil], "CONF": {"a": evil}})

    values = value_of(look_up(run, lookup("EVIL", "LIST", "CONF", how="query")))

    assert [evil, [evil], {"a": evil}] == values
    assert not victim.exists()


@pytest.mark.cores
def test_the_examples_of_the_documentation_run(aws, run):
    """As ansible-doc shows them."""
    aws.publish({"EFS_DNS_URL": "fs", "MY_IP": ["10.0.0.1"], "APP_CONFIG": {"a": 1}})
    aws.publish_secret("DB_PASSWORD", "hunter2")
    documented = run.command(["ansible-doc", "-t", "lookup", "--json", "tfbridge.aws.ssm_output"])
    tasks = documented.json["tfbridge.aws.ssm_output"]["examples"].replace("/tmp/", f"{run.folder}/")
    indented = "".join(f"    {line}\n" for line in tasks.splitlines())

    result = run.playbook(f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{indented}")

    assert 0 == result.rc, result.output
    assert "The file system is fs" in result.stdout
    assert "hunter2" == (run.folder / "db_password").read_text()
