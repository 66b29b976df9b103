# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every line that README and guides install the collection by, as it stands, and the example after it.

A bare repository stands for the project's address, and a small server for Galaxy (tests/support/galaxy_server.py).
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.support import galaxy_server, git_host
from tests.support.aws import Aws
from tests.support.command_lines import CommandLines, Result

pytestmark = pytest.mark.full

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
LINES = sorted(
    {line for page in PAGES for line in re.findall(r"ansible-galaxy collection install [^\n`]+", page.read_text())}
)
FROM_A_CLONE = "ansible-galaxy collection install ."


@pytest.fixture(scope="module")
def git_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which git finds this checkout at the project's address."""
    return git_host.host(tmp_path_factory.mktemp("host"))


@pytest.fixture(scope="module")
def galaxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has the next release, which is what README asks for."""
    folder = tmp_path_factory.mktemp("galaxy")
    git_host.copy_tracked(folder / "work")
    path = folder / "work" / "galaxy.yml"
    path.write_text(re.sub("(?m)^version: .*", "version: 0.2.0", path.read_text()))
    build = [Path(sys.executable).with_name("ansible-galaxy"), "collection", "build", "--output-path", folder]
    subprocess.run(build, cwd=folder / "work", check=True, capture_output=True)
    (artifact,) = folder.glob("*.tar.gz")
    with galaxy_server.serve(artifact) as url:
        yield url


@pytest.fixture
def newcomer(run: CommandLines, git_environment: dict[str, str], galaxy: str) -> Callable[[str], Result]:
    """Run a line where nothing of the collection is installed."""

    def command(line: str) -> Result:
        env = {**git_environment, "ANSIBLE_GALAXY_SERVER": galaxy, "ANSIBLE_COLLECTIONS_PATH": None}
        return run.command(shlex.split(line), env)

    return command


@pytest.mark.parametrize("line", [line for line in LINES if re.search(r"-r |git\+https:|tfbridge\.aws:", line)])
def test_the_line_installs_and_the_example_works(
    aws: Aws, run: CommandLines, newcomer: Callable[[str], Result], line: str
) -> None:
    """And what is installed is where a play finds it, with a version."""
    aws.publish({"MY_IP": ["10.0.0.11"]})
    for block in re.findall(
        r"```yaml\n(# (?:requirements|demo\.ssm_outputs)\.yml\n.*?)```", PAGES[0].read_text(), re.DOTALL
    ):
        run.write(block.splitlines()[0].removeprefix("# "), block)
    before = newcomer("ansible-inventory -i demo.ssm_outputs.yml --graph")
    installed = newcomer(line)
    after = newcomer("ansible-inventory -i demo.ssm_outputs.yml --graph")

    assert "10.0.0.11" not in before.stdout
    assert 0 == installed.rc, installed.output
    assert "tfbridge.aws" in installed.stdout
    assert "10.0.0.11" in after.stdout, after.output
    (manifest,) = run.folder.glob("home/.ansible/collections/ansible_collections/tfbridge/aws/MANIFEST.json")
    version = yaml.safe_load(manifest.read_text())["collection_info"]["version"]
    assert version == ("0.2.0" if ">=" in line else yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"])


def test_all_ways_are_there() -> None:
    """By a file, by name, by git; from a clone is what the test of README does."""
    assert FROM_A_CLONE in LINES
    assert any("-r requirements.yml" in line for line in LINES)
    assert any('"tfbridge.aws:>=' in line for line in LINES)
    assert any("git+https://" in line for line in LINES)
