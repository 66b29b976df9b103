# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which elements of an output are addresses of hosts.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Optional, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import is_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .output import Output, Problem, Severity

# Where an object has its address, in the order of looking; its instance id comes last.
ADDRESS_KEYS = ("address", "ip", "ip_address", "private_ip", "public_ip")
_ID_KEYS = ("instance_id", "id")
# RFC 1123: labels of letters, digits and hyphens. A name of digits only would be a mistyped IPv4 address.
_DNS = re.compile(r"(?=.{1,253}\Z)(?:(?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)*(?!-)(?![0-9]+\Z)[A-Za-z0-9-]{1,63}(?<!-)\Z")
_PORT = re.compile(r":[0-9]{1,5}\Z")
# What ansible-core calls LOCALHOST, beside the name.
_CONTROLLER = frozenset(map(ipaddress.ip_address, ("127.0.0.1", "::1")))
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


class Element(NamedTuple):
    """One element of an output, before anybody knows whether it is a host."""

    position: Union[int, str, None]
    value: Any
    label: str


def parse_ip(value: object) -> Optional[str]:
    """Return an IP address in its one canonical form, or None for anything else (a network, 0.0.0.0, multicast).

    White space around it, as the line end of a file, is no part of it.
    """
    return _canonical(value.strip()) if isinstance(value, str) else None


# An element is looked at three times: to tell what its output holds, to make its host and to check the host's name.
@lru_cache(maxsize=65536)
def _canonical(value: str) -> Optional[str]:
    if "%" in value:
        return None
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    return None if address.is_unspecified or address.is_multicast else str(address)


def is_controller(value: str) -> bool:
    """Return whether an IP address is one that Ansible takes for the controller, however it is written.

    Other addresses of 127.0.0.0/8 are hosts like any other: tunnels and labs use them.
    """
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address) in _CONTROLLER


def parse_address(value: object) -> Optional[str]:
    """Return an IP address or a DNS name in canonical form, or None for anything else."""
    address = parse_ip(value)
    if address or not isinstance(value, str) or not _DNS.match(value.strip()):
        return address
    return value.strip().lower()


def elements(output: Output) -> Iterator[Element]:
    """Return the elements of an output that could be hosts: of a list, of a map, or the value itself."""
    label = output.label
    if isinstance(output.value, list):
        for index, value in enumerate(output.value):
            own = None if output.slices else output.run.get(index)
            if value is not None or own:
                yield Element(index, value, f"parameter {own.name}" if own else f"{label}, element {index}")
    elif isinstance(output.value, dict) and not _is_object(output.value):
        for key, value in output.value.items():
            yield Element(key, value, f"{label}, key {show(key)}")
    else:
        yield Element(None, output.value, label)


def raw_address(value: Any, attribute: Optional[str] = None) -> Any:
    """Return what stands in the place of the address: not checked, and None where there is nothing."""
    if not isinstance(value, dict):
        return value
    if attribute and attribute in value:
        return value[attribute]
    keys = () if attribute else ADDRESS_KEYS
    direct = next((value[key] for key in keys if value.get(key)), None)
    return direct or next((value[key] for key in _ID_KEYS if is_instance_id(value.get(key))), None)


def is_found(element: Element) -> bool:
    """Return whether an element is a host by itself: an IP address that isn't the controller's own."""
    address = parse_ip(raw_address(element.value))
    return address is not None and not is_controller(address)


def has_hosts(output: Output) -> bool:
    """Return whether an output has hosts by itself: IP addresses, alone, in lists, maps or objects."""
    if output.secret and not output.run:
        return False
    found = [(element, is_found(element)) for element in elements(output)]
    if not any(is_address for _element, is_address in found):
        return False
    others = [element for element, is_address in found if not is_address]
    # A map with one address among other settings describes one thing. In a list all elements are of one kind.
    return isinstance(output.value, list) or all(_resembles(element.value) for element in others)


def mixed_addresses(output: Output) -> Optional[Problem]:
    """Return the problem of an output with some elements that are addresses, and others that are not but should be."""
    if has_hosts(output):
        other = next((element for element in elements(output) if not is_found(element)), None)
        rest = "The other elements are hosts"
    else:
        whole = isinstance(output.value, str) and not output.secret and _is_mistyped(output.value)
        other = Element(None, output.value, output.label) if whole else None
        rest = "It makes no host"
    if other is None:
        return None
    shown = "a SecureString" if other.value is None or output.secret else show(other.value)
    return Problem(
        "mixed_addresses",
        Severity.WARNING,
        f"{other.label} is {shown}, which is not an address. {rest}. Publish an IPv4 or IPv6 address, or name the "
        "outputs that are hosts in 'hosts'",
    )


def _is_object(value: Mapping[str, Any]) -> bool:
    return any(isinstance(value.get(key), str) for key in (*ADDRESS_KEYS, *_ID_KEYS))


def _is_mistyped(text: str) -> bool:
    """Return whether a text is of no use but as an address: quoted, several of them, with zeros, a dot or a scope."""
    bare = text.strip().strip("'\"").rstrip(".").split("%", 1)[0]
    parts = [_LEADING_ZEROS.sub("", part.strip()) for part in bare.split(",") if part.strip()]
    addresses = [parse_ip(part) for part in parts]
    return not parse_ip(text) and bool(parts) and all(found and not is_controller(found) for found in addresses)


def _resembles(value: object) -> bool:
    """Return whether a value was meant as an address: mistyped, a network of one, or with a port."""
    if not isinstance(value, str):
        return False
    bare = value.strip().split("/", 1)[0]
    return _is_mistyped(value) or parse_ip(bare) is not None or parse_ip(_PORT.sub("", bare)) is not None
