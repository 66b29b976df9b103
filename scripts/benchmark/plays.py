# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The second table: a play of one task that shows the address of every host, for sources that plays alone resolve."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from scripts.benchmark.inventories import ours, static_file
from scripts.benchmark.model import Case
from scripts.benchmark.stack import Stack, write
from scripts.benchmark.world import BYPATH, LARGEST_PLAY, SNAPSHOT_PREFIX

TABLE = "play"
FLOOR = "static"
TITLES = {
    "static": "**static YAML, the same hosts and variables: the floor**",
    "placeholders": "placeholders in `hosts:`, one `amazon.aws.ssm_parameter` lookup a host",
    "group_vars": "`amazon.aws.ssm_parameter` in `group_vars`, as `ansible_host`",
    "bypath": "`amazon.aws.ssm_parameter` with `bypath`, once a play",
    "parameters": "`tfbridge.aws.ssm_outputs`, parameters",
    "snapshot": "`tfbridge.aws.ssm_outputs`, snapshot",
}
_SHOWN = re.compile(r'^    "msg": "([0-9.]+)"$', re.MULTILINE)


def cases(stack: Stack) -> list[Case]:
    """Give a command for each row."""
    if stack.size > LARGEST_PLAY:
        reason = (
            f"a play of {stack.size:,} hosts takes minutes, nearly all of them Ansible's; see {LARGEST_PLAY:,} hosts"
        )
        return [dataclasses.replace(_playing(stack, row, stack.folder, stack.folder), not_run=reason) for row in TITLES]
    play = write(stack.folder / "play.yml", [_play("my_ip", "{{ ansible_host }}")])
    static = static_file(stack)
    return [
        _playing(stack, "static", static, play),
        _playing(stack, "placeholders", static, _placeholders(stack)),
        _playing(stack, "group_vars", _numbered(stack, "group_vars", _GROUP_VARS), play),
        _playing(stack, "bypath", _numbered(stack, "bypath", {}), _bypath(stack)),
        _playing(stack, "parameters", ours(stack, "play-parameters", {}), play),
        _playing(stack, "snapshot", ours(stack, "play-snapshot", _SNAPSHOT), play),
    ]


_SNAPSHOT = {"source": "snapshot", "prefix": SNAPSHOT_PREFIX}
_NUMBER = "inventory_hostname.removeprefix('web')"
_GROUP_VARS = {"ansible_host": f"{{{{ lookup('amazon.aws.ssm_parameter', 'OUTPUT_MY_IP_' ~ {_NUMBER}) }}}}"}


def _playing(stack: Stack, row: str, inventory: pathlib.Path, playbook: pathlib.Path) -> Case:
    command = ["ansible-playbook", "-i", str(inventory), str(playbook)]
    return Case(TABLE, row, stack.size, command, stack.place(f"play-{row}"), stack.env, _check(stack))


def _check(stack: Stack) -> Callable[[str], None]:
    return lambda said: stack.check_addresses(_SHOWN.findall(said))


def _play(hosts: str | list[str], message: str, before: tuple[Mapping[str, Any], ...] = ()) -> Mapping[str, Any]:
    tasks = [*before, {"ansible.builtin.debug": {"msg": message}}]
    return {"hosts": hosts, "gather_facts": False, "tasks": tasks}


def _placeholders(stack: Stack) -> pathlib.Path:
    """Name the hosts of a play by lookups; the inventory has to have the addresses all the same."""
    names = [f"OUTPUT_MY_IP_{index}" for index in range(stack.size)]
    hosts = [f"{{{{ lookup('amazon.aws.ssm_parameter', '{name}') }}}}" for name in names]
    return write(stack.place("play-placeholders") / "play.yml", [_play(hosts, "{{ inventory_hostname }}")])


def _numbered(stack: Stack, row: str, group_vars: Mapping[str, Any]) -> pathlib.Path:
    """Write an inventory of hosts that are only numbered, with variables of their group."""
    hosts = {f"web{index}": None for index in range(stack.size)}
    place = stack.place(f"play-{row}")
    write(place / "group_vars" / "my_ip.yml", dict(group_vars))
    return write(place / "hosts.yml", {"all": {"children": {"my_ip": {"hosts": hosts}}}})


def _bypath(stack: Stack) -> pathlib.Path:
    """Read the path once in a play, into a variable of every host: in group_vars each use would read it all."""
    addresses = f"{{{{ lookup('amazon.aws.ssm_parameter', '{BYPATH}', bypath=true) }}}}"
    once = {"ansible.builtin.set_fact": {"addresses": addresses}, "run_once": True}
    play = _play("my_ip", f"{{{{ addresses['{BYPATH}MY_IP_' ~ {_NUMBER}] }}}}", (once,))
    return write(stack.place("play-bypath") / "play.yml", [play])
