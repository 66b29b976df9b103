# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make release`: which versions it takes, and the whole of it as a rehearsal."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.release import ReleaseError, check_version
from tests.conftest import ROOT


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


@pytest.mark.full
def test_a_rehearsal_changes_nothing():
    """Changelog, artifact, an empty environment, its examples: all of it, and this repository is as before."""

    def state():
        words = ("rev-parse HEAD", "tag --list", "status --porcelain")
        return [subprocess.check_output(["git", *each.split()], cwd=ROOT, text=True) for each in words]

    before = state()
    command = [sys.executable, str(ROOT / "scripts" / "release.py"), "9.0.0", "--rehearse"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    assert "Rehearsed: tfbridge-aws-9.0.0.tar.gz" in done.stdout
    assert before == state()
