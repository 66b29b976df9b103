# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of mounts: what is accepted, what it becomes, and how everything else is refused by name."""

from __future__ import annotations

import re

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.decision import fstab_line
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import (
    in_order,
    nested_paths,
    parse_entries,
    parse_entry,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.fstab import lines_of
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.options import RECOMMENDED, for_mount
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.specification import ENTRY
from hypothesis import given
from hypothesis import strategies as st

FS = "fs-0123456789abcdef0"
NAME = f"{FS}.efs.eu-central-1.amazonaws.com"
AP = "fsap-0123456789abcdef0"
BASE = {"path": "/mnt/efs", "dns_name": NAME}
BY_ID = {"path": "/mnt/efs", "file_system_id": FS, "region": "eu-central-1"}
EFS = {**BY_ID, "helper": "efs"}


@pytest.mark.parametrize(
    "written",
    [
        NAME,
        f"https://{NAME}",
        f"nfs://{NAME}/",
        f"{NAME}:/",
        f"{NAME}:",
        f"{NAME}.",
        f" {NAME.upper()}\n",
        f"NFS4://{NAME}:/",
    ],
)
def test_a_name_is_taken_as_people_copy_it(written):
    """Scheme, final dot, colon and slash, capitals: one name."""
    entry = parse_entry({"path": "/mnt/efs", "dns_name": written})

    assert f"{NAME}:/" == entry.mount.source
    assert FS == entry.mount.file_system_id
    assert NAME == entry.mount.server == entry.params["dns_name"]


@pytest.mark.parametrize(
    ("path", "cleaned"), [("/mnt/a/", "/mnt/a"), ("//mnt///a", "/mnt/a"), ("/mnt/./a", "/mnt/a"), ("/a b", "/a b")]
)
def test_a_path_has_one_form(path, cleaned):
    """Slashes that say nothing go."""
    assert cleaned == parse_entry({**BASE, "path": path}).mount.path


@pytest.mark.parametrize(
    ("region", "suffix"),
    [
        ("eu-central-1", "amazonaws.com"),
        ("us-gov-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("us-iso-east-1", "c2s.ic.gov"),
        ("us-isob-east-1", "sc2s.sgov.gov"),
        ("eusc-de-east-1", "amazonaws.eu"),
    ],
)
def test_an_id_and_its_region_are_a_name(region, suffix):
    """Each partition has its suffix, as in efs-utils.conf."""
    mount = parse_entry({**BY_ID, "region": region}).mount

    assert f"{FS}.efs.{region}.{suffix}:/" == mount.source


def test_addresses_are_sources():
    """IPv6 stands in brackets."""
    assert (
        "10.0.0.5:/data" == parse_entry({"path": "/a", "mount_target_ip": "10.0.0.5", "export": "//data/"}).mount.source
    )
    assert "[fd00::5]:/" == parse_entry({"path": "/a", "mount_target_ip": "fd00:0::5"}).mount.source


def test_awss_options_are_the_default():
    """Those of the EFS user guide, for the kernel's client."""
    options = ",".join(parse_entry(BASE).mount.options)

    assert "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev,nofail" == options


@pytest.mark.parametrize(
    ("given_options", "extra", "merged"),
    [
        (["hard"], [], "nfsvers=4.1,hard"),
        ("nfsvers=4.1,hard", [], "nfsvers=4.1,hard"),
        (["vers=4.1", "rw"], ["ro"], "vers=4.1,ro"),
        (
            ["nfsvers=4.1", "timeo=600"],
            ["timeo=150", "x-systemd.automount"],
            "nfsvers=4.1,timeo=150,x-systemd.automount",
        ),
        ([], ["noatime", "noatime"], "nfsvers=4.1,noatime"),
        (["nfsvers=4.1", "noresvport"], ["resvport"], "nfsvers=4.1,resvport"),
    ],
)
def test_extra_options_win(given_options, extra, merged):
    """An extra option replaces what says the opposite, and the version is always there."""
    mount = parse_entry({**BASE, "options": given_options, "extra_options": extra}).mount

    assert merged == ",".join(mount.options)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, f"{FS}:/ /mnt/efs efs noresvport,_netdev,nofail,region=eu-central-1 0 0"),
        ({"tls": True, "export": "/x"}, f"{FS}:/x /mnt/efs efs noresvport,_netdev,nofail,tls,region=eu-central-1 0 0"),
        (
            {"tls": "yes", "iam": True, "access_point": AP, "az": "eu-central-1a"},
            f"{FS}:/ /mnt/efs efs noresvport,_netdev,nofail,tls,iam,accesspoint={AP},az=eu-central-1a,"
            "region=eu-central-1 0 0",
        ),
    ],
)
def test_lines_of_efs_utils(more, line):
    """The file system's id is the source, as in the EFS user guide."""
    assert line == str(fstab_line(parse_entry({**EFS, **more}).mount))


def test_who_answers_for_efs_utils():
    """The zone's mount target, the given address, or nobody that the role could know."""
    assert f"eu-central-1a.{NAME}" == parse_entry({**EFS, "az": "eu-central-1a"}).mount.server
    assert "10.0.0.5" == parse_entry({**EFS, "extra_options": ["mounttargetip=10.0.0.5"]}).mount.server
    assert parse_entry({**EFS, "extra_options": ["crossaccount"]}).mount.server is None


@pytest.mark.parametrize(
    ("entry", "server"),
    [
        ({**BASE, "az": "eu-central-1a"}, f"eu-central-1a.{NAME}"),
        (
            {"path": "/a", "file_system_id": FS, "region": "eu-central-1", "az": "eu-central-1b"},
            f"eu-central-1b.{NAME}",
        ),
        ({**BASE, "dns_name": f"eu-central-1c.{NAME}", "az": "eu-central-1c"}, f"eu-central-1c.{NAME}"),
        # Until the host has said its zone.
        ({**BASE, "az": "instance"}, NAME),
    ],
)
def test_a_zone_has_a_name_of_its_own(entry, server):
    """It is the same file system."""
    mount = parse_entry(entry).mount

    assert (server, f"{server}:/", FS) == (mount.server, mount.source, mount.file_system_id)


def test_what_only_the_boot_reads_is_not_for_mounting_now():
    """An option like nofail would make an error look like success."""
    options = for_mount([*RECOMMENDED["nfs4"], "x-systemd.automount", "noauto"])

    assert "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport" == ",".join(options)


BAD = [
    (
        {**BASE, "mount_target_ip": "10.0.0.5"},
        "dns_name and mount_target_ip are mutually exclusive: give one of dns_name",
    ),
    ({"path": "/mnt/efs"}, "state mounted requires one of dns_name, file_system_id, mount_target_ip"),
    ({**BASE, "tls": True}, "tls: True requires helper: efs"),
    ({**BASE, "iam": True}, "iam: True requires helper: efs"),
    ({**BASE, "access_point": AP}, f"access_point: '{AP}' requires helper: efs"),
    (
        {"path": "/a", "mount_target_ip": "10.0.0.5", "az": "eu-central-1a"},
        "az: 'eu-central-1a' requires file_system_id",
    ),
    ({"path": "/a", "dns_name": "efs.internal", "az": "instance"}, "az: 'instance' requires file_system_id, or a"),
    ({**BASE, "az": "eu-west-1a"}, "az: 'eu-west-1a' is not a zone of eu-central-1"),
    ({**BASE, "az": "euc1-az1"}, "az: 'euc1-az1' is the id of a zone. helper: nfs4 requires its name"),
    ({**EFS, "access_point": AP}, f"access_point: '{AP}' requires tls: true"),
    ({**EFS, "iam": True}, "iam: True requires tls: true"),
    (
        {**EFS, "tls": True, "access_point": "fsap-123"},
        "access_point: 'fsap-123' must be fsap- and 17 hexadecimal digits",
    ),
    ({**EFS, "az": "somewhere"}, "az: 'somewhere' must be an Availability Zone, like"),
    (
        {"path": "/a", "dns_name": f"eu-central-1b.{NAME}", "helper": "efs", "az": "eu-central-1a"},
        "az: 'eu-central-1a' is not eu-central-1b, the zone of dns_name",
    ),
    ({"path": "/a", "dns_name": "efs.internal", "helper": "efs"}, "does not contain the id of a file system"),
    (
        {"path": "/a", "mount_target_ip": "10.0.0.5", "helper": "efs"},
        "mount_target_ip: '10.0.0.5' requires helper: nfs4",
    ),
    ({**BY_ID, "file_system_id": "fs-12345"}, "file_system_id: 'fs-12345' must be fs- and 17"),
    ({**BY_ID, "file_system_id": "fs-0123456789ABCDEF0"}, "hexadecimal digits in lower case"),
    ({**BY_ID, "region": None}, "file_system_id requires region"),
    ({**BY_ID, "region": "Frankfurt"}, "region: 'Frankfurt'"),
    ({**BASE, "region": "eu-central-1"}, "region: 'eu-central-1' requires file_system_id"),
    ({**BASE, "path": None}, "path: it is required"),
    ({**BASE, "path": "mnt/efs"}, "path: 'mnt/efs' must be an absolute path"),
    ({**BASE, "path": "/mnt/../etc"}, "path: '/mnt/../etc' must be an absolute path without '..'"),
    ({**BASE, "path": "/mnt/a\nb"}, "must be an absolute path"),
    ({**BASE, "path": "/"}, "path: '/' is the root of the host"),
    ({**BASE, "path": "//."}, "path: '//.' is the root of the host"),
    (
        {**BASE, "pathh": "/x"},
        "'pathh' is not an option of a mount. Did you mean 'path'? Valid options: path, dns_name",
    ),
    ({**BASE, "state": "mount"}, "state: 'mount' is not valid. Valid values: mounted, present, unmounted, absent"),
    ({**BASE, "helper": "nfs"}, "helper: 'nfs' is not valid. Valid values: nfs4, efs"),
    ({**BASE, "on_source_change": "x"}, "on_source_change: 'x' is not valid. Valid values: remount, fail"),
    ({**BASE, "lazy_unmount": "perhaps"}, "lazy_unmount: 'perhaps' must be true or false"),
    ({**BASE, "dns_name": f"{NAME}:/data"}, "contains an export, which belongs in 'export'"),
    ({**BASE, "dns_name": "10.0.0.5"}, "is an IP address, which belongs in 'mount_target_ip'"),
    ({**BASE, "dns_name": "my host"}, "dns_name: 'my host' is not a DNS name"),
    ({**BASE, "dns_name": "fs-123.efs.eu-central-1.amazonaws.com"}, "has a malformed file system id"),
    ({**BASE, "dns_name": ["a"]}, "is not a DNS name"),
    ({"path": "/a", "mount_target_ip": "10.0.0.500"}, "mount_target_ip: '10.0.0.500' must be an IP address"),
    ({**BASE, "export": "data"}, "export: 'data' must be an absolute path"),
    ({**BASE, "export": "/a/../b"}, "export: '/a/../b' must be an absolute path"),
    (
        {**BASE, "options": ["rw,hard"]},
        "options: 'rw,hard' must be one mount option, like nfsvers=4.1, without commas",
    ),
    ({**BASE, "extra_options": ["ro\n/dev/sda1"]}, "extra_options: 'ro\\n/dev/sda1' must be one mount option"),
    ({**BASE, "extra_options": ["a b"]}, "extra_options: 'a b' must be one mount option"),
    ({**BASE, "options": "rw, hard"}, "options: ' hard' must be one mount option"),
    ({**BASE, "options": {"rw": True}}, "must be a list of mount options"),
    ({**BASE, "extra_options": ["soft"]}, "options: 'soft' can lose written data; use 'hard'"),
    ({**BASE, "options": ["nfsvers=4.2"]}, "options: nfsvers=4.2 is not valid; use nfsvers=4.1"),
    ({**BASE, "options": ["vers=3"]}, "options: vers=3 is not valid"),
    ({**BASE, "options": ["minorversion=1"]}, "'minorversion' is not valid"),
    ({**BASE, "extra_options": ["tls"]}, "extra_options: use the option 'tls' instead of 'tls'"),
    (
        {**EFS, "extra_options": [f"accesspoint={AP}"]},
        "use the option 'access_point' instead of 'accesspoint'",
    ),
    (
        {**BASE, "extra_options": ["crossaccount"]},
        "'crossaccount' is an option of efs-utils and requires helper: efs",
    ),
    (
        {**EFS, "extra_options": ["crossaccount", "mounttargetip=10.0.0.5"]},
        "'crossaccount' and 'mounttargetip' are mutually exclusive",
    ),
    ({**EFS, "az": "eu-central-1a", "extra_options": ["crossaccount"]}, "'crossaccount' and az are mutually exclusive"),
    ({**EFS, "tls": True, "extra_options": ["port=1"]}, "'port' and tls are mutually exclusive"),
    ({**EFS, "tls": True, "extra_options": ["notls"]}, "'notls' and tls are mutually exclusive"),
    ({**EFS, "tls": True, "extra_options": ["ocsp", "noocsp"]}, "'ocsp' and 'noocsp' are mutually exclusive"),
    ({**EFS, "tls": True, "extra_options": ["tlsport=many"]}, "tlsport=many must be a port number"),
    ({**EFS, "extra_options": ["awsprofile=x"]}, "'awsprofile' requires iam: true"),
    ({**EFS, "tls": True, "iam": True, "extra_options": ["awscredsuri=x"]}, "awscredsuri=x must begin with a slash"),
    ({**EFS, "extra_options": ["capath=/x"]}, "efs-utils does not support 'capath'"),
    ({**EFS, "extra_options": ["azid=euc1-az1"]}, "'azid' is for S3 Files only"),
    ({**EFS, "extra_options": ["context=a=b"]}, "has more than one '='"),
    ({**BASE, "mountpoint_mode": 755}, "mountpoint_mode: 755 must be a mode as a string"),
    ({**BASE, "root_mode": "rwx"}, "root_mode: 'rwx' must be a mode"),
    ({**BASE, "root_owner": 1000}, "root_owner: 1000 must be a name, or a number in quotes"),
    ("/mnt/efs", "'/mnt/efs' must be a dictionary"),
]


@pytest.mark.parametrize(("entry", "said"), BAD, ids=[said[:50] for _entry, said in BAD])
def test_what_cannot_be_used_is_named(entry, said):
    """The entry by index and path, the option, what it got, and what is accepted."""
    with pytest.raises(OptionError) as caught:
        parse_entries([{"path": "/ok", "dns_name": "efs.internal"}, entry])

    path = entry.get("path") if isinstance(entry, dict) else None
    assert str(caught.value).startswith(f"efs_mounts[1] ({path}): " if path else "efs_mounts[1]: ")
    assert said in str(caught.value)


def test_one_entry_a_path():
    """Also where the paths are only the same once they are cleaned."""
    with pytest.raises(
        OptionError, match=r"^efs_mounts\[1\] \(//mnt/efs/\): path: '/mnt/efs' is also the path of entry 0"
    ):
        parse_entries([BASE, {**BASE, "path": "//mnt/efs/"}])


def test_all_that_is_wrong_is_said_at_once():
    """Every option of every entry; what goes together is asked only of options that are right by themselves."""
    with pytest.raises(OptionError) as caught:
        parse_entries(
            [{**BASE, "helper": "x", "tls": "y", "export": "z"}, BASE, {**BY_ID, "region": None, "iam": True}]
        )

    first, second = str(caught.value).split("; efs_mounts[2] (/mnt/efs): ")
    assert ["efs_mounts[0] (/mnt/efs): helper: 'x'", "tls: 'y'", "export: 'z'"] == [
        problem.partition(" must")[0].partition(" is not")[0] for problem in first.split("; ")
    ]
    assert ["file_system_id requires region", "iam: True requires helper: efs", "iam: True requires tls: true"] == (
        second.split("; ")
    )


def test_all_mount_options_that_are_wrong_are_said_at_once():
    """Each by itself, then each that nothing verifies, with what else doesn't go together."""
    with pytest.raises(OptionError) as caught:
        parse_entries([{**BASE, "extra_options": ["a b", "rw", "c,d"]}])
    assert ["'a b'", "'c,d'"] == re.findall(r"extra_options: (\S.*?) must be", str(caught.value))

    with pytest.raises(OptionError) as caught:
        parse_entries([{**BASE, "iam": True, "extra_options": ["soft", "vers=3", "tls", "cafile=/x", "noauto"]}])
    problems = str(caught.value).split("; ")
    for option in ("iam: True", "'soft'", "vers=3", "'tls'", "'cafile'"):
        assert any(option in problem for problem in problems), option


@pytest.mark.parametrize("value", [None, "x", {"path": "/a"}, 5])
def test_the_mounts_are_a_list(value):
    """Anything else is refused."""
    with pytest.raises(OptionError, match=r"^efs_mounts: .* must be a list of mounts"):
        parse_entries(value)


@pytest.mark.parametrize("state", ["unmounted", "absent"])
def test_what_goes_needs_no_source(state):
    """A path is enough."""
    assert parse_entry({"path": "/a", "state": state}).mount.remote is None


def test_parents_come_first_and_go_last():
    """Whatever the order they are given in."""
    given_entries = [
        {**BASE, "path": "/a/b/c"},
        {"path": "/x", "state": "absent"},
        {**BASE, "path": "/a"},
        {"path": "/x/y", "state": "unmounted"},
        {**BASE, "path": "/ab"},
    ]
    ordered = in_order(parse_entries(given_entries))

    assert ["/x/y", "/x", "/a", "/ab", "/a/b/c"] == [entry.mount.path for entry in ordered]
    assert ["/a/b/c"] == nested_paths(ordered[2], ordered)
    assert [] == nested_paths(ordered[1], ordered)


words = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126, exclude_characters=","), max_size=12)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    words,
    st.lists(words, max_size=3),
    st.sampled_from([NAME, FS, "eu-central-1", "efs", "mounted", AP]),
)


@given(st.lists(st.dictionaries(st.sampled_from(list(ENTRY)), values, max_size=6), max_size=3))
def test_anything_is_accepted_or_refused_by_name(entries):
    """No value makes it fall over, and what is accepted makes one line of fstab that reads as what was meant."""
    try:
        accepted = parse_entries(entries)
    except OptionError as exc:
        if not str(exc).startswith("efs_mounts["):
            raise
        return
    for entry in accepted:
        # What the controller hands to the host is read there again, and means the same.
        assert entry == parse_entry(entry.params)
        if entry.mount.remote:
            line = fstab_line(entry.mount)
            assert (line,) == lines_of(f"{line}\n", entry.mount.path)


option = st.from_regex(r"[a-z]{1,8}(=[!-+\--~]{1,8})?", fullmatch=True)


@given(st.lists(option, max_size=5), st.text(alphabet="ab /.#\\", min_size=1, max_size=8))
def test_an_accepted_entry_is_always_one_line(extra, tail):
    """Whatever options and paths look like."""
    try:
        mount = parse_entry({**BASE, "path": f"/m{tail}", "export": f"/e{tail}", "extra_options": extra}).mount
    except OptionError:
        return
    line = fstab_line(mount)

    assert 6 == len(str(line).split(" "))
    assert (line,) == lines_of(f"# comment\n{line}\n", mount.path)
