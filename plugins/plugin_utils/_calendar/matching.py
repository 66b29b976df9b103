# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events book which instances: patterns of the play, and lines in events as far as the play allows them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Protocol

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import parse_each
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import check_instance_id, check_keys

from .model import Details

PATTERNS = ("summary", "category", "location")
TARGETS = ("instance_ids", "tags", "output")
_TAG = "tag:"


class Fleet(Protocol):
    """What is asked about instances."""

    def tagged(self, tags: Mapping[str, str]) -> list[str]:
        """Return the ids of instances that have all of these tags."""

    def tags_of(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Return the tags of instances by id; those that don't exist are missing."""

    def published(self, output: str) -> list[str]:
        """Return the ids that an output holds."""


@dataclass(frozen=True)
class EventRule:
    """Patterns that an event has to match, and what it then books."""

    patterns: Mapping[str, str]
    instance_ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    output: str = ""

    def matches(self, details: Details) -> bool:
        """Return whether an event is meant, upper or lower case."""
        texts = {"summary": (details.summary,), "category": details.categories, "location": (details.location,)}
        return all(
            any(fnmatch.fnmatchcase(text.casefold(), pattern.casefold()) for text in texts[key])
            for key, pattern in self.patterns.items()
        )

    def resolve(self, fleet: Callable[[], Fleet]) -> tuple[str, ...]:
        """Return the instances that are booked."""
        found = list(self.instance_ids)
        if self.tags:
            tagged = fleet().tagged(self.tags)
            if not tagged:
                shown = ", ".join(f"{key}={value}" for key, value in self.tags.items())
                raise DataError(f"no instance has the tags {shown}, which events name")
            found += tagged
        if self.output:
            found += [check_instance_id(one, f"the output {self.output}") for one in fleet().published(self.output)]
        return tuple(dict.fromkeys(found))


def parse_rules(entries: Optional[Sequence[Any]]) -> tuple[EventRule, ...]:
    """Return the map of the play; raises one OptionError for all that is wrong with it."""
    return tuple(parse_each(_rule, entries or (), "events"))


def _rule(entry: object, option: str) -> EventRule:
    given = {key: value for key, value in check_keys(entry, (*PATTERNS, *TARGETS), option).items() if value}
    patterns = {key: given[key] for key in PATTERNS if key in given}
    if not patterns:
        raise OptionError(f"{option}: no pattern. Give one or more of {', '.join(PATTERNS)}; '*' matches every text")
    for key in (*patterns, "output"):
        if not isinstance(given.get(key, ""), str):
            raise OptionError(f"{option}.{key}: {show(given[key])} must be a string")
    if not any(key in given for key in TARGETS):
        raise OptionError(f"{option}: no instances. Give one or more of {', '.join(TARGETS)}")
    ids = given.get("instance_ids", [])
    ids = [one.strip() for one in ids.split(",")] if isinstance(ids, str) else ids
    if not isinstance(ids, list):
        raise OptionError(f"{option}.instance_ids: {show(ids)} must be a list")
    tags = given.get("tags", {})
    if not isinstance(tags, Mapping):
        raise OptionError(f"{option}.tags: {show(tags)} must be a mapping of tags and their values")
    return EventRule(
        patterns,
        tuple(check_instance_id(one, f"{option}.instance_ids") for one in ids),
        {str(key): str(value) for key, value in tags.items()},
        given.get("output", ""),
    )


@dataclass(frozen=True)
class Allowed:
    """The instances that events may name themselves, with their tags."""

    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def choose(self, entries: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the instances that an event names, and why others that it names aren't booked."""
        chosen, refused = [], []
        for entry in entries:
            if entry.startswith(_TAG):
                key, equals, value = entry[len(_TAG) :].partition("=")
                found = [one for one, tags in self.tags.items() if equals and tags.get(key.strip()) == value.strip()]
                chosen += found
                if not found:
                    refused.append(f"{show(entry)} is the tag of no instance in allow_instances")
            elif entry in self.tags:
                chosen.append(entry)
            else:
                refused.append(f"{show(entry)} is not in allow_instances")
        return list(dict.fromkeys(chosen)), refused


def allowed_instances(entries: Optional[Sequence[Any]], fleet: Callable[[], Fleet], *, with_tags: bool) -> Allowed:
    """Return what allow_instances means: ids, and tags of the form tag:Name=web."""
    ids, tags = [], []
    for entry in entries or ():
        if isinstance(entry, str) and entry.startswith(_TAG) and "=" in entry:
            key, _equals, value = entry[len(_TAG) :].partition("=")
            tags.append({key.strip(): value.strip()})
        else:
            ids.append(check_instance_id(entry, "allow_instances"))
    for one in tags:
        ids += fleet().tagged(one)
    known = fleet().tags_of(ids) if with_tags and ids else {}
    return Allowed({one: known.get(one, {}) for one in dict.fromkeys(ids)})
