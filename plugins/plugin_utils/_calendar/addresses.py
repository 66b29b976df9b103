# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a feed may be read from: a host is resolved once, each of its addresses is checked, and one is connected to.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
from typing import Any, Optional, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError

CONNECT_SECONDS = 5.0
# The metadata services of EC2 and ECS by IPv6, which is a private address like any other (their user guides).
_METADATA = ipaddress.ip_network("fd00:ec2::/32")

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


def resolve_host(host: str, port: int, *, allow_local: bool) -> list[str]:
    """Return the addresses of a host; raises DataError where one of them is this machine's or its network's own."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DataError(f"the host {host!r} of the calendar can't be resolved: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        if not allow_local and is_local(text):
            raise DataError(
                f"the host {host!r} of the calendar is {text}, an address of this machine or its link. Set "
                "allow_local: true where a calendar is really served there"
            )
    return addresses


def is_local(text: str) -> bool:
    """Return whether an address is loopback, link-local or none that a calendar could be served at."""
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is not None:
            address = embedded
    # What is reserved of IPv6 has NAT64 in it, by which public addresses are reached.
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (address.version == 4 and address.is_reserved)
        or (isinstance(address, ipaddress.IPv6Address) and address in _METADATA)
    )


class PinnedConnection(http.client.HTTPSConnection):
    """An HTTPS connection to addresses that were resolved before, and whose certificate is the host's."""

    def __init__(self, host: str, port: int, addresses: list[str], context: ssl.SSLContext, deadline: float) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS, context=context)
        self._addresses = addresses
        self._deadline = deadline
        # http.client forgets its socket where the answer ends with the connection, and reads on.
        self._opened: Optional[socket.socket] = None
        self._tls = context

    def end(self) -> None:
        """End whatever the connection is at, from another thread."""
        if self._opened is not None:
            with contextlib.suppress(OSError):
                # Not the method of the SSLSocket: that would leave the reader without TLS.
                socket.socket.shutdown(self._opened, socket.SHUT_RDWR)

    def connect(self) -> None:
        """Connect to the first address that answers."""
        failure: Any = None
        for address in self._addresses:
            left = self._deadline - time.monotonic()
            if left <= 0:
                break
            try:
                plain = socket.create_connection((address, self.port), timeout=min(left, CONNECT_SECONDS))
            except OSError as error:
                failure = error
                continue
            plain.settimeout(max(1.0, left))
            # Without a handshake yet, which may hang: whoever watches the clock can end it.
            wrapped = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self._opened = wrapped
            wrapped.do_handshake()
            return
        raise failure or TimeoutError("no address answered in time")
