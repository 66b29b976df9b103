"""Every Terraform module and example is formatted, valid, and passes its own `terraform test`."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from scripts.terraform_binary import find_terraform
from scripts.terraform_provider import PACKAGED
from tests.conftest import NOT_HERE
from tests.support import warm_provider
from tests.support.hangs import TIMEOUT
from tests.support.terraform import SOURCES

NO_RELEASE = "no available releases match the given constraints"
FOLDERS = sorted({path.parent.relative_to(SOURCES).as_posix() for path in SOURCES.glob("*/*/*.tf")})
# Each example is applied by a test of its own in the quick suite.
MARKED = [
    folder if folder.startswith("modules/") else pytest.param(folder, marks=pytest.mark.full) for folder in FOLDERS
]


@pytest.fixture
def terraform(request, tmp_path):
    """Run Terraform in a copy of all folders, and fail with what it said."""
    copy = tmp_path / "terraform"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    # The newest that can be had, unless a test asks for another.
    chosen = request.getfixturevalue("provider" if "provider" in request.fixturenames else "some_provider")
    environment = {**os.environ, **chosen.environment, "AWS_REGION": "eu-central-1"}
    if chosen.version == PACKAGED:  # one that is started already passes for any version
        environment.pop(warm_provider.VARIABLE, None)

    def run(folder, *arguments):
        command = [find_terraform(), f"-chdir={copy / folder}", *arguments, "-no-color"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT)
        if chosen.version == PACKAGED and NO_RELEASE in done.stderr:
            pytest.skip(f"{NOT_HERE}a newer AWS provider than {PACKAGED}, which {folder} needs")
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def test_all_files_are_formatted(terraform):
    """As `terraform fmt` writes them."""
    terraform(".", "fmt", "-check", "-diff", "-recursive")


@pytest.mark.parametrize("folder", MARKED)
def test_it_is_valid_and_passes_its_tests(terraform, folder):
    """With the newest provider that can be had; `terraform test` validates too."""
    terraform(folder, "init", "-backend=false", "-input=false")
    terraform(folder, "test" if any((SOURCES / folder).glob("tests/*.tftest.hcl")) else "validate")


@pytest.mark.full
@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("provider", ["oldest"], indirect=True)
def test_the_oldest_provider_passes_them_too(terraform):
    """Of the one module that supports it."""
    terraform("modules/ssm_outputs", "init", "-backend=false", "-input=false")
    terraform("modules/ssm_outputs", "test")
