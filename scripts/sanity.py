# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test's sanity suite on a copy of the files that git knows.

`scripts/sanity.py all` runs all of it; without `all` it leaves out what takes two thirds of the time and says what
another check says too: ruff has the rules of pylint and pep8, antsibull-changelog reads its fragments itself, and
antsibull-docs has ansible-doc read every plugin.

ansible-test wants a folder named ansible_collections/<namespace>/<name>, and keeps its virtual environments at
home: both are in .cache. Into each it brings a pip that it downloads from a place that not every machine reaches; a
file of that name that copies the pip of this environment serves as well.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / ".cache" / "sanity"
PROGRAMS = pathlib.Path(sys.executable).parent
INSTALLED = pathlib.Path(sysconfig.get_path("purelib"))
COPY = WORK / "ansible_collections" / "tfbridge" / "aws"

BOOTSTRAP = f'''\
"""Bring pip to the virtual environment of this interpreter: that of the one that runs the suite."""
import shutil
import sysconfig

shutil.copytree({str(INSTALLED / "pip")!r}, sysconfig.get_path("purelib") + "/pip")
'''
SAID_ELSEWHERE = ("ansible-doc", "changelog", "pep8", "pylint")


def copy_tracked(target: pathlib.Path) -> None:
    """Copy what is tracked, and what is new and not ignored, to a folder that is made anew."""
    shutil.rmtree(target, ignore_errors=True)
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file():
            destination = target / name
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, destination)


def _lay_dependencies(target: pathlib.Path) -> None:
    """Let ansible-test find the doc fragments of amazon.aws, which the package `ansible` brings."""
    installed = INSTALLED / "ansible_collections" / "amazon"
    link = target / "amazon"
    link.unlink(missing_ok=True)
    link.symlink_to(installed, target_is_directory=True)


def main() -> int:
    """Run the suite, and return its exit code."""
    copy_tracked(COPY)
    _lay_dependencies(COPY.parents[1])
    home = WORK / "home"
    bootstrap = home / ".ansible" / "test" / "cache" / "get_pip_24_2.py"
    bootstrap.parent.mkdir(parents=True, exist_ok=True)
    bootstrap.write_text(BOOTSTRAP)
    # ansible-test asks the git checkout that it finds for files; the one around the copy ignores them all.
    subprocess.run(["git", "init", "--quiet", COPY], check=True)
    skipped = () if "all" in sys.argv[1:] else SAID_ELSEWHERE
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    options = ("--color", "no", "--requirements", "--python", version, *(f"--skip-test={name}" for name in skipped))
    command = [PROGRAMS / "ansible-test", "sanity", *options]
    return subprocess.run(command, cwd=COPY, env={**os.environ, "HOME": str(home)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
