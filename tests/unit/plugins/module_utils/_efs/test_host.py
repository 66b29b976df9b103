# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of a real host: commands that never end, processes that hold a path, state files of efs-utils."""

from __future__ import annotations

import ast
import json
import os
import pathlib
import socket
import subprocess
import time

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import systemd
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.commands import Done, run
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.host import Host
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.identity import Tunnel, tunnel_key
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.mount_table import parse_mountinfo

from tests.support.imports import PLUGINS, all_needed_by


class ReadOnlyHost(Host):
    """A host whose files stay as they are."""

    def write_fstab(self, text):
        raise NotImplementedError

    def set_attributes(self, path, wanted, name):
        raise NotImplementedError

    def write_unit(self, path, text):
        raise NotImplementedError


@pytest.fixture
def host(tmp_path):
    """Return this machine, with an fstab and state files of its own."""
    return ReadOnlyHost(fstab=str(tmp_path / "fstab"), state_files=str(tmp_path / "efs"))


def test_a_command_that_does_not_end_is_given_up():
    """Its time is all that it gets."""
    began = time.monotonic()

    assert run(["sleep", "60"], 0.3).code is None
    assert time.monotonic() - began < 5


def test_its_children_end_with_it(tmp_path):
    """An orphaned mount.nfs4 would hold on to a dead server."""
    assert run(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid; wait"], 1).code is None
    status = pathlib.Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/status")
    deadline = time.monotonic() + 20
    while status.exists() and "State:\tZ" not in status.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)

    assert not status.exists() or "State:\tZ" in status.read_text()


def test_a_command_that_leaves_a_process_behind_is_not_waited_for():
    """The proxy that mount.efs starts keeps the pipes open."""
    began = time.monotonic()
    done = run(["sh", "-c", "echo said; echo broken >&2; sleep 60 & exit 3"], 30)

    assert (3, "said\n", "broken") == (done.code, done.stdout, done.message)
    assert time.monotonic() - began < 20


def test_a_command_that_says_much_is_read():
    """More than a pipe holds would make it wait for ever."""
    assert 200_000 == len(run(["sh", "-c", "head -c 200000 /dev/zero | tr '\\0' x"], 30).stdout)


def test_kinds_of_paths(host, tmp_path):
    """In stat's words; a path below a file is neither there nor missing."""
    (tmp_path / "file").write_text("x")

    assert "directory" == host.kind(str(tmp_path))
    assert "regular file" == host.kind(str(tmp_path / "file"))
    assert "missing" == host.kind(str(tmp_path / "nothing"))
    assert "path of which stat says: Not a directory" == host.kind(str(tmp_path / "file" / "x"))
    assert "" == host.dead(str(tmp_path))


def test_links_are_seen(host, tmp_path):
    """Also above a path that isn't there yet."""
    (tmp_path / "link").symlink_to(tmp_path / "target")

    assert f"{tmp_path}/target/new" == host.real_path(f"{tmp_path}/link/new")


def test_a_directory_is_empty_or_not(host, tmp_path):
    """A hidden file counts."""
    assert host.is_empty(str(tmp_path / "nothing"))
    folder = tmp_path / "folder"
    folder.mkdir()
    assert host.is_empty(str(folder))
    (folder / ".hidden").write_text("")
    assert not host.is_empty(str(folder))
    assert not host.remove_directory(str(folder))
    (folder / ".hidden").unlink()
    assert host.remove_directory(str(folder))


def test_who_holds_a_path_is_named(host, tmp_path):
    """By a working directory, and by an open file."""
    (tmp_path / "file").write_text("x")
    with (
        subprocess.Popen(["sleep", "60"], cwd=tmp_path) as sleeper,
        subprocess.Popen(["tail", "-f", tmp_path / "file"], stdout=subprocess.DEVNULL) as reader,
    ):
        try:
            wanted = {f"sleep ({sleeper.pid})", f"tail ({reader.pid})"}
            deadline = time.monotonic() + 20
            while not wanted <= set(host.holders(str(tmp_path))) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert wanted <= set(host.holders(str(tmp_path)))
            assert [] == host.holders(f"{tmp_path}/file-of-nobody")
        finally:
            sleeper.kill()
            reader.kill()


def test_names_and_ports(host):
    """As the host's own resolver and its network have them."""
    assert "127.0.0.1" in host.addresses("localhost") or "::1" in host.addresses("localhost")
    assert () == host.addresses("nothing.invalid")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert "" == host.refusal("127.0.0.1", port, 5)
    assert "refused" in host.refusal("127.0.0.1", port, 5)


def test_state_files_of_efs_utils(host, tmp_path):
    """Named after file system, path and port; half written and foreign files are left out."""
    folder = tmp_path / "efs"
    folder.mkdir()
    state = {"pid": 1, "mountpoint": "/mnt/efs", "cmd": [], "files": []}
    access_point = "fsap-0123456789abcdef0"
    (folder / "fs-0123456789abcdef0.mnt.efs.20049").write_text(json.dumps(state))
    (folder / "fs-0123456789abcdef0.srv.20050").write_text(
        json.dumps({**state, "mountpoint": "/srv", "commonName": "h", "accessPoint": access_point})
    )
    (folder / "~fs-0123456789abcdef0.tmp.20051").write_text(json.dumps(state))
    (folder / "fs-0123456789abcdef0.broken.20052").write_text("{")
    (folder / "stunnel-config.fs-0123456789abcdef0.mnt.efs.20049").write_text("x")
    (folder / "fs-0123456789abcdef0.mnt.efs.20049+").mkdir()

    assert {
        tunnel_key("/mnt/efs", "20049"): Tunnel("fs-0123456789abcdef0", tls=False, access_point=None),
        tunnel_key("/srv", "20050"): Tunnel("fs-0123456789abcdef0", tls=True, access_point=access_point),
    } == host.tunnels()


def test_clients_of_the_kernel(tmp_path):
    """By the address, as the kernel writes it; a kernel without NFS has none."""
    (tmp_path / "fs" / "nfsfs").mkdir(parents=True)
    on = ReadOnlyHost(proc=str(tmp_path))

    assert not on.is_client_of("10.77.0.20")
    (tmp_path / "fs" / "nfsfs" / "servers").write_text("NV SERVER   PORT USE HOSTNAME\nv4 0a4d0014  801   2 efs\n")
    assert on.is_client_of("10.77.0.20")
    assert not on.is_client_of("10.77.0.2")
    assert not on.is_client_of("fd00::5")


def test_a_host_without_fstab_has_an_empty_one(host):
    """A container image need not have it."""
    assert "" == host.fstab()


def test_bytes_of_fstab_survive(host, tmp_path):
    """Somebody's comment needs no encoding."""
    (tmp_path / "fstab").write_bytes(b"# caf\xe9\n")

    assert b"# caf\xe9\n" == os.fsencode(host.fstab())


@pytest.mark.parametrize(
    "path",
    sorted(all_needed_by(PLUGINS / "modules" / "efs_mount.py")),
    ids=lambda path: path.relative_to(PLUGINS).as_posix(),
)
def test_what_runs_on_managed_hosts_is_python_3_7(path):
    """That is the Python of Amazon Linux 2, which ansible-core 2.17 still manages."""
    text = path.read_text()
    tree = ast.parse(text, feature_version=(3, 7))

    assert "from __future__ import annotations" in text or path.name == "__init__.py"
    # Annotations are not evaluated; an alias is, and there `Iterable[str]` and `tuple[str]` need Python 3.9.
    generic = {
        "Iterable",
        "Iterator",
        "Mapping",
        "Sequence",
        "Callable",
        "dict",
        "frozenset",
        "list",
        "set",
        "tuple",
        "type",
    }
    aliases = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    subscripted = [node.value for alias in aliases for node in ast.walk(alias) if isinstance(node, ast.Subscript)]
    assert not generic & {node.id for node in subscripted if isinstance(node, ast.Name)}
    for newer in (".removeprefix(", ".removesuffix(", "functools.cache", "Protocol", "math.prod", "zoneinfo"):
        assert newer not in text


def test_readahead_is_of_a_device(host, tmp_path):
    """Of the kernel's major:minor; where it has no such file nothing is known."""
    (layer,) = parse_mountinfo("36 35 0:45 / /mnt/efs rw - nfs4 host:/ rw,vers=4.1\n")
    host._devices = tmp_path
    assert host.readahead(layer) is None
    assert "No such file or directory" == host.set_readahead(layer, 15360)

    (tmp_path / "0:45").mkdir()
    (tmp_path / "0:45" / "read_ahead_kb").write_text("128\n")
    assert 128 == host.readahead(layer)
    assert "" == host.set_readahead(layer, 15360)
    assert 15360 == host.readahead(layer)


OWN = "/etc/systemd/system/mnt-efs.mount"
GENERATED = "/run/systemd/generator/mnt-efs.mount"


@pytest.mark.parametrize(
    ("known", "listed", "unit", "unread"),
    [
        ({"FragmentPath": OWN, "NeedDaemonReload": "no"}, False, True, False),
        ({"FragmentPath": OWN, "NeedDaemonReload": "yes"}, False, True, True),
        ({"FragmentPath": "", "NeedDaemonReload": "no"}, False, True, True),
        ({"FragmentPath": GENERATED, "SourcePath": "/etc/fstab", "NeedDaemonReload": "no"}, False, True, True),
        ({"FragmentPath": OWN, "NeedDaemonReload": "no"}, False, False, True),
        ({"FragmentPath": OWN, "NeedDaemonReload": "yes"}, True, False, True),
        ({"FragmentPath": GENERATED, "SourcePath": "/etc/fstab", "NeedDaemonReload": "no"}, True, False, False),
        ({"FragmentPath": "", "NeedDaemonReload": "no"}, False, False, False),
        ({"FragmentPath": "", "NeedDaemonReload": "no"}, True, False, True),
    ],
)
def test_what_systemd_has_read(monkeypatch, known, listed, unit, unread):
    """It knows a path's own unit file, or the line of fstab, or neither, as these are now."""
    text = "".join(f"{name}={value}\n" for name, value in {"LoadState": "loaded", **known}.items())
    monkeypatch.setattr(systemd, "run", lambda _command, _timeout: Done(0, text))

    assert unread == systemd.has_unread_changes("/mnt/efs", listed=listed, unit=unit)
