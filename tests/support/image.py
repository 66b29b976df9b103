# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-ins for the image of an execution environment: an empty venv, and a Debian with nothing else in it."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Union

import pytest

from tests.support.command_lines import CommandLines, Result

Words = Sequence[Union[str, pathlib.Path]]
# What images of execution environments have beside Python.
PACKAGES = "python3,python3-venv,git,ca-certificates"
DEBIAN, PYTHON = "bookworm", (3, 11)
# Sees the folder of the test under the name that it has outside; all mounts end with the command.
ENTER = """
for each in /dev /proc "$folder"; do mkdir -p "$root$each" && mount --rbind "$each" "$root$each"; done
exec chroot "$root" sh -c 'cd "$folder" && exec "$@"' inside "$@"
"""


class Venv:
    """An environment of Python, with the commands of this machine's system beside it."""

    def __init__(self, run: CommandLines, environment: Mapping[str, str]) -> None:
        self.run = run
        self.folder = run.folder
        self.environment = {**environment, "PATH": f"{self.folder / 'venv' / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.make()

    def make(self) -> None:
        """Make it."""
        self.succeed([sys.executable, "-m", "venv", self.folder / "venv"])

    def command(self, words: Words, environment: Mapping[str, str]) -> Result:
        """Run a command in it."""
        return self.run.command(words, environment)

    def succeed(self, words: Words) -> str:
        """Run a command in it that has to succeed, and return what it prints."""
        done = self.command(words, self.environment)
        assert 0 == done.rc, done.output
        return done.stdout

    def install(self, *words: str | pathlib.Path) -> None:
        """Install packages, which this machine downloads: the image needs no index and no settings of ours."""
        wheels = self.folder / "wheels"
        download = ["pip", "download", "-q", "--only-binary=:all:", f"--python-version={self.version()}", "-d", wheels]
        subprocess.run([sys.executable, "-m", *download, *words], check=True)
        self.succeed(["pip", "install", "-q", "--no-index", "--find-links", wheels, *words])

    def version(self) -> str:
        """Return the version of its Python."""
        return self.succeed(["python3", "-c", "import platform; print(platform.python_version())"]).strip()


class Chroot(Venv):
    """A venv in a Debian of its own: nothing of this machine but its kernel, its network and the folder of the test."""

    def make(self) -> None:
        """Make it, which takes a minute."""
        if os.geteuid() or not shutil.which("mmdebstrap"):
            pytest.skip("not on this machine: a chroot needs root and mmdebstrap")
        if sys.version_info[:2] != PYTHON:
            pytest.skip("not on this machine: pip downloads what its own Python needs, and the image has another")
        self.root = self.folder / "root"
        made = ["unshare", "--mount", "--propagation", "private", "mmdebstrap", "--mode=root", "--quiet"]
        subprocess.run([*made, "--variant=minbase", f"--include={PACKAGES}", DEBIAN, self.root], check=True)
        self.succeed(["/usr/bin/python3", "-m", "venv", self.folder / "venv"])

    def command(self, words: Words, environment: Mapping[str, str]) -> Result:
        """Run a command in it."""
        places = {"root": str(self.root), "folder": str(self.folder)}
        enter = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", ENTER, "enter"]
        return self.run.command([*enter, *words], {**environment, **places})
