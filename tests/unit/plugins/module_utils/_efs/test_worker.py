# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work on one path, on a host in memory: whatever was there, it ends as wanted or says why not."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import re

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import Attributes, parse_entry
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.errors import MountError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.identity import Tunnel, tunnel_key
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.units import Unit, unit_of
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.wait import Patience
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.worker import Worker
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.efs_host import TRIAL, Killed, ModelHost

PATH = "/mnt/efs"
A, B = "fs-0000000000000000a", "fs-0000000000000000b"
NAMES = {one: f"{one}.efs.eu-central-1.amazonaws.com" for one in (A, B)}
ADDRESSES = {A: "10.0.0.1", B: "10.0.0.2"}
SOURCE = f"{NAMES[A]}:/"
RIGHT = f"rw,vers=4.1,hard,timeo=600,retrans=2,noresvport,addr={ADDRESSES[A]}"
OPTIONS = "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev,nofail"
LINE = f"{SOURCE} {PATH} nfs4 {OPTIONS} 0 0"
SYSTEM = "UUID=1 / ext4 errors=remount-ro 0 1\n"
PATIENCE = Patience(30, 2)


def host():
    """Return a host that reaches both file systems."""
    made = ModelHost()
    made.exports = {address: {"/", "/data"} for address in ADDRESSES.values()}
    made.names = {NAMES[one]: ((ADDRESSES[one],), 0) for one in (A, B)}
    made.text = SYSTEM
    return made


def worker(on, nested=(), **options):
    """Return the worker for the file system A, unless options say otherwise."""
    entry = {
        "path": PATH,
        **({} if "state" in options and "dns_name" in options else {"dns_name": NAMES[A]}),
        **options,
    }
    return Worker(on, parse_entry(entry).mount, nested, PATIENCE)


def actions(report):
    """Return what was done, in short."""
    return [step.action for step in report.steps]


def test_a_fresh_host():
    """Mounted, written to fstab behind what was there; a second run changes nothing."""
    on = host()
    report = worker(on).work()

    assert ["mount", "write_fstab"] == actions(report)
    assert f"{SYSTEM}{LINE}\n" == on.text
    assert [(SOURCE, RIGHT)] == [(one.source, one.options) for one in on.stack(PATH)]
    assert not worker(on).work().changed


def test_a_changed_source_is_tried_before_what_works_is_given_up():
    """The new one is mounted on a directory of its own, and taken off again."""
    on = host()
    worker(on, dns_name=NAMES[B]).work()
    on.log.clear()
    report = worker(on).work()

    assert ["unmount", "mount", "write_fstab"] == actions(report)
    assert [
        ("mkdir", TRIAL),
        ("mount", TRIAL, SOURCE),
        ("unmount", TRIAL),
        ("rmdir", TRIAL),
        ("unmount", PATH),
        ("mount", PATH, SOURCE),
        ("fstab",),
    ] == on.log
    assert TRIAL not in on.kinds


def test_a_source_that_cannot_be_mounted_leaves_what_works():
    """Nothing is unmounted, and fstab stays."""
    on = host()
    worker(on, dns_name=NAMES[B]).work()
    before = (on.text, copy.deepcopy(on.mounts))
    with pytest.raises(MountError, match=rf"{PATH}: {NAMES[A]}:/nope can't be mounted: .*No such file.*left as it is"):
        worker(on, export="/nope").work()

    assert before == (on.text, on.mounts)


def test_a_first_mount_that_fails_leaves_fstab():
    """A line that can't be mounted would be a trap at the next boot."""
    on = host()
    with pytest.raises(MountError, match=r"The export isn't there on the server. /etc/fstab was left as it is.$"):
        worker(on, export="/nope").work()

    assert SYSTEM == on.text


@pytest.mark.parametrize("state", ["mounted", "unmounted", "absent"])
def test_another_source_with_fail(state):
    """It is named, with what was wanted, and stays."""
    on = host()
    on.put(PATH, f"{NAMES[B]}:/")
    with pytest.raises(
        MountError, match=rf"{PATH}: {NAMES[B]}:/ \(nfs4, .*\) is mounted there, not {SOURCE}, and on_source"
    ):
        worker(on, state=state, dns_name=NAMES[A], on_source_change="fail").work()

    assert 1 == len(on.mounts)


def test_a_tmpfs_over_the_right_mount():
    """Only the tmpfs goes."""
    on = host()
    worker(on).work()
    on.put(PATH, "tmpfs", "rw,size=1m", "tmpfs")
    on.log.clear()
    report = worker(on).work()

    assert ["unmount"] == actions(report)
    assert "tmpfs (tmpfs) is mounted, not" in report.steps[0].reason
    assert [("unmount", PATH)] == [entry for entry in on.log if entry[1] == PATH]


def test_a_dead_mount_under_a_tmpfs():
    """It shows only after the tmpfs is gone, and is replaced then."""
    on = host()
    on.put(PATH, SOURCE, RIGHT, dead="Stale file handle")
    on.put(PATH, "tmpfs", "rw", "tmpfs")
    report = worker(on).work()

    assert ["unmount", "unmount", "mount", "write_fstab"] == actions(report)
    assert "Stale file handle" in report.steps[1].reason
    assert ("unmount", PATH, "-f") in on.log


def test_a_disk_is_nobodys_to_unmount():
    """Neither from the path, nor its line from fstab."""
    on = host()
    on.put(PATH, "/dev/sdb1", "rw", "ext4")
    with pytest.raises(MountError, match=r"/dev/sdb1 \(ext4\) is mounted there, and only nfs4, nfs, tmpfs are"):
        worker(on).work()
    on = host()
    on.text = f"/dev/sdb1 {PATH} ext4 noauto 0 2\n"
    for state in ("mounted", "present", "absent"):
        with pytest.raises(MountError, match=r"/etc/fstab has '/dev/sdb1 /mnt/efs ext4 noauto 0 2' for that"):
            worker(on, state=state, dns_name=NAMES[A]).work()
    assert [] == on.mounts


def test_the_right_mount_over_another():
    """To have one mount it would have to go, so the caller decides."""
    on = host()
    on.put(PATH, f"{NAMES[B]}:/")
    on.put(PATH, SOURCE, RIGHT)
    with pytest.raises(
        MountError, match=r"the right source is mounted, over .*Unmount them all with 'umount /mnt/efs', 2 times"
    ):
        worker(on).work()

    assert 2 == len(on.mounts)


@pytest.mark.parametrize(
    ("options", "fstype", "reason"),
    [
        ("rw,vers=4.1,soft", "nfs4", "mounted soft"),
        ("rw,vers=4.2,hard", "nfs4", "its version is 4.2, not 4.1"),
        ("rw,vers=3,hard", "nfs", "its type is nfs, not nfs4"),
        ("ro,vers=4.1,hard", "nfs4", "it is read-only"),
    ],
)
def test_options_that_matter(options, fstype, reason):
    """They are mounted anew, even where a changed source would be refused."""
    on = host()
    on.put(PATH, SOURCE, f"{options},addr={ADDRESSES[A]}", fstype)
    report = worker(on, on_source_change="fail").work()

    assert ["unmount", "mount", "write_fstab"] == actions(report)
    assert reason in report.steps[0].reason


@pytest.mark.parametrize("options", ["rw,vers=4.1,hard,rsize=4096", "rw,vers=4.1,hard,timeo=1,resvport"])
def test_options_that_do_not_matter(options):
    """Sizes and timeouts are left as they are, on the mount."""
    on = host()
    on.put(PATH, SOURCE, f"{options},addr={ADDRESSES[A]}")

    assert ["write_fstab"] == actions(worker(on).work())


@pytest.mark.parametrize(
    ("wanted", "source", "address", "same"),
    [
        ({}, f"{ADDRESSES[A]}:/", ADDRESSES[A], True),
        ({}, f"{NAMES[A].upper()}.:/", "10.9.9.9", True),
        ({}, f"{NAMES[B]}:/", ADDRESSES[A], False),
        ({}, f"{ADDRESSES[B]}:/", ADDRESSES[B], False),
        ({}, f"{NAMES[A]}:/data", ADDRESSES[A], False),
        ({"dns_name": None, "mount_target_ip": ADDRESSES[A]}, f"{NAMES[A]}:/", ADDRESSES[A], True),
        ({"dns_name": "efs.internal"}, f"{NAMES[A]}:/", ADDRESSES[A], True),
        # A name of one's own that leads somewhere else today is another source.
        ({"dns_name": "efs.internal"}, "efs.internal:/", ADDRESSES[B], False),
        ({"dns_name": "efs.internal"}, "efs.internal:/", ADDRESSES[A], True),
    ],
)
def test_what_is_the_same_source(wanted, source, address, same):
    """The file system's id decides where both have one, else the server's address."""
    on = host()
    on.names["efs.internal"] = ((ADDRESSES[A],), 0)
    on.put(PATH, source, f"rw,vers=4.1,hard,addr={address}")
    report = worker(on, **wanted).work()

    assert same is ("unmount" not in actions(report))


def test_a_server_that_comes_back_in_time():
    """A mount of the right source has the time of wait_timeout to answer again, and then stays."""
    on = host()
    on.put(PATH, SOURCE, RIGHT, dead="its server didn't answer for 10 s", dead_until=20)

    assert ["write_fstab"] == actions(worker(on).work())
    assert 20 == on.clock


def test_a_server_that_does_not_come_back():
    """Its mount is replaced: the name leads to another mount target today."""
    on = host()
    on.put(PATH, SOURCE, "rw,vers=4.1,hard,addr=10.9.9.9", dead="its server didn't answer for 10 s")
    report = worker(on).work()

    assert ["unmount", "mount", "write_fstab"] == actions(report)
    assert "its server didn't answer for 10 s" in report.steps[0].reason


def test_the_kernels_client_of_a_dead_server_outlives_its_mount():
    """Where the new mount joins it, it is waited for, and mounted again."""
    on = host()
    on.put(PATH, SOURCE, "rw,vers=4.1,hard,addr=10.9.9.9", dead="its server didn't answer for 10 s")
    on.lingering = {"10.9.9.9": 120}
    report = worker(on).work()

    assert ["unmount", "mount", "write_fstab"] == actions(report)
    assert 2 == on.log.count(("mount", PATH, SOURCE))
    assert 120 <= on.clock < 123


def test_a_busy_mount():
    """Who uses it is named, and lazy_unmount takes it off all the same."""
    on = host()
    on.put(PATH, f"{NAMES[B]}:/", used_by=("bash (12)", "nginx (34)"))
    with pytest.raises(
        MountError, match=r"can't be: target is busy. Used by bash \(12\), nginx \(34\). Stop what uses it"
    ):
        worker(on).work()
    report = worker(on, lazy_unmount=True).work()

    assert ["unmount", "mount", "write_fstab"] == actions(report)
    assert ("unmount", PATH, "-l") in on.log


def test_what_cannot_be_a_mount_point():
    """A file is named as what it is."""
    on = host()
    on.kinds[PATH] = "regular file"
    with pytest.raises(MountError, match=rf"{PATH}: it is a regular file, on which nothing can be mounted"):
        worker(on).work()
    on = host()
    on.real_path = {PATH: "/data/efs"}.__getitem__
    with pytest.raises(MountError, match=rf"{PATH}: a symbolic link leads from there to /data/efs"):
        worker(on).work()


def test_a_directory_with_files_in_it():
    """They are hidden, which the caller is told."""
    on = host()
    on.kinds[PATH] = "directory"
    on.filled.add(PATH)

    assert [f"{PATH} is not empty: what is in the directory is hidden by the mount"] == worker(on).work().warnings


def test_attributes_of_the_directory_and_of_the_root():
    """The first are set while nothing is mounted, the second while it is; a second run changes neither."""
    on = host()
    seen = []
    on.set_attributes = lambda path, wanted, _name: seen.append((len(on.stack(path)), wanted.mode)) or False
    options = {"mountpoint_mode": "0700", "root_mode": "2775"}
    worker(on, **options).work()
    worker(on, **options).work()

    assert [(0, "0700"), (1, "2775"), (1, "2775")] == seen


def test_mounts_below_that_are_the_callers_own():
    """They make room and are mounted again by their own entries; others are named."""
    on = host()
    on.put(PATH, f"{NAMES[B]}:/")
    on.put(f"{PATH}/b", f"{NAMES[B]}:/data")
    report = worker(on, nested=[f"{PATH}/b"]).work()

    assert [f"{PATH}/b", PATH] == [step.path for step in report.steps if step.action == "unmount"]
    on = host()
    on.put(f"{PATH}/sub", "tmpfs", "rw", "tmpfs")
    with pytest.raises(MountError, match=rf"there are mounts below it: {PATH}/sub. Unmount them, or list them"):
        worker(on).work()


def test_a_mount_that_is_hidden_from_above():
    """What covers it is named, for it has to go first."""
    on = host()
    on.put(PATH, SOURCE, RIGHT)
    on.put("/mnt", "tmpfs", "rw", "tmpfs")
    with pytest.raises(
        MountError, match=r"is mounted there and hidden by tmpfs \(tmpfs\), which was mounted on /mnt later"
    ):
        worker(on).work()


def test_the_automounter_of_systemd_is_no_mount():
    """Its trigger lies under the mount that it made."""
    on = host()
    on.put(PATH, "systemd-1", "rw,direct", "autofs")
    on.put(PATH, SOURCE, RIGHT)

    assert ["write_fstab"] == actions(worker(on).work())


@pytest.mark.parametrize(("since", "said"), [({NAMES[A]: 99}, "DNS: the name"), ({ADDRESSES[A]: 99}, "port: fs-")])
def test_what_was_waited_for_in_vain(since, said):
    """The path, what failed, and for how long it was waited for."""
    on = host()
    for key, when in since.items():
        if key in on.names:
            on.names[key] = (on.names[key][0], when)
        else:
            on.open_since[key] = when
    with pytest.raises(MountError, match=rf"^{PATH}: {said}.*Waited for 30 s, of a wait_timeout of 30 s"):
        worker(on).work()

    assert [] == on.log


def test_what_appears_in_time():
    """The name after 11 s, the port after 21 s."""
    on = host()
    on.names[NAMES[A]] = ((ADDRESSES[A],), 11)
    on.open_since[ADDRESSES[A]] = 21

    assert ["mount", "write_fstab"] == actions(worker(on).work())
    assert 22 == on.clock


def test_present_is_of_fstab_only():
    """What is mounted isn't touched, and nothing is waited for."""
    on = host()
    on.names.clear()
    on.put(PATH, f"{NAMES[B]}:/")

    assert ["write_fstab"] == actions(worker(on, state="present", dns_name=NAMES[A]).work())
    assert not worker(on, state="present", dns_name=NAMES[A]).work().changed


def test_absent_goes_however_it_came():
    """Mounted by hand, twice, with two lines: all gone, and the directory too."""
    on = host()
    on.put(PATH, SOURCE, RIGHT)
    on.put(PATH, f"{NAMES[B]}:/")
    on.text = f"{SYSTEM}{LINE}\n{LINE}\n"
    report = worker(on, state="absent", dns_name=None).work()

    assert ["unmount", "unmount", "remove_fstab", "remove_directory"] == actions(report)
    assert ([], SYSTEM) == (on.mounts, on.text)
    assert PATH not in on.kinds
    assert not worker(on, state="absent", dns_name=None).work().changed


def test_a_directory_with_files_stays():
    """Absent removes nobody's files, and an empty directory only with what was ours."""
    on = host()
    on.filled.add(PATH)
    on.put(PATH, SOURCE, RIGHT)

    assert ["unmount"] == actions(worker(on, state="absent", dns_name=None).work())
    on.filled.clear()
    assert not worker(on, state="absent", dns_name=None).work().changed
    assert PATH in on.kinds


class TestEfsUtils:
    """Mounts through the proxy of efs-utils: the kernel sees 127.0.0.1, the state files know more."""

    OPTIONS = {"dns_name": None, "file_system_id": A, "region": "eu-central-1", "helper": "efs", "tls": True}

    def host(self, tunnel=None, port="20049"):
        """Return a host on which something is mounted through a proxy."""
        on = host()
        on.put(PATH, "127.0.0.1:/", f"rw,vers=4.1,hard,addr=127.0.0.1,port={port}")
        on.state = {tunnel_key(PATH, port): tunnel} if tunnel else {}
        return on

    def test_the_right_one_stays(self):
        """Known by the file system's id in the state file."""
        on = self.host(Tunnel(A, tls=True, access_point=None))

        assert ["write_fstab"] == actions(worker(on, **self.OPTIONS).work())
        assert f"{A}:/ {PATH} efs noresvport,_netdev,nofail,tls,region=eu-central-1 0 0\n" in on.text

    @pytest.mark.parametrize(
        ("tunnel", "reason"),
        [
            (Tunnel(B, tls=True, access_point=None), f"{B} through efs-utils"),
            (Tunnel(A, tls=True, access_point="fsap-0123456789abcdef0"), "is mounted, not"),
            (Tunnel(A, tls=False, access_point=None), "it is mounted without TLS"),
        ],
    )
    def test_the_wrong_one_is_replaced(self, tunnel, reason):
        """Another file system, another access point, or another way to it."""
        on = self.host(tunnel)
        report_of = worker(on, **self.OPTIONS)
        # What mount.efs mounts is not what this host in memory knows of; the steps are.
        report = report_of.predict()

        assert ["unmount", "mount", "write_fstab"] == actions(report)
        assert reason in report.steps[0].reason

    def test_one_that_nothing_is_known_of_stays(self):
        """Without its state file nobody can say what it is."""
        with pytest.raises(MountError, match=r"through port 20049 of this host, and no state file of efs-utils"):
            worker(self.host(), **self.OPTIONS).predict()

    def test_the_kernels_client_is_wanted_instead(self):
        """The same file system through efs-utils is mounted anew without it."""
        on = self.host(Tunnel(A, tls=False, access_point=None))

        assert "it is mounted through efs-utils" in worker(on).work().steps[0].reason


# -- every situation ------------------------------------------------------------------------------------------------

LAYERS = {
    "right": (SOURCE, RIGHT, "nfs4"),
    "by address": (f"{ADDRESSES[A]}:/", RIGHT, "nfs4"),
    "soft": (SOURCE, RIGHT.replace("hard", "soft"), "nfs4"),
    "old": (SOURCE, RIGHT.replace("4.1", "4.2"), "nfs4"),
    "export": (f"{NAMES[A]}:/data", RIGHT, "nfs4"),
    "other": (f"{NAMES[B]}:/", f"rw,vers=4.1,hard,addr={ADDRESSES[B]}", "nfs4"),
    "tmpfs": ("tmpfs", "rw", "tmpfs"),
    "disk": ("/dev/sdb1", "rw", "ext4"),
}
LINES = [
    LINE,
    f"{NAMES[B]}:/ {PATH}/ nfs4 soft 0 0",
    f"tmpfs {PATH} tmpfs",
    "# comment",
    "/dev/sdb1 /data ext4 defaults 0 2",
]


UNITS = [
    unit_of(parse_entry({"path": PATH, "dns_name": NAMES[B]}).mount),
    dataclasses.replace(unit_of(parse_entry({"path": PATH, "dns_name": NAMES[A]}).mount), enabled=False),
    Unit("[Mount]\nWhat=somebody's\n", enabled=True),
]
FAILING = [
    "mount",
    f"mount {PATH}",
    f"unmount {PATH}",
    "fstab",
    "daemon-reload",
    "start",
    "stop",
    "attributes",
    "remount",
    "unit",
    "readahead",
]


@st.composite
def situations(draw, failing=False):
    """Return a host with anything on the path, and anything that could be wanted there."""
    on = host()
    on.systemd = draw(st.booleans())
    if on.systemd and draw(st.booleans()):
        on.put(PATH, "systemd-1", "rw,direct", "autofs")
    for name in draw(st.lists(st.sampled_from(sorted(LAYERS)), max_size=3)):
        source, options, fstype = LAYERS[name]
        on.put(PATH, source, options, fstype)
    if on.mounts:
        on.mounts[-1].dead = draw(st.sampled_from(["", "", "Stale file handle", "its server didn't answer for 10 s"]))
        on.mounts[-1].dead_until = draw(st.sampled_from([15, float("inf")]))
        on.mounts[-1].used_by = draw(st.sampled_from([(), (), ("bash (12)",)]))
        on.mounts[-1].flags = draw(st.sampled_from(["rw,relatime", "rw,nosuid,noatime", "ro,relatime"]))
        on.mounts[0].files = draw(st.sampled_from([(), (), ("file",)])) if on.mounts[0].fstype == "tmpfs" else ()
    if on.mounts and draw(st.booleans()):
        on.put(f"{PATH}/b", *draw(st.sampled_from([(f"{NAMES[B]}:/data", RIGHT), ("/dev/sdc1", "rw", "ext4")])))
    on.text = "".join(f"{line}\n" for line in draw(st.lists(st.sampled_from(LINES), max_size=3)))
    on.read = draw(st.sampled_from(["", on.text]))
    if on.systemd:
        on.units = draw(st.sampled_from([{}, {}, *({PATH: unit} for unit in UNITS)]))
        on.read_units = draw(st.sampled_from([{}, on.units])).copy()
        on.units = on.units.copy()
    if any(one.fstype != "autofs" for one in on.stack(PATH)):
        on.ahead = draw(st.sampled_from([{}, {PATH: 15360}]))
    if failing:
        on.failing = dict.fromkeys(draw(st.sets(st.sampled_from(FAILING), min_size=1, max_size=1)), "it fails")
    persist = draw(st.sampled_from(["fstab", "fstab", "systemd", "none"]))
    automount = [["x-systemd.automount"]] if persist == "fstab" else []
    extra = draw(st.sampled_from([[], [], *automount, ["nosuid", "noexec"], ["ro"]]))
    present = [] if persist == "none" else ["present"]
    options = {
        "state": draw(st.sampled_from(["mounted", "mounted", "mounted", *present, "unmounted", "absent"])),
        "persist": persist,
        "readahead": draw(st.sampled_from([None, 15360])),
        "dns_name": NAMES[A],
        "extra_options": extra,
        "on_source_change": draw(st.sampled_from(["remount", "remount", "fail"])),
        "lazy_unmount": draw(st.booleans()),
        "mountpoint_mode": draw(st.sampled_from([None, "0700"])),
        "root_mode": draw(st.sampled_from([None, "2775"])),
        "nested": draw(st.sampled_from([(), (f"{PATH}/b",)])),
    }
    return on, options


def given_of(options):
    """Return the options that an entry has."""
    return {name: value for name, value in options.items() if name != "nested"}


def is_right(mounted):
    """Return whether a mount in memory is what is wanted, by the letter of the requirement."""
    intended = mounted.source in (SOURCE, f"{ADDRESSES[A]}:/")
    right = {"vers=4.1", "hard", f"addr={ADDRESSES[A]}"} <= set(mounted.options.split(","))
    return intended and mounted.fstype == "nfs4" and right and mounted.options.startswith(("rw", "ro"))


def line_of(options):
    """Return the line that is wanted in fstab."""
    extra = options["extra_options"]
    return f"{SOURCE} {PATH} nfs4 {','.join([OPTIONS, *extra])} 0 0"


def assert_wanted(on, options, lines):
    """One mount of the intended source, 4.1 and hard, with its flags, or an automount of it; and one line."""
    state, stack = options["state"], [one for one in on.stack(PATH) if one.fstype != "autofs"]
    on_access = [one for one in on.stack(PATH) if one.fstype == "autofs"]

    if state == "mounted" and on_access and not stack:
        assert "x-systemd.automount" in options["extra_options"]
        assert line_of(options) in on.read
    elif state == "mounted":
        assert 1 == len(stack)
        assert is_right(stack[0])
        assert not (stack[0].dead and on.clock < stack[0].dead_until)
        wanted = {"nosuid", "noexec", "ro"} & set(options["extra_options"])
        assert {"nosuid", "noexec", "ro"} & set(stack[0].flags.split(",")) == wanted
    if state in ("unmounted", "absent"):
        assert [] == stack + on_access
    if state == "mounted" and stack and options["readahead"]:
        assert options["readahead"] == on.ahead[PATH]
    if state != "unmounted":
        persist = options["persist"] if state != "absent" else "none"
        lines_wanted = [line_of(options)] if persist == "fstab" else []
        assert lines_wanted == [line for line in on.text.splitlines() if PATH in line]
        units_wanted = {PATH: unit_of(parse_entry({"path": PATH, **given_of(options)}).mount)}
        assert on.units == (units_wanted if persist == "systemd" else {})
    assert lines == [line for line in on.text.splitlines() if PATH not in line]
    if on.systemd and state != "unmounted":
        assert not on.has_unread_changes(PATH, listed=state != "absent", unit=bool(on.units))
    assert TRIAL not in {one.path for one in on.mounts}
    assert [] == on.triggered


def cause_of(error):
    """Return an error without what was done before it."""
    return re.split(r" Done before| /etc/fstab was left", error)[0]


def others(on):
    """Return the lines of fstab that are of other paths."""
    return [line for line in on.text.splitlines() if PATH not in line]


def error_of(on, options):
    """Work; return the error, which names the path, or nothing."""
    try:
        worker(on, **options).work()
    except MountError as exc:
        error = str(exc)
    else:
        return ""
    assert error.startswith(PATH)
    return error


@settings(max_examples=4 * settings.default.max_examples)
@given(situations())
def test_it_ends_as_wanted_or_as_an_error_and_a_second_run_changes_nothing(situation):
    """Or it is an error that names the path."""
    on, options = situation
    lines = others(on)
    assume(not error_of(on, options))

    assert_wanted(on, options, lines)
    on.log.clear()
    assert not worker(on, **options).work().changed
    assert [] == on.log


def live(on):
    """Return what is mounted and answers, in a form that can be compared; an automount counts."""
    return [(one.path, one.source, one.fstype) for one in on.mounts if not one.dead]


@settings(max_examples=4 * settings.default.max_examples)
@given(situations(failing=True))
def test_an_error_leaves_nothing_less_mounted(situation):
    """Whatever failed: what was mounted is there again, or the right thing is in its place; a rerun heals."""
    on, options = situation
    before, text, lines, failing = live(on), on.text, others(on), set(on.failing)
    error = error_of(on, options)
    on.failing.clear()

    left = [one for one in before if one not in live(on)]
    in_place = options["state"] == "mounted" and any(map(is_right, on.stack(PATH)))
    # As was wanted; what failed came after it.
    removed = not on.stack(PATH) and (
        (options["state"] == "absent" and PATH not in on.text and PATH not in on.units)
        or (options["state"] == "unmounted" and failing == {"attributes"})
    )
    if error and left and not in_place and not removed:
        # The only thing that can't be undone is what fails once more as it is undone, and that is said.
        assert failing & {"mount", f"mount {PATH}", "start"}
        assert "NOT put back" in error
    if not error_of(on, options):
        assert_wanted(on, options, lines)
    elif error:
        assert lines == others(on)
        assert text == on.text or PATH in on.text or PATH in on.units or options["persist"] == "none"


@settings(max_examples=4 * settings.default.max_examples)
@given(situations(), st.data())
def test_a_killed_run_is_healed_by_the_next(situation, data):
    """At any act, before it or after it. Where no kill would have been an error there is none after it either."""
    on, options = situation
    lines = others(on)
    unkilled = copy.deepcopy(on)
    error = error_of(unkilled, options)
    assume(unkilled.acts)
    on.kill_at = data.draw(st.integers(1, unkilled.acts))
    with contextlib.suppress(Killed, MountError):
        worker(on, **options).work()
    on.kill_at = -1
    healed = error_of(on, options)

    if not error:
        assert not healed
    if healed:
        # What was dead is gone then, and needn't be unmounted again.
        assert cause_of(healed) == cause_of(error_of(on, options))
    else:
        assert_wanted(on, options, lines)


@settings(max_examples=4 * settings.default.max_examples)
@given(situations())
def test_what_is_right_and_answers_is_never_unmounted(situation):
    """Nor is a disk, nor a tmpfs with files in it, whatever is wanted."""
    on, options = situation
    layers = [one for one in on.mounts if one.path == PATH and one.fstype != "autofs"]
    # The one that users of the path see, or the lowest, that they see when what covers it is gone.
    ends = [one for one in (layers[:1] + layers[-1:]) if is_right(one) and not one.dead and "ro" not in one.options]
    kept = ends if options["state"] in ("mounted", "present") else []
    precious = [one for one in on.mounts if one.fstype == "ext4" or one.files]
    with contextlib.suppress(MountError):
        worker(on, **options).work()

    assert all(any(one is other for other in on.mounts) for one in kept[:1])
    assert all(any(one is other for other in on.mounts) for one in precious)


@settings(max_examples=4 * settings.default.max_examples)
@given(situations())
def test_a_check_run_says_what_a_run_does(situation):
    """It changes and triggers nothing, fails where the run would be refused, and is changed where the run is."""
    on, options = situation
    before = copy.deepcopy((on.mounts, on.text, on.units, on.kinds, on.attributes, on.ahead))
    on.check_mode = True
    try:
        predicted = worker(on, **options).predict()
    except MountError:
        predicted = None
    assert before == (on.mounts, on.text, on.units, on.kinds, on.attributes, on.ahead)
    assert [] == on.log == on.triggered
    on.check_mode = False
    # What will have answered by then can't be foreseen.
    assume(not on.mounts or all(one.dead_until == float("inf") for one in on.mounts))
    try:
        report = worker(on, **options).work()
    except MountError:
        return

    assert predicted is not None
    assert predicted.changed == report.changed
    # Only what lay under something else shows more to do.
    assert [step.action for step in predicted.steps] == actions(report) or len(before[0]) > 1


class TestAutomount:
    """The option x-systemd.automount: systemd mounts when somebody accesses the path."""

    ON_ACCESS = {"extra_options": ["x-systemd.automount"]}

    def host(self):
        """Return a host with systemd."""
        on = host()
        on.systemd, on.read = True, on.text
        return on

    def test_a_fresh_host(self):
        """The source is mounted and verified first, then its automount is started in its place."""
        on = self.host()
        report = worker(on, **self.ON_ACCESS).work()

        assert ["mount", "write_fstab", "daemon_reload", "start_automount"] == actions(report)
        assert ["autofs"] == [one.fstype for one in on.stack(PATH)]
        assert not worker(on, **self.ON_ACCESS).work().changed
        assert [] == on.triggered

    def test_a_changed_source(self):
        """The automount is stopped first, and started last; B is never laid over A."""
        on = self.host()
        worker(on, **self.ON_ACCESS, dns_name=NAMES[B]).work()
        for triggered in (False, True):
            name = NAMES[A] if not triggered else NAMES[B]
            if triggered:
                on.put(PATH, SOURCE, RIGHT)
            report = worker(on, **self.ON_ACCESS, dns_name=name).work()
            unmounts = ["unmount"] if triggered else []
            assert [*unmounts, "stop_automount", "mount", "write_fstab", "daemon_reload", "start_automount"] == (
                actions(report)
            )
            assert ["autofs"] == [one.fstype for one in on.stack(PATH)]
            assert [] == on.triggered

    @pytest.mark.parametrize("state", ["unmounted", "absent"])
    def test_its_end(self, state):
        """An armed automount goes, and nothing is mounted by looking at it."""
        on = self.host()
        worker(on, **self.ON_ACCESS).work()
        report = worker(on, state=state, dns_name=None).work()

        assert "stop_automount" == actions(report)[0]
        assert [] == on.mounts
        assert not worker(on, state=state, dns_name=None).work().changed
        assert [] == on.triggered

    def test_one_that_is_mounted_already(self):
        """Until it is mounted anew its automount is pending, which every run says."""
        on = self.host()
        worker(on).work()
        for _run in range(2):
            report = worker(on, **self.ON_ACCESS).work()
            assert ["x-systemd.automount (mounted without it)"] == report.pending
        assert not report.changed

    def test_the_automounter_of_somebody_else(self):
        """Its maps are not ours to change."""
        on = self.host()
        on.put(PATH, "/etc/auto.misc", "rw", "autofs")
        with pytest.raises(MountError, match=r"an automounter that isn't systemd manages it \(/etc/auto.misc\)"):
            worker(on).work()


def test_flags_are_set_on_what_is_mounted():
    """A binary must not run after noexec was reported as applied; nothing is unmounted for it."""
    on = host()
    worker(on).work()
    report = worker(on, extra_options=["nosuid", "nodev", "noexec"]).work()

    assert ["remount", "write_fstab"] == actions(report)
    assert {"nosuid", "nodev", "noexec"} <= set(on.stack(PATH)[0].flags.split(","))
    assert ["remount", "write_fstab"] == actions(worker(on).work())
    assert not {"nosuid", "nodev", "noexec"} & set(on.stack(PATH)[0].flags.split(","))


def test_what_a_remount_cannot_set_is_pending_until_a_mount():
    """It is said by every run, and by none after the path was mounted anew."""
    on = host()
    worker(on).work()
    wanted = {"extra_options": ["nconnect=4", "resvport", "timeo=150"]}
    for _run in range(2):
        report = worker(on, **wanted).work()
        assert [
            "resvport (mounted with noresvport)",
            "nconnect=4 (mounted with 1)",
            "timeo=150 (mounted with 600)",
        ] == report.pending
    assert not report.changed
    worker(on, state="unmounted", dns_name=NAMES[A]).work()

    assert [] == worker(on, **wanted).work().pending


def test_the_mount_target_of_another_zone_is_pending():
    """The file system is the right one, so it stays mounted."""
    on = host()
    on.names[f"eu-central-1b.{NAMES[A]}"] = (("10.0.9.9",), 0)
    on.exports["10.0.9.9"] = {"/"}
    on.put(PATH, SOURCE, RIGHT)
    report = worker(on, az="eu-central-1b").work()

    assert ["write_fstab"] == actions(report)
    assert f"az=eu-central-1b (mounted from {ADDRESSES[A]})" in report.pending
    assert report.pending == worker(on, az="eu-central-1b").work().pending
    worker(on, state="unmounted").work()
    assert [] == worker(on, az="eu-central-1b").work().pending


def test_a_bind_mount_keeps_the_old_file_system():
    """It is named; a mount that has a line of its own in fstab is not."""
    on = host()
    worker(on, dns_name=NAMES[B]).work()
    on.stack(PATH)[0].device = "0:77"
    on.put("/srv/bound", f"{NAMES[B]}:/", device="0:77")
    on.put("/srv/own", f"{NAMES[B]}:/", device="0:77")
    on.text += f"{NAMES[B]}:/ /srv/own nfs4 defaults 0 0\n"
    for result in (worker(on).predict(), worker(on).work()):
        assert 1 == len(result.warnings)
        assert "stays mounted on /srv/bound, as a bind mount does. Unmount it there too" in result.warnings[0]


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("state", ["mounted", "absent"])
@pytest.mark.parametrize("other", [("/dev/sdc1", "rw", "ext4"), ("10.9.9.9:/", "rw,vers=4.2,hard", "nfs4")])
def test_mounts_below_that_are_others(lazy, state, other):
    """lazy_unmount would take them off too, so it doesn't help."""
    on = host()
    on.put(PATH, f"{NAMES[B]}:/")
    on.put(f"{PATH}/data", *other)
    with pytest.raises(MountError, match=rf"there are mounts below it: {PATH}/data. Unmount them"):
        worker(on, state=state, dns_name=NAMES[A], lazy_unmount=lazy).work()

    assert 2 == len(on.mounts)


@pytest.mark.parametrize("state", ["mounted", "unmounted", "absent"])
def test_files_of_a_tmpfs_are_not_lost(state):
    """What lay over it is put back."""
    on = host()
    on.put(PATH, "tmpfs", "rw", "tmpfs", files=("work",))
    on.put(PATH, f"{NAMES[B]}:/", f"rw,vers=4.1,hard,addr={ADDRESSES[B]}")
    with pytest.raises(
        MountError, match=r"has files in it, which would be lost.*Done before that: .*put_back"
    ) as caught:
        worker(on, state=state, dns_name=NAMES[A]).work()

    assert ["tmpfs", f"{NAMES[B]}:/"] == [one.source for one in on.stack(PATH)], caught.value


def test_a_failure_between_unmount_and_mount_puts_back_what_was_there():
    """With the steps that were done, and that they were undone."""
    on = host()
    worker(on, dns_name=NAMES[B]).work()
    before = (on.text, [(one.source, one.options) for one in on.mounts])
    on.failing = {"attributes": "Operation not permitted"}
    work = worker(on, mountpoint_mode="0700")
    with pytest.raises(MountError, match=rf"not permitted. Done before that: unmount {PATH}, put_back {NAMES[B]}:/ "):
        work.work()

    assert before == (on.text, [(one.source, one.options) for one in on.mounts])
    assert ["unmount", "put_back"] == actions(work.report)


def test_a_local_bind_in_fstab_is_nobodys_to_replace():
    """Nor a tmpfs: somebody wants it there."""
    for line in (f"/srv/data {PATH} none bind 0 0", f"tmpfs {PATH} tmpfs defaults 0 0", f"/srv {PATH} nfs4 bind 0 0"):
        on = host()
        on.text = f"{line}\n"
        for state in ("mounted", "present", "absent"):
            with pytest.raises(
                MountError, match=r"/etc/fstab has '.*' for that path, and only lines of nfs4, nfs, efs"
            ):
                worker(on, state=state, dns_name=NAMES[A]).work()
        assert f"{line}\n" == on.text


def test_a_line_whose_path_leads_here_is_the_line():
    """Through a symbolic link: a second line would mount twice."""
    on = host()
    on.links["/efs"] = PATH
    on.text = f"{SYSTEM}{SOURCE} /efs nfs4 {OPTIONS} 0 0\n"
    worker(on).work()

    assert f"{SYSTEM}{LINE}\n" == on.text


def test_systemd_is_told():
    """By the run that changes fstab, and where that was killed before it could, by the next."""
    on = host()
    on.systemd, on.read = True, on.text
    assert ["mount", "write_fstab", "daemon_reload"] == actions(worker(on).work())
    on.read = SYSTEM
    assert ["daemon_reload"] == actions(worker(on).work())
    assert ["unmount", "remove_fstab", "daemon_reload", "remove_directory"] == (
        actions(worker(on, state="absent", dns_name=None).work())
    )
    assert not worker(on, state="absent", dns_name=None).work().changed


def test_a_port_of_its_own():
    """Of a tunnel to the server, on this host: it is waited for there, and known again."""
    on = host()
    on.exports["127.0.0.1"] = {"/"}
    asked = []
    on.refusal = lambda address, port, _timeout: asked.append((address, port)) or ""
    options = {"dns_name": None, "mount_target_ip": "127.0.0.1", "extra_options": ["port=20490"]}
    worker(on, **options).work()
    on.mounts[0].options += ",port=20490"

    assert {("127.0.0.1", 20490)} == set(asked)
    assert not worker(on, **options).work().changed


def test_attributes_change_once():
    """The mode of a directory is compared, not set blindly."""
    on = host()
    on.kinds[PATH] = "directory"
    options = {"state": "unmounted", "dns_name": NAMES[A], "mountpoint_mode": "0700"}
    first = worker(on, **options).work()

    assert first.changed
    assert Attributes(mode="0700") == on.attributes[PATH]
    assert not worker(on, **options).work().changed


class TestPersist:
    """What mounts at boot: a line of fstab, a unit of systemd, or nothing."""

    def host(self):
        """Return a host with systemd."""
        on = host()
        on.systemd, on.read = True, on.text
        return on

    @staticmethod
    def runs(on, **options):
        """Return what check, run, check again and run again do."""
        done = []
        for _round in range(2):
            before = copy.deepcopy((on.text, on.units, on.mounts))
            done.append(actions(worker(on, **options).predict()))
            assert before == (on.text, on.units, on.mounts)
            done.append(actions(worker(on, **options).work()))
        return done

    def test_a_unit(self):
        """Written once, enabled and read; no line of fstab."""
        on = self.host()

        steps = ["mount", "write_unit", "daemon_reload"]
        assert [steps, steps, [], []] == self.runs(on, persist="systemd")
        assert on.text == SYSTEM
        assert on.units == on.read_units
        lines = on.units[PATH].text.splitlines()
        assert {f"What={SOURCE}", f"Where={PATH}", "Type=nfs4", "WantedBy=remote-fs.target"} < set(lines)
        (options,) = (line for line in lines if line.startswith("Options="))
        assert options == f"Options={OPTIONS.replace(',_netdev,nofail', '')},_netdev"

    def test_none(self):
        """Mounted now, and by nothing at boot."""
        on = self.host()

        assert [["mount"], ["mount"], [], []] == self.runs(on, persist="none")
        assert (on.text, on.units) == (SYSTEM, {})

    @pytest.mark.parametrize(
        ("persist", "then", "steps"),
        [
            ("fstab", "systemd", ["write_unit", "remove_fstab"]),
            ("systemd", "fstab", ["write_fstab", "remove_unit"]),
            ("fstab", "none", ["remove_fstab"]),
            ("systemd", "none", ["remove_unit"]),
        ],
    )
    def test_another_one(self, persist, then, steps):
        """What is mounted stays, and what mounts it at boot is never both nor, where one is wanted, neither."""
        on = self.host()
        worker(on, persist=persist).work()

        assert [[*steps, "daemon_reload"], [*steps, "daemon_reload"], [], []] == self.runs(on, persist=then)
        assert 1 == len(on.stack(PATH))

    def test_present(self):
        """A unit for the next boot alone; nothing at all would be left of none."""
        on = self.host()

        steps = ["write_unit", "daemon_reload"]
        assert [steps, steps, [], []] == self.runs(on, persist="systemd", state="present")
        with pytest.raises(OptionError, match=r"persist: none and state: present are mutually exclusive"):
            worker(on, persist="none", state="present")

    @pytest.mark.parametrize("state", ["mounted", "absent"])
    @pytest.mark.parametrize("persist", ["fstab", "systemd", "none"])
    def test_a_unit_of_somebody_else(self, state, persist):
        """It would decide what is mounted at boot, so it is named; nothing is mounted."""
        on = self.host()
        on.units = on.read_units = {PATH: Unit("[Mount]\n", enabled=True)}
        on.text = on.read = SYSTEM if persist != "fstab" or state == "absent" else f"{SYSTEM}{LINE}\n"
        with pytest.raises(MountError, match=r"/etc/systemd/system/mnt-efs.mount is there, which this role didn't"):
            worker(on, state=state, persist=persist).work()

        assert [] == on.mounts

    def test_a_unit_that_cannot_be_removed(self):
        """After a line of fstab was: the path is mounted at boot still, so what was mounted is put back."""
        on = self.host()
        on.put(PATH, SOURCE, RIGHT, "nfs4")
        on.text = on.read = f"{SYSTEM}{LINE}\n"
        on.units = on.read_units = {PATH: UNITS[0]}
        on.failing = {"unit": "it fails"}
        with pytest.raises(MountError, match="it fails"):
            worker(on, state="absent").work()

        assert [SOURCE] == [one.source for one in on.mounts]
        assert {PATH: UNITS[0]} == on.units

    def test_a_host_without_systemd(self):
        """Says so before it mounts."""
        on = host()
        with pytest.raises(MountError, match=r"persist: systemd requires a host that runs systemd"):
            worker(on, persist="systemd").work()

        assert [] == on.mounts

    @pytest.mark.parametrize("persist", ["systemd", "none"])
    def test_options_of_fstab(self, persist):
        """They would be lost without a word."""
        with pytest.raises(OptionError, match=r"'x-systemd.automount', 'noauto' requires persist: fstab"):
            worker(host(), persist=persist, extra_options=["x-systemd.automount", "noauto"])


class TestReadahead:
    """How many KiB the kernel reads ahead, which is no mount option."""

    def test_it_is_set_once(self):
        """By each run that finds another one, after the mount; what isn't asked for stays."""
        on = host()
        report = worker(on, readahead=15360).work()
        assert ["mount", "write_fstab", "set_readahead"] == actions(report)
        assert {PATH: 15360} == on.ahead
        assert not worker(on, readahead=15360).work().changed
        assert not worker(on).work().changed

        on.ahead.clear()
        assert ["set_readahead"] == actions(worker(on, readahead="15360").predict())
        assert {} == on.ahead
        assert ["set_readahead"] == actions(worker(on, readahead=15360).work())

    def test_it_cannot_be_set(self):
        """As in a container: an error, and what was mounted stays."""
        on = host()
        on.failing = {"readahead": "Read-only file system"}
        with pytest.raises(MountError, match=r"readahead: 15360 can't be set: Read-only file system"):
            worker(on, readahead=15360).work()

        assert 1 == len(on.stack(PATH))
        assert LINE in on.text

    @pytest.mark.parametrize("size", [-64, 100, True, "15 MiB", 1.5, 2 * 1024 * 1024])
    def test_what_is_none(self, size):
        """The error says what would be valid."""
        with pytest.raises(OptionError, match=r"readahead: .* is not valid. Valid values: multiples of 64 from 0 to"):
            worker(host(), readahead=size)
