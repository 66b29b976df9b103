# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The elements of an output that are hosts: each with its address, its position and what is known of it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Optional, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import is_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.addresses import (
    ADDRESS_KEYS,
    Element,
    elements,
    is_found,
    parse_address,
    raw_address,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import reserved_key
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Output

from .rules import INSTANCE_ADDRESSES, HostRule

_ACCEPTED = "A host needs an IPv4 or IPv6 address, a DNS name or an instance id (i-...)"


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A host as one output tells of it. C(given_name) is what the publisher named it; C(name) is there always."""

    output: str
    region: str
    position: Union[int, str, None]
    label: str
    address: str
    given_name: Optional[str]
    value: Any
    item: Mapping[str, Any]
    instance: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name that it has in the hostname templates: its own, or the output's with its position."""
        if self.given_name:
            return self.given_name
        suffix = "" if self.position is None else f"_{self.position}"
        return f"{self.output.lower()}{suffix}"


def instance_ids(output: Output, rule: HostRule) -> list[str]:
    """Return the instance ids among the elements, which have to be resolved to addresses."""
    found = [raw_address(element.value, rule.address) for element in elements(output)]
    return [raw for raw in found if isinstance(raw, str) and is_instance_id(raw)]


def candidates(
    output: Output, rule: HostRule, region: str, instances: Mapping[str, Mapping[str, Any]]
) -> Iterator[Candidate]:
    """Return the hosts of an output; raises DataError, naming the parameter, for an element that can't be one."""
    if output.secret and not rule.found:
        raise DataError(
            f"output {output.name} in {region} is a SecureString (parameter {output.parameters[0].name}), "
            f"and a secret can't be a host. {_ACCEPTED}"
        )
    for element in elements(output):
        if rule.found and not is_found(element):
            continue
        item = element.value if isinstance(element.value, dict) else {}
        raw = raw_address(element.value, rule.address)
        instance: Mapping[str, Any] = {}
        if isinstance(raw, str) and is_instance_id(raw):
            instance = _instance(raw, instances, element, region)
            raw = _instance_address(instance, rule.address or INSTANCE_ADDRESSES[0], element, region)
        address = parse_address(raw)
        if address is None:
            raise DataError(_not_an_address(element, raw, rule, region))
        yield Candidate(
            output=output.name,
            region=region,
            position=element.position,
            label=element.label,
            address=address,
            given_name=_given_name(element, item),
            value=element.value,
            item=item,
            instance=instance,
        )


def _given_name(element: Element, item: Mapping[str, Any]) -> Optional[str]:
    if isinstance(element.position, str):
        return element.position
    name = item.get("name")
    return name if isinstance(name, str) and name else None


def _instance(
    instance_id: str, instances: Mapping[str, Mapping[str, Any]], element: Element, region: str
) -> Mapping[str, Any]:
    if instance_id not in instances:
        raise DataError(
            f"{element.label} in {region} names the instance {instance_id}, which doesn't exist there. "
            "Run terraform apply, or publish the output again"
        )
    instance = instances[instance_id]
    key = reserved_key(instance)
    if key:
        raise DataError(
            f"{element.label} in {region}: the instance {instance_id} has the tag {show(key)}, and Ansible reads keys "
            "that begin with __ansible_ as its own. Give the tag another name"
        )
    return instance


def _instance_address(instance: Mapping[str, Any], attribute: str, element: Element, region: str) -> Any:
    if attribute not in INSTANCE_ADDRESSES:
        raise DataError(
            f"{element.label} in {region} is an instance id, and {attribute!r} is not an address of an instance. "
            f"Valid values of 'address': {', '.join(INSTANCE_ADDRESSES)}"
        )
    if not instance[attribute]:
        raise DataError(
            f"{element.label} in {region}: the instance {instance['instance_id']} ({instance['state']}) "
            f"has no {attribute}. Valid values of 'address': {', '.join(INSTANCE_ADDRESSES)}"
        )
    return instance[attribute]


def _not_an_address(element: Element, raw: Any, rule: HostRule, region: str) -> str:
    if isinstance(element.value, dict) and raw is None:
        looked_for = rule.address or ", ".join(ADDRESS_KEYS)
        keys = enumerate_names([show(key) for key in element.value]) or "none"
        return (
            f"{element.label} in {region} is an object without an address: looked for {looked_for}, "
            f"it has {keys}. Name the attribute in 'address'"
        )
    return f"{element.label} in {region} is {show(raw)}, which is not an address. {_ACCEPTED}"
