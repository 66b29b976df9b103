# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options of a mount go together: the rules of the role, and of efs-utils where it is the helper.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts too: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .options import VERSION, by_name
from .source import OF_INSTANCE, file_system_of, is_zone_id, region_of, zone_of

SOURCES = ("dns_name", "file_system_id", "mount_target_ip")
# Given by options of their own, so that their rules can be checked.
_OWN = {"tls": "tls", "iam": "iam", "accesspoint": "access_point", "az": "az", "region": "region"}
# fmt: off
_EFS_ONLY = frozenset((
    "awscredsuri", "awsprofile", "azid", "cafile", "capath", "crossaccount", "jwtpath", "mounttargetip", "netns",
    "nodirects3read", "noocsp", "nos3readcache", "notls", "ocsp", "rolearn", "stunnel", "tlsport", "verify",
))
# fmt: on


def check_rules(params: Mapping[str, Any], options: Sequence[str]) -> None:
    """Raise OptionError for options that don't go together, and for mount options that nothing verifies."""
    names = by_name(options)
    rules = (
        _source_rules(params),
        _helper_rules(params),
        _efs_source_rules(params),
        _zone_rules(params),
        _own_rules(names),
        _nfs_rules(names),
        _persist_rules(options, params),
        _utils_rules(options, params) if params["helper"] == "efs" else _foreign_rules(names),
    )
    Refusals(chain.from_iterable(rules)).finish()


def _own_rules(names: Collection[str]) -> Iterator[str]:
    for name, own in _OWN.items():
        if name in names:
            yield f"extra_options: use the option {own!r} instead of {name!r}"


def _nfs_rules(names: Mapping[str, Optional[str]]) -> Iterator[str]:
    for name in ("soft", "softerr"):
        if name in names:
            yield f"options: {name!r} can lose written data; use 'hard', which is verified"
    for name in ("nfsvers", "vers"):
        if names.get(name, VERSION) != VERSION:
            yield f"options: {name}={names[name]} is not valid; use nfsvers={VERSION}, which is verified"
    if "minorversion" in names:
        yield f"options: 'minorversion' is not valid; use nfsvers={VERSION}"


def _foreign_rules(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name in _EFS_ONLY:
            yield f"extra_options: {name!r} is an option of efs-utils and requires helper: efs"


def _persist_rules(options: Iterable[str], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what means nothing where no line of C(/etc/fstab) has it."""
    persist, path = params["persist"], params["path"]
    of_fstab = [option for option in options if option == "noauto" or option.startswith("x-systemd.")]
    if persist != "fstab" and of_fstab:
        yield f"extra_options: {', '.join(map(show, of_fstab))} requires persist: fstab"
    if persist == "none" and params["state"] == "present":
        yield "persist: none and state: present are mutually exclusive, nothing would be left to do"
    if persist == "systemd" and (path.endswith("\\") or path != path.strip()):
        yield f"path: {show(path)} can't be written into a unit of systemd; use persist: fstab"


def _source_rules(params: Mapping[str, Any]) -> Iterator[str]:
    given = [name for name in SOURCES if params[name] is not None]
    by_id = "file_system_id" in given
    if len(given) > 1:
        yield f"{' and '.join(given)} are mutually exclusive: give one of {', '.join(SOURCES)}"
    if not given and params["state"] in ("mounted", "present"):
        yield f"state {params['state']} requires one of {', '.join(SOURCES)}"
    if by_id and not params["region"]:
        yield "file_system_id requires region"
    if params["region"] and not by_id:
        yield f"region: {show(params['region'])} requires file_system_id"


def _helper_rules(params: Mapping[str, Any]) -> Iterator[str]:
    for name in ("tls", "iam", "access_point") if params["helper"] != "efs" else ():
        if params[name]:
            yield f"{name}: {show(params[name])} requires helper: efs"
    for name in ("access_point", "iam") if not params["tls"] else ():
        if params[name]:
            yield f"{name}: {show(params[name])} requires tls: true"


def _efs_source_rules(params: Mapping[str, Any]) -> Iterator[str]:
    if params["helper"] != "efs":
        return
    if params["mount_target_ip"]:
        yield (
            f"mount_target_ip: {show(params['mount_target_ip'])} requires helper: nfs4. With helper: efs use "
            "file_system_id and extra_options: [mounttargetip=...]"
        )
    name = params["dns_name"]
    if name and not file_system_of(name):
        yield (
            f"dns_name: {show(name)} does not contain the id of a file system, which helper: efs needs. Use "
            "file_system_id and region, or a name like fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"
        )


def _zone_rules(params: Mapping[str, Any]) -> Iterator[str]:
    az, name = params["az"], params["dns_name"] or ""
    if not az:
        return
    zone, region = zone_of(name), params["region"] or region_of(name)
    named = az != OF_INSTANCE and not is_zone_id(az)
    if not params["file_system_id"] and not file_system_of(name):
        yield f"az: {show(az)} requires file_system_id, or a dns_name with the id of a file system"
    if named and zone and zone != az:
        yield f"az: {show(az)} is not {zone}, the zone of dns_name {show(name)}"
    if named and region and not az.startswith(region):
        yield f"az: {show(az)} is not a zone of {region}"
    if is_zone_id(az) and params["helper"] == "nfs4":
        yield f"az: {show(az)} is the id of a zone. helper: nfs4 requires its name, like eu-central-1a"


def _utils_rules(options: Sequence[str], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what efs-utils refuses when it mounts (check_options_validity, match_device)."""
    names = by_name(options)
    yield from _exclusions(names, params)
    yield from _connection_rules(names, params)
    for option in options:
        if option.count("=") > 1:
            yield f"extra_options: {show(option)} has more than one '='"


def _exclusions(names: Mapping[str, Optional[str]], params: Mapping[str, Any]) -> Iterator[str]:
    exclusions = (
        (params["tls"] and "port" in names, "'port'", "tls"),
        (params["tls"] and "notls" in names, "'notls'", "tls"),
        ("ocsp" in names and "noocsp" in names, "'ocsp'", "'noocsp'"),
        ("crossaccount" in names and "mounttargetip" in names, "'crossaccount'", "'mounttargetip'"),
        # It takes the zone's id from the instance.
        ("crossaccount" in names and params["az"], "'crossaccount'", "az"),
        ("awscredsuri" in names and "awsprofile" in names, "'awscredsuri'", "'awsprofile'"),
    )
    for both, one, other in exclusions:
        if both:
            yield f"extra_options: {one} and {other} are mutually exclusive"


def _connection_rules(names: Mapping[str, Optional[str]], params: Mapping[str, Any]) -> Iterator[str]:
    uri, port = names.get("awscredsuri"), names.get("tlsport")
    for name in ("awsprofile", "awscredsuri") if not params["iam"] else ():
        if name in names:
            yield f"extra_options: {name!r} requires iam: true"
    if "awscredsuri" in names and not (uri or "").startswith("/"):
        yield f"extra_options: awscredsuri={uri} must begin with a slash"
    if "tlsport" in names and not (port or "").isdigit():
        yield f"extra_options: tlsport={port} must be a port number"
    if "capath" in names:
        yield "extra_options: efs-utils does not support 'capath'; use cafile"
    if "azid" in names:
        yield "extra_options: 'azid' is for S3 Files only; use az"
