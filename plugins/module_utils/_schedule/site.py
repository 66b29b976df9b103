# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where bookings of a stack live: the role, the group and the queue that Terraform made and published.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DeniedError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader

from .instances import RequiredTag
from .store import DEFAULT_GROUP, check_group

# What terraform/modules/ec2_scheduler publishes, by the option that it stands in for.
PUBLISHED = {
    "role_arn": "EC2_SCHEDULER_ROLE_ARN",
    "schedule_group": "EC2_SCHEDULER_GROUP",
    "dead_letter_arn": "EC2_SCHEDULER_DLQ_ARN",
}
_TAG = "EC2_SCHEDULER_TAG"


@dataclass(frozen=True)
class Site:
    """The schedule group, the execution role and the dead-letter queue; "" for what is not known."""

    group: str
    role_arn: str = ""
    dead_letter_arn: str = ""
    create_group: bool = True


def find_site(options: Mapping[str, Any], reader: Callable[[], Reader], needed: Collection[str]) -> Site:
    """Return what the options say, and what the stack has published for the others.

    One call reads all of it, and none is made where nothing that is needed is missing. Raises OptionError for a role
    or a queue that is needed and nowhere to be found; a group has a default.
    """
    given = {option: str(options.get(option) or "") for option in PUBLISHED}
    create = bool(options.get("create_group"))
    check_group(given["schedule_group"] or DEFAULT_GROUP)
    known = given
    if not all(given[option] for option in needed):
        known = _filled(given, options["prefix"], reader(), needed, create)
    # A group that was typed may be mistyped: then its bookings would be in a world of their own.
    may_create = create or not given["schedule_group"] or given["schedule_group"] == DEFAULT_GROUP
    return Site(check_group(known["schedule_group"]), known["role_arn"], known["dead_letter_arn"], may_create)


def find_tag(prefix: str, reader: Reader) -> Optional[RequiredTag]:
    """Return the tag that the stack has published; None where there is none, or where it may not be read."""
    name = f"{prefix}{_TAG}"
    try:
        found = reader.get([name])
    except DeniedError:
        return None
    return RequiredTag.parse(found[name].value or "") if name in found else None


def _filled(
    given: dict[str, str], prefix: str, reader: Reader, needed: Collection[str], create: bool
) -> dict[str, str]:
    parameters = {option: f"{prefix}{output}" for option, output in PUBLISHED.items()}
    found = reader.get(list(parameters.values()))
    published = {option: found[name].value or "" for option, name in parameters.items() if name in found}
    group = published.get("schedule_group")
    if group and given["schedule_group"] not in ("", group) and not create:
        raise OptionError(
            f"schedule_group: {given['schedule_group']!r} is not the group that {parameters['schedule_group']} in "
            f"{reader.region} publishes, {group!r}, and whose role serves it. Leave schedule_group out, or set "
            "create_group: true to use another group"
        )
    filled = {"schedule_group": DEFAULT_GROUP, **published, **{key: value for key, value in given.items() if value}}
    for option in sorted(needed):
        if not filled.get(option):
            raise OptionError(
                f"{option}: missing, and {parameters[option]} is not published in {reader.region}. "
                "Set it, or apply the Terraform module ec2_scheduler, which creates and publishes it"
            )
    return {option: filled.get(option, "") for option in PUBLISHED}
