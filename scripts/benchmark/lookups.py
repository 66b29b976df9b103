# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The third table: three tasks that read one or ten outputs, on some hosts."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence

from scripts.benchmark.model import BenchError, Case
from scripts.benchmark.stack import command_env, write
from scripts.benchmark.world import LOOKUP_REGION, World, publish

FLOOR = "static"
TASKS = 3
OUTPUTS = (1, 10)
TITLES = {
    "static": "**static variables: the floor**",
    "peer": "`amazon.aws.ssm_parameter`",
    "ours": "`tfbridge.aws.ssm_output`",
}


def table(outputs: int) -> str:
    """Give the name of the table for a number of outputs."""
    return f"lookups-{outputs}"


def prepare(world: World) -> None:
    """Publish the outputs."""
    ssm = world.client("ssm", LOOKUP_REGION)
    publish(ssm, {f"OUTPUT_{_name(index)}": _value(index) for index in range(max(OUTPUTS))})


def cases(world: World, outputs: int, size: int, folder: pathlib.Path) -> list[Case]:
    """Give a command for each row."""
    values = {
        "static": _value,
        "peer": lambda index: f"{{{{ lookup('amazon.aws.ssm_parameter', 'OUTPUT_{_name(index)}') }}}}",
        "ours": lambda index: f"{{{{ lookup('tfbridge.aws.ssm_output', '{_name(index)}') }}}}",
    }
    place = folder / f"{outputs}-{size}"
    made = []
    for row, value in values.items():
        command = _write(place / row, size, [value(index) for index in range(outputs)])
        env = command_env(world.env(LOOKUP_REGION), place)
        made.append(Case(table(outputs), row, size, command, place / row, env, _check(outputs, size)))
    return made


def _write(place: pathlib.Path, size: int, values: Sequence[str]) -> Sequence[str]:
    """Write the inventory and the play, and give the command."""
    hosts = {f"web{index}": None for index in range(size)}
    inventory = write(place / "hosts.yml", {"all": {"children": {"web": {"hosts": hosts}}}})
    write(place / "group_vars" / "web.yml", {f"output_{index}": value for index, value in enumerate(values)})
    message = " ".join(f"{{{{ output_{index} }}}}" for index in range(len(values)))
    tasks = [{"ansible.builtin.debug": {"msg": message}} for _task in range(TASKS)]
    playbook = write(place / "play.yml", [{"hosts": "web", "gather_facts": False, "tasks": tasks}])
    return ["ansible-playbook", "-i", str(inventory), str(playbook)]


def _check(outputs: int, size: int) -> Callable[[str], None]:
    shown = " ".join(_value(index) for index in range(outputs))

    def check(said: str) -> None:
        if said.count(f'"msg": "{shown}"') != size * TASKS:
            raise BenchError(f"not every task of every host shows {shown}:\n{said[-1000:]}")

    return check


def _name(index: int) -> str:
    return f"EFS_DNS_URL_{chr(ord('A') + index)}"


def _value(index: int) -> str:
    return f"fs-0123456789abcde{index:02x}.efs.{LOOKUP_REGION}.amazonaws.com"
