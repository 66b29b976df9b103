# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guests with Linux kernels of their own, on a network of their own, for the scenarios of molecule.

`up NAME=ADDRESS...` boots them and returns when all answer over SSH, `down` ends them, whether they are up, half up
or were never there. All that the lab has belongs to one process in network, mount and process namespaces of its own:
when that ends, however it ends, the kernel ends every guest, and takes bridge, taps and memory away with them. Two
labs can't collide, for each has addresses and names for itself.

The lab's folder is LAB_FOLDER, or .cache/molecule/lab of the checkout. Where LAB_OWNER is a process, the lab ends with
it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import inside  # noqa: E402  needs the path above
import root_disk  # noqa: E402  needs the path above

ROOT = HERE.parents[2]
PATIENCE = 300.0
# What the lab runs, and the Debian package that brings it.
COMMANDS = {
    "linux.uml": "user-mode-linux",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "ethtool": "ethtool",
    "ssh": "openssh-client",
    "unshare": "util-linux",
    "mkfs.ext4": "e2fsprogs",
}


# Everything of its own, and its child does not outlive it.
UNSHARE = ["unshare", "--net", "--mount", "--propagation=private", "--pid", "--mount-proc", "--fork", "--kill-child"]


class LabError(Exception):
    """The lab can't do what it was asked for; the text says why."""


def folder() -> pathlib.Path:
    """Return the folder of the lab that is meant."""
    return pathlib.Path(os.environ.get("LAB_FOLDER") or ROOT / ".cache" / "molecule" / "lab").absolute()


def missing() -> str:
    """Return in one line what this machine lacks for a lab, or nothing."""
    if os.geteuid() != 0:
        return "the lab of guests needs root: it makes network devices"
    if not pathlib.Path("/dev/net/tun").exists():
        return "the lab of guests needs /dev/net/tun"
    packages = sorted(package for command, package in COMMANDS.items() if not shutil.which(command))
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    return f"the lab of guests needs Debian packages: {command}" if packages else ""


def up(guests: Mapping[str, str]) -> None:
    """Boot the guests, and return when all answer."""
    lacking = missing()
    if lacking:
        raise LabError(lacking)
    if _process() is not None:
        raise LabError(f"the lab in {folder()} is up already: `{pathlib.Path(__file__).name} down` ends it")
    disk = root_disk.prepare(ROOT / ".cache" / "molecule")
    folder().mkdir(parents=True, exist_ok=True)
    leash, hold = os.pipe()
    with _owner() as owner, (folder() / "lab.log").open("w") as log:
        process = subprocess.Popen(
            [
                *UNSHARE,
                *(sys.executable, __file__, "serve", str(leash), str(owner), str(disk)),
                *(f"{name}={address}" for name, address in guests.items()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[fd for fd in (leash, owner) if fd >= 0],
            start_new_session=True,
        )
        os.close(leash)
        _write_files(process.pid, disk, guests)
        _wait_for_ssh(process, guests)
        # Until here the lab lived as long as this process only: what is interrupted leaves nothing.
        os.write(hold, b"keep")
        os.close(hold)


@contextlib.contextmanager
def _owner() -> Iterator[int]:
    """Return a file descriptor of the process that the lab ends with; -1 where there is none."""
    if not os.environ.get("LAB_OWNER"):
        yield -1
        return
    descriptor = os.pidfd_open(int(os.environ["LAB_OWNER"]))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write_files(pid: int, disk: pathlib.Path, guests: Mapping[str, str]) -> None:
    """Leave what finds the lab again, and what enters it."""
    shutil.copy2(disk / "id", folder() / "id")
    common = f'  User root\n  IdentityFile "{folder() / "id"}"\n  StrictHostKeyChecking no\n'
    common += "  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n"
    hosts = "".join(f"Host {name}\n  HostName {address}\n" for name, address in guests.items())
    (folder() / "ssh_config").write_text(f"{hosts}Host *\n{common}")
    namespaces = f"--net=/proc/{pid}/ns/net --pid=/proc/{pid}/ns/pid_for_children"
    _write_script("enter", f'exec nsenter {namespaces} -- "$@"')
    _write_script("ssh", 'here=$(dirname "$0")\nexec "$here/enter" ssh -F "$here/ssh_config" "$@"')
    (folder() / "pid").write_text(f"{pid} {_started(pid)}")


def _write_script(name: str, lines: str) -> None:
    path = folder() / name
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)


def _wait_for_ssh(process: subprocess.Popen[bytes], guests: Mapping[str, str]) -> None:
    deadline = time.monotonic() + PATIENCE
    for name in guests:
        ask = [folder() / "ssh", "-o", "ConnectTimeout=5", "-o", "BatchMode=yes", name, "true"]
        while subprocess.run(ask, capture_output=True, check=False).returncode:
            if process.poll() is not None:
                raise LabError(f"the lab ended while it booted:\n{(folder() / 'lab.log').read_text()[-2000:]}")
            if time.monotonic() > deadline:
                console = (folder() / f"{name}.log").read_text(errors="replace")[-2000:]
                raise LabError(f"{name} does not answer over SSH after {PATIENCE:.0f} s. Its console:\n{console}")
            time.sleep(0.2)


def down() -> None:
    """End the lab, and remove its folder."""
    pid = _process()
    if pid is not None:
        descriptor = os.pidfd_open(pid)
        # The first process in the namespace: when it is gone, so is everything below it.
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        if not select.select([descriptor], [], [], 10)[0]:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)
    shutil.rmtree(folder(), ignore_errors=True)


def _process() -> int | None:
    """Return the process that holds the lab, if it is up."""
    try:
        pid, started = (folder() / "pid").read_text().split()
        return int(pid) if _started(int(pid)) == started else None
    except (FileNotFoundError, ProcessLookupError):
        return None


def _started(pid: int) -> str:
    """Return the start of a process, for its number alone may belong to another one by now."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _interrupted(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["up", "down", "missing", "serve"])
    parser.add_argument("words", nargs="*", metavar="NAME=ADDRESS")
    given = parser.parse_args(arguments)
    # Said outright, for a process that a shell starts in the background ignores SIGINT.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    try:
        if given.command == "up":
            up(dict(word.split("=") for word in given.words))
        elif given.command == "down":
            down()
        elif given.command == "missing":
            print(missing())
        else:
            leash, owner, disk, *guests = given.words
            inside.serve(
                folder(), pathlib.Path(disk), dict(guest.split("=") for guest in guests), int(leash), int(owner)
            )
    except (LabError, root_disk.RootDiskError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
