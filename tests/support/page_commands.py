# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a command on a page: options, playbooks, variables, files and targets that aren't there."""

from __future__ import annotations

import functools
import importlib
import json
import re
import shlex
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import NoReturn

import yaml

from tests.support import documented
from tests.support.documented import COLLECTION
from tests.support.pages import ROOT, all_blocks

_PARSERS = {
    "ansible": "adhoc.AdHocCLI",
    "ansible-doc": "doc.DocCLI",
    "ansible-galaxy": "galaxy.GalaxyCLI",
    "ansible-inventory": "inventory.InventoryCLI",
    "ansible-playbook": "playbook.PlaybookCLI",
}
_DOCUMENTED = {None: "modules", "inventory": "inventory", "lookup": "lookup", "filter": "filter"}
# The options of each subcommand that pages use. Tests of the modules run the subcommands.
_TERRAFORM = {"init": {"-input"}, "apply": {"-input", "-auto-approve", "-replace"}, "plan": {"-input", "-out"}}
_TERRAFORM |= {"test": set(), "destroy": set()}
_MOLECULE = {"create": set(), "converge": {"-s"}, "test": {"-s", "--destroy"}, "destroy": set()}
_INSTALLED_FROM = re.compile(
    r"-r requirements\.yml|\.|tfbridge\.aws(:\S+)?|git\+https://github\.com/tfbridge/tfbridge\.aws\.git(,main)?"
)


class _WrongError(Exception):
    """What Ansible's own parser of options says."""


def command_faults(line: str, page: str) -> list[str]:
    """Return what is wrong with a command."""
    words = shlex.split(line, comments=True)
    program = PurePosixPath(words[0]).name if words[0].startswith((".venv/bin/", ".cache/")) else words[0]
    rule = _RULES.get(program)
    if not rule:
        return [f"no rule holds the program {program}"]
    try:
        return list(rule(words, page))
    except _WrongError as exc:
        return [str(exc)]


def is_command(text: str) -> bool:
    """Return whether a code span is a command, and not the name of a program alone."""
    words = text.split()
    return len(words) > 1 and (words[0] in _RULES or words[0].startswith(".venv/bin/"))


def variable_faults(text: str, playbook: str) -> Iterator[str]:
    """Yield what is wrong with the value of `-e`."""
    if text.startswith("@"):
        (block,) = [one for one in all_blocks() if one.file == PurePosixPath(text[1:]).name] or [None]
        given = yaml.safe_load(block.text) if block else None
    else:
        given = json.loads(text) if text.startswith("{") else dict.fromkeys(re.findall(r"(?:^|\s)(\w+)=", text))
    if given is None:
        yield f"no page has the file {PurePosixPath(text[1:]).name}"
    for name in given or ():
        if name not in documented.playbooks()[playbook]:
            yield f"{name} is not a variable of the playbook {playbook}"


@functools.cache
def _files() -> frozenset[str]:
    """Return the files that pages lay out, and their folders."""
    named = [PurePosixPath(block.file) for block in all_blocks() if block.file]
    return frozenset(str(path) for file in named for path in (file, *file.parents))


def _parsed(words: list[str]):
    module, name = _PARSERS[words[0]].split(".")
    cli = getattr(importlib.import_module(f"ansible.cli.{module}"), name)(words)
    cli.init_parser()

    def error(self: ArgumentParser, message: str) -> NoReturn:
        raise _WrongError(f"{self.prog}: {message}")

    original, ArgumentParser.error = ArgumentParser.error, error
    try:
        return cli.parser.parse_args(cli.args[1:])
    finally:
        ArgumentParser.error = original


def _ansible(words: list[str], _page: str) -> Iterator[str]:
    parsed = _parsed(words)
    for source in parsed.inventory or ():
        if source not in _files() and not source.endswith("ssm_outputs.yml"):
            yield f"no page has the inventory {source}"
    for playbook in getattr(parsed, "args", ()) if words[0] == "ansible-playbook" else ():
        name = playbook.removeprefix(COLLECTION)
        if name == playbook and playbook not in _files():
            yield f"no page has the playbook {playbook}"
        elif name != playbook and name not in documented.playbooks():
            yield f"there is no playbook {playbook}"
        elif name != playbook:
            for text in parsed.extra_vars or ():
                yield from variable_faults(text, name)


def _doc(words: list[str], _page: str) -> Iterator[str]:
    parsed = _parsed(words)
    for name in parsed.args:
        short = name.removeprefix(COLLECTION)
        if parsed.type == "role":
            found = (ROOT / "roles" / short / "meta").is_dir()
        else:
            found = bool(documented.documentation(_DOCUMENTED[None if parsed.type == "module" else parsed.type], short))
        if not found:
            yield f"there is no documentation of the {parsed.type} {name}"


def _galaxy(words: list[str], _page: str) -> Iterator[str]:
    _parsed(words)
    if words[1:3] != ["collection", "install"] or not _INSTALLED_FROM.fullmatch(" ".join(words[3:])):
        yield "tests/integration/test_install.py installs nothing so"


def _builder(words: list[str], _page: str) -> Iterator[str]:
    if words[1:] != ["build"] and (words[1:3] != ["create", "-f"] or words[3] not in _files()):
        yield "tests/integration/test_execution_environment.py builds nothing so"


def _make(words: list[str], _page: str) -> Iterator[str]:
    makefile = (ROOT / "Makefile").read_text()
    for word in words[1:]:
        name, equals, _value = word.partition("=")
        if equals and f"$({name})" not in makefile and f"$(if $({name})" not in makefile:
            yield f"the Makefile reads no {name}"
        if not equals and name not in documented.make_targets():
            yield f"the Makefile has no target {name}"


def _terraform(words: list[str], _page: str) -> Iterator[str]:
    subcommand, *rest = [word for word in words[1:] if not word.startswith("-chdir=")]
    if subcommand not in _TERRAFORM:
        yield f"no rule holds terraform {subcommand}"
    used = {word.partition("=")[0] for word in rest if word.startswith("-")}
    for option in sorted(used - _TERRAFORM.get(subcommand, used)):
        yield f"no rule holds the option {option} of terraform {subcommand}"


def _pip(words: list[str], _page: str) -> Iterator[str]:
    known = {re.split("[<>= ]", line)[0] for line in (ROOT / "requirements.txt").read_text().splitlines()}
    for kind, name in documented.all_documented():
        known |= {text.split()[0] for text in documented.documentation(kind, name).get("requirements", ())}
    for word in words[2:]:
        if re.split("[<>=]", word)[0] not in known | {"ansible-core"}:
            yield f"nothing here needs {word}"


def _python(words: list[str], page: str) -> Iterator[str]:
    if words[1] == "-m":
        path = ROOT / f"{words[2].replace('.', '/')}.py"
        if not path.exists() or "__main__" not in path.read_text():
            yield f"there is no program {words[2]}"
    elif not (ROOT / page).with_name(words[1]).exists():
        yield f"there is no file {words[1]} beside the page"


def _nox(words: list[str], _page: str) -> Iterator[str]:
    for name in words[2:] if words[1] == "-s" else ():
        if name not in documented.sessions():
            yield f"noxfile.py has no session {name}"
    if words[1] not in ("-s", "--list"):
        yield f"no rule holds the option {words[1]} of nox"


def _pytest(words: list[str], _page: str) -> Iterator[str]:
    file, *chosen = words[1:]
    if not (ROOT / file).exists():
        yield f"there is no {file}"
    elif chosen and (chosen[0] != "-k" or not re.search(rf"def test_\w*{chosen[1]}", (ROOT / file).read_text())):
        yield f"{file} has no such test"


def _uv(words: list[str], _page: str) -> Iterator[str]:
    for word in words[1:]:
        if word.startswith("requirements/") and not (ROOT / word).exists():
            yield f"there is no {word}"


def _molecule(words: list[str], _page: str) -> Iterator[str]:
    subcommand, *rest = words[1:]
    if subcommand not in _MOLECULE or {word for word in rest if word.startswith("-")} - _MOLECULE[subcommand]:
        yield f"no rule holds {' '.join(words)}"
    if "-s" in rest and not (ROOT / "extensions/molecule" / rest[rest.index("-s") + 1] / "molecule.yml").exists():
        yield f"there is no scenario {rest[rest.index('-s') + 1]}"


def _lab(words: list[str], _page: str) -> Iterator[str]:
    """What extensions/molecule/lab makes: its two scripts, and a log of each guest."""
    code = (ROOT / "extensions/molecule/lab/lab.py").read_text()
    guests = (ROOT / "extensions/molecule/inventory.yml").read_text()
    script = PurePosixPath(words[0]).name
    if script != "tail" and f'"{script}"' not in code:
        yield f"the lab has no script {script}"
    meant = [PurePosixPath(word).stem if script == "tail" else word for word in words[1:]]
    for name in meant:
        if re.fullmatch(r"\w+-\w+|[\d.]+", name) and name not in guests:
            yield f"the lab has no guest {name}"


def _export(words: list[str], _page: str) -> Iterator[str]:
    for name in re.findall(r"(\w+)=", " ".join(words[1:])):
        if name not in ("PATH", "MOLECULE_EPHEMERAL_DIRECTORY"):
            yield f"no rule holds the variable {name}"


_RULES: dict[str, Callable[[list[str], str], Iterator[str]]] = {
    "ansible": _ansible,
    "ansible-builder": _builder,
    "ansible-doc": _doc,
    "ansible-galaxy": _galaxy,
    "ansible-inventory": _ansible,
    "ansible-playbook": _ansible,
    "enter": _lab,
    "export": _export,
    "make": _make,
    "molecule": _molecule,
    "nox": _nox,
    "pip": _pip,
    "pytest": _pytest,
    "python": _python,
    "python3": _python,
    "ssh": _lab,
    "tail": _lab,
    "terraform": _terraform,
    "tofu": _terraform,
    "uv": _uv,
}
