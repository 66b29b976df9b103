# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AnsibleModule does on the host: fstab written and kept, directories made and labelled, one run at a time."""

from __future__ import annotations

import pathlib

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import module as shell
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import Attributes
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.errors import MountError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.module_host import ModuleHost
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.specification import MODULE
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.units import Unit

from tests.support.module_arguments import give_arguments

BYTES = b"# caf\xe9\rtwo\r\n\r\n/dev/sda1 / ext4 defaults 0 1\r\n"


@pytest.fixture
def host(tmp_path, monkeypatch):
    """Return a function that makes a host whose fstab and state are in a scratch folder."""

    def make(**params):
        given = {"path": "/mnt/efs", "state": "absent", "fstab": f"{tmp_path}/fstab", **params}
        give_arguments(monkeypatch, {**given, "_ansible_remote_tmp": str(tmp_path)})
        made = ModuleHost(AnsibleModule(dict(MODULE), supports_check_mode=True))
        made._own = tmp_path / "own"
        return made

    return make


def append(host, line="added\n"):
    """Write fstab with a line more."""
    host.write_fstab(host.fstab() + line)


def test_fstab_keeps_its_bytes_its_mode_and_its_link(host, tmp_path):
    """A symbolic link stays one, and the file that it leads to is replaced whole."""
    (tmp_path / "real").write_bytes(BYTES)
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "fstab").symlink_to("real")
    append(host())

    assert (tmp_path / "fstab").is_symlink()
    assert BYTES + b"added\n" == (tmp_path / "real").read_bytes()
    assert 0o640 == (tmp_path / "real").stat().st_mode & 0o777


def test_a_new_fstab_can_be_read_by_all(host, tmp_path):
    """As mount(8), findmnt(8) and the users' df need it."""
    append(host(backup=True))

    assert 0o644 == (tmp_path / "fstab").stat().st_mode & 0o777
    assert ["fstab"] == [path.name for path in tmp_path.glob("fstab*")]


def test_one_backup_of_what_was_there_before(host, tmp_path):
    """However often a run writes; none where it isn't asked for."""
    (tmp_path / "fstab").write_bytes(BYTES)
    append(host())
    assert [] == list(tmp_path.glob("fstab.*"))
    on = host(backup=True)
    append(on)
    append(on)
    (copy,) = tmp_path.glob("fstab.*")

    assert BYTES + b"added\n" == copy.read_bytes()
    assert {"backup_file": str(copy)} == on.backup


def test_an_fstab_that_cannot_be_written_is_as_it_was(host, tmp_path, monkeypatch):
    """And the error is ours, not the end of the process."""
    (tmp_path / "fstab").write_bytes(BYTES)
    on = host()
    monkeypatch.setattr(on._module, "atomic_move", lambda *_names: on._module.fail_json(msg="Read-only file system"))

    with pytest.raises(MountError, match=r"fstab can't be written: Read-only file system"):
        append(on)
    assert BYTES == (tmp_path / "fstab").read_bytes()


def test_a_second_run_waits_and_then_says_so(host):
    """For the same path alone, and no longer than it may."""
    one, other = host(), host()
    busy = pytest.raises(MountError, match=r"^/mnt/efs: another run is working on it and did not finish within 0\.3 s")
    with one.lock("/mnt/efs", 0), other.lock("/mnt/other", 0), busy, other.lock("/mnt/efs", 0.3):
        pass
    with other.lock("/mnt/efs", 0):
        pass


def test_a_lock_that_cannot_be_made_is_named(host, tmp_path):
    """Without root, or on a host whose /run is read-only."""
    (tmp_path / "own").write_text("in the way")

    refused = pytest.raises(MountError, match=r"^/mnt/efs: \S+/own can't be written, for a lock: ")
    with refused, host().lock("/mnt/efs", 0):
        pass


def test_a_parent_that_cannot_be_written(host):
    """The error names the path and what the system said."""
    with pytest.raises(MountError, match=r"^/proc/x/y: the directory can't be made: .*/proc/x.*: No such file"):
        host().make_directory("/proc/x/y")


class TestSelinux:
    """A host on which AnsibleModule finds SELinux."""

    @pytest.fixture
    def selinux(self, host, monkeypatch, tmp_path):
        """Return such a host, which writes down what is labelled."""
        on = host()
        labels = tmp_path / "labels"
        initial = [None, None, None]
        monkeypatch.setattr(on._module, "selinux_enabled", lambda: True)
        monkeypatch.setattr(on._module, "selinux_mls_enabled", lambda: False)
        monkeypatch.setattr(on._module, "selinux_initial_context", lambda: initial)

        def label(path, changed):
            with labels.open("a") as file:
                file.write(f"{path}\n")
            return changed

        monkeypatch.setattr(on._module, "set_default_selinux_context", label)
        monkeypatch.setattr(on._module, "selinux_context", lambda _path: ["u", "r", "t", None])
        return on

    def test_every_new_directory_gets_its_label(self, selinux, tmp_path):
        """Those that were there keep theirs."""
        selinux.make_directory(str(tmp_path / "a" / "b"))
        selinux.make_directory(str(tmp_path / "a" / "b"))

        made = {str(tmp_path / "a"), str(tmp_path / "a" / "b")}
        assert made == set((tmp_path / "labels").read_text().splitlines())
        assert 2 == len((tmp_path / "labels").read_text().splitlines())

    def test_attributes_are_set_and_the_label_stays(self, selinux, tmp_path):
        """A context of Nones, of which ansible-core takes the length."""
        pathlib.Path(tmp_path / "d").mkdir(mode=0o700)

        assert selinux.set_attributes(str(tmp_path / "d"), Attributes(mode="0750"), "mountpoint")
        assert 0o750 == (tmp_path / "d").stat().st_mode & 0o777
        assert not selinux.set_attributes(str(tmp_path / "d"), Attributes(mode="0750"), "mountpoint")
        assert not (tmp_path / "labels").exists()


def test_only_root_mounts(host, monkeypatch):
    """Without become it is refused before anything is asked, and a check run is not."""
    module = host()._module
    monkeypatch.setattr(shell.os, "geteuid", lambda: 1000)

    with pytest.raises(OptionError, match=r"^/mnt/efs: only root mounts, and this ran as user 1000. Set become: true$"):
        shell.run_module(module)
    module.check_mode = True
    assert not shell.run_module(module)["changed"]


def test_attributes_that_cannot_be_set_name_their_options(host, tmp_path):
    """And of the root of a file system, what the server has to do with it."""
    (tmp_path / "d").mkdir()
    on = host()

    def refuse(*_arguments):
        on._module.fail_json(msg="chown failed", details="Operation not permitted")

    on._module.set_fs_attributes_if_different = refuse
    for name, more in (
        ("mountpoint", r"$"),
        ("root", r" The server takes root of this host for another user: root_squash"),
    ):
        with pytest.raises(
            MountError, match=rf"d: {name}_owner: nobody can't be set: chown failed .*permitted\.{more}"
        ):
            on.set_attributes(str(tmp_path / "d"), Attributes(owner="nobody"), name)


def test_a_unit_is_written_enabled_and_removed(host, tmp_path):
    """The link that enables it leads to it; a link from before is mended, and what isn't there needn't be removed."""
    units = tmp_path / "units"
    units.mkdir()
    one = host()
    one._units = units
    assert Unit() == one.unit("/mnt/efs")
    one.write_unit("/mnt/efs", "[Mount]\n")
    assert Unit("[Mount]\n", enabled=True) == one.unit("/mnt/efs")
    assert 0o644 == (units / "mnt-efs.mount").stat().st_mode & 0o777
    link = units / "remote-fs.target.wants" / "mnt-efs.mount"
    link.unlink()
    assert Unit("[Mount]\n", enabled=False) == one.unit("/mnt/efs")
    link.symlink_to("nowhere")
    one.write_unit("/mnt/efs", "[Unit]\n")
    assert Unit("[Unit]\n", enabled=True) == one.unit("/mnt/efs")

    one.write_unit("/mnt/efs", "")
    one.write_unit("/mnt/efs", "")
    assert [link.parent] == list(units.iterdir())
    assert [] == list(link.parent.iterdir())


def test_a_masked_unit_is_somebody_elses(host, tmp_path):
    """As systemctl mask makes it: a decision of whoever did that."""
    one = host()
    one._units = tmp_path
    (tmp_path / "mnt-efs.mount").symlink_to("/dev/null")

    assert not one.unit("/mnt/efs").ours
    assert "a symbolic link to /dev/null" == one.unit("/mnt/efs").text


def test_a_unit_that_cannot_be_written(host, tmp_path):
    """Names the file and the reason."""
    one = host()
    one._units = tmp_path / "file"
    one._units.write_text("")
    with pytest.raises(MountError, match=r"file/mnt-efs.mount can't be written: .*Not a directory"):
        one.write_unit("/mnt/efs", "[Mount]\n")
