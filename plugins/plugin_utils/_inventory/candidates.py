# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The elements of an output that are hosts: each with its address, its position and what is known of it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import is_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Output

from .addresses import parse_address, parse_ip
from .rules import INSTANCE_ADDRESSES, HostRule

# Where an object has its address, in the order of looking; its instance id comes last.
ADDRESS_KEYS = ("address", "ip", "ip_address", "private_ip", "public_ip")
_ID_KEYS = ("instance_id", "id")
_ACCEPTED = "A host needs an IPv4 or IPv6 address, a DNS name or an instance id (i-...)"


class Element(NamedTuple):
    """One element of an output, before anybody knows whether it is a host."""

    position: Union[int, str, None]
    value: Any
    label: str


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


def elements(output: Output) -> Iterator[Element]:
    """Return the elements of an output that could be hosts: of a list, of a map, or the value itself."""
    label = output.label
    if isinstance(output.value, list):
        for index, value in enumerate(output.value):
            own = None if output.slices else output.run.get(index)
            if value is not None:
                yield Element(index, value, f"parameter {own.name}" if own else f"{label}, element {index}")
    elif isinstance(output.value, dict) and not _is_object(output.value):
        for key, value in output.value.items():
            yield Element(key, value, f"{label}, key {show(key)}")
    else:
        yield Element(None, output.value, label)


def is_host_output(output: Output) -> bool:
    """Return whether an output is hosts by itself: IP addresses, alone, in lists, maps or objects, and no more."""
    if output.secret:
        return False
    found = [_raw_address(element.value, None) for element in elements(output)]
    return bool(found) and all(parse_ip(raw) for raw in found)


def instance_ids(output: Output, rule: HostRule) -> list[str]:
    """Return the instance ids among the elements, which have to be resolved to addresses."""
    found = [_raw_address(element.value, rule.address) for element in elements(output)]
    return [raw for raw in found if isinstance(raw, str) and is_instance_id(raw)]


def candidates(
    output: Output, rule: HostRule, region: str, instances: Mapping[str, Mapping[str, Any]]
) -> Iterator[Candidate]:
    """Return the hosts of an output; raises DataError, naming the parameter, for an element that can't be one."""
    if output.secret:
        raise DataError(
            f"output {output.name} in {region} is a SecureString (parameter {output.parameters[0].name}), "
            f"and a secret can't be a host. {_ACCEPTED}"
        )
    for element in elements(output):
        item = element.value if isinstance(element.value, dict) else {}
        raw = _raw_address(element.value, rule.address)
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


def _is_object(value: Mapping[str, Any]) -> bool:
    return any(isinstance(value.get(key), str) for key in (*ADDRESS_KEYS, *_ID_KEYS))


def _raw_address(value: Any, attribute: Optional[str]) -> Any:
    """Return what stands in the place of the address: not checked, and None where there is nothing."""
    if not isinstance(value, dict):
        return value
    if attribute and attribute in value:
        return value[attribute]
    keys = () if attribute else ADDRESS_KEYS
    direct = next((value[key] for key in keys if value.get(key)), None)
    return direct or next((value[key] for key in _ID_KEYS if is_instance_id(value.get(key))), None)


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
    return instances[instance_id]


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
