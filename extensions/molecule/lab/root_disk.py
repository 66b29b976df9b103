# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disk that all guests share, made once by make-root and kept under the digest of that script."""

from __future__ import annotations

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().with_name("make-root")


class RootDiskError(Exception):
    """The disk can't be made; the text says why."""


def prepare(cache: pathlib.Path) -> pathlib.Path:
    """Return the folder with root.img and id, made now where it isn't there or the script has changed."""
    digest = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]
    ready = cache / f"root-{digest}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "root.lock").open("w") as lock:
        # Two runs that start together: one makes it, the other waits for that.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _make(cache, ready)
    return ready


def _make(cache: pathlib.Path, ready: pathlib.Path) -> None:
    print("making the root disk of the lab's guests (once, a minute or two)", flush=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="making-") as scratch:
        done = subprocess.run([SCRIPT, scratch], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RootDiskError(f"{SCRIPT.name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
        pathlib.Path(scratch).chmod(0o755)
        for old in cache.glob("root-*"):
            shutil.rmtree(old)
        # Last, and in one step: what is interrupted is made anew.
        pathlib.Path(scratch).rename(ready)
        pathlib.Path(scratch).mkdir()
