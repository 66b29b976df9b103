# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja templates as Jinja's own parser reads them: which plugins they call, which variables are not their own.

PRIVATE: not for use outside this collection, may change in any release.

Nothing is rendered, and no plugin is run.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Key
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import UnreadableError
from jinja2 import nodes

from .template_names import is_template, name_of_expression, parse, terms_of

LOOKUPS = frozenset(("lookup", "query", "q"))
_OPTIONAL_FILTERS = frozenset(("default", "d"))
_ITERATING_FILTERS = frozenset(("join", "map", "select", "selectattr", "reject", "rejectattr"))


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


def parse_expression(text: str) -> Template:
    """Parse what is an expression without braces, as conditions are. Raises UnreadableError."""
    return parse_template(text if is_template(text) else "{{ " + text + " }}")


@functools.lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Parse a template; the same text is parsed once. Raises UnreadableError."""
    found = Template()
    try:
        _Reader(parse(text), found).read()
    except RecursionError as exc:
        raise UnreadableError("a template is nested too deeply to be read", 1) from exc
    return found


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
        except UnreadableError:
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

    def _reference(self, said: str, node: nodes.Node) -> Reference:
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
        return Reference(said, node.lineno, tuple(keys), iterates, optional)

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
            self._found.groups.append((name_of_expression(parent.arg), name.lineno))

    def _membership(self, parent: Optional[nodes.Node]) -> None:
        compare = self._parents.get(id(parent)) if isinstance(parent, nodes.Operand) else None
        if isinstance(compare, nodes.Compare):
            self._found.groups.append((name_of_expression(compare.expr), compare.lineno))

    def _call(self, call: nodes.Call, *, many: bool) -> None:
        reference = self._reference("", call)
        if many:
            reference = dataclasses.replace(reference, path=(), iterates=False)
        options = {keyword.key: name_of_expression(keyword.value) for keyword in call.kwargs}
        plugin = name_of_expression(call.args[0]) if call.args else Name.of(Hole("the plugin's name"))
        terms = [term for argument in call.args[1:] for term in terms_of(argument)]
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
