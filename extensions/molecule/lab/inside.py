# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first process in the lab's namespaces: makes the network, starts the guests, and stays until the lab ends."""

from __future__ import annotations

import contextlib
import os
import pathlib
import select
import subprocess
from collections.abc import Mapping

GUEST = pathlib.Path(__file__).resolve().with_name("guest")
BRIDGE = "10.77.0.1"
NETWORK_BITS = 24
# A guest drops segments that are larger than a packet: with them a play takes minutes instead of seconds.
SELINUX = ("web-1",)
SMALL_PACKETS = "tx off sg off tso off gso off gro off"


def serve(folder: pathlib.Path, disk: pathlib.Path, guests: Mapping[str, str], leash: int, owner: int) -> None:
    """Make the network, start the guests, and stay."""
    memory = folder / "memory"
    memory.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700", "lab", memory], check=True)
    _run("ip link set lo up", "ip link add br0 type bridge", f"ip address add {BRIDGE}/{NETWORK_BITS} dev br0")
    _run("ip link set br0 up", f"ethtool -K br0 {SMALL_PACKETS}")
    nameserver = next(iter(guests.values()))
    for number, (name, address) in enumerate(guests.items()):
        tap = f"tap{number}"
        _run(f"ip tuntap add {tap} mode tap", f"ip link set {tap} master br0 up", f"ethtool -K {tap} {SMALL_PACKETS}")
        settings = [f"lab_address={address}/{NETWORK_BITS}", f"lab_nameserver={nameserver}"]
        with (folder / f"{name}.log").open("w") as console:
            subprocess.Popen(
                [GUEST, *_arguments(name, memory, disk, tap), *settings],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**os.environ, "TMPDIR": str(memory)},
            )
    _stay(leash, owner)


def _run(*commands: str) -> None:
    for command in commands:
        subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL)


def _arguments(name: str, memory: pathlib.Path, disk: pathlib.Path, tap: str) -> list[str]:
    """Return the kernel's arguments. What a guest writes goes to a copy on write of the disk that all share."""
    return [
        *("mem=512M", f"umid={name}", f"uml_dir={memory}/", f"ubd0={memory / name}.cow,{disk / 'root.img'}"),
        *("root=/dev/ubda", "rw", "init=/sbin/lab-init", "quiet", f"vec0:transport=tap,ifname={tap},depth=64"),
        *("con0=null,fd:1", "con=null", "ssl=null", f"systemd.hostname={name}"),
        # Its records of what the policy would deny would fill the console.
        *("security=selinux" if name in SELINUX else "security=none", "audit=0"),
    ]


def _stay(leash: int, owner: int) -> None:
    """End when `up` ends without having said to stay, or when the owner ends."""
    poll = select.poll()
    for descriptor in (leash, owner):
        if descriptor >= 0:
            poll.register(descriptor, select.POLLIN)
    while True:
        for descriptor, _event in poll.poll(1000):
            if descriptor == owner or not os.read(leash, 4):
                return
            poll.unregister(leash)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
