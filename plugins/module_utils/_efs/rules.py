# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options of a mount go together: the rules of the role, and of efs-utils where it is the helper.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts too: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .options import VERSION, by_name
from .source import OF_INSTANCE, file_system_of, is_zone_id, region_of, zone_of

SOURCES = ("dns_name", "file_system_id", "mount_target_ip")
_OF_EFS = ("tls", "iam", "access_point")
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
        *_source_rules(params),
        *_helper_rules(params),
        *_efs_source_rules(params),
        *_zone_rules(params),
        *((name in names, f"extra_options: use the option {own!r} instead of {name!r}") for name, own in _OWN.items()),
        *_nfs_rules(names),
        *_persist_rules(options, params),
        *(_utils_rules(options, params) if params["helper"] == "efs" else _foreign_rules(names)),
    )
    problems = [text for broken, text in rules if broken]
    if problems:
        raise OptionError("; ".join(problems))


def _nfs_rules(names: Mapping[str, Optional[str]]) -> Iterable[tuple[object, str]]:
    return (
        *(
            (name in names, f"options: {name!r} can lose written data; use 'hard', which is verified")
            for name in ("soft", "softerr")
        ),
        *(
            (
                names.get(name, VERSION) != VERSION,
                f"options: {name}={names.get(name)} is not valid; use nfsvers={VERSION}, which is verified",
            )
            for name in ("nfsvers", "vers")
        ),
        ("minorversion" in names, f"options: 'minorversion' is not valid; use nfsvers={VERSION}"),
    )


def _foreign_rules(names: Iterable[str]) -> Iterable[tuple[object, str]]:
    text = "extra_options: {!r} is an option of efs-utils and requires helper: efs"
    return ((name in _EFS_ONLY, text.format(name)) for name in names)


def _persist_rules(options: Iterable[str], params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    """Return what means nothing where no line of C(/etc/fstab) has it."""
    persist, path = params["persist"], params["path"]
    of_fstab = [option for option in options if option == "noauto" or option.startswith("x-systemd.")]
    return (
        (
            persist != "fstab" and of_fstab,
            f"extra_options: {', '.join(map(show, of_fstab))} requires persist: fstab",
        ),
        (
            persist == "none" and params["state"] == "present",
            "persist: none and state: present are mutually exclusive, nothing would be left to do",
        ),
        (
            persist == "systemd" and (path.endswith("\\") or path != path.strip()),
            f"path: {show(path)} can't be written into a unit of systemd; use persist: fstab",
        ),
    )


def _source_rules(params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    given = [name for name in SOURCES if params[name] is not None]
    by_id = "file_system_id" in given
    needed = params["state"] in ("mounted", "present")
    return (
        (len(given) > 1, f"{' and '.join(given)} are mutually exclusive: give one of {', '.join(SOURCES)}"),
        (not given and needed, f"state {params['state']} requires one of {', '.join(SOURCES)}"),
        (by_id and not params["region"], "file_system_id requires region"),
        (params["region"] and not by_id, f"region: {show(params['region'])} requires file_system_id"),
    )


def _helper_rules(params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    efs = params["helper"] == "efs"
    return (
        *((params[name] and not efs, f"{name}: {show(params[name])} requires helper: efs") for name in _OF_EFS),
        *(
            (params[name] and not params["tls"], f"{name}: {show(params[name])} requires tls: true")
            for name in ("access_point", "iam")
        ),
    )


def _efs_source_rules(params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    efs, name = params["helper"] == "efs", params["dns_name"] or ""
    return (
        (
            efs and params["mount_target_ip"],
            (
                f"mount_target_ip: {show(params['mount_target_ip'])} requires helper: nfs4. With helper: efs use "
                "file_system_id and extra_options: [mounttargetip=...]"
            ),
        ),
        (
            efs and name and not file_system_of(name),
            (
                f"dns_name: {show(name)} does not contain the id of a file system, which helper: efs needs. Use "
                "file_system_id and region, or a name like fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"
            ),
        ),
    )


def _zone_rules(params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    az, name = params["az"], params["dns_name"] or ""
    if not az:
        return ()
    zone, region = zone_of(name), params["region"] or region_of(name)
    named = az != OF_INSTANCE and not is_zone_id(az)
    return (
        (
            not params["file_system_id"] and not file_system_of(name),
            f"az: {show(az)} requires file_system_id, or a dns_name with the id of a file system",
        ),
        (named and zone and zone != az, f"az: {show(az)} is not {zone}, the zone of dns_name {show(name)}"),
        (named and region and not az.startswith(region), f"az: {show(az)} is not a zone of {region}"),
        (
            is_zone_id(az) and params["helper"] == "nfs4",
            f"az: {show(az)} is the id of a zone. helper: nfs4 requires its name, like eu-central-1a",
        ),
    )


def _utils_rules(options: Sequence[str], params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    """Return what efs-utils refuses when it mounts (check_options_validity, match_device)."""
    names = by_name(options)
    twice = ((option.count("=") > 1, f"extra_options: {show(option)} has more than one '='") for option in options)
    return (*_exclusions(names, params), *_connection_rules(names, params), *twice)


def _exclusions(names: Mapping[str, Optional[str]], params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    text = "extra_options: {} and {} are mutually exclusive"
    return (
        (params["tls"] and "port" in names, text.format("'port'", "tls")),
        (params["tls"] and "notls" in names, text.format("'notls'", "tls")),
        ("ocsp" in names and "noocsp" in names, text.format("'ocsp'", "'noocsp'")),
        ("crossaccount" in names and "mounttargetip" in names, text.format("'crossaccount'", "'mounttargetip'")),
        # It takes the zone's id from the instance.
        ("crossaccount" in names and params["az"], text.format("'crossaccount'", "az")),
        ("awscredsuri" in names and "awsprofile" in names, text.format("'awscredsuri'", "'awsprofile'")),
    )


def _connection_rules(names: Mapping[str, Optional[str]], params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    uri, port = names.get("awscredsuri"), names.get("tlsport")
    return (
        *(
            (name in names and not params["iam"], f"extra_options: {name!r} requires iam: true")
            for name in ("awsprofile", "awscredsuri")
        ),
        (
            "awscredsuri" in names and not (uri or "").startswith("/"),
            f"extra_options: awscredsuri={uri} must begin with a slash",
        ),
        ("tlsport" in names and not (port or "").isdigit(), f"extra_options: tlsport={port} must be a port number"),
        ("capath" in names, "extra_options: efs-utils does not support 'capath'; use cafile"),
        ("azid" in names, "extra_options: 'azid' is for S3 Files only; use az"),
    )
