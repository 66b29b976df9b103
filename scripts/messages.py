# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error and warning of the collection, read from the source, as a page to search in."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import re

import yaml

from scripts.message_sources import Message, find_messages

SOURCE = "https://github.com/tfbridge/tfbridge.aws/blob/main"
# The subjects of the page, by the packages whose messages they are.
SUBJECTS = {
    "Names, values and snapshots": ("_outputs",),
    "Inventory": ("_inventory", "inventory"),
    "Calls of AWS": ("_aws",),
    "Bookings": ("_planner", "_schedule", "_timeline"),
    "Calendars": ("_calendar",),
    "EFS mounts": ("_efs", "_efs_discovery", "efs_mount"),
    "Contract check": ("_contract",),
    "Power tuning": ("_tuning",),
    "Terraform modules": ("terraform",),
    "Playbooks": ("playbooks",),
}
_OTHERS = "Everything else"


@functools.cache
def messages(root: pathlib.Path) -> list[Message]:
    """Return the text of every error, problem and warning of the collection, in order."""
    return sorted(find_messages(root))


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


@functools.cache
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
