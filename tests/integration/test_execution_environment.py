# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Execution environments: ansible-builder takes the definition of the guide, and finds what the collection needs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from scripts import wheels
from tests.conftest import ROOT
from tests.support import galaxy_server, git_host
from tests.support.aws import Aws
from tests.support.command_lines import CommandLines
from tests.support.image import Chroot, Venv

PAGE = (ROOT / "docs" / "execution_environment.md").read_text()
DEPENDENCIES = ("amazon/aws", "ansible/posix")
PLAY = """
- hosts: my_ip
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }} mounts {{ lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL') }}"
"""
PUBLISHES = """
module "outputs" {
  source  = "git::https://github.com/tfbridge/tfbridge.aws.git//terraform/modules/ssm_outputs?ref=main"
  lists   = { my_ip = aws_instance.web[*].private_ip }
  strings = { efs_dns_url = aws_efs_file_system.shared.dns_name }
}
"""
BUILDER = str(Path(sys.executable).with_name("ansible-builder"))


def block(name: str) -> str:
    """Return the file of the guide that begins with its name."""
    (text,) = re.findall(rf"```yaml\n(# {re.escape(name)}\n.*?)```", PAGE, re.DOTALL)
    return text


def create(folder: Path) -> None:
    """Run the command of the guide on the definition of the guide."""
    (folder / "execution-environment.yml").write_text(block("execution-environment.yml"))
    (command,) = re.findall(r"\$ ansible-builder (create .*)", PAGE)
    done = subprocess.run([BUILDER, *command.split()], cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_the_definition_of_the_guide(tmp_path: Path) -> None:
    """The command of the guide makes a build context with the collection and the optional package in it."""
    create(tmp_path)

    requirements = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text())
    assert ["https://github.com/tfbridge/tfbridge.aws.git"] == [one["name"] for one in requirements["collections"]]
    assert "python-hcl2>=8.1.4,<9" in (tmp_path / "context" / "_build" / "requirements.txt").read_text()
    # Named after the engine that is there.
    (recipe,) = (tmp_path / "context").glob("*file")
    assert "ansible-core>=2.19,<2.20" in recipe.read_text()


@pytest.fixture
def galaxy(tmp_path: Path) -> Iterator[str]:
    """A Galaxy server that has what the collection depends on."""
    installed = Path(sysconfig.get_path("purelib")) / "ansible_collections"
    with galaxy_server.serve(*(galaxy_server.pack(installed / name, tmp_path) for name in DEPENDENCIES)) as url:
        yield url


@pytest.mark.full
@pytest.mark.parametrize("image", [Venv, Chroot])
def test_the_contents_of_the_image_work(aws: Aws, run: CommandLines, galaxy: str, image: type[Venv]) -> None:
    """Installed as the image's recipe does, where there is nothing else: the inventory, a lookup, the check."""
    aws.publish({"MY_IP": ["10.0.0.11"], "EFS_DNS_URL": "fs-1"})
    create(run.folder)
    definition = yaml.safe_load(block("execution-environment.yml"))["dependencies"]
    context, collections = run.folder / "context" / "_build", run.folder / "collections"
    settings = {"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_GALAXY_SERVER": galaxy}
    inside = image(run, {**settings, **git_host.host(run.folder)})

    inside.install(definition["ansible_core"]["package_pip"], definition["ansible_runner"]["package_pip"])
    requirements = context / "requirements.yml"
    inside.succeed(["ansible-galaxy", "collection", "install", "-r", requirements, "-p", collections])
    found = run.command([BUILDER, "introspect", collections])
    python = run.write("python.txt", "\n".join(yaml.safe_load(found.stdout)["python"]))
    inside.install("-r", python, "-r", context / "requirements.txt")

    run.write("demo.ssm_outputs.yml", "plugin: tfbridge.aws.ssm_outputs\nregions: [eu-central-1]\n")
    run.write("ansible/play.yml", PLAY)
    run.write("terraform/main.tf", PUBLISHES)
    for line, told in (
        ("ansible-inventory -i demo.ssm_outputs.yml --graph", "10.0.0.11"),
        ("ansible-runner run . --project-dir ansible --inventory demo.ssm_outputs.yml -p play.yml", "mounts fs-1"),
        ("ansible-playbook tfbridge.aws.check_outputs -e terraform=terraform -e playbooks=ansible", "failed=0"),
    ):
        assert told in inside.succeed(line.split())


def test_what_the_collection_says_that_it_needs(tmp_path: Path) -> None:
    """What ansible-builder reads in the image: the packages of requirements.txt, no package of the system."""
    installed = tmp_path / "ansible_collections" / "tfbridge" / "aws"
    shutil.copytree(ROOT / "meta", installed / "meta")
    for name in ("requirements.txt", "galaxy.yml"):
        shutil.copy(ROOT / name, installed)
    done = subprocess.run([BUILDER, "introspect", str(tmp_path)], capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    found = yaml.safe_load(done.stdout)
    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert sorted(wanted) == sorted(one.partition("  #")[0] for one in found["python"])
    assert not found.get("system")


@pytest.mark.parametrize("name", ["boto3", "botocore"])
def test_no_version_is_said_twice(name: str) -> None:
    """README and requirements.txt agree on the oldest version."""
    (least,) = re.findall(rf"^{name}>=(\d+\.\d+)\.0$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert f"| boto3 | {least} and later" in (ROOT / "README.md").read_text()


@pytest.mark.full
def test_navigator_settings(tmp_path: Path) -> None:
    """They fit the schema of ansible-navigator's own package, which knows no other key."""
    wheel = wheels.download(ROOT / "requirements" / "navigator.txt", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        schema = json.loads(archive.read("ansible_navigator/data/ansible-navigator.json"))
    validator = jsonschema.Draft7Validator(schema)
    settings = yaml.safe_load(block("ansible-navigator.yml"))

    assert [] == [error.message for error in validator.iter_errors(settings)]
    settings["ansible-navigator"]["execution-environment"]["volume-mount"] = []
    assert [] != list(validator.iter_errors(settings))
