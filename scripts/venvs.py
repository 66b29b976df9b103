# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual environments with the pinned packages: one for work and one for each other line of ansible-core.

.venv is that of the Python at hand, .venv-<python> has the other line, .venv-oldest what the collection still supports.
Python 3.11 brings ansible-core 2.19, later ones bring 2.21 (requirements/dev.in); the oldest is 2.17 (oldest.in).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements" / "dev.txt"
OLDEST_PINS = ROOT / "requirements" / "oldest.txt"
LINES_OF_CORE = ({"3.11"}, {"3.12", "3.13"})
OLDEST_CORE = {"3.11", "3.12"}


class EnvironmentUnavailableError(Exception):
    """An environment can't be made here; the text says why and what to do."""


class InterpreterMissingError(EnvironmentUnavailableError):
    """The Python that an environment needs is not on the machine."""


def main_environment() -> pathlib.Path:
    """Give the interpreter of .venv, made anew where the pins or the Python changed."""
    if sys.version_info < (3, 11):
        message = f"Python {sys.version.split()[0]} is too old: 3.11 or later is needed. Try `make PYTHON=python3.12`."
        raise EnvironmentUnavailableError(message)
    return _prepare(ROOT / ".venv", pathlib.Path(sys.executable), PINS)


def other_environment() -> pathlib.Path:
    """Give an interpreter with the line of ansible-core that .venv does not have."""
    mine = _version(ROOT / ".venv" / "bin" / "python")
    wanted = next(line for line in LINES_OF_CORE if mine not in line)
    interpreter = _interpreter(sorted(wanted, reverse=True))
    return _prepare(ROOT / f".venv-{_version(interpreter)}", interpreter, PINS)


def oldest_environment() -> pathlib.Path:
    """Give an interpreter with the oldest ansible-core, amazon.aws and boto3 that the collection supports."""
    interpreter = _interpreter(sorted(OLDEST_CORE))
    # Nobody has released these together: amazon.aws of a later Ansible works on an older ansible-core.
    return _prepare(ROOT / ".venv-oldest", interpreter, OLDEST_PINS, "--no-deps")


def _interpreter(wanted: Sequence[str]) -> pathlib.Path:
    """Give the first of these Pythons that runs here."""
    for version in wanted:
        for candidate in _candidates(version):
            if _version(candidate) == version:
                return candidate
    raise InterpreterMissingError(f"this machine has no Python {' or '.join(sorted(wanted))}")


def _candidates(version: str) -> Iterator[pathlib.Path]:
    found = shutil.which(f"python{version}")
    if found:
        yield pathlib.Path(found)
    # A pyenv shim answers only for versions that are activated; the interpreters behind it always do.
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)


def _version(interpreter: pathlib.Path) -> str:
    """Give the interpreter's 3.x, or nothing where it does not run."""
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([interpreter, "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def _prepare(folder: pathlib.Path, interpreter: pathlib.Path, pins: pathlib.Path, *options: str) -> pathlib.Path:
    python = folder / "bin" / "python"
    stamp = folder / "requirements.sha256"
    wanted = f"{_version(interpreter)} {hashlib.sha256(pins.read_bytes()).hexdigest()}"
    if stamp.exists() and stamp.read_text() == wanted and _version(python):
        return python
    print(f"Installing the pinned packages into {folder.name} (once, a minute or two) ...", flush=True)
    _run([interpreter, "-m", "venv", "--clear", folder], "is python3-venv installed?")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    _run([*pip, "install", *options, "--requirement", pins], "is the package index reachable?")
    # Written last: what was interrupted is made anew.
    stamp.write_text(wanted)
    return python


def _run(command: Sequence[str | pathlib.Path], hint: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise EnvironmentUnavailableError(f"{error} - {hint}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise EnvironmentUnavailableError(f"{' '.join(map(str, command))} failed - {hint}\n{said}")


def main() -> int:
    """Make .venv."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        main_environment()
    except EnvironmentUnavailableError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
