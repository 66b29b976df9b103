# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform files as python-hcl2 parses them: its raw tree, with line numbers, in the few words that are used of it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import UnreadableError

SUPPORTED = ">=8.1.4,<9"
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r"}


class ParserMissingError(BridgeError):
    """python-hcl2 isn't installed, or is another version."""


@dataclasses.dataclass(frozen=True)
class Attribute:
    """An argument of a block: its expression, and the line it is on."""

    expression: Any = dataclasses.field(repr=False)
    line: int = 0


@dataclasses.dataclass(frozen=True)
class Block:
    """A block with its labels: C(resource "aws_ssm_parameter" "x") is ("resource", "aws_ssm_parameter", "x").

    C(file) is what people see of the file that it is in.
    """

    labels: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    file: str
    line: int


@functools.lru_cache(maxsize=1)
def _parser() -> Callable[[str], Any]:
    how = f"Install it for the Python that runs Ansible: pip install 'python-hcl2{SUPPORTED}'"
    try:
        import hcl2  # noqa: PLC0415  optional: only reading Terraform code needs it
    except ImportError as exc:
        raise ParserMissingError(
            f"terraform: reading Terraform code needs the Python package python-hcl2. {how}"
        ) from exc
    parse = getattr(hcl2, "parses_to_tree", None)
    version = str(getattr(hcl2, "__version__", "of an unknown version"))
    if parse is None or not version.startswith("8."):
        raise ParserMissingError(f"terraform: python-hcl2 {version} is not supported. {how}")
    return parse  # type: ignore[no-any-return]


def parse_blocks(source: str, file: str) -> list[Block]:
    """Parse a file into its blocks. Raises UnreadableError and ParserMissingError."""
    found = []
    for node in kids(_tree(source)):
        if rule(node) == "block":
            *labels, body = kids(node)
            found.append(Block(tuple(map(word, labels)), _attributes(body), file, node.meta.line))
    return found


def parse_attributes(source: str) -> dict[str, Attribute]:
    """Parse a file that has arguments only, as files of variables do. Raises UnreadableError, ParserMissingError."""
    return _attributes(_tree(source))


def parse_template(source: str) -> Any:
    """Parse the inside of a quoted string into an expression. Raises UnreadableError, ParserMissingError."""
    return _attributes(_tree(f'x = "{source}"\n'))["x"].expression


def _tree(source: str) -> Any:
    parse = _parser()
    try:
        return parse(source).children[0]
    except RecursionError as exc:
        raise UnreadableError("it is nested too deeply to be read") from exc
    except Exception as exc:  # the parser's own errors have no base class that its documentation names
        line = getattr(exc, "line", 0)
        reason = str(exc).strip().split("\n", 1)[0]
        raise UnreadableError(f"it can't be parsed: {reason[:200]}", line if isinstance(line, int) else 0) from exc


def _attributes(body: Any) -> dict[str, Attribute]:
    found = {}
    for node in kids(body):
        if rule(node) == "attribute":
            key, expression = kids(node)
            found[word(key)] = Attribute(expression, node.meta.line)
    return found


def rule(node: Any) -> str:
    """Return the name of the grammar's rule that made a node; nothing for a token."""
    return str(getattr(node, "data", ""))


def kids(node: Any) -> list[Any]:
    """Return the nodes inside a node, without punctuation, line ends and comments."""
    return [child for child in node.children if hasattr(child, "data") and child.data != "new_line_or_comment"]


def tokens(node: Any) -> Iterator[str]:
    """Yield the kinds of a node's own tokens."""
    return (child.type for child in node.children if hasattr(child, "type"))


def word(node: Any) -> str:
    """Return the text of an identifier, a keyword, or a string without templates in it."""
    if rule(node) == "string":
        return "".join(str(part.children[0]) for part in kids(node))
    return str(node.children[0])


def unescape(chars: str) -> str:
    """Return the text that characters of a quoted string stand for."""

    def replace(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else _CONTROL.get(code, code)

    return _ESCAPE.sub(replace, chars)
