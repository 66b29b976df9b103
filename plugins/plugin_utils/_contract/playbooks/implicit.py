# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules, roles and playbooks of this collection that read outputs without naming them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import By, Place, Use
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Name

from .template_names import name_of
from .yaml_files import child, items, text

_SCHEDULER = {
    "role_arn": ("EC2_SCHEDULER_ROLE_ARN", False),
    "schedule_group": ("EC2_SCHEDULER_GROUP", True),
    "dead_letter_arn": ("EC2_SCHEDULER_DLQ_ARN", True),
}
_READS_GROUP = ("schedule_group", "dead_letter_arn")
_PLAYBOOKS = {"tfbridge.aws.book_ec2": tuple(_SCHEDULER), "tfbridge.aws.show_schedule": _READS_GROUP}
_MOUNTS = ("tfbridge.aws.efs_mount", "tfbridge.aws.mount_efs")
_ROLE_KEYS = ("role", "name", "import_playbook", "ansible.builtin.import_playbook")


def implicit_uses(key: str, value: Optional[yaml.Node], place: Place) -> Iterator[Use]:
    """Yield what a key of a play or task reads by itself."""
    short = key.removeprefix("tfbridge.aws.")
    if short in ("ec2_schedule", "ec2_schedule_info") and isinstance(value, yaml.MappingNode):
        needs = tuple(_SCHEDULER) if short == "ec2_schedule" else _READS_GROUP
        yield from _scheduler(needs, value, place)
    elif short == "ssm_outputs_info":
        yield from _info(value, place)
    elif key in _ROLE_KEYS or key == "roles":
        for item in items(value):
            yield from _named(text(item), place)


def _named(name: Optional[str], place: Place) -> Iterator[Use]:
    if name in _MOUNTS:
        yield Use(By.VARIABLE, Name.of("efs_dns_url"), place, optional=True)
    for option in _PLAYBOOKS.get(str(name), ()):
        output, optional = _SCHEDULER[option]
        yield Use(By.OUTPUT, Name.of(output), place, optional=optional, certain=not optional)


def _scheduler(options: tuple[str, ...], given: yaml.Node, place: Place) -> Iterator[Use]:
    for option in options:
        output, optional = _SCHEDULER[option]
        value = text(child(given, option))
        if value is None or "omit" in value:
            absent = value is not None or text(child(given, "state")) not in (None, "present")
            needed = not optional and not absent
            yield Use(By.OUTPUT, Name.of(output), place, _prefix(given), optional=not needed, certain=needed)


def _info(given: Optional[yaml.Node], place: Place) -> Iterator[Use]:
    names = child(given, "names")
    optional = text(child(given, "on_missing")) in ("skip", "warn")
    if names is None:
        yield Use(By.PATH, _prefix(given) or Name.of("OUTPUT_"), place, optional=True)
    for item in items(names):
        term = name_of(text(item) or "").mapped(str.upper)
        yield Use(By.OUTPUT, term, place, _prefix(given), optional=optional)


def _prefix(given: Optional[yaml.Node]) -> Optional[Name]:
    value = text(child(given, "prefix"))
    return name_of(value) if value and "omit" not in value else None
