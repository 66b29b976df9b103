# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tree of Terraform code: which folders can matter, which of them are roots, and what they publish.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Declared, Input, Side, Unknown
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles

from .declared import Declarations
from .folder import Folder, read_variables
from .module import Module
from .publishers import Publisher
from .values import Entries, Items

# These only choose the files that are worth parsing; what they say is read from the parsed code.
_LOCAL_SOURCE = re.compile(rb'\bsource\s*=\s*"(\.\.?/[^"]*)"')
_MARKS = (b"aws_ssm_parameter", b"ssm_outputs", b"ssm_inputs")


@dataclasses.dataclass
class CodeScan:
    """What a tree of Terraform code declares, and which inputs it reads."""

    declared: list[Declared] = dataclasses.field(default_factory=list)
    inputs: list[Input] = dataclasses.field(default_factory=list)
    unknown: list[Unknown] = dataclasses.field(default_factory=list)
    files: int = 0
    roots: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class _Seen:
    """A folder before it is parsed: whether it has one of the marks, and which folders it calls."""

    marked: bool
    calls: frozenset[pathlib.Path]


def scan_code(
    top: pathlib.Path,
    files: SourceFiles,
    publishers: Sequence[Publisher],
    variable_files: Sequence[pathlib.Path] = (),
    variables: Optional[Mapping[str, Any]] = None,
) -> CodeScan:
    """Read what the roots in a tree publish. Raises ParserMissingError."""
    scan = CodeScan()
    seen = _look(top, files, publishers, scan)
    for root in _roots(seen):
        files.progress(f"reading Terraform code in {files.relative(root)}")
        declarations = Declarations(files, publishers)
        folder = declarations.folder(root)
        values, unread = _values(root, files, variable_files)
        values.update({name: _value(value) for name, value in (variables or {}).items()})
        scan.declared += declarations.of_module(Module(folder, variables=values))
        scan.inputs += declarations.inputs
        scan.unknown += [*declarations.unknown, *unread]
        scan.roots.append(files.relative(root))
    scan.unknown = list(dict.fromkeys(scan.unknown))
    return scan


def _look(
    top: pathlib.Path, files: SourceFiles, publishers: Sequence[Publisher], scan: CodeScan
) -> dict[pathlib.Path, _Seen]:
    """Return the folders that have code, by their paths, and count the files."""
    marks = (*_MARKS, *(publisher.mark.encode() for publisher in publishers))
    seen = {}
    for folder, names, left_out in files.walk(top, Side.DECLARED):
        scan.unknown += left_out
        files.progress(f"looking for Terraform code in {files.relative(folder)}")
        code = [folder / name for name in names if name.endswith((".tf", ".tf.json"))]
        scan.files += len(code)
        text = b"\n".join(map(_bytes, code))
        if code:
            calls = frozenset(
                pathlib.Path(os.path.normpath(folder / os.fsdecode(source))) for source in _LOCAL_SOURCE.findall(text)
            )
            seen[folder] = _Seen(any(mark in text for mark in marks), calls)
    return seen


def _bytes(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        # Said when the folder is read.
        return b"aws_ssm_parameter"


def _roots(seen: Mapping[pathlib.Path, _Seen]) -> list[pathlib.Path]:
    """Return the folders that nobody calls, and that publish something or call one that does."""
    # A module outside the tree may publish, too: it is looked into when the caller is read.
    matter = {path for path, folder in seen.items() if folder.marked or folder.calls - seen.keys()}
    while more := {path for path, folder in seen.items() if folder.calls & matter} - matter:
        matter |= more
    called = {call for path in matter for call in seen[path].calls if call != path}
    return sorted(matter - called)


def _values(
    root: pathlib.Path, files: SourceFiles, variable_files: Sequence[pathlib.Path]
) -> tuple[dict[str, Any], list[Unknown]]:
    """Return the variables that files set for a root module, as Terraform takes them: the last one wins."""
    automatic = filter(pathlib.Path.is_file, [root / "terraform.tfvars", *sorted(root.glob("*.auto.tfvars"))])
    values: dict[str, Any] = {}
    unread: list[Unknown] = []
    for path in (*automatic, *variable_files):
        given, problems = read_variables(path, files)
        unread += problems
        nowhere = Module(Folder(root))
        values.update({name: nowhere.evaluate(attribute) for name, attribute in given.items()})
    return values, unread


def _value(value: Any) -> Any:
    """Return a value of JSON as one of Terraform's."""
    if isinstance(value, dict):
        return Entries({str(key): _value(item) for key, item in value.items()})
    if isinstance(value, list):
        return Items(tuple(map(_value, value)))
    return value
