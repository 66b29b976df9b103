"""The lab of guests that molecule's scenarios run on: however it ends, nothing of it is left, and two don't meet."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from extensions.molecule.lab import lab
from scripts import scenarios
from tests.conftest import ROOT
from tests.support.hangs import TIMEOUT

LAB = [sys.executable, str(ROOT / "extensions" / "molecule" / "lab" / "lab.py")]
GUEST = "web-0=10.77.0.11"


@pytest.fixture(autouse=True)
def _needs_a_lab():
    reason = scenarios.why_not()
    if reason:
        pytest.skip(reason)


@pytest.fixture
def start(tmp_path):
    """Start the command line of a lab in a folder of its own; at the end of the test all are down."""
    folders = []

    def start(name, *arguments, **environment):
        folder = tmp_path / name
        folders.append(folder)
        return subprocess.Popen(
            [*LAB, *arguments],
            env={**os.environ, "LAB_FOLDER": str(folder), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    yield start
    for folder in folders:
        subprocess.run([*LAB, "down"], env={**os.environ, "LAB_FOLDER": str(folder)}, check=True)


def _end(process, code=0):
    output = process.communicate(timeout=TIMEOUT)[0]
    assert code == process.returncode, output
    return output


def _processes(folder):
    """Return the processes that have the folder in their command lines: the lab's own, and its guests."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words:
            found.append(words.replace(b"\0", b" "))
    return found


def _wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.1)


def _hostname(folder):
    return subprocess.run([folder / "ssh", "web-0", "hostname"], capture_output=True, text=True, check=False).stdout


@pytest.mark.full  # the lanes of `make molecule` are two labs with the same addresses
@pytest.mark.lab
def test_two_labs_with_the_same_addresses(start, tmp_path):
    """They don't collide, each ends alone, and ending is a matter of nothing where there is none."""
    ups = [start("one", "up", GUEST), start("two", "up", GUEST)]
    for up in ups:
        _end(up)

    assert ["web-0\n"] * 2 == [_hostname(tmp_path / name) for name in ("one", "two")]
    assert "is up already" in _end(start("one", "up", GUEST), code=1)

    _end(start("one", "down"))

    assert [] == _processes(tmp_path / "one")
    assert not (tmp_path / "one").exists()
    assert "web-0\n" == _hostname(tmp_path / "two")

    _end(start("one", "down"))


@pytest.mark.lab
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.full),
        pytest.param(signal.SIGINT, marks=pytest.mark.full),
    ],
    ids=lambda number: number.name,
)
def test_an_up_that_is_stopped_leaves_nothing(start, tmp_path, number):
    """While the guests boot they live only as long as the command that boots them."""
    up = start("lab", "up", GUEST)
    folder = tmp_path / "lab"
    _wait_until(lambda: any(b"ubd0=" in words for words in _processes(folder)), TIMEOUT)

    up.send_signal(number)
    up.communicate(timeout=TIMEOUT)

    assert 0 != up.returncode
    _wait_until(lambda: not _processes(folder))


@pytest.mark.full  # a guest that boots to the end; one that dies while it boots has its test in the quick lane
@pytest.mark.lab
def test_the_lab_ends_with_its_owner(start, tmp_path):
    """A test run that is killed takes its lab with it."""
    owner = subprocess.Popen(["sleep", "infinity"])
    try:
        _end(start("lab", "up", GUEST, LAB_OWNER=str(owner.pid)))

        assert "web-0\n" == _hostname(tmp_path / "lab")
    finally:
        owner.kill()
        owner.wait()

    _wait_until(lambda: not _processes(tmp_path / "lab"))


def test_what_is_missing_is_named(monkeypatch, tmp_path):
    """One line, with the packages to install."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "apt-get install --no-install-recommends e2fsprogs ethtool iproute2 mmdebstrap" in lab.missing()
    assert "user-mode-linux" in lab.missing()
    assert "\n" not in lab.missing()
