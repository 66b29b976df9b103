# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role efs_mount through ansible-playbook, as far as no NFS of the kernel is needed: that is what molecule has."""

from __future__ import annotations

import shutil
import socket
import subprocess

import pytest
import yaml

from tests.conftest import NOT_HERE, ROOT
from tests.support.command_lines import Result

NAME = "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"
# Nobody answers there (RFC 5737).
NOBODY = ("-i", "192.0.2.1,", "-e", "ansible_connection=ssh", "-e", "ansible_ssh_common_args='-o ConnectTimeout=1'")
PLAY = [{"hosts": "all", "gather_facts": False, "roles": ["tfbridge.aws.efs_mount"]}]
# A mount namespace of its own, with an NFS client that no server lets in.
SETUP = """
set -e
mount -t tmpfs layers "$1" && mkdir "$1/u" "$1/w"
mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$1/u,workdir=$1/w" overlay /usr/sbin
printf '#!/bin/sh\\necho "mount.nfs4: access denied by server while mounting $1" >&2; exit 32\\n' > /sbin/mount.nfs4
chmod 755 /sbin/mount.nfs4
shift
exec "$@"
"""


def mounts(*entries, **more):
    """Return the extra variables for entries."""
    return ("-e", yaml.safe_dump({"efs_mounts": list(entries), **more}, default_flow_style=True, width=10_000))


# What is wrong with an entry, and what is said of it.
WRONG = [
    (
        {"dns_name": NAME, "mount_target_ip": "10.0.0.5"},
        "dns_name and mount_target_ip are mutually exclusive: give one of",
    ),
    ({}, "state mounted requires one of dns_name, file_system_id, mount_target_ip"),
    ({"dns_name": NAME, "tls": True}, "tls: True requires helper: efs"),
    ({"dns_name": NAME, "helper": "stunnel"}, "helper: 'stunnel' is not valid. Valid values: nfs4, efs"),
    ({"dns_name": NAME, "heper": "efs"}, "'heper' is not an option of a mount. Did you mean 'helper'?"),
    ({"file_system_id": "fs-1", "region": "eu-central-1"}, "file_system_id: 'fs-1' must be fs- and 17"),
    ({"dns_name": NAME, "path": "/mnt/ok/"}, "path: '/mnt/ok' is also the path of entry 0"),
    ({"dns_name": NAME, "path": "/"}, "path: '/' is the root of the host"),
    ({"dns_name": NAME, "extra_options": ["ro\n/dev/sda1 / ext4"]}, "must be one mount option"),
]


def test_bad_input_fails_before_a_host_is_touched(run):
    """By entry, path and option, all of them at once; the host, which nobody is, is never connected to."""
    entries = [{"path": f"/mnt/efs-{number}", **entry} for number, (entry, _said) in enumerate(WRONG, start=1)]
    result = run.playbook(PLAY, *NOBODY, *mounts({"path": "/mnt/ok", "dns_name": NAME}, *entries))

    assert 2 == result.rc, result.output
    assert "efs_mounts[0]" not in result.said
    for number, (entry, (_entry, said)) in enumerate(zip(entries, WRONG), start=1):
        named = result.said.partition(f"efs_mounts[{number}] ({entry['path']}): ")[2]
        assert said in named.partition(" efs_mounts[")[0]
    assert "unreachable=0 failed=1" in result.said


@pytest.mark.cores
def test_good_input_goes_on_to_the_host(run):
    """The same play with what is right is the proof that the others stopped before it."""
    if not shutil.which("ssh"):
        pytest.skip("needs OpenSSH's client: apt-get install openssh-client")
    result = run.playbook(PLAY, *NOBODY, *mounts({"path": "/mnt/ok", "dns_name": NAME}))

    assert 4 == result.rc
    assert "unreachable=1 failed=0" in result.said


def test_nothing_to_mount_is_an_error(run):
    """Neither efs_mounts nor efs_dns_url: both are named."""
    result = run.playbook(PLAY, *NOBODY)

    assert 2 == result.rc
    assert "Neither efs_mounts nor efs_dns_url (which OUTPUT_EFS_DNS_URL becomes) is defined" in result.said
    assert "unreachable=0" in result.said


@pytest.fixture
def machine(run, tmp_path):
    """Run a play on this machine in a mount namespace of its own, after commands that prepare it."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{NOT_HERE}user namespaces are off")
    (tmp_path / "layers").mkdir()
    (tmp_path / "mnt").mkdir()
    (tmp_path / "fstab").write_text("UUID=1 / ext4 errors=remount-ro 0 1\n")

    def play(*arguments, prepare="true"):
        after = f"echo ready; read -r end; grep -c ' {tmp_path}/mnt' /proc/self/mountinfo"
        words = ["unshare", "-rm", "sh", "-c", SETUP, "sh", tmp_path / "layers", "sh", "-c", f"{prepare}\n{after}"]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as machine:
            assert machine.stdout.readline() == "ready\n"
            done = run.command(
                [
                    *("ansible-playbook", "-i", "localhost,", "-c", "local", run.write("play.yml", PLAY), "--diff"),
                    *("-e", "ansible_python_interpreter={{ ansible_playbook_python }}"),
                    *("-e", f"efs_mount_fstab={tmp_path}/fstab", *arguments),
                ],
                inside=machine.pid,
            )
            mounts_there, _nothing = machine.communicate("end\n")
        return Result(done.rc, done.stdout + mounts_there, done.stderr)

    return play


def changed(result):
    """Return whether a run that went well changed anything."""
    assert 0 == result.rc, result.output
    return "changed=1" in result.said


def test_present_is_a_line_of_fstab(machine, tmp_path):
    """Check, run, check again, run again; the same for its end."""
    text = (tmp_path / "fstab").read_text()
    line = (
        f"{NAME}:/ {tmp_path}/mnt nfs4 "
        "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev,nofail 0 0\n"
    )
    for state, before, after in (("present", text, text + line), ("absent", text + line, text)):
        arguments = mounts({"path": f"{tmp_path}/mnt", "dns_name": f"nfs://{NAME}:/", "state": state})
        check = machine(*arguments, "--check")
        assert changed(check)
        assert f"{'+' if state == 'present' else '-'}fstab: {line.strip()}" in check.stdout
        assert before == (tmp_path / "fstab").read_text()
        assert changed(machine(*arguments))
        assert after == (tmp_path / "fstab").read_text()
        assert not changed(machine(*arguments, "--check"))
        assert not changed(machine(*arguments))
    assert not (tmp_path / "mnt").exists()


@pytest.mark.parametrize("state", ["unmounted", "absent"])
def test_what_was_mounted_by_hand_is_unmounted(machine, tmp_path, state):
    """Without a line in fstab, and twice; a check run leaves it, and says so."""
    prepare = f"mount -t tmpfs one {tmp_path}/mnt && mount -t tmpfs two {tmp_path}/mnt"
    arguments = mounts({"path": f"{tmp_path}/mnt", "state": state})
    check = machine(*arguments, "--check", prepare=prepare)

    assert changed(check)
    assert check.stdout.endswith("\n2\n")
    done = machine(*arguments, prepare=prepare)
    assert changed(done) or done.rc == 1
    assert done.stdout.endswith("\n0\n")
    assert (state == "unmounted") is (tmp_path / "mnt").exists()


def test_a_busy_mount_names_who_uses_it(machine, tmp_path):
    """And stays; lazy_unmount takes it off the path."""
    prepare = f"mount -t tmpfs one {tmp_path}/mnt; (cd {tmp_path}/mnt && exec sleep 60) & trap 'kill '$! EXIT; sleep 1"
    entry = {"path": f"{tmp_path}/mnt", "state": "unmounted"}
    refused = machine(*mounts(entry), prepare=prepare)

    assert 2 == refused.rc
    assert f"{tmp_path}/mnt: it has to be unmounted (one (tmpfs) is mounted), and can't be: " in refused.said
    assert "Used by sleep (" in refused.said
    assert refused.stdout.endswith("\n1\n")
    assert machine(*mounts({**entry, "lazy_unmount": True}), prepare=prepare).stdout.endswith("\n0\n")


def test_a_server_that_lets_nobody_in(machine, tmp_path):
    """The error says what mount said and what it means; fstab is as it was."""
    before = (tmp_path / "fstab").read_text()
    entry = {"path": f"{tmp_path}/mnt", "mount_target_ip": "127.31.7.5"}
    with socket.create_server(("127.31.7.5", 2049)):
        result = machine(*mounts(entry))

    assert 2 == result.rc
    assert f"{tmp_path}/mnt: 127.31.7.5:/ can't be mounted: mount.nfs4: access denied by server" in result.said
    assert "The server, or a file system policy, doesn't let this host in." in result.said
    assert before == (tmp_path / "fstab").read_text()


def test_a_parent_that_cannot_be_written(machine, tmp_path):
    """The error names the directory and what the system said; nothing was done before it."""
    before = (tmp_path / "fstab").read_text()
    entry = {"path": f"{tmp_path}/mnt/sub/efs", "mount_target_ip": "127.31.7.8"}
    with socket.create_server(("127.31.7.8", 2049)):
        result = machine(*mounts(entry), prepare=f"mount -t tmpfs -o ro lab {tmp_path}/mnt")

    assert 2 == result.rc
    assert f"{tmp_path}/mnt/sub/efs: the directory can't be made: mkdir: cannot create directory" in result.said
    assert "Read-only file system" in result.said
    assert before == (tmp_path / "fstab").read_text()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"dns_name": "nothing.invalid"}, "DNS: the name nothing.invalid has no address on this host (getent ahosts)"),
        (
            {"mount_target_ip": "127.31.7.6"},
            "port: 127.31.7.6 takes no connection on port 2049 (127.31.7.6: Connection refused)",
        ),
    ],
)
def test_what_does_not_come_is_waited_for_and_named(machine, tmp_path, source, said):
    """Name and port are told apart, with the time that was waited."""
    more = {"efs_mount_wait_timeout": 3, "efs_mount_wait_delay": 1}
    result = machine(*mounts({"path": f"{tmp_path}/mnt", **source}, **more))

    assert 2 == result.rc
    assert f"{tmp_path}/mnt: {said}" in result.said
    assert "of a wait_timeout of 3 s" in result.said
    # A check run waits for nothing: what will be applied may not be there yet.
    assert changed(machine(*mounts({"path": f"{tmp_path}/mnt", **source}), "--check"))


def test_a_path_that_is_a_file(machine, tmp_path):
    """Named in the check run too, for the run would fail."""
    (tmp_path / "file").write_text("x")
    for mode in ((), ("--check",)):
        entry = {"path": f"{tmp_path}/file", "mount_target_ip": "127.31.7.7"}
        with socket.create_server(("127.31.7.7", 2049)):
            result = machine(*mounts(entry), *mode)
        assert 2 == result.rc
        assert f"{tmp_path}/file: it is a regular file, on which nothing can be mounted" in result.said


@pytest.mark.cores
def test_the_playbook_mounts_what_was_published(run, aws, tmp_path):
    """On the hosts of the inventory, which are this machine here; a check run says what would be there."""
    aws.publish({"MY_IP": ["10.0.0.11", "10.0.0.12"], "EFS_DNS_URL": NAME})
    result = run.playbook(
        "tfbridge.aws.mount_efs",
        *("--check", "--diff", "-e", "ansible_connection=local", "-e", "ansible_become=false"),
        *("-e", "ansible_python_interpreter={{ ansible_playbook_python }}", "-e", f"efs_mount_fstab={tmp_path}/fstab"),
        inventory={"regions": ["eu-central-1"]},
    )

    assert 0 == result.rc, result.output
    assert 2 == result.stdout.count(f"+mounted on /mnt/efs: {NAME}:/ (nfs4, vers=4.1, hard)")
    assert 2 == result.stdout.count(f"+fstab: {NAME}:/ /mnt/efs nfs4 nfsvers=4.1,")
    assert not (tmp_path / "fstab").exists()


def test_the_playbook_has_variables(run, tmp_path):
    """Hosts, path, name, export and state, as its head says."""
    result = run.playbook(
        "tfbridge.aws.mount_efs",
        *("-i", "one,two,", "--check", "--diff", "-e", "ansible_connection=local", "-e", "ansible_become=false"),
        *("-e", "ansible_python_interpreter={{ ansible_playbook_python }}", "-e", f"efs_mount_fstab={tmp_path}/fstab"),
        *("-e", f"mount_hosts=two path=/srv/x dns_name={NAME} export=/data state=present"),
    )

    assert 0 == result.rc, result.output
    assert 1 == result.stdout.count(f"+fstab: {NAME}:/data /srv/x nfs4 ")
    assert "two : ok=" in result.said
    assert "one : ok=" not in result.said
    head = (ROOT / "playbooks" / "mount_efs.yml").read_text().split("- name:")[0]
    for variable in ("mount_hosts", "path", "dns_name", "export", "state", "efs_mounts"):
        assert variable in head


@pytest.mark.cores
def test_the_playbook_without_a_file_system_fails(run):
    """Nothing is mounted in silence."""
    result = run.playbook("tfbridge.aws.mount_efs", *NOBODY)

    assert 2 == result.rc
    assert (
        "efs_mounts[0] (/mnt/efs): dns_name: 'no OUTPUT_EFS_DNS_URL in the inventory' is not a DNS name" in result.said
    )
