# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tree of playbooks, roles, templates and inventories to what it reads.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import pathlib
from typing import Optional

import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import (
    Place,
    Side,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import (
    SourceFiles,
    UnreadableError,
)

from .inventory_files import EXPRESSIONS, host_uses, is_inventory, rule_of
from .plays import Context, Reading, read_document
from .template_names import is_template
from .yaml_files import child, items, line, pairs, parse_yaml, text

_YAML = (".yml", ".yaml", ".json")
_VAULT = "$ANSIBLE_VAULT"
# Folders whose files have variables, with or without an ending; and whose variables everybody has.
_VARIABLES = ("group_vars", "host_vars")
_INVENTORIES = ("inventory", "inventories")


def scan_playbooks(top: pathlib.Path, files: SourceFiles) -> Reading:
    """Read all files of a tree, or one file, that Ansible would take variables or templates from."""
    scan = Reading()
    if top.is_file():
        _read(top, files, scan)
    else:
        charts: list[pathlib.Path] = []
        for folder, names, left_out in files.walk(top, Side.CONSUMED):
            scan.unknown += left_out
            if "Chart.yaml" in names:
                charts.append(folder)
            # Charts of Helm have templates of another language.
            skipped = _is_hidden(folder, top) or any(folder.is_relative_to(chart) for chart in charts)
            for name in () if skipped else names:
                if _matters(folder, name, top):
                    files.progress(f"reading playbooks in {files.relative(folder)}")
                    _read(folder / name, files, scan)
    scan.uses = list(dict.fromkeys(scan.uses))
    return scan


def _is_hidden(folder: pathlib.Path, top: pathlib.Path) -> bool:
    parts = folder.relative_to(top).parts
    return "ansible_collections" in parts or any(part.startswith(".") for part in parts)


def _matters(folder: pathlib.Path, name: str, top: pathlib.Path) -> bool:
    if name.startswith("."):
        return False
    parts = folder.relative_to(top.parent).parts
    if name.lower().endswith((*_YAML, ".j2")) or "templates" in parts:
        return True
    bare = "." not in name or name.endswith((".ini", ".cfg"))
    return bare and (any(part in _VARIABLES + _INVENTORIES for part in parts) or name in ("hosts", "inventory"))


def _read(path: pathlib.Path, files: SourceFiles, scan: Reading) -> None:
    scan.files += 1
    try:
        content = files.read(path)
    except UnreadableError as exc:
        if not _is_binary(path):
            scan.unread(files.place(path, exc.line), str(exc))
        return
    if content.startswith(_VAULT):
        scan.unread(files.place(path, 1), "it is encrypted by Ansible Vault")
    elif "\0" not in content:
        _read_text(path, content, Context(files.relative(path), _role_of(path)), scan)


def _is_binary(path: pathlib.Path) -> bool:
    """Return whether a file is no text at all: pictures and archives lie beside templates."""
    try:
        with path.open("rb") as file:
            return b"\0" in file.read(8192)
    except OSError:
        return False


def _read_text(path: pathlib.Path, content: str, context: Context, scan: Reading) -> None:
    sets_variables = bool(set(path.parts) & set(_VARIABLES))
    is_yaml = path.suffix.lower() in _YAML or (path.suffix == "" and sets_variables)
    if "templates" in path.parts or not is_yaml:
        if is_template(content) or content.startswith("#jinja2:"):
            scan.template(content, 1, context)
        return
    if path.suffix.lower() == ".json" and not is_template(content):
        return
    try:
        documents = parse_yaml(content)
    except UnreadableError as exc:
        scan.unread(Place(context.file, exc.line), str(exc))
        return
    for document in documents:
        if is_inventory(document):
            _read_inventory(document, context.file, scan)
        read_document(document, context, scan)
        if sets_variables:
            scan.set_anywhere.update(name for name, _key, _value in pairs(document))


def _read_inventory(document: yaml.Node, file: str, scan: Reading) -> None:
    scan.rules.append(rule_of(document))
    scan.uses += host_uses(document, file)
    expressions: list[tuple[str, Optional[yaml.Node]]] = [
        (name, value) for name in EXPRESSIONS for _name, _key, value in pairs(child(document, name))
    ]
    expressions += [("keyed_groups", child(entry, "key")) for entry in items(child(document, "keyed_groups"))]
    for name, node in expressions:
        expression = text(node)
        if node is not None and expression and not is_template(expression):
            scan.template(expression, line(node), Context(file, name), bare=True)


def _role_of(path: pathlib.Path) -> str:
    """Return the role that a file is part of, in words."""
    parts = path.parts
    if "roles" in parts[:-1]:
        index = len(parts) - 1 - parts[::-1].index("roles")
        if index + 1 < len(parts) - 1:
            return f"role {parts[index + 1]}"
    return ""
