# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors and warnings where they are written: in Python, in tasks of roles and playbooks, in Terraform modules."""

from __future__ import annotations

import ast
import dataclasses
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import hcl2
import yaml

# Functions that are given a message, and how many words make one.
_SAYING = ("Problem", "Warning", "warn", "warning", "append", "fail_json", "refuse")
_WORDS = 3
# Modules of tasks that end a play, with their option for why.
_FAILING = {"ansible.builtin.fail": "msg", "ansible.builtin.assert": "fail_msg"}
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MANDATORY = re.compile(r"mandatory\('([^']+)'\)")
# Arguments of Terraform that describe something, and are no messages.
_DESCRIBING = ("description", "alarm_description", "source")


@dataclasses.dataclass(frozen=True, order=True)
class Message:
    """A message, with its holes as C(...), and where it is raised."""

    text: str
    file: str
    line: int


def find_messages(root: pathlib.Path) -> set[Message]:
    """Return the text of every error, problem and warning, wherever it is put together."""
    found: set[Message] = set()
    for pattern, read in _SOURCES.items():
        for path in root.glob(pattern):
            texts = read(path.read_text(encoding="utf-8"))
            name = path.relative_to(root).as_posix()
            found.update(Message(text.strip(), name, line) for text, line in texts if _is_message(text))
    return found


def _is_message(text: str) -> bool:
    return len(text.replace("...", "").split()) >= _WORDS and not set("<\n") & set(text.strip())


def in_python(source: str) -> Iterator[tuple[str, int]]:
    """Yield the texts of a file of Python that may be messages, with their lines."""
    for node in ast.walk(ast.parse(source)):
        for part in _parts(node):
            yield _text(part), part.lineno


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what may be messages of a node: what errors and warnings are made of, and texts that are kept or returned.

    Texts in tuples, lists and mappings are among them: tables of reasons, and findings that are chosen from.
    """
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name.endswith("Error") or name in _SAYING:
            yield from node.args
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "msg")
    elif isinstance(node, (ast.Return, ast.Yield, ast.Assign)) and node.value:
        yield from _chosen(node.value)
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        yield from (text for one in node.elts for text in _chosen(one))
    elif isinstance(node, ast.Dict):
        yield from (text for one in node.values for text in _chosen(one))


def _chosen(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the texts that an expression may be."""
    if isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from _chosen(node.body)
        yield from _chosen(node.orelse)


def _text(node: ast.expr) -> str:
    """Return what is known of a text, with dots for the rest."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return "..."


def in_tasks(source: str) -> Iterator[tuple[str, int]]:
    """Yield why tasks of a YAML file fail, with the lines."""
    document = yaml.compose(source)
    for key, value in _pairs(document):
        if isinstance(value, yaml.MappingNode) and key in _FAILING:
            for option, text in _pairs(value, nested=False):
                if option == _FAILING[key] and isinstance(text, yaml.ScalarNode):
                    yield " ".join(_TEMPLATE.sub("...", text.value).split()), text.start_mark.line + 1
        elif isinstance(value, yaml.ScalarNode):
            for said in _MANDATORY.findall(value.value):
                yield said, value.start_mark.line + 1


def _pairs(node: Any, *, nested: bool = True) -> Iterator[tuple[str, Any]]:
    """Yield the keys of a node's mappings with their values."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, value
            yield from _pairs(value) if nested else ()
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _pairs(one)


def in_terraform(source: str) -> Iterator[tuple[str, int]]:
    """Yield the texts of Terraform code, with their lines: refusals, and what those are put together from."""
    yield from _strings(hcl2.parses_to_tree(source))


def _strings(node: Any) -> Iterator[tuple[str, int]]:
    children = [child for child in node.children if hasattr(child, "children")]
    if node.data == "attribute" and str(children[0].children[0]) in _DESCRIBING:
        return
    if node.data == "string":
        yield "".join(_string_part(child) for child in children), node.meta.line
    for child in children:
        yield from _strings(child)


def _string_part(part: Any) -> str:
    inside = part.children[0]
    return "..." if hasattr(inside, "data") else re.sub(r"\\(.)", _unescaped, str(inside))


def _unescaped(match: re.Match[str]) -> str:
    return " " if match[1] == "n" else match[1]


_SOURCES = {
    "plugins/**/*.py": in_python,
    "playbooks/**/*.py": in_python,
    "playbooks/*.yml": in_tasks,
    "roles/*/tasks/*.yml": in_tasks,
    "terraform/modules/*/*.tf": in_terraform,
}
