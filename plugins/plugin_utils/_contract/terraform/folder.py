# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder of Terraform code: its blocks, whichever file they are in.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterator, Mapping

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Side, Unknown
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import (
    SourceFiles,
    UnreadableError,
)

from .syntax import Attribute, Block, parse_attributes, parse_blocks


@dataclasses.dataclass
class Folder:
    """The blocks of a folder, and what of it can't be read."""

    path: pathlib.Path
    blocks: list[Block] = dataclasses.field(default_factory=list)
    unread: list[Unknown] = dataclasses.field(default_factory=list)

    def labelled(self, *labels: str) -> Iterator[Block]:
        """Yield the blocks whose labels begin so."""
        return (block for block in self.blocks if block.labels[: len(labels)] == labels)


def read_folder(path: pathlib.Path, files: SourceFiles) -> Folder:
    """Read all files of a folder that Terraform would; one that can't be read is named and left out."""
    folder = Folder(path)
    names = sorted((entry.name for entry in path.iterdir() if entry.name.endswith((".tf", ".tf.json"))), key=_order)
    for name in names:
        file = path / name
        if name.endswith(".json"):
            folder.unread.append(_unread(files, file, 0, "Terraform's JSON syntax is not read; give plan_json"))
            continue
        try:
            blocks = parse_blocks(files.read(file), files.relative(file))
        except UnreadableError as exc:
            folder.unread.append(_unread(files, file, exc.line, str(exc)))
            continue
        if _is_override(name):
            folder.blocks = _overridden(folder.blocks, blocks)
        else:
            folder.blocks += blocks
    return folder


def read_variables(path: pathlib.Path, files: SourceFiles) -> tuple[Mapping[str, Attribute], list[Unknown]]:
    """Read a file of variables (C(.tfvars)), and what of it can't be read."""
    try:
        return parse_attributes(files.read(path)), []
    except UnreadableError as exc:
        return {}, [_unread(files, path, exc.line, str(exc))]


def _unread(files: SourceFiles, path: pathlib.Path, line: int, reason: str) -> Unknown:
    return Unknown(Side.DECLARED, files.place(path, line), reason, unread=True)


def _is_override(name: str) -> bool:
    return name == "override.tf" or name.endswith("_override.tf")


def _order(name: str) -> tuple[bool, str]:
    """Sort files as Terraform merges them: overrides last."""
    return _is_override(name), name


def _overridden(blocks: list[Block], overrides: list[Block]) -> list[Block]:
    """Return the blocks with the arguments that override files give to them."""
    given = {block.labels: block.attributes for block in overrides}
    return [
        dataclasses.replace(block, attributes={**block.attributes, **given.get(block.labels, {})}) for block in blocks
    ]
