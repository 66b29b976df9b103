# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first table: ``ansible-inventory --list`` of the same hosts from every source that can list them."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from scripts.benchmark.model import BenchError, Case
from scripts.benchmark.stack import Stack, hosts_of, write
from scripts.benchmark.world import SNAPSHOT_PREFIX

TABLE = "inventory"
FLOOR = "static"
TITLES = {
    "start": "an inventory of one host on the command line: the start of Ansible",
    "names": "static YAML, names only",
    "static": "**static YAML, the same hosts and variables: the floor**",
    "aws_ec2": "`amazon.aws.aws_ec2`, the same number of instances",
    "parameters": "`tfbridge.aws.ssm_outputs`, parameters",
    "snapshot": "`tfbridge.aws.ssm_outputs`, snapshot",
    "warm": "`tfbridge.aws.ssm_outputs`, warm cache",
}


def cases(stack: Stack) -> list[Case]:
    """Give a command for each row."""
    parameters = ours(stack, "parameters", {})
    _write_static(stack, parameters)
    return [
        _listing(stack, "start", "web,", lambda said: _check_count(said, 1)),
        _listing(stack, "names", _names(stack), lambda said: stack.check_addresses(list(hosts_of(said)))),
        _listing(stack, "static", static_file(stack), _same_hosts(stack)),
        _listing(stack, "aws_ec2", _aws_ec2(stack), lambda said: _check_count(said, stack.size)),
        _listing(stack, "parameters", parameters, _same_hosts(stack)),
        _listing(stack, "snapshot", _snapshot(stack), _same_hosts(stack)),
        _listing(stack, "warm", _warm(stack), _same_hosts(stack), fill_cache=True),
    ]


def _listing(
    stack: Stack, row: str, source: str | pathlib.Path, check: Callable[[str], None], *, fill_cache: bool = False
) -> Case:
    command = ["ansible-inventory", "-i", str(source), "--list"]
    return Case(TABLE, row, stack.size, command, stack.place(row), stack.env, check, fill_cache)


def ours(stack: Stack, row: str, options: Mapping[str, Any]) -> pathlib.Path:
    """Write an inventory file of ours for a row."""
    config = {"plugin": "tfbridge.aws.ssm_outputs", "regions": [stack.region], **options}
    return write(stack.place(row) / "bench.ssm_outputs.yml", config)


def _snapshot(stack: Stack) -> pathlib.Path:
    return ours(stack, "snapshot", {"source": "snapshot", "prefix": SNAPSHOT_PREFIX})


def _warm(stack: Stack) -> pathlib.Path:
    cache = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(stack.place("warm") / "cache"),
    }
    return ours(stack, "warm", {"source": "snapshot", "prefix": SNAPSHOT_PREFIX, **cache})


def _aws_ec2(stack: Stack) -> pathlib.Path:
    config = {"plugin": "amazon.aws.aws_ec2", "regions": [stack.region]}
    return write(stack.place("aws_ec2") / "bench.aws_ec2.yml", config)


def _names(stack: Stack) -> pathlib.Path:
    hosts = dict.fromkeys(stack.addresses)
    return write(stack.place("names") / "hosts.yml", {"all": {"children": {"my_ip": {"hosts": hosts}}}})


def static_file(stack: Stack) -> pathlib.Path:
    """Give the file of the static inventory."""
    return stack.place("static") / "hosts.yml"


def _write_static(stack: Stack, source: pathlib.Path) -> None:
    """Write what our plugin makes of the parameters as a static inventory."""
    listed = subprocess.run(
        ["ansible-inventory", "-i", source, "--list"], env=stack.env, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        raise BenchError(listed.stderr)
    hosts = {host: dict(variables) or None for host, variables in hosts_of(listed.stdout).items()}
    write(static_file(stack), {"all": {"children": {"my_ip": {"hosts": hosts}}}})
    _expected(stack).write_text(listed.stdout)


def _expected(stack: Stack) -> pathlib.Path:
    return static_file(stack).with_name("expected.json")


def _check_count(said: str, size: int) -> None:
    found = len(hosts_of(said))
    if found != size:
        raise BenchError(f"{found} hosts came out, not {size}")


def _same_hosts(stack: Stack) -> Callable[[str], None]:
    def check(said: str) -> None:
        if hosts_of(said) != hosts_of(_expected(stack).read_text()):
            raise BenchError("the hosts or their variables are not those of the static inventory")

    return check
