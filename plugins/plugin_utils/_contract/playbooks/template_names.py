# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja templates as names: the text that they give, with holes for what isn't known.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from typing import Any, Union

import jinja2
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import UnreadableError
from jinja2 import nodes

_HEADER = re.compile(r"#jinja2:([^\n]*)\n")


def is_template(text: str) -> bool:
    """Return whether Ansible would take a text as a template."""
    return "{{" in text or "{%" in text


def name_of(text: str) -> Name:
    """Return a text that may have templates in it as a name with holes."""
    if not is_template(text):
        return Name.of(text)
    try:
        return _inner(text)
    except (UnreadableError, RecursionError):
        return Name.of(Hole("a template"))


@functools.lru_cache(maxsize=64)
def _environment(options: tuple[tuple[str, Any], ...] = ()) -> jinja2.Environment:
    return jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], **dict(options))  # noqa: S701  # nosec B701  parses only


def parse(text: str) -> nodes.Template:
    """Return the tree of a template. Raises UnreadableError."""
    header = _HEADER.match(text)
    options = _header_options(header[1]) if header else ()
    try:
        return _environment(options).parse(text)
    except jinja2.TemplateSyntaxError as exc:
        raise UnreadableError(f"a template can't be parsed: {exc.message}", exc.lineno or 1) from exc


def _header_options(text: str) -> tuple[tuple[str, Any], ...]:
    """Return the options of a C(#jinja2:) header that change how the text is parsed."""
    options = {}
    for part in text.split(","):
        key, _colon, value = part.partition(":")
        try:
            options[key.strip()] = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            continue
    known = {key: value for key, value in options.items() if key.endswith("_string") and isinstance(value, str)}
    return tuple(sorted(known.items()))


def _inner(text: str) -> Name:
    parts: list[Union[str, Hole, Name]] = []
    for node in parse(text).body:
        if not isinstance(node, nodes.Output):
            return Name.of(Hole("a template"))
        parts += [
            piece.data if isinstance(piece, nodes.TemplateData) else name_of_expression(piece) for piece in node.nodes
        ]
    return Name.of(*parts)


def name_of_expression(node: nodes.Node) -> Name:
    """Return the text that an expression gives, with holes for what isn't known."""
    if isinstance(node, nodes.Const):
        return name_of(node.value) if isinstance(node.value, str) else Name.of(str(node.value))
    if isinstance(node, (nodes.Add, nodes.Concat)):
        pieces = node.nodes if isinstance(node, nodes.Concat) else [node.left, node.right]
        return Name.of(*map(name_of_expression, pieces))
    if isinstance(node, nodes.Filter) and node.node is not None and node.name in ("upper", "lower"):
        return name_of_expression(node.node).mapped(str.upper if node.name == "upper" else str.lower)
    if isinstance(node, nodes.Filter) and node.name == "format" and isinstance(node.node, nodes.Const):
        return _formatted(str(node.node.value))
    return Name.of(Hole(_said(node)))


def _formatted(pattern: str) -> Name:
    pieces = re.split(r"(%%|%[-0-9.]*[a-zA-Z])", pattern)
    return Name.of(*("%" if p == "%%" else Hole("format") if p.startswith("%") and len(p) > 1 else p for p in pieces))


def _said(node: nodes.Node) -> str:
    """Return what an expression is, in a word or two: the variable that it depends on."""
    first = next(node.find_all(nodes.Name), None) if not isinstance(node, nodes.Name) else node
    return first.name if first is not None else "an expression"


def terms_of(node: nodes.Node) -> Iterator[Name]:
    """Yield the terms that an argument of a lookup is: one, those of a list, or either of a condition."""
    if isinstance(node, (nodes.List, nodes.Tuple)):
        for item in node.items:
            yield from terms_of(item)
    elif isinstance(node, nodes.CondExpr):
        yield from terms_of(node.expr1)
        if node.expr2 is not None:
            yield from terms_of(node.expr2)
    else:
        yield name_of_expression(node)
