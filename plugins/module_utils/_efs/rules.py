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

from .options import by_name
from .source import file_system_of, zone_of

SOURCES = ("dns_name", "file_system_id", "mount_target_ip")


def check_rules(params: Mapping[str, Any], given: Sequence[str]) -> None:
    """Raise OptionError for options that don't go together; given are those of SOURCES that are set."""
    _check((*_source_rules(params, given), *_helper_rules(params, given)))


def check_efs(options: Iterable[str], params: Mapping[str, Any]) -> None:
    """Raise OptionError for options that efs-utils refuses when it mounts (check_options_validity, match_device)."""
    options = tuple(options)
    _check((*_efs_rules(by_name(options), params), *_connection_rules(by_name(options), params)))
    for option in options:
        if option.count("=") > 1:
            raise OptionError(f"extra_options: {show(option)} has more than one '=', which efs-utils can't read")


def _check(rules: Iterable[tuple[object, str]]) -> None:
    for broken, text in rules:
        if broken:
            raise OptionError(text)


def _source_rules(params: Mapping[str, Any], given: Sequence[str]) -> Iterable[tuple[object, str]]:
    by_id = "file_system_id" in given
    return (
        (len(given) > 1, f"{' and '.join(given)} are given. Accepted is one of {', '.join(SOURCES)}"),
        (
            not given and params["state"] in ("mounted", "present"),
            f"no source is given. Accepted is one of {', '.join(SOURCES)}",
        ),
        (
            by_id and not params["region"],
            f"file_system_id: {show(params['file_system_id'])} is given without region. Accepted is region beside it",
        ),
        (
            params["region"] and not by_id,
            f"region: {show(params['region'])} is given without file_system_id. Accepted is region beside an id",
        ),
    )


def _helper_rules(params: Mapping[str, Any], given: Sequence[str]) -> Iterable[tuple[object, str]]:
    efs, name = params["helper"] == "efs", params["dns_name"] or ""
    zone = zone_of(name)
    return (
        *(
            (
                params[key] and not efs,
                f"{key}: {show(params[key])} is given with helper nfs4. Accepted with helper: efs",
            )
            for key in ("tls", "iam", "access_point", "az")
        ),
        (
            params["access_point"] and not params["tls"],
            f"access_point: {show(params['access_point'])} is given without tls. Accepted with tls: true",
        ),
        (params["iam"] and not params["tls"], "iam: True is given without tls. Accepted with tls: true"),
        (
            efs and "mount_target_ip" in given,
            (
                f"mount_target_ip: {show(params['mount_target_ip'])} is given with helper efs, which mounts by a file "
                "system's id. Accepted is file_system_id, with the address as extra_options: [mounttargetip=...]"
            ),
        ),
        (
            efs and name and not file_system_of(name),
            (
                f"dns_name: {show(name)} carries no id of a file system, which helper efs is verified by. Accepted are "
                "file_system_id with region, or a name of EFS, fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"
            ),
        ),
        (
            params["az"] and zone and zone != params["az"],
            f"az: {show(params['az'])} is not the zone of dns_name {show(name)}. Accepted is {zone} or none",
        ),
    )


def _efs_rules(names: Mapping[str, Optional[str]], params: Mapping[str, Any]) -> Iterable[tuple[object, str]]:
    text = "extra_options: {} and {} exclude each other. Accepted is one of them"
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
            (
                key in names and not params["iam"],
                f"extra_options: {key!r} is given without iam. Accepted with iam: true",
            )
            for key in ("awsprofile", "awscredsuri")
        ),
        (
            "awscredsuri" in names and not (uri or "").startswith("/"),
            f"extra_options: awscredsuri={uri} is not a path. Accepted is one that begins with a slash",
        ),
        (
            "tlsport" in names and not (port or "").isdigit(),
            f"extra_options: tlsport={port} is not a number. Accepted is a port",
        ),
        ("capath" in names, "extra_options: 'capath' is not supported by efs-utils. Accepted is cafile"),
        ("azid" in names, "extra_options: 'azid' is for S3 Files only. Accepted is az"),
    )
