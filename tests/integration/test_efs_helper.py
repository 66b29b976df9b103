# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mounts through efs-utils: the genuine mount(8) calls a stand-in for mount.efs, which refuses what that refuses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import parse_entry
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import COLLECTIONS, NOT_HERE, ROOT
from tests.support import mount_efs

FS, AP = "fs-0123456789abcdef0", "fsap-0123456789abcdef0"
ENTRY = {"file_system_id": FS, "region": "eu-central-1", "helper": "efs"}
# In a mount namespace of its own: /sbin with mount.efs in it, and the kernel's table of mounts as mount.efs says it.
SETUP = """
set -e
mount -t tmpfs layers "$1/layers" && mkdir "$1/layers/u" "$1/layers/w"
mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$1/layers/u,workdir=$1/layers/w" overlay /usr/sbin
printf '#!/bin/sh\\nexec "%s" "%s" "$@"\\n' "$2" "$3" > /sbin/mount.efs && chmod 755 /sbin/mount.efs
exec "$2" -c "$4" "$1" "$5"
"""
DRIVER = """
import json, pathlib, sys
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.host import Host
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import parse_entry
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.wait import Patience
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.worker import Worker
folder = pathlib.Path(sys.argv[1])

class RecordedHost(Host):
    asked = []
    def write_fstab(self, text):
        (folder / "fstab").write_text(text)
    def write_unit(self, path, text):
        raise AssertionError("a line of fstab needs no unit")
    def set_attributes(self, path, wanted, name):
        return False
    def addresses(self, server):
        self.asked.append(server)
        return ("10.0.0.5",)
    def refusal(self, address, port, timeout):
        return ""

runs = []
for _run in range(2):
    host = RecordedHost(str(folder / "fstab"), str(folder / "state"), str(folder / "proc"))
    report = Worker(host, parse_entry(json.loads(sys.argv[2])).mount, (), Patience(5, 1)).work()
    runs.append([step.action for step in report.steps])
print(json.dumps({"runs": runs, "asked": sorted(set(RecordedHost.asked))}))
"""


@pytest.fixture
def mounted(tmp_path):
    """Mount an entry twice; give what was done, the calls of mount.efs, and the line of fstab."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{NOT_HERE}user namespaces are off")
    for folder in ("layers", "proc/self", "state", "mnt"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc" / "self" / "mountinfo").write_text("1 0 8:1 / / rw - ext4 /dev/root rw\n")

    def mount(**options):
        entry = json.dumps({**ENTRY, "path": str(tmp_path / "mnt"), **options})
        stand_in = ROOT / "tests" / "support" / "mount_efs.py"
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", SETUP, "sh", tmp_path, sys.executable, stand_in, DRIVER, entry],
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "PYTHONPATH": str(COLLECTIONS),
                "MOUNT_EFS_RECORD": str(tmp_path / "proc" / "self"),
                "MOUNT_EFS_STATE": str(tmp_path / "state"),
            },
        )
        assert 0 == done.returncode, done.stderr
        calls = [json.loads(line) for line in (tmp_path / "proc" / "self" / "calls").read_text().splitlines()]
        line = (tmp_path / "fstab").read_text().replace(str(tmp_path), "")
        return json.loads(done.stdout), calls, line

    return mount


@pytest.mark.parametrize(
    ("options", "source", "given_options", "asked"),
    [
        ({}, f"{FS}:/", "noresvport,region=eu-central-1", f"{FS}.efs.eu-central-1.amazonaws.com"),
        (
            {"tls": True, "export": "/x"},
            f"{FS}:/x",
            "noresvport,tls,region=eu-central-1",
            f"{FS}.efs.eu-central-1.amazonaws.com",
        ),
        (
            {"tls": True, "iam": True, "access_point": AP, "az": "eu-central-1a"},
            f"{FS}:/",
            f"noresvport,tls,iam,accesspoint={AP},az=eu-central-1a,region=eu-central-1",
            f"eu-central-1a.{FS}.efs.eu-central-1.amazonaws.com",
        ),
        (
            {"extra_options": ["mounttargetip=10.0.0.5", "ro"]},
            f"{FS}:/",
            "noresvport,mounttargetip=10.0.0.5,ro,region=eu-central-1",
            None,
        ),
    ],
)
def test_what_mount_efs_is_called_with(mounted, options, source, given_options, asked):
    """Source, path, options; fstab has those of the boot too; a second run finds the mount by its state file."""
    done, calls, line = mounted(**options)

    assert [["mount", "write_fstab"], []] == done["runs"]
    ((called_source, _path, _flag, called_options),) = calls
    assert source == called_source
    # mount(8) puts rw before what it was given.
    assert set(given_options.split(",")) == set(called_options.split(",")) - {"rw"}
    assert asked is None or [asked] == done["asked"]
    fields = line.split()
    assert [source, "/mnt", "efs", "0", "0"] == fields[:3] + fields[4:]
    assert set(given_options.split(",")) | {"_netdev", "nofail"} == set(fields[3].split(","))


extra = st.sampled_from(
    [
        "port=1",
        "tlsport=2",
        "tlsport=x",
        "ocsp",
        "noocsp",
        "notls",
        "crossaccount",
        "mounttargetip=10.0.0.5",
        "awsprofile=p",
        "awscredsuri=/x",
        "awscredsuri=x",
        "capath=/x",
        "azid=a",
        "verify=1",
        "netns=/x",
        "ro",
        "a=b=c",
        "tls",
        "iam",
        "accesspoint=x",
        "stunnel",
        "timeo=100",
    ]
)


@given(
    st.fixed_dictionaries(
        {"path": st.just("/mnt/efs")},
        optional={
            "tls": st.booleans(),
            "iam": st.booleans(),
            "access_point": st.sampled_from([AP, "fsap-1"]),
            "az": st.sampled_from(["eu-central-1a", "eu-central-1b"]),
            "extra_options": st.lists(extra, max_size=3),
        },
    ),
    st.sampled_from(
        [
            ENTRY,
            *(
                {"helper": "efs", "dns_name": f"{zone}{FS}.efs.eu-central-1.amazonaws.com"}
                for zone in ("", "eu-central-1a.")
            ),
        ]
    ),
)
def test_what_is_accepted_is_never_refused_by_efs_utils(entry, source):
    """Every rule of efs-utils is asked for before a host is touched."""
    try:
        mount = parse_entry({**entry, **source}).mount
    except OptionError:
        return
    file_system, export = mount_efs.check(mount.source, mount_efs.parse(",".join(mount.options)))

    assert (FS, "/") == (file_system, export)


@pytest.mark.parametrize(
    "options",
    [
        "accesspoint=fsap-0123456789abcdef0",
        "iam",
        "tls,port=1",
        "tls,notls",
        "tls,ocsp,noocsp",
        "tls,tlsport=x",
        "tls,accesspoint=x",
        "awsprofile=x",
        "tls,iam,awsprofile=x,awscredsuri=/y",
        "tls,iam,awscredsuri=y",
        "crossaccount,mounttargetip=1.2.3.4",
        "capath=/x",
        "azid=x",
        "a=b=c",
    ],
)
def test_the_stand_in_refuses(options):
    """A stand-in that took everything would prove nothing."""
    with pytest.raises(SystemExit):
        mount_efs.check(f"{FS}:/", mount_efs.parse(options))
