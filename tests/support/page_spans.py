# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with code in the text of a page: options, values, plugins, files and commands that aren't there."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support import documented
from tests.support.documented import COLLECTION, Options
from tests.support.page_blocks import against, reference_faults
from tests.support.page_commands import command_faults, is_command
from tests.support.pages import ROOT, Span, all_blocks, tracked

# What an option is given in YAML, on a command line, or in HCL.
_GIVEN = re.compile(r"([a-z]\w*)(?:: |=| = )(.*)", re.DOTALL)
_LOOKUP = re.compile(r"lookup\('tfbridge\.aws\.(\w+)'(.*)\)")
_ROUTE = re.compile(r"(GET|POST|PATCH|DELETE) (/[\w.{}/]+)\??(.*)")
_PATH = re.compile(r"[\w.*{},-]+(?:/[\w.*{},-]*)+|[\w-]+\.(?:py|md|yml|txt|json)")
_NOT_READ = ("*.md", "tests/unit/test_page*.py", "tests/support/page*.py", "docs/docsite", "*.svg", "*.rst")
# Folders that pages leave out where all that they name is in them.
_FOLDERS = ("", "plugins", "plugins/module_utils", "plugins/plugin_utils", "requirements")
_MODULE_PAGE = re.compile(r"terraform/modules/(\w+)/README\.md")
_OPENAPI = ROOT / "terraform/modules/ec2_scheduler/openapi.json"


def span_faults(span: Span) -> list[str]:
    """Return what is wrong with a span."""
    return [f"{span.place}: `{span.text}`: {fault}" for fault in _faults(span)]


def _faults(span: Span) -> Iterator[str]:
    for applies, rule in _RULES:
        if found := applies(span.text):
            yield from rule(found, span)
            return
    if not (span.text in documented.names() or is_written(span.text) or _is_file(span.text, span.page)):
        yield "nothing in the sources has it"


def _plugin(name: str, _span: Span) -> Iterator[str]:
    if name.removeprefix(COLLECTION) not in documented.plugins():
        yield "there is no such plugin, role or playbook"


def _extra_variable(found: re.Match[str], _span: Span) -> Iterator[str]:
    if found[1] not in frozenset().union(*documented.playbooks().values()):
        yield f"no playbook has the variable {found[1]}"


def _given(found: re.Match[str], _span: Span) -> Iterator[str]:
    name, value = found.groups()
    known = [option for option in _options()[name] if _takes(option, value)]
    if not known:
        yield f"{name} doesn't take this"
    inner = next((one["suboptions"] for one in known if "suboptions" in one), None)
    if inner and value.startswith("{") and "…" not in value:
        # A sentence names what it is about, and not all that is required.
        faults = against(documented.by_any_name(inner), yaml.safe_load(value), name)
        yield from (fault for fault in faults if not fault.endswith("is required"))


def _references(_found: object, span: Span) -> Iterator[str]:
    """Yield what is wrong with references to resources and outputs of a module, on its own page without its name."""
    own = _MODULE_PAGE.fullmatch(span.page)
    module = documented.terraform_modules().get(own[1] if own else "")
    for resource in re.findall(r"(?<!\.)\b(aws_\w+\.\w+)\[", span.text):
        if module and resource not in module.resources:
            yield f"the module has no {resource}"
    yield from reference_faults(span.text, own[1] if own else "")


def _lookup(found: re.Match[str], _span: Span) -> Iterator[str]:
    name, rest = found.groups()
    known = documented.options("lookup", name)
    if not known:
        yield f"there is no lookup {name}"
    for option in re.findall(r"(\w+)=", rest):
        if option not in known:
            yield f"the lookup {name} has no option {option}"


@functools.cache
def _options() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Return all options by their names: several plugins may have one of a name."""
    found: dict[str, list[Mapping[str, Any]]] = {}

    def add(options: Mapping[str, Mapping[str, Any]]) -> None:
        for name, option in options.items():
            found.setdefault(name, []).append(option)
            add(option.get("suboptions") or option.get("options") or {})

    for kind, plugin in documented.all_documented():
        add(documented.options(kind, plugin))
    add(documented.role_options())
    for module in documented.terraform_modules().values():
        add({name: {"type": "bool" if kind == "bool" else "raw"} for name, kind in module.types.items()})
    for parameters in _parameters().values():
        add(parameters)
    return {name: tuple(options) for name, options in found.items()}


def _takes(option: Mapping[str, Any], value: str) -> bool:
    if "choices" in option:
        return set(re.findall(r"[\w.-]+", value)) <= set(map(str, option["choices"]))
    return option.get("type") != "bool" or value in ("true", "false")


@functools.cache
def _parameters() -> Mapping[tuple[str, str], Options]:
    """Return the parameters of each route of the booking API."""
    paths = json.loads(_OPENAPI.read_text(encoding="utf-8"))["paths"]
    return {
        (method.upper(), path): {
            one["name"]: {"choices": one["schema"]["enum"]} if "enum" in one["schema"] else {}
            for one in operation.get("parameters", ())
        }
        for path, operations in paths.items()
        for method, operation in operations.items()
        if isinstance(operation, dict)
    }


def _route(found: re.Match[str], _span: Span) -> Iterator[str]:
    method, path, query = found.groups()
    if (method, path) not in _parameters():
        yield "the API has no such route"
        return
    for name, value in re.findall(r"([\w-]+)=([\w]*)", query):
        parameter = _parameters()[method, path].get(name)
        if parameter is None or (value and not _takes(parameter, value)):
            yield f"the route has no parameter {name}={value}"


def _is_file(text: str, page: str) -> bool:
    """Return whether a path leads to what is tracked, from the root, from the page, or to a file that a page has."""
    if not _PATH.fullmatch(text):
        return False
    bases = [(ROOT / page).parent, *(ROOT / folder for folder in _FOLDERS)]
    return all(
        any(path in _tracked() for base in bases for end in ("", ".py", "/") for path in base.glob(f"{one}{end}"))
        or any(block.file.endswith(one) for block in all_blocks())
        for one in _expanded(text.rstrip("/"))
    )


@functools.cache
def _tracked() -> set[Path]:
    """Return all files and folders of the repository, without what commands have made beside them."""
    files = [ROOT / name for name in tracked(".")]
    return {*files, *(folder for file in files for folder in file.parents)}


def _expanded(text: str) -> list[str]:
    """Return the patterns that braces stand for."""
    braces = re.search(r"\{([^}]+)\}", text)
    return [text.replace(braces[0], one) for one in braces[1].split(",")] if braces else [text]


@functools.cache
def _sources() -> str:
    files = tracked(".", *(f":!{pattern}" for pattern in _NOT_READ))
    texts = [(ROOT / name).read_text(encoding="utf-8", errors="ignore") for name in files if (ROOT / name).is_file()]
    # Python's texts that go over several lines are one.
    return re.sub(r'"\n +f?"', "", "\n".join([*texts, *files]))


@functools.cache
def _words() -> frozenset[str]:
    return frozenset(re.findall(r"\w+", _sources()))


def is_written(text: str) -> bool:
    """Return whether code, data or tests have a text; what a page leaves out (`...`, `<name>`) may be anything.

    Of a piece of JSON, YAML or HCL each word has to be there.
    """
    if re.fullmatch(r"\w+", text):
        return text in _words()
    parts = [part.strip() for part in re.split(r"\.\.\.|…|<[^>]*>", text.removeprefix("~/"))]
    if all(part in _sources() for part in parts):
        return True
    return (
        bool(re.search(r"[{\[=\"]", text))
        and not _PATH.fullmatch(text)
        and set(re.findall(r"[a-z_]\w+", text)) <= _words()
    )


def _option_given(text: str) -> re.Match[str] | None:
    found = _GIVEN.fullmatch(text)
    return found if found and found[1] in _options() else None


# The first that applies to a span decides; what none applies to has to be written somewhere.
_RULES: tuple[tuple[Callable[[str], Any], Callable[[Any, Span], Iterable[str]]], ...] = (
    (is_command, lambda _found, span: command_faults(span.text, span.page)),
    (re.compile(r"tfbridge\.aws\.(?:\w+)").fullmatch, lambda found, span: _plugin(found[0], span)),
    (re.compile(r"-e (\w+)=.*").fullmatch, _extra_variable),
    (_LOOKUP.fullmatch, _lookup),
    (_ROUTE.fullmatch, _route),
    (re.compile(r"aws_\w+\.\w+\[|.*\bmodule\.\w+\.").match, _references),
    (_option_given, _given),
    # The name of a parameter, which is the reader's.
    (re.compile(r"OUTPUT_[A-Z][A-Z0-9_]*").fullmatch, lambda _found, _span: ()),
)
