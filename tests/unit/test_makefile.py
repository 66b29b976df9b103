"""The Makefile's own commands."""

from __future__ import annotations

import re
import shutil
import subprocess

from tests.conftest import ROOT

# Terraform makes it where somebody applies an example.
NOT_OURS = {".terraform"}


def test_clean_removes_each_folder_that_git_ignores(tmp_path):
    """What the other commands make is ignored by git, and goes; what is beside it stays."""
    ignored = set(re.findall(r"^([\w.]+)\*?/$", (ROOT / ".gitignore").read_text(), re.M)) - NOT_OURS
    for name in {*ignored, "plugins/lookup/__pycache__"}:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").touch()
    (tmp_path / "plugins" / "lookup" / "ssm_output.py").touch()
    shutil.copy(ROOT / "Makefile", tmp_path)

    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)

    assert len(ignored) >= 8
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"Makefile", "plugins/lookup/ssm_output.py"}
