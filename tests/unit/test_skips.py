"""Where REQUIRE_ALL is set, a test that was skipped is a failure, unless only another machine could run it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import NOT_HERE, ROOT

SKIPPED = f"""
import pytest

def test_passes(): pass

def test_installable(): pytest.skip("no Chromium")

def test_elsewhere(): pytest.skip("{NOT_HERE}no Linux")

@pytest.fixture
def unavailable(): pytest.skip("no Terraform")

def test_needs_it(unavailable): pass

@pytest.mark.xfail
def test_known(): raise ValueError
"""


@pytest.mark.parametrize(
    ("required", "counts"),
    [("", "1 passed, 3 skipped, 1 xfailed"), ("1", "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error")],
)
def test_a_skip_is_a_failure_where_all_is_required(tmp_path, required, counts):
    """In a test and in a fixture, and its reason is shown."""
    (tmp_path / "test_skipped.py").write_text(SKIPPED)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", os.devnull, "-rs", str(tmp_path)]

    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "REQUIRE_ALL": required}, capture_output=True, text=True, check=False
    )

    assert counts in done.stdout, done.stdout + done.stderr
    assert "no Chromium" in done.stdout
