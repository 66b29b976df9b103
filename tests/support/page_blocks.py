# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a code block of a page, by its language and by what it is: names that aren't there, above all."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import check_jsonschema
import hcl2
import jsonschema_rs
import yaml
from ansible.playbook.play import Play
from ansible.playbook.task import Task

from scripts.docs import PAGES
from tests.support import documented
from tests.support.documented import COLLECTION, Options
from tests.support.page_commands import command_faults
from tests.support.pages import ROOT, Block, all_blocks, commands_of

INVENTORY = "tfbridge.aws.ssm_outputs"
# The one form that works wherever it is pasted.
SOURCE = re.compile(r"git::https://github\.com/tfbridge/tfbridge\.aws\.git//terraform/modules/(\w+)\?ref=main")
# What Terraform itself takes in blocks of these kinds.
_BODIES: Mapping[str, set[str]] = {
    "assert": {"condition", "error_message"},
    "check": set(),
    "import": {"to", "id"},
    "output": {"value", "sensitive"},
    "variable": {"type", "ephemeral"},
}
_REFERENCE = re.compile(r"\bmodule\.(\w+)(?:\[[^\]]*\])?\.(\w+)(?:\.(\w+))?")
_SCHEMAS = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
_GROUP = {"children", "hosts", "vars"}
_TYPES: Mapping[str, type | tuple[type, ...]] = {"bool": bool, "int": int, "float": (int, float), "dict": dict}


def block_faults(block: Block) -> list[str]:
    """Return what is wrong with a block, or that no rule knows it."""
    rule = _RULES.get(block.language)
    return [f"{block.place}: {fault}" for fault in (rule(block) if rule else [f"no rule for {block.language!r}"])]


# -- Terraform -------------------------------------------------------------------------------------------------------


@functools.cache
def modules_by_name() -> dict[str, str]:
    """Return the modules that pages call, by the names that they give them."""
    blocks = [block.text for block in all_blocks() if block.language == "hcl"]
    called = re.findall(r'module "(\w+)" \{\s+source\s*= "([^"]+)"', "\n".join(blocks))
    return {name: source.rpartition("/")[2].partition("?")[0] for name, source in called}


def _hcl(block: Block) -> Iterator[str]:
    parsed = hcl2.loads(block.text)
    own = re.fullmatch(r"terraform/modules/(\w+)/README\.md", block.page)
    for name, value in parsed.items():
        if not isinstance(value, list):
            module = documented.terraform_modules()[own[1]] if own else None
            yield from _argument(name, value, module.types if module else {})
    for kind, arguments in _bodies(parsed):
        if kind == "module":
            yield from _call(arguments)
        else:
            known = _BODIES[kind] if kind in _BODIES else _provider_arguments()
            yield from (f"{name} is no argument of {kind}" for name in _given(arguments) if name not in known)
    yield from reference_faults(block.text, own[1] if own else "")


def _bodies(parsed: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each block of Terraform with its kind, and those within it."""
    for kind, entries in parsed.items():
        for entry in entries if isinstance(entries, list) else ():
            body = entry
            while isinstance(body, dict) and "__is_block__" not in body:
                (body,) = body.values()
            if isinstance(body, dict):
                yield kind, body
                yield from _bodies(body)


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if not name.startswith("__") and name not in _BODIES}


@functools.cache
def _provider_arguments() -> frozenset[str]:
    """Return the arguments that our own code, which Terraform has validated, gives to resources and data sources."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "terraform").rglob("*.tf"))
    return frozenset(re.findall(r"^ +(\w+) += ", code, re.MULTILINE))


def _call(arguments: Mapping[str, Any]) -> Iterator[str]:
    found = SOURCE.fullmatch(arguments.get("source", "").strip('"'))
    if not found or found[1] not in documented.terraform_modules():
        yield f"{arguments.get('source')} is no source of a module of ours"
        return
    module = documented.terraform_modules()[found[1]]
    given = _given(arguments).keys() - {"source"}
    for name in given:
        yield from _argument(name, arguments[name], module.types)
    missing = module.required - given
    # A comment stands for what the page leaves out.
    if missing and "__comments__" not in arguments:
        yield f"{found[1]} needs {sorted(missing)}"


def _argument(name: str, value: Any, types: Mapping[str, str]) -> Iterator[str]:
    if name not in types:
        yield f"{name} is not a variable of the module"
        return
    kind = types[name]
    inner = [value] if kind.startswith("object(") else value.values() if kind.startswith("map(object(") else []
    for one in inner:
        for key in one if isinstance(one, dict) else ():
            if not re.search(rf"\b{key} = ", kind):
                yield f"{name}: {key} is no attribute of {kind}"


def reference_faults(text: str, own: str = "") -> Iterator[str]:
    """Yield what is wrong with references to modules; names that no page gives a module are the page's own module."""
    for name, what, more in _REFERENCE.findall(text):
        module = documented.terraform_modules().get(modules_by_name().get(name, own))
        if not module:
            yield f"no page has a module {name}"
        elif what.startswith("aws_") and f"{what}.{more}" not in module.resources:
            yield f"module.{name} has no {what}.{more}"
        elif not what.startswith("aws_") and what not in module.outputs:
            yield f"module.{name} has no output {what}"


# -- YAML ------------------------------------------------------------------------------------------------------------


def _yaml(block: Block) -> Iterator[str]:
    data = yaml.safe_load(block.text)
    if isinstance(data, list):
        yield from _plays(data) if "hosts" in data[0] else _tasks(data)
    elif "plugin" in data:
        yield from _inventory(data)
    elif "collections" in data:
        if ["https://github.com/tfbridge/tfbridge.aws.git"] != [one["name"] for one in data["collections"]]:
            yield "it installs something else"
    elif "jobs" in data or any(isinstance(job, dict) and "script" in job for job in data.values()):
        yield from _pipeline(data, block.page)
    elif all(isinstance(group, dict) and "hosts" in group for group in data.values()):
        # A static inventory.
        yield from (f"{key} is no part of a group" for group in data.values() for key in group.keys() - _GROUP)
    elif block.file not in ("execution-environment.yml", "ansible-navigator.yml") and "group_vars" not in block.file:
        yield from _variables(data)


def _inventory(data: Mapping[str, Any]) -> Iterator[str]:
    if data["plugin"] != INVENTORY:
        yield f"{data['plugin']} is not the inventory plugin"
    yield from against(documented.options("inventory", "ssm_outputs"), data, INVENTORY)


def _plays(plays: list[dict[str, Any]]) -> Iterator[str]:
    for play in plays:
        for key in play.keys() - set(Play.fattributes):
            yield f"{key} is no keyword of a play"
        yield from _tasks(play.get("tasks", []))
        for role in play.get("roles", []):
            entry = {"role": role} if isinstance(role, str) else role
            if entry["role"] != f"{COLLECTION}efs_mount":
                yield f"{entry['role']} is no role of ours"
            yield from against(documented.role_options(), entry.get("vars", {}), entry["role"])


def _tasks(tasks: list[dict[str, Any]]) -> Iterator[str]:
    for task in tasks:
        modules = [key for key in task if key not in Task.fattributes]
        if len(modules) != 1:
            yield f"{modules} has to be one module"
        for name in modules:
            found = documented.options("modules", name.removeprefix(COLLECTION))
            if name.startswith(COLLECTION) and found:
                yield from against(found, task[name], name)
            elif name != "ansible.builtin.debug":
                yield f"no rule knows the module {name}"


def _variables(data: Mapping[str, Any]) -> Iterator[str]:
    """Variables of the role, or of one playbook."""
    if data.keys() <= documented.role_options().keys():
        yield from against(documented.role_options(), data, "the role")
    elif not any(data.keys() <= taken for taken in documented.playbooks().values()):
        yield f"{sorted(data)} are variables of no role and no playbook"


def against(options: Options, given: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield what is wrong with the options that are given to a plugin, a role or a part of one."""
    for name, option in options.items():
        if option.get("required") and name not in given:
            yield f"{where}: {name} is required"
    for name, value in given.items():
        if name in options:
            yield from _value(options[name], value, f"{where}: {name}")
        elif name not in ("ansible_user", "ansible_connection"):
            yield f"{where}: there is no option {name}"


def _value(option: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    if value is None or (isinstance(value, str) and "{{" in value):
        return
    kind = option.get("type", "str")
    inner = option.get("suboptions") or option.get("options")
    if not isinstance(value, _TYPES.get(kind, object)):
        yield f"{where}: {value!r} is no {kind}"
    elif "choices" in option and not set(map(str, value if isinstance(value, list) else [value])) <= set(
        map(str, option["choices"])
    ):
        yield f"{where}: {value!r} is not one of {list(option['choices'])}"
    elif inner:
        for one in value if isinstance(value, list) else [value]:
            yield from against(documented.by_any_name(inner), one, where) if isinstance(one, dict) else ()


def _pipeline(data: dict[Any, Any], page: str) -> Iterator[str]:
    """A workflow of GitHub or a pipeline of GitLab: for their own schemas, and each command in it."""
    # YAML 1.1 reads the key `on` as true.
    data = {"on" if key is True else key: value for key, value in data.items()}
    github = "jobs" in data
    for error in _schema("github-workflows" if github else "gitlab-ci").iter_errors(data):
        yield error.message
    jobs = data["jobs"].values() if github else [job for job in data.values() if isinstance(job, dict)]
    for job in jobs:
        lines = [step["run"] for step in job.get("steps", ()) if "run" in step]
        for line in [*lines, *job.get("before_script", ()), *job.get("script", ())]:
            yield from command_faults(line.strip(), page)


@functools.cache
def _schema(name: str):
    return jsonschema_rs.validator_for(json.loads((_SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))


# -- others ----------------------------------------------------------------------------------------------------------


def _console(block: Block) -> Iterator[str]:
    for command in commands_of(block.text):
        yield from (f"{command.line}: {fault}" for fault in command_faults(command.line, block.page))


def _json(block: Block) -> Iterator[str]:
    """One document, or several; what they say is for the test that holds the block."""
    rest, decoder = block.text.strip(), json.JSONDecoder()
    while rest:
        _document, end = decoder.raw_decode(rest)
        rest = rest[end:].lstrip()
    yield from ()


def _toctree(block: Block) -> Iterator[str]:
    here = {name.removesuffix(".md") for name in PAGES.values()} | {"troubleshooting", "playbooks"}
    for line in block.text.splitlines():
        target = re.sub(r".*<(.*)>$", r"\1", line)
        if line and not line.startswith(":") and target not in here | {"plugins/index", "terraform/*"}:
            yield f"there is no page {target}"


def _text(_block: Block) -> Iterator[str]:
    """Whatever it is, a test of its own holds it."""
    yield from ()


_RULES: Mapping[str, Callable[[Block], Iterator[str]]] = {
    "console": _console,
    "hcl": _hcl,
    "ini": _text,
    "json": _json,
    "sh": _console,
    "text": _text,
    "yaml": _yaml,
    "{toctree}": _toctree,
}
