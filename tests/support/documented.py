# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is that a page may name: options, variables of roles and playbooks, variables and outputs of modules."""

from __future__ import annotations

import ast
import functools
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from jinja2 import Environment, nodes

from tests.support.pages import ROOT, pages

COLLECTION = "tfbridge.aws."
KINDS = ("inventory", "lookup", "modules", "filter")
# In place of Ansible's own functions, which aren't variables.
_FUNCTIONS = {"lookup", "query", "omit", "item"}
_ROLE = "efs_mount"
# The tables that scripts/terraform_docs.py writes.
_VARIABLE = re.compile(r'^\| <a name="input_(\w+)"></a> .*? \| `([^|]*)` \| [^|]* \| (yes|no) \|$', re.MULTILINE)
_OUTPUT = re.compile(r'^\| <a name="output_(\w+)"></a>', re.MULTILINE)

Options = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class TerraformModule:
    """What a module of ours takes and gives: its page says so, in tables that a test compares with its code."""

    types: Mapping[str, str]
    required: frozenset[str]
    outputs: frozenset[str]
    resources: frozenset[str]


@functools.cache
def documentation(kind: str, name: str) -> dict[str, Any]:
    """Return the documentation of a plugin, with what fragments add to it, or nothing where there is no such plugin."""
    path = ROOT / "plugins" / kind / f"{name}.py"
    beside = path.with_suffix(".yml")
    if beside.exists():
        return dict(_load(beside.read_text(encoding="utf-8"))["DOCUMENTATION"])
    if not path.exists():
        return {}
    texts = _texts(path.read_text(encoding="utf-8"))
    found = _complete(_load(texts["DOCUMENTATION"]))
    return {**found, "returned": _load(texts.get("RETURN", "{}")) or {}}


def options(kind: str, name: str) -> Options:
    """Return the options of a plugin, by their names and aliases."""
    return by_any_name(documentation(kind, name).get("options", {}))


def by_any_name(found: Options) -> Options:
    """Add the aliases of options to them."""
    aliases = {alias: option for option in found.values() for alias in option.get("aliases", ())}
    return {**found, **aliases}


@functools.cache
def role_options() -> Options:
    """Return the variables of the role."""
    specs = _load((ROOT / "roles" / _ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    return dict(specs["argument_specs"]["main"]["options"])


@functools.cache
def playbooks() -> dict[str, frozenset[str]]:
    """Return the variables that each playbook takes, by its name."""
    return {path.stem: frozenset(_taken(path.read_text())) for path in (ROOT / "playbooks").glob("*.yml")}


@functools.cache
def terraform_modules() -> dict[str, TerraformModule]:
    """Return the Terraform modules by their names."""
    found = {}
    for page, text in pages().items():
        if named := re.fullmatch(r"terraform/modules/(\w+)/README\.md", page):
            rows = _VARIABLE.findall(text)
            code = "".join(path.read_text() for path in (ROOT / page).parent.glob("*.tf"))
            found[named[1]] = TerraformModule(
                {name: kind for name, kind, _required in rows},
                frozenset(name for name, _kind, required in rows if required == "yes"),
                frozenset(_OUTPUT.findall(text)),
                frozenset(".".join(one) for one in re.findall(r'^resource "(\w+)" "(\w+)"', code, re.MULTILINE)),
            )
    return found


@functools.cache
def plugins() -> frozenset[str]:
    """Return the names of all that Ansible finds in the collection: plugins, modules, actions, roles, playbooks."""
    return frozenset({*(name for _kind, name in all_documented()), *playbooks(), _ROLE})


@functools.cache
def all_documented() -> tuple[tuple[str, str], ...]:
    """Return the kind and the name of each plugin that has options."""
    return tuple((kind, path.stem) for kind in KINDS for path in (ROOT / "plugins" / kind).glob("[!_]*.py"))


@functools.cache
def make_targets() -> frozenset[str]:
    """Return the targets that `make help` lists."""
    return frozenset(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)) | {"help"}


@functools.cache
def sessions() -> frozenset[str]:
    """Return the sessions of noxfile.py."""
    found = re.findall(r"@nox\.session(.*)\ndef (\w+)", (ROOT / "noxfile.py").read_text())
    named = ((re.search(r'name="([\w-]+)"', arguments), name) for arguments, name in found)
    return frozenset(given[1] if given else name for given, name in named)


@functools.cache
def names() -> frozenset[str]:
    """Return every name of an option, a variable, a result or a resource."""
    found: set[str] = set(role_options()) | {name for taken in playbooks().values() for name in taken}
    for kind, name in all_documented():
        document = documentation(kind, name)
        found |= set(_names(document.get("options", {}))) | set(_names(document.get("returned", {})))
    found |= set(_names(role_options()))
    for module in terraform_modules().values():
        found |= {*module.types, *module.outputs, *(word for one in module.resources for word in one.split("."))}
        found |= {name for kind in module.types.values() for name in re.findall(r"(\w+) = ", kind)}
    return frozenset(found)


def _load(text: str) -> Any:
    """Read YAML by the parser in C, which is ten times as fast."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _names(found: Options) -> Iterator[str]:
    for name, option in found.items():
        yield name
        yield from option.get("aliases", ())
        for key in ("suboptions", "options", "contains"):
            yield from _names(option.get(key) or {})


def _taken(text: str) -> Iterator[str]:
    (play,) = _load(text)
    jinja = Environment(autoescape=True)
    found = [node for words in _strings(play) for node in jinja.parse(words).find_all(nodes.Name)]
    used = {node.name for node in found if node.ctx == "load"} - {node.name for node in found if node.ctx == "store"}
    for name in used | set(play.get("vars", {})):
        if not name.startswith(("__", "ansible_")) and name not in _FUNCTIONS:
            yield name
    if f"{COLLECTION}{_ROLE}" in text:
        yield from role_options()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value if "{" in value else ""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(item)


def _texts(source: str) -> dict[str, str]:
    """Return the constants of a file of Python that are texts."""
    return {
        node.targets[0].id: node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with the options that its fragments have."""
    found: dict[str, Any] = {}
    wanted = document.get("extends_documentation_fragment", [])
    for name in [wanted] if isinstance(wanted, str) else wanted:
        found.update(_complete(_fragment(name)).get("options", {}))
    return {**document, "options": {**found, **(document.get("options") or {})}}


def _fragment(name: str) -> dict[str, Any]:
    namespace, collection, module, *attribute = name.split(".")
    package = "ansible.plugins" if namespace == "ansible" else f"ansible_collections.{namespace}.{collection}.plugins"
    fragment = importlib.import_module(f"{package}.doc_fragments.{module}").ModuleDocFragment
    return _load(getattr(fragment, attribute[0].upper() if attribute else "DOCUMENTATION")) or {}
