# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The zip of the booking API's function: what is in it, and that it is the same everywhere."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

MODULE = Path(__file__).resolve().parents[2] / "terraform" / "modules" / "ec2_scheduler"
INSIDE = "ansible_collections/tfbridge/aws/plugins/module_utils/"


@pytest.fixture
def build() -> ModuleType:
    """Return build_lambda.py as a module."""
    spec = importlib.util.spec_from_file_location("build_lambda", MODULE / "build_lambda.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def digest(path: Path) -> str:
    """Return what Terraform would compare."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_packs_the_collections_own_files(build: ModuleType, tmp_path: Path) -> None:
    """The handler, the planner and the store, byte by byte as they are here; nothing that they don't import."""
    archive = zipfile.ZipFile(build.write(tmp_path / "a.zip"))
    names = archive.namelist()

    assert {
        "handler.py",
        "events.py",
        "bookings.py",
        f"{INSIDE}_planner/booking.py",
        f"{INSIDE}_planner/edges.py",
    } <= set(names)
    assert not [name for name in names if "timeline" in name or "inventory" in name or name.startswith("ansible/")]
    for name in names:
        source = build.MODULE_UTILS / name.removeprefix(INSIDE) if "/" in name else MODULE / "lambda" / name
        assert archive.read(name) == source.read_bytes()


def test_it_is_the_same_everywhere(build: ModuleType, tmp_path: Path) -> None:
    """Another run, hash seed, umask and age of the files make no difference."""
    first = build.write(tmp_path / "a.zip")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    command = f"umask 077; {sys.executable} {MODULE / 'build_lambda.py'} {tmp_path / 'b.zip'}"
    subprocess.run(["sh", "-c", command], env=environment, check=True)

    assert digest(first) == digest(tmp_path / "b.zip")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("import yaml", "imports yaml, which Lambda's Python runtime does not have"),
        ("from ansible.module_utils import basic", "imports ansible.module_utils, which Lambda's"),
        ("from ansible_collections.tfbridge.aws.plugins.module_utils import _gone", "_gone, which is not in plugins"),
        ("from ansible_collections.amazon.aws.plugins.module_utils import core", "ansible_collections.amazon.aws"),
    ],
)
def test_what_would_fail_on_lambda_fails_here(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, complaint: str
) -> None:
    """An import that Lambda can't satisfy is refused by name, and nothing is written."""
    (tmp_path / "handler.py").write_text(f"{line}\n", encoding="utf-8")
    monkeypatch.setattr(build, "LAMBDA", tmp_path)

    with pytest.raises(build.BuildError, match=complaint):
        build.write(tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_it_says_what_is_wrong(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a command it ends with 1 and one line, not with a traceback."""

    def fail(_target: Path) -> Path:
        raise build.BuildError("handler.py imports yaml")

    monkeypatch.setattr(build, "write", fail)

    assert build.main([]) == 1
    assert capsys.readouterr().err == "handler.py imports yaml\n"
