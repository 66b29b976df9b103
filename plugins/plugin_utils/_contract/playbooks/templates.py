# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja templates as Jinja's own parser reads them: which plugins they call, which variables are not their own.

PRIVATE: not for use outside this collection, may change in any release.

Nothing is rendered, and no plugin is run.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Optional, Union

import jinja2
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Key
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name
from jinja2 import nodes

LOOKUPS = frozenset(("lookup", "query", "q"))
_OPTIONAL_FILTERS = frozenset(("default", "d"))
_ITERATING_FILTERS = frozenset(("join", "map", "select", "selectattr", "reject", "rejectattr"))
_HEADER = re.compile(r"#jinja2:([^\n]*)\n")


class TemplateMistakeError(BridgeError):
    """A template can't be parsed. Has the line in the template."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


@dataclasses.dataclass(frozen=True)
class Reference:
    """A variable or a call of a lookup in a template, the keys taken of it, and how it is used."""

    name: str
    line: int
    path: tuple[Key, ...] = ()
    iterates: bool = False
    optional: bool = False


@dataclasses.dataclass(frozen=True)
class LookupCall:
    """A call of a lookup plugin. A term of which nothing is known is a name with a hole."""

    plugin: Name
    terms: tuple[Name, ...]
    options: Mapping[str, Name]
    reference: Reference


@dataclasses.dataclass
class Template:
    """What a template refers to."""

    lookups: list[LookupCall] = dataclasses.field(default_factory=list)
    variables: list[Reference] = dataclasses.field(default_factory=list)
    groups: list[tuple[Name, int]] = dataclasses.field(default_factory=list)


def is_template(text: str) -> bool:
    """Return whether Ansible would take a text as a template."""
    return "{{" in text or "{%" in text


def parse_expression(text: str) -> Template:
    """Parse what is an expression without braces, as conditions are. Raises TemplateMistakeError."""
    return parse_template(text if is_template(text) else "{{ " + text + " }}")


@functools.lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Parse a template; the same text is parsed once. Raises TemplateMistakeError."""
    found = Template()
    try:
        tree = _parse(text)
        _Reader(tree, found).read()
    except RecursionError as exc:
        raise TemplateMistakeError("a template is nested too deeply to be read", 1) from exc
    return found


def name_of(text: str) -> Name:
    """Return a text that may have templates in it as a name with holes."""
    if not is_template(text):
        return Name.of(text)
    try:
        return _inner(text)
    except (TemplateMistakeError, RecursionError):
        return Name.of(Hole("a template"))


@functools.lru_cache(maxsize=64)
def _environment(options: tuple[tuple[str, Any], ...] = ()) -> jinja2.Environment:
    return jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], **dict(options))  # noqa: S701  parses only


def _parse(text: str) -> nodes.Template:
    header = _HEADER.match(text)
    options = _header_options(header[1]) if header else ()
    try:
        return _environment(options).parse(text)
    except jinja2.TemplateSyntaxError as exc:
        raise TemplateMistakeError(f"a template can't be parsed: {exc.message}", exc.lineno or 1) from exc


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
    for node in _parse(text).body:
        if not isinstance(node, nodes.Output):
            return Name.of(Hole("a template"))
        parts += [piece.data if isinstance(piece, nodes.TemplateData) else _name(piece) for piece in node.nodes]
    return Name.of(*parts)


def _name(node: nodes.Node) -> Name:
    """Return the text that an expression gives, with holes for what isn't known."""
    if isinstance(node, nodes.Const):
        return name_of(node.value) if isinstance(node.value, str) else Name.of(str(node.value))
    if isinstance(node, (nodes.Add, nodes.Concat)):
        pieces = node.nodes if isinstance(node, nodes.Concat) else [node.left, node.right]
        return Name.of(*map(_name, pieces))
    if isinstance(node, nodes.Filter) and node.node is not None and node.name in ("upper", "lower"):
        return _name(node.node).mapped(str.upper if node.name == "upper" else str.lower)
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


def _terms(node: nodes.Node) -> Iterator[Name]:
    """Yield the terms that an argument of a lookup is: one, those of a list, or either of a condition."""
    if isinstance(node, (nodes.List, nodes.Tuple)):
        for item in node.items:
            yield from _terms(item)
    elif isinstance(node, nodes.CondExpr):
        yield from _terms(node.expr1)
        if node.expr2 is not None:
            yield from _terms(node.expr2)
    else:
        yield _name(node)


class _Reader:
    """Walks the tree of one template."""

    def __init__(self, tree: nodes.Template, found: Template) -> None:
        self._tree = tree
        self._found = found
        self._parents: dict[int, nodes.Node] = {}
        for node in tree.find_all(nodes.Node):
            self._parents.update((id(child), node) for child in node.iter_child_nodes())
        # What a template sets somewhere is its own everywhere in it.
        self._own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
        self._own |= {macro.name for macro in tree.find_all(nodes.Macro)}

    def read(self) -> None:
        """Collect what the template refers to."""
        for name in self._tree.find_all(nodes.Name):
            if name.ctx == "load" and name.name not in self._own:
                self._refer(name)
        for constant in self._tree.find_all(nodes.Const):
            if isinstance(constant.value, str) and is_template(constant.value):
                self._nested(constant)

    def _nested(self, constant: nodes.Const) -> None:
        """Read a template inside a string of a template, which Ansible renders when a lookup gets it."""
        try:
            inner = parse_template(constant.value)
        except TemplateMistakeError:
            return
        moved = [dataclasses.replace(one, line=constant.lineno) for one in inner.variables if one.name not in self._own]
        self._found.variables += moved

    def _refer(self, name: nodes.Name) -> None:
        parent = self._parents.get(id(name))
        if name.name in LOOKUPS and isinstance(parent, nodes.Call) and parent.node is name:
            self._call(parent, many=name.name != "lookup")
        elif name.name == "groups":
            self._groups(name)
        elif name.name == "group_names":
            self._membership(parent)
        elif name.name in ("hostvars", "vars"):
            self._through(name, levels=2 if name.name == "hostvars" else 1)
        else:
            self._found.variables.append(self._reference(name.name, name))

    def _reference(self, said: str, node: nodes.Node, skipped: int = 0) -> Reference:
        """Follow the keys that are taken of a node, and see what is done with the value."""
        keys, end = self._keys(node)
        parent = self._parents.get(id(end))
        optional = iterates = False
        if isinstance(parent, nodes.Filter) and parent.node is end:
            optional = parent.name in _OPTIONAL_FILTERS
            iterates = parent.name in _ITERATING_FILTERS
        elif isinstance(parent, nodes.Test) and parent.node is end:
            optional = parent.name in ("defined", "undefined")
        elif isinstance(parent, nodes.For) and parent.iter is end:
            iterates = True
        return Reference(said, node.lineno, tuple(keys[skipped:]), iterates, optional)

    def _keys(self, node: nodes.Node) -> tuple[list[Key], nodes.Node]:
        """Return the constant keys after a node, and the node that they end at."""
        keys: list[Key] = []
        while True:
            parent = self._parents.get(id(node))
            key = _key(parent, node)
            above = self._parents.get(id(parent))
            # A method's name is no key: x.items(), x.split(',').
            if key is None or parent is None or (isinstance(above, nodes.Call) and above.node is parent):
                return keys, node
            keys.append(key)
            node = parent

    def _through(self, name: nodes.Name, levels: int) -> None:
        """Read C(hostvars[host].name) and C(vars['name']) as the variable they give."""
        node: nodes.Node = name
        for level in range(levels):
            parent = self._parents.get(id(node))
            if not isinstance(parent, (nodes.Getattr, nodes.Getitem)) or parent.node is not node:
                return
            key = _key(parent, node)
            if level == levels - 1 and isinstance(key, str):
                self._found.variables.append(self._reference(key, parent))
            node = parent

    def _groups(self, name: nodes.Name) -> None:
        parent = self._parents.get(id(name))
        if isinstance(parent, nodes.Getattr):
            self._found.groups.append((Name.of(parent.attr), name.lineno))
        elif isinstance(parent, nodes.Getitem):
            self._found.groups.append((_name(parent.arg), name.lineno))

    def _membership(self, parent: Optional[nodes.Node]) -> None:
        compare = self._parents.get(id(parent)) if isinstance(parent, nodes.Operand) else None
        if isinstance(compare, nodes.Compare):
            self._found.groups.append((_name(compare.expr), compare.lineno))

    def _call(self, call: nodes.Call, *, many: bool) -> None:
        reference = self._reference("", call)
        if many:
            reference = dataclasses.replace(reference, path=(), iterates=False)
        options = {keyword.key: _name(keyword.value) for keyword in call.kwargs}
        plugin = _name(call.args[0]) if call.args else Name.of(Hole("the plugin's name"))
        terms = [term for argument in call.args[1:] for term in _terms(argument)]
        if call.dyn_args is not None:
            terms.append(Name.of(Hole("arguments")))
        self._found.lookups.append(LookupCall(plugin, tuple(terms), options, reference))


def _key(parent: Optional[nodes.Node], node: nodes.Node) -> Optional[Key]:
    if isinstance(parent, nodes.Getattr) and parent.node is node:
        return str(parent.attr)
    if isinstance(parent, nodes.Getitem) and parent.node is node:
        argument = parent.arg
        negative = isinstance(argument, nodes.Neg)
        value = getattr(argument.node if isinstance(argument, nodes.Neg) else argument, "value", None)
        if isinstance(value, int) and not isinstance(value, bool):
            return -value if negative else value
        return value if isinstance(value, str) else None
    return None
