# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One size of the comparison: the hosts that AWS has, and the folder in which commands meet them."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from scripts.benchmark import world as aws
from scripts.benchmark.model import BenchError
from scripts.benchmark.world import World
from scripts.collection import COLLECTIONS


@dataclasses.dataclass(frozen=True)
class Stack:
    """Hosts in a region, published as parameters, as a snapshot and as instances."""

    size: int
    region: str
    addresses: Sequence[str]
    folder: pathlib.Path
    env: Mapping[str, str]

    def place(self, row: str) -> pathlib.Path:
        """Give a folder of its own for a row."""
        place = self.folder / row
        place.mkdir(parents=True, exist_ok=True)
        return place

    def check_addresses(self, found: Sequence[str]) -> None:
        """Refuse a result that isn't exactly our hosts."""
        if sorted(found) != sorted(self.addresses):
            raise BenchError(f"{len(set(found))} hosts came out and {self.size} are published: {found[:3]} ...")


def make(world: World, region: str, size: int, folder: pathlib.Path) -> Stack:
    """Start the instances of a size and publish their addresses in every way."""
    addresses = aws.start_instances(world, region, size)
    ssm = world.client("ssm", region)
    numbered = {f"MY_IP_{index}": address for index, address in enumerate(addresses)}
    aws.publish(ssm, {f"OUTPUT_{name}": value for name, value in numbered.items()})
    aws.publish(ssm, aws.snapshot_of(addresses))
    if size <= aws.LARGEST_PLAY:
        aws.publish(ssm, {f"{aws.BYPATH}{name}": value for name, value in numbered.items()})
    aws.be_prepared(world, region, size)
    return Stack(size, region, addresses, folder, command_env(world.env(region), folder))


def command_env(aws_env: Mapping[str, str], folder: pathlib.Path) -> dict[str, str]:
    """Give commands Ansible of this environment, and nothing of the user's own settings."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_NOCOLOR": "true",
        **aws_env,
    }


def write(path: pathlib.Path, content: Any) -> pathlib.Path:
    """Write a YAML file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def hosts_of(listed: str) -> Mapping[str, Mapping[str, Any]]:
    """Give the hosts and their variables from what ``ansible-inventory --list`` says."""
    document = json.loads(listed)
    hostvars = document["_meta"]["hostvars"]
    return {host: hostvars.get(host, {}) for group in document.values() for host in group.get("hosts", ())}
