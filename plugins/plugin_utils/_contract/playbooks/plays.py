# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays, tasks and variables of a YAML file to what they read.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Optional

import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import (
    By,
    Input,
    InventoryRule,
    Place,
    Side,
    Unknown,
    Use,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import UnreadableError

from .implicit import implicit_uses
from .inputs import published_inputs
from .lookups import READERS, uses_of
from .template_names import is_template, name_of
from .templates import (
    LookupCall,
    Reference,
    Template,
    parse_expression,
    parse_template,
)
from .yaml_files import child, duplicates, items, line, pairs, text

# Keys whose texts are expressions already.
_BARE = frozenset(("when", "failed_when", "changed_when", "until", "that", "break_when"))
_PLAY = ("tasks", "roles", "pre_tasks", "post_tasks", "handlers", "gather_facts", "connection", "become", "vars")
_FACTS = ("set_fact", "ansible.builtin.set_fact")
_DEBUG = ("debug", "ansible.builtin.debug")
_LOOPS = ("loop", "with_items", "with_list")
_SEPARATORS = re.compile(r"[,:](?![^{]*\}\})(?![^\[]*\])")


@dataclasses.dataclass(frozen=True)
class Context:
    """Where a node is: in which file and play, and which variables are the play's own there."""

    file: str
    what: str = ""
    own: frozenset[str] = frozenset()

    def at(self, number: int) -> Place:
        """Return a place here."""
        return Place(self.file, number, self.what)


@dataclasses.dataclass
class Reading:
    """What Ansible's files read and publish, which variables they set for whoever comes later, and what isn't known."""

    uses: list[Use] = dataclasses.field(default_factory=list)
    inputs: list[Input] = dataclasses.field(default_factory=list)
    rules: list[InventoryRule] = dataclasses.field(default_factory=list)
    unknown: list[Unknown] = dataclasses.field(default_factory=list)
    set_anywhere: set[str] = dataclasses.field(default_factory=set)
    files: int = 0

    def template(self, source: str, number: int, context: Context, *, bare: bool = False, loops: bool = False) -> None:
        """Read a template, or an expression without braces."""
        try:
            found = parse_expression(source) if bare else parse_template(source)
        except UnreadableError as exc:
            # Other languages have double braces too: outside Ansible's own files a mistake is somebody else's.
            if context.file.endswith((".j2", ".yml", ".yaml")):
                self.unread(context.at(number + exc.line - 1), str(exc))
            return
        whole = (
            loops and len(found.variables) + len(found.lookups) == 1 and re.fullmatch(r"\{\{[^|]*\}\}", source.strip())
        )
        self._uses(found, number, context, bool(whole))

    def unread(self, place: Place, reason: str) -> None:
        """Note a file, or a part of one, that can't be read."""
        self.unknown.append(Unknown(Side.CONSUMED, place, reason, unread=True))

    def _uses(self, found: Template, number: int, context: Context, loops: bool) -> None:
        for variable in found.variables:
            if variable.name not in context.own:
                self.uses.append(_variable(variable, context.at(number + variable.line - 1), loops))
        for call in found.lookups:
            self.uses += uses_of(call, context.at(number + call.reference.line - 1))
        for group, at in found.groups:
            self.uses.append(Use(By.GROUP, group, context.at(number + at - 1), optional=True))


def _variable(variable: Reference, place: Place, loops: bool) -> Use:
    return Use(
        By.VARIABLE,
        Name.of(variable.name),
        place,
        path=variable.path,
        iterates=variable.iterates or loops,
        optional=variable.optional,
    )


def read_document(root: yaml.Node, context: Context, reading: Reading) -> None:
    """Read a document, each node once however often it is referred to."""
    seen: set[int] = set()
    waiting: list[tuple[yaml.Node, str, Context]] = [(root, "", context)]
    while waiting:
        node, key, inside = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            here = _entered(node, inside)
            for name, at in duplicates(node):
                reason = f"the key {name!r} is given twice, and Ansible takes the last"
                reading.unknown.append(Unknown(Side.CONSUMED, here.at(at), reason))
            _mapping(node, here, reading)
            waiting += [(part, name, here) for name, part in _parts(node)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(item, key, inside) for item in node.value]
        else:
            _scalar(node, key, inside, reading)


def _parts(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    """Yield a mapping's keys and values with the key that decides how each is read."""
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        yield "", key
        if name in _DEBUG and child(value, "var") is not None:
            for inner, inner_key, inner_value in pairs(value):
                yield "", inner_key
                yield ("when" if inner == "var" else inner), inner_value
        else:
            yield name, value


def _entered(node: yaml.MappingNode, context: Context) -> Context:
    """Return the context inside a mapping: a play or task has a name, and variables of its own."""
    own = {name for name, _key, _value in pairs(child(node, "vars"))}
    loop_variable = text(child(child(node, "loop_control"), "loop_var"))
    what = context.what
    if child(node, "hosts") is not None and child(node, *_PLAY) is not None:
        what = f"play '{text(child(node, 'name')) or text(child(node, 'hosts'))}'"
    return Context(context.file, what, context.own | own | ({loop_variable} if loop_variable else set()))


def _mapping(node: yaml.MappingNode, context: Context, reading: Reading) -> None:
    is_play = child(node, "hosts") is not None and child(node, *_PLAY) is not None
    for name, key, value in pairs(node):
        number = line(key)
        reading.uses += implicit_uses(name, value, context.at(number))
        reading.inputs += published_inputs(name, value, context.at)
        if name == "hosts" and is_play:
            for item in items(value):
                reading.uses += _groups(text(item), context.at(line(item)))
        elif name == "register":
            reading.set_anywhere.add(text(value) or "")
        elif name in _FACTS:
            reading.set_anywhere.update(fact for fact, _key, _value in pairs(value))
        elif name.startswith("with_") and name[5:] in READERS:
            reading.uses += _with(name[5:], value, context)


def _with(plugin: str, value: yaml.Node, context: Context) -> Iterator[Use]:
    for item in items(value):
        term = text(item)
        if term is not None:
            call = LookupCall(Name.of(plugin), (name_of(term),), {}, Reference("", 1))
            yield from uses_of(call, context.at(line(item)))


def _groups(pattern: Optional[str], place: Place) -> Iterator[Use]:
    """Yield the groups that a play's C(hosts) names."""
    for part in _SEPARATORS.split(pattern or ""):
        group = re.sub(r"\[[-0-9:]*\]\Z", "", part.strip().lstrip("!&"))
        if group.startswith("~"):
            yield Use(By.GROUP, Name.of(Hole("a regular expression")), place, certain=False)
        elif group:
            pieces = re.split(r"([*?])", group)
            wild = any(piece in ("*", "?") for piece in pieces)
            name = Name.of(*(Hole("a wildcard") if p in ("*", "?") else p for p in pieces)) if wild else name_of(group)
            yield Use(By.GROUP, name, place, certain=not wild)


def _scalar(node: yaml.Node, key: str, context: Context, reading: Reading) -> None:
    value = text(node)
    if not value:
        return
    if key in _BARE and not is_template(value):
        if value.lower() not in ("true", "false", "yes", "no"):
            reading.template(value, line(node), context, bare=True)
    elif is_template(value):
        reading.template(value, line(node), context, loops=key in _LOOPS)
