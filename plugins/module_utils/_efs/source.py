# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which file system an entry names: EFS ids, regions, DNS names, addresses, exports.

PRIVATE: not for use outside this collection, may change in any release.

The grammar is that of efs-utils 3.2 (C(FS_ID_REGEX_PATTERN), C(FQDN_REGEX_PATTERN), C(AP_REGEX_PATTERN) and the DNS
suffixes of its efs-utils.conf). Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

_FILE_SYSTEM_ID = re.compile(r"fs-(?:[0-9a-f]{8}|[0-9a-f]{17})\Z")
_ACCESS_POINT_ID = re.compile(r"fsap-[0-9a-f]{17}\Z")
_EFS_NAME = re.compile(
    r"(?:(?P<az>[a-z0-9-]+)\.)?(?P<id>fs-(?:[0-9a-f]{8}|[0-9a-f]{17}))\.efs\.(?P<region>[a-z0-9-]+)\.[a-z0-9.-]+\Z"
)
_BROKEN_EFS_NAME = re.compile(r"(?:[a-z0-9-]+\.)?fs-(?!(?:[0-9a-f]{8}|[0-9a-f]{17})\.)[^.]*\.efs\.|fs-[^.]*\Z")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_AVAILABILITY_ZONE = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}[a-z]\Z|[a-z]{2,5}[0-9]{1,2}-az[0-9]{1,2}\Z")
_ZONE_ID = re.compile(r"-az[0-9]{1,2}\Z")
_LONGEST_NAME = 253
# As az: the zone of the instance, which its metadata says.
OF_INSTANCE = "instance"

# The longest prefix that fits; every other region is of the partition C(aws).
_DNS_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
}


@dataclass(frozen=True)
class Remote:
    """Where a mount comes from: a host as it is written in the source, and the export on it."""

    host: str
    export: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.export}"


def parse_remote(source: str) -> Optional[Remote]:
    """Return host and export of a mount's source, or None for a source that isn't of the network."""
    match = re.match(r"(?:\[([^]]+)\]|([^:/\[\]]+)):(/?.*)\Z", source, re.DOTALL)
    if not match:
        return None
    return Remote((match.group(1) or match.group(2)).lower().rstrip("."), clean_export(match.group(3)))


def clean_export(export: str) -> str:
    """Return an export with a slash before every level and none behind."""
    return "/" + "/".join(part for part in export.split("/") if part)


def file_system_of(name: str) -> Optional[str]:
    """Return the file system's id that a DNS name of EFS, or an id alone, carries."""
    return name if _FILE_SYSTEM_ID.match(name) else _part(name, "id")


def zone_of(name: str) -> Optional[str]:
    """Return the Availability Zone that a DNS name of EFS begins with."""
    return _part(name, "az")


def region_of(name: str) -> Optional[str]:
    """Return the region in a DNS name of EFS."""
    return _part(name, "region")


def _part(name: str, group: str) -> Optional[str]:
    match = _EFS_NAME.match(name)
    return match.group(group) if match else None


def efs_name(file_system_id: str, region: str, zone: Optional[str] = None) -> str:
    """Return the DNS name of a file system in a region, or of its mount target in one zone."""
    prefix = max((known for known in _DNS_SUFFIXES if region.startswith(known)), key=len, default="")
    name = f"{file_system_id}.efs.{region}.{_DNS_SUFFIXES.get(prefix, 'amazonaws.com')}"
    return f"{zone}.{name}" if zone else name


def check_file_system_id(value: object) -> str:
    """Return the id of a file system, or raise OptionError."""
    digits = "17 (for old file systems 8) hexadecimal digits"
    return _matching(
        _FILE_SYSTEM_ID, value, "file_system_id", f"fs- and {digits} in lower case, like fs-0123456789abcdef0"
    )


def check_access_point(value: object) -> str:
    """Return the id of an access point, or raise OptionError."""
    form = "fsap- and 17 hexadecimal digits in lower case, like fsap-0123456789abcdef0"
    return _matching(_ACCESS_POINT_ID, value, "access_point", form)


def check_zone(value: object) -> str:
    """Return the name or id of an Availability Zone, or raise OptionError."""
    return _matching(_AVAILABILITY_ZONE, value, "az", "an Availability Zone, like eu-central-1a")


def _matching(pattern: re.Pattern[str], value: object, option: str, form: str) -> str:
    if isinstance(value, str) and pattern.match(value):
        return str(value)
    raise OptionError(f"{option}: {show(value)} must be {form}")


def check_zone_or_instance(value: object) -> str:
    """Return an Availability Zone, or C(instance), or raise OptionError."""
    if value == OF_INSTANCE:
        return OF_INSTANCE
    try:
        return check_zone(value)
    except OptionError as exc:
        raise OptionError(f"{exc}, or {OF_INSTANCE}") from exc


def is_zone_id(zone: str) -> bool:
    """Return whether a zone is given by its id, like euc1-az1, which no DNS name of EFS has."""
    return _ZONE_ID.search(zone) is not None


def check_address(value: object) -> str:
    """Return the IP address of a mount target, or raise OptionError."""
    try:
        address = ipaddress.ip_address(str(value).strip())
    except ValueError as exc:
        raise OptionError(f"mount_target_ip: {show(value)} must be an IP address, like 10.0.0.5") from exc
    return str(address)


def check_dns_name(value: object) -> str:
    """Return a DNS name without what people copy with it: scheme, final dot, C(:/). Raises OptionError."""
    name = _SCHEME.sub("", str(value).strip()).rstrip("/").rstrip(":").rstrip(".").lower()
    problem = _name_problem(name)
    if problem:
        raise OptionError(
            f"dns_name: {show(value)} {problem}. Use a name like fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"
        )
    return name


def _name_problem(name: str) -> str:
    if ":" in name or "/" in name:
        return "contains an export, which belongs in 'export'"
    if re.match(r"[0-9.]+\Z", name):
        return "is an IP address, which belongs in 'mount_target_ip'"
    if _BROKEN_EFS_NAME.match(name):
        return "has a malformed file system id, which is fs- and 17 (or 8) hexadecimal digits"
    if not name or len(name) > _LONGEST_NAME or not all(_LABEL.match(label) for label in name.split(".")):
        return "is not a DNS name"
    return ""


def check_export(value: object) -> str:
    """Return an export's path, cleaned, or raise OptionError."""
    text = str(value)
    if not isinstance(value, str) or not text.startswith("/") or not text.isprintable() or ".." in text.split("/"):
        raise OptionError(f"export: {show(value)} must be an absolute path on the file system without '..', like /data")
    return clean_export(text)
