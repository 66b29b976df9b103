"""Each Terraform module can be called from wherever it lies: no provider is needed to see that."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from scripts.terraform_binary import TerraformUnavailableError, find_terraform
from tests.support.terraform import SOURCES

pytestmark = pytest.mark.terraform

MODULES = sorted(path.name for path in (SOURCES / "modules").iterdir())
CALL = 'module "{name}_{kind}" {{\n  source = "{source}"\n{required}}}\n'
# Terraform 1.15 wants arguments where it only fetches.
REQUIRED = {"ssm_inputs": '  path   = "/web"\n'}
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")


@pytest.fixture
def sources(tmp_path):
    """All ways to name a module, by kind: {name} is the module's."""
    installed = tmp_path / "collections" / "ansible_collections" / "tfbridge" / "aws"
    shutil.copytree(SOURCES, installed / "terraform", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    repository = tmp_path / "repository"
    shutil.copytree(installed, repository)
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Add the modules"]):
        subprocess.run([*GIT, *command], cwd=repository, check=True)
    return {
        "absolute": f"{installed}/terraform/modules/{{name}}",
        "relative": "../collections/ansible_collections/tfbridge/aws/terraform/modules/{name}",
        "package": f"{installed}//terraform/modules/{{name}}",
        "git": f"git::file://{repository}//terraform/modules/{{name}}?ref=main",
    }


def test_modules_are_found_by_every_kind_of_source(tmp_path, sources):
    """By absolute path a module is alone: it may call none beside it."""
    try:
        binary = find_terraform()
    except TerraformUnavailableError as error:
        pytest.skip(str(error))
    root = tmp_path / "root"
    root.mkdir()
    calls = [
        CALL.format(name=name, kind=kind, source=source.format(name=name), required=REQUIRED.get(name, ""))
        for name in MODULES
        for kind, source in sources.items()
    ]
    (root / "main.tf").write_text("".join(calls))

    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        [binary, f"-chdir={root}", "get", "-no-color"], env=environment, capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr), done.stderr
    assert {"ec2_scheduler", "ssm_outputs", "ssm_secrets"} <= set(MODULES)
