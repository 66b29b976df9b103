"""The module ssm_outputs_info and the playbook show_outputs, through ansible-playbook."""

from __future__ import annotations

import pytest
import yaml

PLAY = {
    "hosts": "localhost",
    "gather_facts": False,
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}


def info(run, *arguments, **options):
    """Run the module in a play, and return what was said and its result."""
    return run.task("ssm_outputs_info", *arguments, **{"region": "eu-central-1", **options})


def module(run, **options):
    """Run the module without a play around it, and return its result."""
    return run.module("ssm_outputs_info", **{"region": "eu-central-1", **options})


def test_values_and_what_is_known_of_them(aws, run):
    """Typed, with versions and dates; a secret without its value."""
    aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"], "CONF": {"a": 1}, "EFS": "fs", "lower": "x"})
    aws.publish_secret("PW", "hunter2-geheim")
    aws.client("ssm").put_parameter(Name="OUTPUT_EFS", Value="fs-2", Type="String", Overwrite=True)

    done, document = info(run, "-vvvv")

    assert 0 == done.rc, done.output
    assert {"conf": {"a": 1}, "efs": "fs-2", "my_ip": ["10.0.0.1", "10.0.0.2"]} == document["values"]
    by_name = {output["name"]: output for output in document["outputs"]}
    assert ["CONF", "EFS", "MY_IP", "PW"] == list(by_name)
    assert (2, "string") == (by_name["EFS"]["version"], by_name["EFS"]["kind"])
    assert by_name["EFS"]["last_modified"].endswith("+00:00")
    assert ["OUTPUT_MY_IP_0", "OUTPUT_MY_IP_1"] == by_name["MY_IP"]["parameters"]
    assert (None, "secret") == (by_name["PW"]["value"], by_name["PW"]["kind"])
    assert (["OUTPUT_lower"], "eu-central-1", False) == (document["strays"], document["region"], document["changed"])
    assert "hunter2" not in done.output


@pytest.mark.cores
def test_check_mode_reads_the_same(aws, run):
    """It changes nothing either way."""
    aws.publish({"EFS": "fs"})

    done, document = info(run, "--check")

    assert (0, {"efs": "fs"}) == (done.rc, document["values"]), done.output


def test_names_choose(aws, run):
    """In either case."""
    aws.publish({"A": "a", "B": "b"})

    assert {"b": "b"} == module(run, names=["b"])["values"]


@pytest.mark.parametrize(
    ("published", "options", "message"),
    [
        ({}, {}, "nothing is published under 'OUTPUT_' in eu-central-1"),
        ({"A": "a"}, {"names": ["B"]}, "names: not published under 'OUTPUT_' in eu-central-1: B. There are A"),
        ({"A": "a"}, {"names": ["b-c"]}, "names: 'b-c' is not the name of an output"),
        ({"A": "a"}, {"prefix": "a b"}, "prefix: 'a b' has characters"),
        ({"A": "a"}, {"region": "Frankfurt"}, "region: 'Frankfurt' is not a region"),
        ({"A": "a"}, {"retry_budget": 0}, "retry_budget: 0.0 is not within"),
        ({"A": "a", "A_0": "b"}, {}, "OUTPUT_A and OUTPUT_A_0 both claim"),
        ({"A": "[1,"}, {"strict": True}, "OUTPUT_A looks like JSON but is not valid"),
        ({"A_0": "a", "A_2": "c"}, {"strict": True}, "not published: OUTPUT_A_1"),
    ],
)
def test_bad_input(aws, run, published, options, message):
    """Each names the option or the parameter."""
    aws.publish(published)

    result = module(run, **options)

    assert result["failed"]
    assert message in result["msg"]


@pytest.mark.parametrize(("on_problem", "warned"), [("warn", True), ("skip", False)])
def test_problems_can_be_returned_instead(aws, run, on_problem, warned):
    """With the output that has them."""
    aws.publish({"A": "a", "A_0": "b"})

    done, document = info(run, on_problem=on_problem)

    assert ["ambiguous"] == document["outputs"][0]["flags"]
    assert warned is ("both claim" in done.stderr)


def test_text_that_looks_like_json_is_a_string(aws, run):
    """TOML, JSON lines and JSON with comments: with a warning and a flag."""
    texts = {"TOML": '["a.b"]\nc = 1', "LINES": '{"a": 1}\n{"a": 2}', "COMMENTS": '{"a": 1 /* one */}'}
    aws.publish(texts)

    done, shown = info(run)

    assert {name.lower(): text for name, text in texts.items()} == shown["values"]
    assert [["broken json"]] * 3 == [output["flags"] for output in shown["outputs"]]
    for name in texts:
        assert f"parameter OUTPUT_{name} looks like JSON but is not valid" in " ".join(done.stderr.split())


def test_all_that_is_wrong_with_what_is_published_is_told_at_once(aws, run):
    """Outputs that are missing, ambiguous ones, and under strict all else."""
    aws.publish({"A": "a", "A_0": "b", "J": "[1,", "H_0": "x", "H_2": "y"})

    said = module(run, strict=True, names=["A", "J", "H", "B"])["msg"]

    for message in (
        "4 problems with what is published:",
        "not published under 'OUTPUT_' in eu-central-1: B",
        "OUTPUT_A and OUTPUT_A_0 both claim",
        "OUTPUT_J looks like JSON",
        "not published: OUTPUT_H_1",
    ):
        assert message in said


def test_denied_names_the_iam_action(aws, run):
    """As everywhere."""
    aws.fault("ssm:DescribeParameters", "AccessDeniedException")

    result = module(run)

    assert (True, True) == (result["failed"], "IAM action ssm:DescribeParameters in eu-central-1" in result["msg"])


@pytest.mark.cores
def test_connection_options_come_from_the_action_group(aws, run):
    """module_defaults for group/tfbridge.aws.aws."""
    aws.publish({"A": "a"}, region="us-east-1")
    play = {
        **PLAY,
        "module_defaults": {"group/tfbridge.aws.aws": {"region": "us-east-1"}},
        "tasks": [
            {"tfbridge.aws.ssm_outputs_info": {}, "register": "result"},
            {"ansible.builtin.assert": {"that": ["result['values'].a == 'a'"]}},
        ],
    }

    result = run.playbook([play])

    assert 0 == result.rc, result.output


@pytest.mark.cores
def test_the_examples_of_the_documentation_run(aws, run):
    """As ansible-doc shows them."""
    aws.publish({"EFS_DNS_URL": "fs-1"})
    documented = run.command(["ansible-doc", "--json", "tfbridge.aws.ssm_outputs_info"])
    tasks = yaml.safe_load(documented.json["tfbridge.aws.ssm_outputs_info"]["examples"])

    result = run.playbook([{**PLAY, "tasks": tasks}])

    assert (0, True) == (result.rc, "The file system is fs-1" in result.stdout), result.output


class TestShowOutputs:
    """The playbook tfbridge.aws.show_outputs."""

    @pytest.mark.cores
    def test_a_person_can_read_it(self, aws, run):
        """A line for each output, secrets masked, problems below."""
        aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"], "AMB": "a", "AMB_0": "b", "H_0": "x", "H_2": "y", "lower": "x"})
        aws.publish_secret("PW", "hunter2-geheim")

        result = run.playbook("tfbridge.aws.show_outputs", "-e", "region=eu-central-1")

        assert 0 == result.rc, result.output
        lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
        assert "Published as OUTPUT_* in eu-central-1" in lines
        assert "output type value version changed (UTC) flags" in lines
        assert any(line.startswith("MY_IP list of 2 10.0.0.1, 10.0.0.2 1 20") for line in lines)
        assert any(line.startswith("PW secret ******** 1 20") for line in lines)
        assert any(line.startswith("AMB ") and line.endswith("ambiguous") for line in lines)
        assert any(line.startswith("H list of 3 x, (missing), y") and line.endswith("hole") for line in lines)
        assert "not an output's name: OUTPUT_lower" in lines
        assert "4 outputs, 2 with flags, 1 other parameters" in lines
        assert "hunter2" not in result.output

    @pytest.mark.cores
    def test_names_that_mean_something_to_ansible_have_flags(self, aws, run):
        """A variable that steers Ansible, one that it reserves, and one that an installed plugin reads as an option."""
        options = yaml.safe_dump({"options": {"binary": {"vars": [{"name": "tool_binary"}]}}})
        run.write("ansible_collections/example/tool/plugins/lookup/tool.py", f"DOCUMENTATION = '''\n{options}'''\n")
        hosts = [{"ip": "10.0.0.1", "ansible_connection": "local", "tool_binary": "/tmp/x"}]
        aws.publish({"TAGS": "x", "TOOL_BINARY": "/tmp/x", "WEB": hosts, "FINE": "x"})
        path = f"{run.folder}:{run.env['ANSIBLE_COLLECTIONS_PATH']}"

        result = run.playbook(
            "tfbridge.aws.show_outputs",
            env={"ANSIBLE_COLLECTIONS_PATH": path, "AWS_REGION": "eu-central-1", "COLUMNS": "200"},
        )

        assert 0 == result.rc, result.output
        lines = [line.rstrip() for line in result.stdout.splitlines()]
        for name, flags in {
            "TAGS": "refused name",
            "TOOL_BINARY": "read by example.tool",
            "WEB": "refused name, read by example.tool",
        }.items():
            (line,) = [line for line in lines if line.startswith(f"{name} ")]
            assert line.endswith(f"  {flags}")
        assert "TAGS: the inventory refuses the variable 'tags': it is a keyword of plays and tasks" in lines
        assert "WEB: the inventory refuses the variable 'ansible_connection'" in result.said
        assert "4 outputs, 3 with flags" in result.said

    @pytest.mark.parametrize("columns", [40, 60, 80, 200])
    def test_it_fits_the_terminal(self, aws, run, columns):
        """A genuine one: names stay whole, the value has what room there is, and what is left out is named."""
        aws.publish({"A_RATHER_LONG_NAME": "x" * 200, **{f"N{index}": "y" * 30 for index in range(3)}})

        result = run.in_terminal(
            columns, ["ansible-playbook", "tfbridge.aws.show_outputs", "-e", "region=eu-central-1"]
        )

        assert 0 == result.rc, result.output
        lines = result.stdout.partition("Published as")[2].partition("4 outputs")[0].splitlines()
        assert columns - 25 <= max(len(line) for line in lines if "..." in line) <= columns
        assert max(len(line) for line in lines) <= columns
        long_one = next(line for line in lines if line.startswith("A_RATHER_LONG_NAME  "))
        assert min(100, columns - 62) <= long_one.count("x")
        assert ("flags" in result.stdout.partition("Published")[2].partition("A_RATHER")[0]) is False
        assert (columns < 80) is ("Not shown" in result.stdout)

    def test_columns_can_be_said(self, aws, run):
        """Where no terminal is."""
        aws.publish({"X": "x" * 200})

        result = run.playbook("tfbridge.aws.show_outputs", "-e", "region=eu-central-1", env={"COLUMNS": "70"})

        assert 70 == max(len(line) for line in result.stdout.splitlines() if line.startswith("X "))

    @pytest.mark.parametrize("days", ["-1", "soon", "1.5"])
    def test_a_wrong_number_of_days(self, aws, run, days):
        """Named, with the valid ones."""
        aws.publish({"A": "a"})

        result = run.playbook("tfbridge.aws.show_outputs", "-e", f"stale_after={days}")

        assert 2 == result.rc
        assert f"stale_after: '{days}' is not a number of days. Valid values: whole numbers, at least 0" in result.said

    def test_nothing_published_is_an_error(self, aws, run):
        """With what to check."""
        result = run.playbook("tfbridge.aws.show_outputs", "-e", "prefix=/none/")

        assert (2, True) == (result.rc, "nothing is published under '/none/'" in result.said)
