# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error and warning of the collection's Python code, read from the source, as a page to search in."""

from __future__ import annotations

import ast
import dataclasses
import pathlib
from collections.abc import Iterator

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


def page(root: pathlib.Path) -> str:
    """Return the page, in Markdown."""
    found = messages(root)
    parts = [(root / "docs" / "troubleshooting.md").read_text(encoding="utf-8").rstrip(), "", "## All messages", ""]
    parts.append(f"The {len(found)} errors and warnings of the collection, from its source; `...` is what differs.\n")
    for subject in (*SUBJECTS, _OTHERS):
        mine = [message for message in found if subject_of(message) == subject]
        if mine:
            parts += [f"### {subject}\n", *map(_line, mine), ""]
    return "\n".join(parts)


def _line(message: Message) -> str:
    text = " ".join(message.text.replace("`", "'").split())
    return f"- `{text}` ([source]({SOURCE}/{message.file}#L{message.line}))"
