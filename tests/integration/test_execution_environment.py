# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Execution environments: ansible-builder takes the definition of the guide, and finds what the collection needs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "execution_environment.md").read_text()
BUILDER = str(Path(sys.executable).with_name("ansible-builder"))


def block(name: str) -> str:
    """Return the file of the guide that begins with its name."""
    (text,) = re.findall(rf"```yaml\n(# {re.escape(name)}\n.*?)```", PAGE, re.DOTALL)
    return text


def test_the_definition_of_the_guide(tmp_path: Path) -> None:
    """The command of the guide makes a build context with the collection and the optional package in it."""
    (tmp_path / "execution-environment.yml").write_text(block("execution-environment.yml"))
    (command,) = re.findall(r"\$ ansible-builder (create .*)", PAGE)
    done = subprocess.run([BUILDER, *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr
    requirements = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text())
    assert ["https://github.com/tfbridge/tfbridge.aws.git"] == [one["name"] for one in requirements["collections"]]
    assert "python-hcl2>=8.1.4,<9" in (tmp_path / "context" / "_build" / "requirements.txt").read_text()
    # Named after the engine that is there.
    (recipe,) = (tmp_path / "context").glob("*file")
    assert "ansible-core>=2.19,<2.20" in recipe.read_text()


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


def test_navigator_settings() -> None:
    """They are YAML with the keys that ansible-navigator has."""
    settings = yaml.safe_load(block("ansible-navigator.yml"))["ansible-navigator"]["execution-environment"]

    assert {"image", "environment-variables", "volume-mounts"} == set(settings)
    assert {"src", "dest", "options"} == set(settings["volume-mounts"][0])
