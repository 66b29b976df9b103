# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bare repository on this machine in the place of the project's address, for commands that clone from there.

Git itself is told to fetch elsewhere, and so a command keeps the address that the documentation names.
"""

from __future__ import annotations

import pathlib
import subprocess

from scripts.sanity import copy_tracked

ADDRESS = "https://github.com/tfbridge/tfbridge.aws.git"
AUTHOR = ("-c", "user.name=Test", "-c", "user.email=test@example.com")


def git(folder: pathlib.Path, *words: str) -> str:
    """Run git in a folder, and return what it says."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout.strip()


def host(folder: pathlib.Path) -> dict[str, str]:
    """Put this checkout into a bare repository, as its branch `main`, and return the environment that leads to it."""
    work, bare = folder / "work", folder / "host.git"
    copy_tracked(work)
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "add", "--all")
    git(work, *AUTHOR, "commit", "--quiet", "--message", "All of it")
    git(folder, "clone", "--quiet", "--bare", str(work), str(bare))
    return environment(bare)


def environment(repository: pathlib.Path) -> dict[str, str]:
    """Return the environment in which git finds a repository at the project's address."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        # Nothing of the user's own, and no question.
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
    }
