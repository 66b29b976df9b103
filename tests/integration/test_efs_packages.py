# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client's package where packages are RPMs: found, installed from a repository, kept where used, removed.

The genuine dnf and rpm, in a mount namespace of their own. Stand-ins: what says which system it is, the packages, which
have one program each, and `yum` of Amazon Linux 2, which is dnf here.
"""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.conftest import NOT_HERE

# Before what each play says.
MARK = "=== the next play ==="
COMMANDS = ("dnf", "rpm", "rpmbuild", "createrepo_c")
PROGRAMS = {"nfs-utils": "mount.nfs4", "amazon-efs-utils": "mount.efs"}
# What tells systems apart: /etc/os-release, and the file with the system's name.
SYSTEMS = {
    "Amazon Linux 2023": (
        'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n',
        ("system-release", "Amazon Linux release 2023.6.20241212 (Amazon Linux)"),
    ),
    "Amazon Linux 2": (
        'NAME="Amazon Linux"\nVERSION="2"\nID="amzn"\nID_LIKE="centos rhel fedora"\nVERSION_ID="2"\n',
        ("system-release", "Amazon Linux release 2 (Karoo)"),
    ),
    "RHEL 9": (
        'NAME="Red Hat Enterprise Linux"\nVERSION="9.4 (Plow)"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n',
        ("redhat-release", "Red Hat Enterprise Linux release 9.4 (Plow)"),
    ),
    "Rocky Linux 9": (
        'NAME="Rocky Linux"\nVERSION="9.4 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
        ("redhat-release", "Rocky Linux release 9.4 (Blue Onyx)"),
    ),
}
ENTRY = {"path": "/mnt/efs", "dns_name": "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com", "state": "present"}
TLS = {"path": "/mnt/tls", "dns_name": ENTRY["dns_name"], "helper": "efs", "tls": True, "state": "present"}
ABSENT = [{**ENTRY, "state": "absent"}, {**TLS, "state": "absent"}]
# What is written goes to memory; the clients of this machine are hidden, and what says that it is Debian.
SETUP = """
set -e
layers=$1 etc=$2
mount -t tmpfs layers "$layers"
for folder in etc var usr/bin usr/sbin; do
  mkdir -p "$layers/u/$folder" "$layers/w/$folder"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$layers/u/$folder,workdir=$layers/w/$folder" overlay "/$folder"
done
rm -f /usr/sbin/mount.nfs4 /usr/sbin/mount.efs /usr/bin/lsb_release /etc/os-release /etc/debian_version /etc/lsb-release
cp -r "$etc/." /etc/
ln -sf dnf /usr/bin/yum
"""

# A dozen plays, each from scratch.
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository with a package for each client."""
    missing = [command for command in COMMANDS if not shutil.which(command)]
    if missing:
        pytest.skip(f"{NOT_HERE}{', '.join(missing)}: apt-get install dnf rpm createrepo-c")
    folder = tmp_path_factory.mktemp("repository")
    for name, program in PROGRAMS.items():
        spec = folder / f"{name}.spec"
        spec.write_text(
            f"Name: {name}\nVersion: 1\nRelease: 1\nSummary: stand-in\nLicense: none\nBuildArch: noarch\n"
            f"AutoReqProv: no\n{'Requires: nfs-utils' if name == 'amazon-efs-utils' else ''}\n%description\nstand-in\n"
            f"%install\nmkdir -p %{{buildroot}}/usr/sbin\nprintf '#!/bin/sh\\n' >%{{buildroot}}/usr/sbin/{program}\n"
            f"chmod 755 %{{buildroot}}/usr/sbin/{program}\n%files\n/usr/sbin/{program}\n"
        )
        _run("rpmbuild", "--quiet", "-bb", f"--define=_topdir {folder}/build", f"--define=_rpmdir {folder}", spec)
    _run("createrepo_c", "--quiet", folder)
    return folder


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.fixture
def host(run, tmp_path, repository):
    """Run plays of the role, one after the other, on a system; return what each said."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{NOT_HERE}user namespaces are off")
    play = run.write("play.yml", [{"hosts": "all", "gather_facts": False, "roles": ["tfbridge.aws.efs_mount"]}])
    (tmp_path / "layers").mkdir()
    (tmp_path / "fstab").touch()

    def plays(system, *variables):
        release, (name, text) = SYSTEMS[system]
        repo = f"[local]\nname=local\nbaseurl=file://{repository}\nenabled=1\ngpgcheck=0\n"
        repo += "" if "Amazon" in system else "exclude=amazon-efs-utils\n"
        for path, content in (("os-release", release), (name, text + "\n"), ("yum.repos.d/local.repo", repo)):
            run.write(f"etc/{path}", content)
        run.write("etc/dnf/dnf.conf", "[main]\ngpgcheck=0\n")
        lines = [SETUP]
        for number, (given, mode) in enumerate(variables):
            extra = run.write(f"vars{number}.json", json.dumps({"efs_mount_fstab": f"{tmp_path}/fstab", **given}))
            command = f"ansible-playbook -i localhost, -c local {play} {mode} -e @{extra}"
            command += " -e ansible_python_interpreter=/usr/bin/python3"
            lines.append(f"echo {MARK}; {command} || echo FAILED")
            lines.append("ls /usr/sbin | grep -E '^mount[.](nfs4|efs)$' | sed 's/^/has /' || true")
        done = run.command(
            ["unshare", "-rm", "sh", "-c", "\n".join(lines), "sh", tmp_path / "layers", tmp_path / "etc"]
        )
        assert 0 == done.rc, done.output
        return done.stdout.split(f"{MARK}\n")[1:]

    return plays


def entries(*given, **more):
    """Return the variables of a play."""
    return {"efs_mounts": list(given), **more}


def ended(said):
    """Return whether a play changed anything, and which clients were there after it."""
    assert "FAILED" not in said, said
    return "changed=0" not in said, [line[4:] for line in said.splitlines() if line.startswith("has ")]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_client_of_nfs_is_installed(host, system):
    """Check, run, check again, run again: nfs-utils."""
    play = entries(ENTRY)

    check, *plays = host(system, (play, "--check"), (play, ""), (play, "--check"), (play, ""))

    assert "nfs-utils would be installed" in check
    assert (True, []) == ended(check)
    assert [(True, ["mount.nfs4"]), (False, ["mount.nfs4"]), (False, ["mount.nfs4"])] == list(map(ended, plays))


def test_efs_utils_are_installed_and_removed(host):
    """From the repository that Amazon Linux has; the client of NFS, which they need, stays as long as they do."""
    gone = {"efs_mount_remove_client": True}
    both, absent = ["mount.efs", "mount.nfs4"], (entries(*ABSENT, **gone), "")

    installed, kept, removed, again = host(
        "Amazon Linux 2023", (entries(ENTRY, TLS), ""), (entries(ABSENT[0], TLS, **gone), ""), absent, absent
    )

    assert (True, both) == ended(installed)
    assert (True, both) == ended(kept)
    assert "nfs-utils stays installed: used by /mnt/tls" in kept
    assert (True, []) == ended(removed)
    assert (False, []) == ended(again)


def test_what_no_repository_has_is_named(host):
    """The family of RHEL has no amazon-efs-utils: nothing is written to fstab, and the error says which package."""
    (said,) = host("RHEL 9", (entries(TLS), ""))

    assert "FAILED" in said
    assert "amazon-efs-utils" in said
    assert "TASK [tfbridge.aws.efs_mount : Mount]" not in said
