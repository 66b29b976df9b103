"""`make demo`, as a newcomer runs it: to its end, and interrupted."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.terraform
DEMO = [sys.executable, str(ROOT / "scripts" / "demo.py")]
TIMEOUT = 300


def _start(tmp_path):
    return subprocess.Popen(
        DEMO,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _in_session(session):
    """Give the command lines of the processes of a session that still run."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((folder / "cmdline").read_bytes())
        except (OSError, IndexError):
            continue
    return found


def test_it_shows_real_addresses_and_leaves_nothing(tmp_path):
    """Every step is said, the recap has addresses, no line shows a template or a secret, no file stays."""
    process = _start(tmp_path)
    said, _nothing = process.communicate(timeout=TIMEOUT)

    assert 0 == process.returncode, said
    assert [f"[{number}]" in said for number in range(1, 7)] == [True] * 6
    assert "|  |--127.0.0.11" in said
    for address in ("127.0.0.11", "127.0.0.12", "127.0.0.13"):
        assert any(line.split()[:1] == [address] and "ok=2" in line for line in said.splitlines()), said
    assert "Terraform to Ansible: 127.0.0.11 127.0.0.12 127.0.0.13" in said
    assert "DB_PASSWORD secret ********" in " ".join(said.split())
    assert "ec2-schedule.html" in said
    assert "bob" in (ROOT / ".cache" / "demo" / "ec2-schedule.html").read_text()
    assert "{{" not in said
    assert "battery staple" not in said
    assert [] == list(tmp_path.iterdir())
    assert [] == _in_session(process.pid)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_in_the_middle_of_an_apply_it_leaves_nothing(tmp_path, ending):
    """Terraform and its provider end with it, the scratch folder is gone, the exit code says so."""
    process = _start(tmp_path)
    seen = ""
    for line in process.stdout:
        seen += line
        if "Creation complete" in line:
            break
    assert "terraform apply" in seen
    process.send_signal(ending)
    rest, _nothing = process.communicate(timeout=TIMEOUT)

    assert 128 + ending == process.returncode, seen + rest
    assert [] == list(tmp_path.iterdir())
    deadline = time.monotonic() + 20
    # The provider notices that Terraform is gone, and goes.
    while _in_session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [] == _in_session(process.pid)


def test_without_terraform_it_says_what_to_install(tmp_path):
    """A machine without Terraform gets one clear line."""
    done = subprocess.run(
        DEMO, env={**os.environ, "PATH": "/nowhere"}, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert 1 == done.returncode
    assert "neither terraform nor tofu is on the PATH: install Terraform 1.6 or later, or OpenTofu" in done.stderr
