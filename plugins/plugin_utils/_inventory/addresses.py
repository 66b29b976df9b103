# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be a host's address, and what can be its name.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Optional

# RFC 1123: labels of letters, digits and hyphens. A name of digits only would be a mistyped IPv4 address.
_DNS = re.compile(r"(?=.{1,253}\Z)(?:(?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)*(?!-)(?![0-9]+\Z)[A-Za-z0-9-]{1,63}(?<!-)\Z")
# What is left after all that Ansible reads as a pattern (web*, web:!db, ~web, web[0], @file) or as an option.
_HOST_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}\Z")
# Names that stand for the controller or for every host; a host of such a name changes where a play runs.
_RESERVED_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "all", "ungrouped"})


def parse_ip(value: object) -> Optional[str]:
    """Return an IP address in its one canonical form, or None for anything else (a network, 0.0.0.0, multicast)."""
    return _canonical(value) if isinstance(value, str) else None


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


def parse_address(value: object) -> Optional[str]:
    """Return an IP address or a DNS name in canonical form, or None for anything else."""
    address = parse_ip(value)
    if address or not isinstance(value, str) or not _DNS.match(value):
        return address
    return value.lower()


def host_name_problem(name: object) -> str:
    """Return why a name can't be an inventory hostname; nothing where it can."""
    if not isinstance(name, str):
        return f"it is a {type(name).__name__}, not a string"
    if name.lower() in _RESERVED_HOSTS:
        return "Ansible reserves that name"
    if parse_ip(name) or _HOST_NAME.match(name):
        return ""
    return "it is empty, too long, or has characters that Ansible may read as a pattern or an option"
