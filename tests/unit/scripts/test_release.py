# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make release`: which versions it takes, and the whole of it, in a clone with a repository to push to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from docutils import core

from scripts import release
from scripts.release import ReleaseError, check_version
from tests.conftest import ROOT
from tests.support.git_host import git


@pytest.mark.parametrize("version", ["0.2.0", "0.1.1", "0.10.0", "1.0.0"])
def test_later_versions(version):
    """Numbers are compared as numbers."""
    check_version(version, "0.1.0")


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("0.1.0", "must come after 0.1.0"),
        ("0.0.9", "must come after"),
        ("v0.2.0", "must be three numbers"),
        ("0.2", "must be three numbers"),
        ("0.02.0", "must be three numbers"),
        ("", "must be three numbers"),
    ],
)
def test_what_is_no_version_to_come(version, reason):
    """Refused before anything is done."""
    with pytest.raises(ReleaseError, match=reason):
        check_version(version, "0.1.0")


def state(folder):
    """Return all that a release changes."""
    return [git(folder, *words.split()) for words in ("rev-parse HEAD", "tag --list", "status --porcelain")]


@pytest.mark.full
def test_a_rehearsal_changes_nothing(tmp_path, monkeypatch, capsys):
    """Changelog, commit, tag and artifact are made elsewhere; this repository is as before."""
    tried = []
    monkeypatch.setattr(release, "try_out", lambda artifact, _folder: tried.append(artifact.name))
    before = state(ROOT)

    release.release("9.0.0", tmp_path, rehearse=True)

    assert ["tfbridge-aws-9.0.0.tar.gz"] == tried
    assert "Rehearsed: tfbridge-aws-9.0.0.tar.gz" in capsys.readouterr().out
    assert before == state(ROOT)


@pytest.fixture
def checkout(tmp_path):
    """A maintainer's clone of a bare repository, with this environment as its own."""
    git(tmp_path, "clone", "--quiet", "--bare", str(ROOT), "origin.git")
    git(tmp_path / "origin.git", "update-ref", "refs/heads/main", "HEAD")
    git(tmp_path / "origin.git", "symbolic-ref", "HEAD", "refs/heads/main")
    git(tmp_path, "clone", "--quiet", "origin.git", "checkout")
    folder = tmp_path / "checkout"
    environment = folder / ".venv"
    environment.mkdir()
    for path in Path(sys.prefix).iterdir():
        (environment / path.name).symlink_to(path)
    # Newer than the pins, and so there is nothing to install.
    (environment / "requirements.txt").unlink(missing_ok=True)
    (environment / "requirements.txt").touch()
    return folder


def make(folder, *words):
    """Run make as a maintainer does, who is known to git."""
    who = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.com", "GIT_COMMITTER_NAME": "Test"}
    env = {**os.environ, **who, "GIT_COMMITTER_EMAIL": "test@example.com"}
    return subprocess.run(["make", *words], cwd=folder, env=env, capture_output=True, text=True, check=False)


def next_release(folder):
    """Return the version after that of galaxy.yml."""
    major, minor, _patch = yaml.safe_load((folder / "galaxy.yml").read_text())["version"].split(".")
    return f"{major}.{int(minor) + 1}.0"


@pytest.mark.full
def test_a_release_as_it_is_made(checkout):
    """Version, changelog, commit, tag, artifact; the artifact was tried; what is said to publish it publishes it."""
    version = next_release(checkout)
    fragments = {path.name for path in (checkout / "changelogs" / "fragments").glob("*.yml")}
    done = make(checkout, "release", f"VERSION={version}")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "Installing it in an empty environment, and trying it" in done.stdout
    assert version == yaml.safe_load((checkout / "galaxy.yml").read_text())["version"]
    assert ["", f"Release {version}"] == [
        git(checkout, "status", "--porcelain"),
        git(checkout, "log", "-1", "--format=%s"),
    ]
    assert git(checkout, "rev-parse", "HEAD") == git(checkout, "rev-parse", f"v{version}^{{commit}}")
    assert "tag" == git(checkout, "cat-file", "-t", f"v{version}")

    changelog = (checkout / "CHANGELOG.rst").read_text()
    assert f"\nv{version}\n======\n" in changelog
    assert fragments
    assert [] == list((checkout / "changelogs" / "fragments").glob("*.yml"))
    core.publish_doctree(changelog, settings_overrides={"halt_level": 2, "report_level": 2})

    artifact = checkout / ".cache" / "release" / f"tfbridge-aws-{version}.tar.gz"
    with tarfile.open(artifact) as archive:
        info = json.load(archive.extractfile("MANIFEST.json"))["collection_info"]
        names = archive.getnames()
    assert (version, "tfbridge", "aws") == (info["version"], info["namespace"], info["name"])
    assert {"CHANGELOG.rst", "README.md", "plugins/inventory/ssm_outputs.py"} <= set(names)

    (push,) = re.findall(r"^  git (push .*?) && ansible-galaxy collection publish", done.stdout, re.MULTILINE)
    git(checkout, *push.split())
    origin = checkout.parent / "origin.git"
    assert (
        git(checkout, "rev-parse", "HEAD")
        == git(origin, "rev-parse", "main")
        == git(origin, "rev-parse", f"v{version}^{{commit}}")
    )

    again = make(checkout, "release", f"VERSION={version}")
    assert (2, True) == (again.returncode, f"VERSION: {version} must come after {version}" in again.stderr), (
        again.stderr
    )


@pytest.mark.full
def test_no_release_of_what_is_not_committed(checkout):
    """Nothing is begun, and the error says what to do."""
    (checkout / "README.md").write_text("changed")
    before = state(checkout)
    done = make(checkout, "release", f"VERSION={next_release(checkout)}")

    assert 2 == done.returncode
    assert "ERROR: there are uncommitted changes: commit or stash them first" in done.stderr
    assert before == state(checkout)
