# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sections of a guide as somebody follows them: parameters to publish, files to write, commands and their output."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.aws import IMAGE, Aws
from tests.support.command_lines import CommandLines

# An instance of a page, in the place of one that has been started.
INSTANCE, ADDRESS = "i-0123456789abcdef0", "10.0.0.21"
# What pages show for the folder that somebody works in.
FOLDER = "/home/you/site"
_FILES = ("yaml", "ini", "hcl")


def sections(page: Path) -> dict[str, str]:
    """Return the sections of a page that have commands, by their titles."""
    found = page.read_text(encoding="utf-8").split("\n## ")[1:]
    return {section.partition("\n")[0]: section for section in found if "```console" in section}


def blocks(section: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def publish(aws: Aws, section: str) -> dict[str, str]:
    """Put the parameters that a section lists, and return what its instance and its address are in truth."""
    real = {}
    if INSTANCE in section:
        (made,) = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
        real = {INSTANCE: made["InstanceId"], ADDRESS: made["PrivateIpAddress"]}
    for text in blocks(section, "text")[:1]:
        for how, name, value in re.findall(r"^(?:(\S+) )?(\S+) = (.*)$", text, re.MULTILINE):
            region = how if how not in ("", "secret") else None
            kind = "SecureString" if how == "secret" else "String"
            aws.client("ssm", region).put_parameter(Name=name, Value=real.get(value, value), Type=kind)
    return real


def write_files(run: CommandLines, section: str, real: Mapping[str, str]) -> None:
    """Write the files of a section, each of which begins with its name."""
    for language in _FILES:
        for text in blocks(section, language):
            name = re.match(r"# (\S+)\n", text)
            assert name, text
            run.write(name[1], _with(text, real))


def played(aws: Aws, run: CommandLines, section: str) -> Iterator[tuple[str, str, str]]:
    """Run the commands of a section, and yield each with what the page shows for it and what it printed."""
    real = publish(aws, section)
    write_files(run, section, real)
    for block in blocks(section, "console"):
        command, _line, shown = block.removeprefix("$ ").partition("\n")
        folder = str(run.folder)
        words = shlex.split(_with(command, real))
        result = run.command(words, env={"ANSIBLE_FORKS": "1", "PWD": folder})
        assert result.rc == 0, result.output
        said = _with(result.stdout, {value: name for name, value in real.items()}).replace(folder, FOLDER)
        yield command, plain(shown), plain(said)


def _with(text: str, replaced: Mapping[str, str]) -> str:
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text


def plain(text: str) -> str:
    """Leave out what a terminal leaves blank at the end of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
