# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As platforms run it: users without a name or a home, projects that can't be written, images without time zones."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import sys
import tempfile

import pytest
import yaml

from tests.conftest import COLLECTIONS, ROOT
from tests.support import other_user
from tests.support.aws import IMAGE

REGION = {"regions": ["eu-central-1"]}
CACHED = {**REGION, "cache": True, "cache_plugin": "ansible.builtin.jsonfile"}
BUILDER = shutil.which("ansible-builder", path=f"{pathlib.Path(os.sys.executable).parent}")
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }} {{ lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL', region='eu-central-1') }}"
"""


@pytest.fixture
def project():
    """A folder that everybody can read and nobody but root can write."""
    with tempfile.TemporaryDirectory(prefix="tfbridge-") as folder:
        pathlib.Path(folder).chmod(0o755)
        yield pathlib.Path(folder)


@pytest.fixture
def as_nobody(run, project, short_path):
    """Run a command of Ansible as a user without a name, as OpenShift and AWX choose one."""
    if os.geteuid() != 0:
        pytest.skip("not on this machine: another user can be imitated by root alone")
    writable = project / "tmp"
    writable.mkdir()
    writable.chmod(0o1777)
    prefix = other_user.as_nobody(short_path)
    tried = run.command([*prefix, "python", "-c", "import json"])
    if tried.rc:
        pytest.skip(f"not on this machine: another user can't run this Python: {tried.output}")

    def command(*arguments, **env):
        run.folder = project
        own = {"HOME": "/", "TMPDIR": str(writable), "ANSIBLE_HOME": None, "ANSIBLE_LOCAL_TEMP": str(writable / "run")}
        return run.command([*prefix, *arguments], env={**own, **env})

    return command


@pytest.mark.parametrize("connection", [pytest.param("/root/cache", marks=pytest.mark.cores), "~/cache", "not-mine"])
def test_a_user_without_name_home_and_rights_reads_aws(aws, project, as_nobody, connection):
    """A cache that can't be used is a warning; the project stays as it is."""
    aws.publish({"MY_IP": ["10.0.0.1"], "EFS_DNS_URL": "fs-1"})
    config = {"plugin": "tfbridge.aws.ssm_outputs", **CACHED, "cache_connection": connection}
    (project / "demo.ssm_outputs.yml").write_text(yaml.safe_dump(config))
    (project / "play.yml").write_text(PLAY)
    (project / "not-mine").mkdir(mode=0o755)

    listed = as_nobody("ansible-inventory", "-i", "demo.ssm_outputs.yml", "--list")
    played = as_nobody("ansible-playbook", "-i", "demo.ssm_outputs.yml", "play.yml")

    assert (0, 0) == (listed.rc, played.rc), listed.output + played.output
    assert ["10.0.0.1"] == listed.json["my_ip"]["hosts"]
    assert "10.0.0.1 fs-1" in played.stdout
    for result in (listed, played):
        assert "the cache can't be used: " in result.said
    assert {"demo.ssm_outputs.yml", "play.yml", "not-mine", "tmp"} == {path.name for path in project.iterdir()}


@pytest.mark.cores
def test_a_cache_of_its_own_serves_a_user_without_a_name(aws, project, as_nobody):
    """In a folder that it can write."""
    aws.publish({"MY_IP": ["10.0.0.1"]})
    config = {"plugin": "tfbridge.aws.ssm_outputs", **CACHED, "cache_connection": "tmp/cache"}
    (project / "demo.ssm_outputs.yml").write_text(yaml.safe_dump(config))
    listed = [as_nobody("ansible-inventory", "-i", "demo.ssm_outputs.yml", "--list") for _run in range(2)]

    assert listed[0].json == listed[1].json
    assert 1 == aws.calls()["ssm:DescribeParameters"]
    assert other_user.NOBODY == (project / "tmp" / "cache").stat().st_uid


@pytest.fixture
def runner(run):
    """Install ansible-runner apart from what is tested, for all users, and return its command."""
    with tempfile.TemporaryDirectory(prefix="tfbridge-") as folder:
        pathlib.Path(folder).chmod(0o755)
        python = f"{folder}/venv/bin/python"
        run.command(["uv", "venv", "--quiet", "--python", sys.executable, f"{folder}/venv"])
        pins = str(ROOT / "requirements" / "runner.txt")
        index = {name: value for name, value in os.environ.items() if name != "PATH"}
        installed = run.command(["uv", "pip", "install", "-q", "--python", python, "--requirement", pins], index)
        if installed.rc:
            pytest.skip(f"ansible-runner can't be installed: {installed.output}")
        yield [python, "-m", "ansible_runner", "run", ".", "--playbook", "play.yml", "--artifact-dir", "tmp/artifacts"]


@pytest.mark.full
def test_ansible_runner_has_the_same_answers_and_failures(aws, project, as_nobody, runner):
    """As a user without a name, in a project that can't be written: events, status and exit codes."""
    aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"], "EFS_DNS_URL": "fs-1"})
    for folder in ("inventory", "project"):
        (project / folder).mkdir(mode=0o755)
    config = {"plugin": "tfbridge.aws.ssm_outputs", **CACHED, "cache_connection": "/root/cache"}
    (project / "inventory" / "demo.ssm_outputs.yml").write_text(yaml.safe_dump(config))
    (project / "project" / "play.yml").write_text(PLAY)

    played = as_nobody(*runner, "--ident", "good")
    denied = as_nobody(*runner, "--ident", "bad", AWS_REGION="eu-central-1", AWS_ENDPOINT_URL="http://127.0.0.1:1")

    artifacts = project / "tmp" / "artifacts"
    events = [json.loads(path.read_text()) for path in (artifacts / "good" / "job_events").glob("*.json")]
    said = {event["event_data"]["res"]["msg"] for event in events if event["event"] == "runner_on_ok"}
    assert (0, {"10.0.0.1 fs-1", "10.0.0.2 fs-1"}) == (played.rc, said), played.output
    assert 1 == played.said.count("the cache can't be used: ")
    assert ("successful", "failed") == tuple((artifacts / run / "status").read_text() for run in ("good", "bad"))
    assert "4" == (artifacts / "bad" / "rc").read_text()
    assert (4, 1) == (denied.rc, denied.said.count("got no answer: Could not connect to the endpoint")), denied.output
    assert {"inventory", "project", "tmp"} == {path.name for path in project.iterdir()}


class TestTimeZones:
    """Minimal images have none."""

    BOOK = {
        "region": "eu-central-1",
        "role_arn": "arn:aws:iam::123456789012:role/x",
        "schedule_group": "tfbridge",
        "weekly": {"days": ["mon"], "start": "08:00", "end": "18:00"},
        "timezone": "Europe/Paris",
        "name": "work",
    }

    def _book(self, aws, run, **env):
        ec2 = aws.client("ec2")
        made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
        options = {**self.BOOK, "instance_ids": [made[0]["InstanceId"]]}
        arguments = ["-m", "tfbridge.aws.ec2_schedule", "-a", json.dumps(options), "--check"]
        here = {"ansible_python_interpreter": run.env["PATH"].split(":")[0] + "/python"}
        # No folder has zones.
        env = {"PYTHONTZPATH": "", **env}
        return run.command(["ansible", "localhost", *arguments, "-e", json.dumps(here)], env=env)

    def test_the_package_serves_where_the_system_has_none(self, aws, run):
        """It is among the requirements of the execution environment, and of the module."""
        result = self._book(aws, run)

        assert (0, True) == (result.rc, "CHANGED" in result.said), result.output

    def test_without_both_the_error_says_what_is_missing(self, aws, run):
        """Not that the zone is unknown."""
        run.write("hidden/tzdata/__init__.py", "raise ImportError('hidden')\n")
        result = self._book(aws, run, PYTHONPATH=str(run.folder / "hidden"))

        assert (2, True) == (result.rc, "this machine knows no time zones. Install" in result.said), result.output


@pytest.mark.skipif(not BUILDER, reason="not on this machine: ansible-builder")
def test_the_builder_finds_what_the_collection_needs(run):
    """What `ansible-builder introspect` makes of the collection's files."""
    found = run.command([BUILDER, "introspect", COLLECTIONS])

    assert 0 == found.rc, found.output
    lines = yaml.safe_load(found.stdout)["python"]
    for package in ("boto3", "botocore", "tzdata"):
        assert any(line.startswith(package) for line in lines), found.output
