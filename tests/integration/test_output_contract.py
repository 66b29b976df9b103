# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract check as people run it: the module in a play, and the playbook from a command line."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from scripts.benchmark import contracts
from tests.conftest import ROOT
from tests.support.snapshots import document, encode

REGION = {"region": "eu-central-1"}
DEMO = ["-e", "terraform=terraform/examples/demo", "-e", "playbooks=terraform/examples/demo/ansible"]


@pytest.fixture
def demo(run):
    """Lay a copy of the demo's code and plays into the current folder."""
    shutil.copytree(ROOT / "terraform", run.folder / "terraform", ignore=shutil.ignore_patterns(".terraform*"))
    return run.folder / "terraform" / "examples" / "demo"


def rename(demo):
    """Rename an output in the Terraform code, as somebody would who doesn't know who reads it."""
    code = (demo / "main.tf").read_text()
    (demo / "main.tf").write_text(code.replace("my_ip = aws_instance", "web_ip = aws_instance"))


def published(aws):
    """Publish what the demo publishes."""
    aws.publish(
        {
            "MY_IP": ["127.0.0.11", "127.0.0.12", "127.0.0.13"],
            "EFS_DNS_URL": "fs-1.efs",
            "EC2_SCHEDULER_ROLE_ARN": "arn:x",
            "SITE": {"title": "t", "ports": [80, 443]},
        }
    )
    aws.publish_secret("DB_PASSWORD", "battery staple")


# What is wrong with the options, and what is said of it.
WRONG_OPTIONS = [
    ({}, "one of them must be given"),
    ({"terraform": [{}]}, "terraform[0]: 'path' or 'plan_json' must be given"),
    ({"terraform": [{"path": "nowhere"}]}, "must be a folder with Terraform code"),
    ({"terraform": [{"path": ".", "prefix": "a b"}]}, "terraform[0].prefix: 'a b'"),
    ({"terraform": [{"plan_json": "nowhere"}]}, "terraform show -json"),
    ({"terraform": [{"path": "."}], "playbooks": ["nowhere"]}, "must be a folder or a file that exists"),
    ({"terraform": [{"path": "."}], "fail_on": ["mising"]}, "Did you mean 'missing'?"),
    ({"terraform": [{"path": "."}], "ignore": [{"name": "x"}]}, "ignore[0]: reason and until missing"),
    ({"terraform": [{"path": "."}], "baseline": "nowhere"}, "Write it with update_baseline"),
    ({"terraform": [{"path": "."}], "base": "nowhere"}, "must be a folder that exists"),
    ({"terraform": [{"path": "."}], "max_file_size": 0}, "max_file_size: 0"),
    ({"declared_from": ["ansible/site.yml"]}, "is not a contract file"),
]


def play(**options):
    """Return a play with the module."""
    return [
        {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "tasks": [
                {"tfbridge.aws.output_contract": {"playbooks": ["ansible"], **options}, "register": "contract"},
                {"debug": {"msg": "STATUS {{ contract.status }} CHANGED {{ contract.changed }}"}},
            ],
        }
    ]


def code(run, *names):
    """Write Terraform code that publishes strings, and a play that reads A."""
    strings = ", ".join(f'{name} = "hidden"' for name in names)
    run.write("terraform/main.tf", f'module "o" {{\n  source  = "./ssm_outputs"\n  strings = {{ {strings} }}\n}}\n')
    run.write("ansible/site.yml", "- hosts: x\n  tasks:\n    - debug: {msg: \"{{ lookup('ssm_output', 'A') }}\"}\n")


class TestPlaybook:
    """tfbridge.aws.check_outputs."""

    def test_the_demo_is_in_order(self, run, demo):
        """Nothing but information about what nobody reads; AWS is not asked."""
        result = run.playbook("tfbridge.aws.check_outputs", *DEMO)

        assert 0 == result.rc, result.output
        assert "passed: 2 info" in result.stdout
        assert "nobody reads OUTPUT_DB_PASSWORD" in result.said

    def test_a_rename_names_the_plays_that_break(self, aws, run, demo):
        """By lookup and by group, with what took its place; the table fits the terminal."""
        published(aws)
        rename(demo)
        result = run.playbook("tfbridge.aws.check_outputs", *DEMO, "-e", "region=eu-central-1", env={"COLUMNS": "80"})

        assert 2 == result.rc, result.output
        shown = result.stdout.partition("Contract of")[2].partition("failed: ")[0]
        assert 80 >= max(len(line) for line in shown.splitlines())
        assert "play 'Configure the servers that Terraform made'" in shown
        assert "play 'Read single values, where the inventory is another one'" in shown
        assert "Did you mean 'OUTPUT_WEB_IP'?" in " ".join(shown.split())
        assert "failed: 2 error" in result.stdout
        assert "battery staple" not in result.output

    def test_everything_it_writes(self, run, demo):
        """Reports, the picture, the contract file, and annotations on lines of their own."""
        rename(demo)
        names = {
            "junit": "c.xml",
            "code_quality": "c.json",
            "sarif": "c.sarif",
            "graph": "c.html",
            "write_to": "o.json",
        }
        given = [word for name, file in names.items() for word in ("-e", f"{name}=out/{file}")]
        result = run.playbook("tfbridge.aws.check_outputs", *DEMO, *given, "-e", "github=true")

        assert 2 == result.rc, result.output
        assert set(names.values()) == {path.name for path in (run.folder / "out").iterdir()}
        assert "\n::error file=terraform/examples/demo/ansible/site.yml,line=24,title=" in result.stdout
        paths = {one["location"]["path"] for one in json.loads((run.folder / "out" / "c.json").read_text())}
        assert {"terraform/examples/demo/ansible/site.yml", "terraform/examples/demo/main.tf"} == paths
        assert "staple" not in (run.folder / "out" / "o.json").read_text()

    def test_an_input_that_was_renamed(self, run):
        """Both sides are named, and the check fails."""
        run.write(
            "terraform/main.tf",
            'module "inputs" {\n  source  = "./ssm_inputs"\n  path    = "/prod"\n  numbers = { memory = {} }\n}\n',
        )
        inputs = [{"name": "memory_size", "value": 512}]
        task = {"name": "Publish it", "tfbridge.aws.ssm_inputs": {"path": "/prod", "inputs": inputs}}
        run.write("ansible/tune.yml", json.dumps([{"hosts": "localhost", "tasks": [task]}]))
        result = run.playbook("tfbridge.aws.check_outputs", "-e", "terraform=terraform", "-e", "playbooks=ansible")

        said = " ".join(result.said.split())
        assert (2, True) == (result.rc, "failed: 1 error, 1 info" in result.stdout), result.output
        assert "nobody publishes /prod/INPUT_MEMORY, which is read here" in said
        assert "nobody reads /prod/INPUT_MEMORY_SIZE, which is published here" in said

    @pytest.mark.full
    def test_a_long_run_says_how_far_it_is(self, run):
        """On stderr, at -v alone: a repository that takes more than five seconds."""
        contracts.cases(run.folder, 500, 3000)
        given = ("tfbridge.aws.check_outputs", "-e", "terraform=terraform", "-e", "playbooks=ansible")
        quiet, told = run.playbook(*given), run.playbook(*given, "-v")

        assert (0, 0) == (quiet.rc, told.rc), told.output
        assert "s so far" not in quiet.output
        assert re.search(
            r"tfbridge\.aws: (reading|looking for) .* in (terraform|ansible)/\S+, \d+ s so far", told.stderr
        )
        assert "s so far" not in told.stdout


class TestModule:
    """tfbridge.aws.output_contract."""

    @pytest.mark.cores
    def test_check_run_check_again_run_again(self, run):
        """A check writes nothing; what is written is written once."""
        code(run, "A")
        # A plan needs no parser of Terraform's language, which the environment of another ansible-core may lack.
        parameter = {"type": "aws_ssm_parameter", "values": {"name": "OUTPUT_A", "type": "String", "value": "hidden"}}
        plan = {"planned_values": {"root_module": {"resources": [parameter]}}}
        run.write("plan.json", json.dumps(plan))
        plays = play(terraform=[{"plan_json": "plan.json"}], write_to="o.json")
        seen = []
        for arguments in (["--check"], [], ["--check"], []):
            result = run.playbook(plays, *arguments)
            assert 0 == result.rc, result.output
            seen.append(("CHANGED True" in result.stdout, (run.folder / "o.json").exists()))

        assert [(True, False), (True, True), (False, True), (False, True)] == seen

    def test_two_repositories(self, run):
        """What one wrote down the other is checked against, without the code and without a value."""
        code(run, "B")
        assert 0 == run.playbook(play(terraform=[{"path": "terraform"}], write_to="o.json", playbooks=[])).rc
        shutil.rmtree(run.folder / "terraform")
        result = run.playbook(play(declared_from=["o.json"]))

        assert 2 == result.rc
        assert "nobody declares OUTPUT_A, which is read here" in result.said
        assert "hidden" not in (run.folder / "o.json").read_text()

    def test_ignores_and_baseline(self, run):
        """What is ignored or was there before does not fail; an ignore that has ended is a finding."""
        code(run, "B")
        terraform = [{"path": "terraform"}]
        ignore = {"name": "A", "kind": "missing", "reason": "soon", "until": "2999-01-01"}
        ended = {**ignore, "until": "2020-01-01"}

        assert 0 == run.playbook(play(terraform=terraform, ignore=[ignore])).rc
        result = run.playbook(play(terraform=terraform, ignore=[ended], fail_on=["expired_ignore"]))
        assert (2, True) == (result.rc, "the ignore of A (missing) ended on 2020-01-01: soon" in result.said)
        assert 2 == run.playbook(play(terraform=terraform, baseline="b.json", update_baseline=True)).rc
        assert 0 == run.playbook(play(terraform=terraform, baseline="b.json")).rc

    @pytest.mark.cores
    def test_published_against_playbooks_alone(self, aws, run):
        """Without Terraform code; a call that is denied names what to allow."""
        code(run, "B")
        aws.publish({"A": "a", "C": "c"})

        result = run.playbook(play(published=REGION))
        assert (0, True) == (result.rc, "STATUS passed" in result.stdout), result.output
        aws.fault("ssm:DescribeParameters", "AccessDeniedException", times=-1)
        denied = run.playbook(play(published=REGION))
        assert (2, True) == (denied.rc, "ssm:DescribeParameters" in denied.said)

    @pytest.mark.parametrize("source", ["parameters", "snapshot"])
    def test_what_is_published_of_each_output(self, aws, run, source):
        """Form, version, last change, and whether the snapshot holds it."""
        code(run, "A")
        aws.publish({"A": "a", "B": ["b", "c"]})
        aws.publish_secret("S", "battery staple")
        aws.publish_slices(encode(document(strings={"A": "a"}, secrets=["S"])))
        options = {"terraform": [{"path": "terraform"}], "playbooks": ["ansible"]}
        done, contract = run.task("output_contract", **options, published={**REGION, "source": source})

        assert 0 == done.rc, done.output
        stored = {one["name"]: one["published"] for one in contract["outputs"]}
        held = {"OUTPUT_A": ("string", True), "OUTPUT_B": ("list", False), "OUTPUT_S": ("secret", True)}
        if source == "snapshot":
            del held["OUTPUT_B"]
        assert held == {name: (one["type"], one["snapshot"]) for name, one in stored.items()}
        assert 1 == stored["OUTPUT_A"]["version"]
        assert stored["OUTPUT_A"]["last_modified"].endswith("+00:00")

    def test_the_snapshot_is_not_an_output(self, aws, run):
        """Its slices are nobody's outputs; a broken one leaves open only what it holds."""
        code(run, "A")
        aws.publish({"A": "a"})
        aws.publish_slices(["x"])
        plays = play(terraform=[{"path": "terraform"}], published=REGION)
        plays[0]["tasks"].append(
            {"debug": {"msg": "{{ contract.unknown[0].reason }} {{ contract.outputs[0].published.snapshot }}"}}
        )
        result = run.playbook(plays)

        assert "STATUS passed" in result.stdout, result.output
        assert "which outputs the snapshot holds: parameter OUTPUT_SNAPSHOT.0 is not a slice" in result.said

    def test_what_could_not_be_read_is_not_passed(self, run):
        """The status says so, and fail_on can make it a failure."""
        code(run, "A")
        run.write("ansible/broken.yml", "a: [1\nb: {")
        terraform = [{"path": "terraform"}]

        assert "STATUS incomplete" in run.playbook(play(terraform=terraform)).stdout
        result = run.playbook(play(terraform=terraform, fail_on=["incomplete"]))
        assert (2, True) == (result.rc, "1 files or parts of them not read" in result.said)

    def test_bad_options(self, run):
        """Named, with what is valid."""
        code(run, "A")
        show = {"debug": {"msg": "REFUSED {{ contract.failed }} {{ contract.msg }}"}}
        tasks = []
        for options, _expected in WRONG_OPTIONS:
            (play_of_one,) = play(**options)
            # Each of them has to fail, and the next one is run all the same.
            tasks += [{**play_of_one["tasks"][0], "ignore_errors": True}, show]

        result = run.playbook([{**play_of_one, "tasks": tasks}])

        assert 0 == result.rc, result.output
        refused = re.findall("REFUSED True .*", result.stdout)
        assert len(WRONG_OPTIONS) == len(refused)
        for (_options, expected), said in zip(WRONG_OPTIONS, refused):
            assert expected in said
