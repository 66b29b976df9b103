# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows of GitHub: valid, safe, and of the releases that the README names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.conftest import ROOT

FOLDER = ROOT / ".github"
BIN = Path(sys.executable).parent


def run(program: str, *words: str) -> None:
    """Run a linter of this environment."""
    done = subprocess.run([str(BIN / program), *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_they_are_valid():
    """For GitHub's own schemas."""
    workflows = [str(path) for path in FOLDER.glob("workflows/*.yml")]

    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    run("check-jsonschema", "--builtin-schema", "vendor.dependabot", str(FOLDER / "dependabot.yml"))


def test_they_are_safe():
    """No finding of zizmor at its strictest: rights, pins, credentials, expressions in scripts."""
    run("zizmor", "--offline", "--persona", "pedantic", "--no-progress", str(FOLDER))


def test_every_action_is_pinned_by_a_commit():
    """And says which release that is."""
    uses = re.findall(r"uses: (.*)", "".join(path.read_text() for path in FOLDER.glob("workflows/*.yml")))

    assert uses
    assert [] == [one for one in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", one)]


def test_the_matrix_is_what_the_readme_names():
    """Each release of ansible-core that the README calls tested has a job, by a session of noxfile.py."""
    jobs = yaml.safe_load((FOLDER / "workflows" / "test.yml").read_text())["jobs"]
    matrix = jobs["test"]["strategy"]["matrix"]["include"]
    (named,) = re.findall(r"\| ansible-core \|.*?tested with (.*?) \|", (ROOT / "README.md").read_text())
    sessions = re.findall(r'(?:def |name=")([\w-]+)', (ROOT / "noxfile.py").read_text())

    assert re.findall(r"\d\.\d+", named) == [entry["core"] for entry in matrix]
    assert {entry["session"] for entry in matrix} <= set(sessions)
