"""`make demo`, as a newcomer runs it: to its end, and interrupted."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.support.hangs import TIMEOUT
from tests.support.interrupted import interrupt, left

pytestmark = pytest.mark.terraform
DEMO = [sys.executable, str(ROOT / "scripts" / "demo.py")]
PICTURES = ROOT / ".cache" / "demo"


def _start(short_path, *arguments, path=os.environ["PATH"]):
    # As a job in the background: the shell has it ignore SIGINT.
    return subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *DEMO, *arguments],
        cwd=short_path,
        env={**os.environ, "TMPDIR": str(short_path), "PATH": path},
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


def _tuned(said):
    """The function was measured, Terraform set what was published, and there is nothing left to change."""
    if "Left out: it needs AWS provider" in said:
        return
    chosen = re.search(r"^ +([0-9]+) MB: the best balance of cost", said, re.M)
    assert chosen, said
    assert f"memory_size = 512 -> {chosen[1]}" in " ".join(said.split())
    assert "No changes" in said
    assert f"{chosen[1]} MB: the best balance" in (PICTURES / "lambda-tuning.html").read_text()


@pytest.mark.usefixtures("some_provider")
def test_it_shows_real_addresses_and_leaves_nothing(short_path):
    """Every step is said, the recap has addresses, no line shows a template or a secret, no file stays."""
    # It alone has them where the README says: another demo at the same time chooses another memory.
    shutil.rmtree(PICTURES, ignore_errors=True)
    process = _start(short_path)
    said, _nothing = process.communicate(timeout=TIMEOUT)

    assert 0 == process.returncode, said
    assert [f"[{number}]" in said for number in range(1, 10)] == [True] * 9
    assert "|  |--127.0.0.11" in said
    for address in ("127.0.0.11", "127.0.0.12", "127.0.0.13"):
        assert any(line.split()[:1] == [address] and "ok=2" in line for line in said.splitlines()), said
    assert "Terraform to Ansible: 127.0.0.11 127.0.0.12 127.0.0.13" in said
    assert "DB_PASSWORD secret ********" in " ".join(said.split())
    assert "ec2-schedule.html" in said
    assert "bob" in (PICTURES / "ec2-schedule.html").read_text()
    assert "4 events: 3 booked, 1 left out, 0 refused." in said
    assert "cal." in (PICTURES / "ec2-schedule.html").read_text()
    broken = [line.strip() for line in said.partition("Somebody renames")[2].splitlines() if "    play '" in line]
    assert ["play 'Configure the servers", "play 'Read single values, w"] == [line[:27] for line in broken], said
    assert "OUTPUT_MY_IP is read here" in broken[0]
    _tuned(said.partition("The other direction")[2])
    assert "{{" not in said
    assert "battery staple" not in said
    assert [] == list(short_path.iterdir())
    assert [] == _in_session(process.pid)


@pytest.mark.usefixtures("some_provider")
@pytest.mark.parametrize(
    "ending",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.full),
        pytest.param(signal.SIGHUP, marks=pytest.mark.full),
    ],
)
def test_interrupted_in_the_middle_of_an_apply_it_leaves_nothing(short_path, tmp_path, ending):
    """Terraform and its provider end with it, the short_path folder is gone, the exit code says so."""
    process = _start(short_path, tmp_path / "pictures")
    said = interrupt(process, "Creation complete", ending, TIMEOUT)

    assert "terraform apply" in said
    assert 128 + ending == process.returncode, said
    assert [] == list(short_path.iterdir())
    # The provider notices that Terraform is gone, and goes.
    assert [] == left(lambda: _in_session(process.pid))


@pytest.mark.full
def test_a_machine_without_terraform_takes_it_from_a_package(short_path, tmp_path):
    """With all commands of this machine but Terraform's on the PATH; short_path is left empty as ever."""
    for folder in reversed(os.get_exec_path()):
        for command in pathlib.Path(folder).glob("*"):
            if command.name not in {"terraform", "tofu"}:
                (tmp_path / command.name).unlink(missing_ok=True)
                (tmp_path / command.name).symlink_to(command)
    process = _start(short_path, tmp_path / "pictures", path=str(tmp_path))
    said, _nothing = process.communicate(timeout=TIMEOUT)

    assert 0 == process.returncode, said
    assert "$ terraform apply" in said
    assert "Terraform to Ansible: 127.0.0.11 127.0.0.12 127.0.0.13" in said
    assert [] == list(short_path.iterdir())
    assert [] == _in_session(process.pid)
