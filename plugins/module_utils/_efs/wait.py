# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until a file server can be mounted from: its name resolves, and its port takes connections.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import NotReadyError
from .host import Host
from .source import zone_of

# One address of a file system may be in a zone that can't be reached, while others answer.
_CONNECT_TIMEOUT = 5.0


@dataclass(frozen=True)
class Patience:
    """How long to wait, and how long between two tries, in seconds."""

    timeout: float
    delay: float


def wait_for_server(host: Host, server: str, port: int, patience: Patience) -> tuple[str, ...]:
    """Return the addresses of a server that takes connections; raises NotReadyError when the time is over."""
    began = host.now()
    while True:
        addresses = _addresses(host, server)
        problem = _problem(host, server, port, addresses)
        if not problem:
            return addresses
        waited = host.now() - began
        if waited + patience.delay > patience.timeout:
            raise NotReadyError(f"{problem}. Waited for {waited:.0f} s, of a wait_timeout of {patience.timeout:g} s")
        host.sleep(patience.delay)


def _addresses(host: Host, server: str) -> tuple[str, ...]:
    try:
        return (str(ipaddress.ip_address(server)),)
    except ValueError:
        return host.addresses(server)


def _problem(host: Host, server: str, port: int, addresses: Sequence[str]) -> str:
    if not addresses:
        zone = zone_of(server)
        where = f"{f'in the zone {zone} ' if zone else ''}in the host's VPC"
        return (
            f"DNS: the name {server} has no address on this host (getent ahosts). The file system needs a mount target "
            f"{where}, which resolves EFS names where enableDnsSupport and enableDnsHostnames are on"
        )
    refusals = []
    for address in addresses:
        refusal = host.refusal(address, port, _CONNECT_TIMEOUT)
        if not refusal:
            return ""
        refusals.append(f"{address}: {refusal}")
    return (
        f"port: {server} takes no connection on port {port} ({', '.join(refusals)}). "
        "The mount target's security group must allow it from this host"
    )
