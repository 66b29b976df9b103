# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error and warning of the collection's Python code, read from the source, as a page to search in."""

from __future__ import annotations

import ast
import dataclasses
import functools
import pathlib
import re
from collections.abc import Iterator

import yaml

SOURCE = "https://github.com/tfbridge/tfbridge.aws/blob/main"
# The subjects of the page, by the packages whose messages they are.
SUBJECTS = {
    "Names, values and snapshots": ("_outputs",),
    "Inventory": ("_inventory", "inventory"),
    "Calls of AWS": ("_aws",),
    "Bookings": ("_planner", "_schedule", "_timeline"),
    "Calendars": ("_calendar",),
    "EFS mounts": ("_efs",),
    "Contract check": ("_contract",),
    "Power tuning": ("_tuning",),
}
_OTHERS = "Everything else"
# Functions that are given a message, and how many words make one.
_SAYING = ("Problem", "Warning", "warn", "warning", "append", "fail_json", "refuse")
_WORDS = 3


@dataclasses.dataclass(frozen=True, order=True)
class Message:
    """A message, with its holes as C(...), and where it is raised."""

    text: str
    file: str
    line: int


@functools.cache
def messages(root: pathlib.Path) -> list[Message]:
    """Return the text of every error, problem and warning, wherever it is put together."""
    found: set[Message] = set()
    for path in sorted((root / "plugins").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(_raised(tree, path.relative_to(root).as_posix()))
    return sorted(found)


def _raised(tree: ast.AST, file: str) -> Iterator[Message]:
    for node in ast.walk(tree):
        for part in _parts(node):
            text = _text(part).strip()
            if len(text.replace("...", "").split()) >= _WORDS and not set("<\n") & set(text):
                yield Message(text, file, part.lineno)


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what may be messages of a node: what errors and warnings are made of, and texts that are returned."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name.endswith("Error") or name in _SAYING:
            yield from node.args
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "msg")
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.JoinedStr):
        yield node.value


def _text(node: ast.expr) -> str:
    """Return what is known of a text, with dots for the rest."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return "..."


def subject_of(message: Message) -> str:
    """Return the subject that a message belongs to."""
    parts = pathlib.PurePath(message.file).parts
    return next((subject for subject, names in SUBJECTS.items() if set(names) & set(parts)), _OTHERS)


@dataclasses.dataclass(frozen=True)
class Group:
    """Messages with one cause and one cure; a message belongs to the first group with a pattern that is in it."""

    subject: str
    title: str
    cause: str
    cure: str
    patterns: tuple[str, ...]

    def explains(self, message: Message) -> bool:
        """Return whether a message of its subject belongs to it."""
        return any(re.search(pattern, message.text) for pattern in self.patterns)


def explanations(root: pathlib.Path) -> tuple[list[Group], list[str]]:
    """Return what docs/messages.yml says: the groups in their order, and the patterns of what is no message."""
    document = yaml.safe_load((root / "docs" / "messages.yml").read_text(encoding="utf-8"))
    fragments = document.pop("fragments")
    groups = [
        Group(subject, **{**group, "patterns": tuple(group["patterns"])})
        for subject, listed in document.items()
        for group in listed
    ]
    return groups, fragments


def explained(root: pathlib.Path) -> dict[Group | None, list[Message]]:
    """Return the messages by their group, None for those that nothing explains."""
    groups, fragments = explanations(root)
    found: dict[Group | None, list[Message]] = {group: [] for group in groups}
    for message in messages(root):
        if any(re.search(pattern, message.text) for pattern in fragments):
            continue
        subject = subject_of(message)
        group = next((one for one in groups if one.subject == subject and one.explains(message)), None)
        found.setdefault(group, []).append(message)
    return found


def page(root: pathlib.Path) -> str:
    """Return the page, in Markdown."""
    found = explained(root)
    parts = [(root / "docs" / "troubleshooting.md").read_text(encoding="utf-8").rstrip(), ""]
    count = sum(map(len, found.values()))
    parts.append(f"These are all {count} errors and warnings, from the source; `...` is what differs.\n")
    for subject in (*SUBJECTS, _OTHERS):
        parts.append(f"## {subject}\n")
        for group, mine in found.items():
            if group and group.subject == subject:
                parts += [f"### {group.title}\n", f"{group.cause}\n", f"**What to do:** {group.cure}\n"]
                parts += [*map(_line, mine), ""]
    return "\n".join(parts)


def _line(message: Message) -> str:
    text = " ".join(message.text.replace("`", "'").split())
    return f"- `{text}` ([source]({SOURCE}/{message.file}#L{message.line}))"
