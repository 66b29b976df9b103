# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an EC2 instance's metadata says of it (IMDSv2).

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import http.client

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

from .errors import MountError
from .source import check_zone

_ADDRESS = "169.254.169.254"
# It is on the same machine: it answers at once, or there is none.
_TIMEOUT = 2
_TOKEN = "X-aws-ec2-metadata-token"  # noqa: S105  the name of a header


def zone_of_instance(address: str = _ADDRESS) -> str:
    """Return the Availability Zone of this instance; raises MountError where its metadata doesn't say."""
    try:
        token = _ask(address, "PUT", "/latest/api/token", {f"{_TOKEN}-ttl-seconds": "60"})
        return check_zone(_ask(address, "GET", "/latest/meta-data/placement/availability-zone", {_TOKEN: token}))
    except (OSError, http.client.HTTPException, UnicodeDecodeError, OptionError) as exc:
        reason = str(exc) or type(exc).__name__
        raise MountError(
            f"the instance's metadata at {address} doesn't say its zone: {reason}. Is this an EC2 instance, with "
            "instance metadata enabled, and within its hop limit? Otherwise set az to a zone, or leave it out"
        ) from exc


def _ask(address: str, method: str, path: str, headers: dict[str, str]) -> str:
    # Not urllib.request: a proxy of the environment isn't for this.
    connection = http.client.HTTPConnection(address, timeout=_TIMEOUT)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise OSError(f"{method} {path} is answered by {answer.status} {answer.reason}")
        return answer.read(4096).decode("ascii").strip()
    finally:
        connection.close()
