# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/inventory_recipes.md is true: each recipe gives what the page shows."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "inventory_recipes.md"
# The page's instance, in the place of one that has been started.
INSTANCE, ADDRESS = "i-0123456789abcdef0", "10.0.0.21"
RECIPES = {
    section.partition("\n")[0]: section for section in PAGE.read_text().split("\n## ")[1:] if "```console" in section
}


def blocks(section, language):
    """Return the code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def publish(aws, text):
    """Put the parameters that a recipe lists, and return the instance that it names with its address, if any."""
    real = {}
    if INSTANCE in text:
        (made,) = aws.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"]
        real = {INSTANCE: made["InstanceId"], ADDRESS: made["PrivateIpAddress"]}
    for how, name, value in re.findall(r"^(?:(\S+) )?(\S+) = (.*)$", text, re.MULTILINE):
        region = how if how not in ("", "secret") else None
        kind = "SecureString" if how == "secret" else "String"
        aws.client("ssm", region).put_parameter(Name=name, Value=real.get(value, value), Type=kind)
    return real


def plain(text):
    """Leave out what a terminal leaves blank at the end of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def ran(aws, run, section):
    """Return the command of a recipe, what the page shows for it, and what it printed."""
    real = publish(aws, blocks(section, "text")[0])
    for text in blocks(section, "yaml"):
        run.write(re.match(r"# (\S+)\n", text)[1], text)
    (block,) = blocks(section, "console")
    command, _line, shown = block.removeprefix("$ ").partition("\n")
    result = run.command(shlex.split(command), env={"ANSIBLE_FORKS": "1"})
    assert 0 == result.rc, result.output
    said = result.stdout
    for name, value in real.items():
        said = said.replace(value, name)
    return command, plain(shown), plain(said)


def test_there_are_fifteen():
    """Enough to begin with."""
    assert len(RECIPES) >= 15


@pytest.mark.parametrize("name", RECIPES)
def test_recipe(aws, run, name):
    """Its command prints what the page shows."""
    _command, shown, said = ran(aws, run, RECIPES[name])

    assert shown == said
