"""The README is true: its commands run in its order and print what it shows, from an artifact that was installed."""

from __future__ import annotations

import pathlib
import re
import shlex
import subprocess

import pytest

from scripts.sanity import copy_tracked
from tests.conftest import ROOT
from tests.support import git_host
from tests.support.aws import IMAGE
from tests.support.terraform import MOSTLY_OLDEST, Terraform

README = (ROOT / "README.md").read_text()
PUBLISHED = {"MY_IP": ["10.0.0.11", "10.0.0.12"], "EFS_DNS_URL": "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"}


def blocks(language):
    """Give the code blocks of a language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands():
    """Give each command with the output that the README shows for it."""
    found = []
    for block in blocks("console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line.removeprefix("$ "), []])
            else:
                found[-1][1].append(line)
    return [(command, "\n".join(lines).strip()) for command, lines in found]


def plain(text):
    """Leave out what a terminal leaves blank at the end of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh copy of the project, with nothing that it hasn't got in git."""
    folder = tmp_path_factory.mktemp("clone") / "tfbridge.aws"
    copy_tracked(folder)
    return folder


@pytest.fixture
def newcomer(run, clone):
    """Run a command as somebody who has only installed the artifact."""
    environment = {**run.env, "ANSIBLE_FORKS": "1"}
    # The default places, and the collections that the package `ansible` brings.
    del environment["ANSIBLE_COLLECTIONS_PATH"]

    def command(line, **more):
        return subprocess.run(
            shlex.split(line), cwd=clone, env={**environment, **more}, capture_output=True, text=True, check=False
        )

    return command


def test_every_command_but_terraforms_prints_what_the_readme_shows(aws, newcomer, clone):
    """Build, install, list, play: in the README's order, with the README's files."""
    aws.publish(PUBLISHED)
    for text in blocks("yaml"):
        name = re.match(r"# (\S+)\n", text).group(1)
        (clone / name).write_text(text)
    ran = 0
    for command, shown in commands():
        if not command.startswith("terraform"):
            done = newcomer(command)
            assert 0 == done.returncode, f"{command}\n{done.stdout}{done.stderr}"
            assert shown == "" or shown == plain(done.stdout), command
            ran += 1
    assert 5 == ran


def test_the_booking_runs_as_it_stands(aws, newcomer, clone):
    """The play of the README books the instance that it is given, and a second run changes nothing."""
    aws.publish({"EC2_SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler"})
    (instance,) = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
    (text,) = [text for text in blocks("yaml") if text.startswith("# book.yml")]
    (clone / "book.yml").write_text(text)
    assert 0 == newcomer("ansible-galaxy collection install .").returncode
    for changed in (1, 0):
        done = newcomer(f"ansible-playbook book.yml -e instance_id={instance['InstanceId']}")
        assert 0 == done.returncode, done.stdout
        assert f"changed={changed}" in done.stdout


@MOSTLY_OLDEST
def test_the_terraform_lines_are_applied_as_they_stand(aws, provider, tmp_path):
    """The module's block, with the resources that it names. What git fetches comes from a bare repository here."""
    resources = (ROOT / "terraform" / "examples" / "complete" / "main.tf").read_text()
    (block,) = blocks("hcl")
    terraform = Terraform(tmp_path / "terraform", provider, {**aws.env, **git_host.host(tmp_path)})
    configuration = terraform.configuration(
        "readme", re.sub(r'module "outputs" \{.*', "", resources, flags=re.DOTALL) + block
    )
    terraforms = [line for line, _shown in commands() if line.startswith("terraform")]
    assert ["terraform init", "terraform apply"] == terraforms
    configuration.apply(ami=IMAGE, db_password="x")
    names = [item["Name"] for item in aws.client("ssm").describe_parameters()["Parameters"]]
    assert ["OUTPUT_EFS_DNS_URL", "OUTPUT_MY_IP_0", "OUTPUT_MY_IP_1", "OUTPUT_MY_IP_2"] == sorted(names)
    assert "git::" + git_host.ADDRESS in (configuration.folder / ".terraform" / "modules" / "modules.json").read_text()


def test_commands_in_the_text_work(newcomer, run):
    """ansible-doc and make, as the text names them."""
    for command in re.findall(r"`(ansible-doc [^`]+)`", README):
        done = newcomer(command, ANSIBLE_COLLECTIONS_PATH=run.env["ANSIBLE_COLLECTIONS_PATH"])
        assert 0 == done.returncode, done.stderr
        assert "DOCUMENTED" not in done.stderr
        assert "OPTIONS" in done.stdout, command
    for target in re.findall(r"`make ([a-z-]+)`", README):
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stderr


def test_links_lead_somewhere():
    """Every relative link of every page names a file."""
    pages = [path for path in ROOT.glob("**/*.md") if not any(part.startswith(".") for part in path.parts)]
    checked = 0
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
            checked += 1
    assert checked > 5


def test_the_artifact_has_what_users_need_and_nothing_of_ours(newcomer, clone):
    """Plugins, playbooks and Terraform modules are in; tests, scripts, CI and what `make` leaves are not."""
    for artifact in pathlib.Path(clone).glob("*.tar.gz"):
        artifact.unlink()
    for pattern in re.findall("^[^#].*", (ROOT / ".gitignore").read_text(), re.MULTILINE):
        left = clone / pattern.replace("*", "x").replace("[cod]", "c")
        left.mkdir(parents=True, exist_ok=True)
        (left / "left-behind").touch()
    assert 0 == newcomer("ansible-galaxy collection build").returncode
    (artifact,) = clone.glob("tfbridge-aws-*.tar.gz")
    listed = subprocess.run(["tar", "tzf", artifact], capture_output=True, text=True, check=True).stdout.splitlines()
    for wanted in ("plugins/inventory/ssm_outputs.py", "playbooks/show_outputs.yml", "README.md", "requirements.txt"):
        assert wanted in listed
    assert "terraform/modules/ssm_outputs/main.tf" in listed
    unwanted = [
        name
        for name in listed
        if re.match(r"(tests|scripts|requirements|noxfile\.py|\.ci|\.github|\.venv|\.nox|\.cache)(/|$)", name)
    ]
    assert [] == unwanted
    assert [] == [name for name in listed if "left-behind" in name]
    assert artifact.stat().st_size < 1_000_000
