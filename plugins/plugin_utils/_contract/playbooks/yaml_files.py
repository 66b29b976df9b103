# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML as nodes with lines: nothing is constructed, so no tag of Ansible's is resolved and nothing is decrypted.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import UnreadableError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 2000
_OPENING = ("[", "{", "- ", "? ")
# Marks of Ansible's for texts that are no templates.
_OPAQUE = ("!vault", "!vault-encrypted", "!unsafe")


def parse_yaml(text: str) -> list[yaml.Node]:
    """Parse a file into the nodes of its documents. Raises UnreadableError."""
    try:
        _check_depth(text)
        return [node for node in yaml.compose_all(text, _LOADER) if node is not None]
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 0
        raise UnreadableError(f"it is not YAML: {exc.problem or exc.context}", line) from exc
    except (yaml.YAMLError, ValueError) as exc:
        raise UnreadableError(f"it is not YAML: {exc}") from exc
    except RecursionError as exc:
        raise UnreadableError("it is nested too deeply to be read") from exc


def _check_depth(text: str) -> None:
    """Refuse what the parser would follow until the process has no stack left.

    Only marks that open something on the line they are on can nest so deeply in a file of a size that is read.
    """
    if sum(text.count(mark) for mark in _OPENING) <= MAX_DEPTH:
        return
    depth = 0
    event: Any
    for event in yaml.parse(text, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableError("it is nested too deeply to be read", event.start_mark.line + 1)


def pairs(node: Optional[yaml.Node]) -> Iterator[tuple[str, yaml.ScalarNode, yaml.Node]]:
    """Yield the keys of a mapping that are texts, each as a text and as a node, with their values."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, key, value


def child(node: Optional[yaml.Node], *names: str) -> Optional[yaml.Node]:
    """Return the value of the first of these keys that a mapping has."""
    return next((value for name, _key, value in pairs(node) if name in names), None)


def items(node: Optional[yaml.Node]) -> list[yaml.Node]:
    """Return the elements of a sequence, or a single node as the one."""
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [node] if node is not None else []


def text(node: Optional[yaml.Node]) -> Optional[str]:
    """Return the text of a scalar that may be a template."""
    if isinstance(node, yaml.ScalarNode) and node.tag not in _OPAQUE:
        return str(node.value)
    return None


def line(node: yaml.Node) -> int:
    """Return the line on which a node's text begins."""
    block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return int(node.start_mark.line) + (2 if block else 1)


def duplicates(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Yield the keys that a mapping has more than once, with the line of the later one."""
    seen: set[str] = set()
    for name, key, _value in pairs(node):
        if name in seen and name != "<<":
            yield name, line(key)
        seen.add(name)
