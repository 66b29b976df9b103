# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module gives back to Ansible."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import module as shell
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import parse_entry
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.errors import MountError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.module import _result
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.wait import Patience
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.worker import Worker

from tests.support.efs_host import ModelHost


def test_ansible_asks_the_file_system_nothing_about_the_result():
    """For a key named path or dest AnsibleModule calls lstat as it exits: on a dead mount that never returns."""
    host = ModelHost()
    host.text = ""
    mount = parse_entry({"path": "/mnt/efs", "mount_target_ip": "10.0.0.1"}).mount
    result = _result(mount, Worker(host, mount, (), Patience(1, 1)).predict(), check_mode=True)

    assert "/mnt/efs" == result["mount_point"]
    assert not {"path", "dest"} & set(result)


def test_the_zone_of_the_instance_is_its_name(monkeypatch):
    """An error names the entry, its option and what to do."""
    given = {"path": "/mnt/efs", "file_system_id": "fs-0123456789abcdef0", "region": "eu-central-1", "az": "instance"}
    monkeypatch.setattr(shell, "zone_of_instance", lambda: "eu-central-1c")
    mount = shell._in_zone_of_instance(given)
    assert "eu-central-1c.fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/" == mount.source

    monkeypatch.setattr(shell, "zone_of_instance", lambda: "us-east-1a")
    with pytest.raises(MountError, match=r"^/mnt/efs: az: instance: az: 'us-east-1a' is not a zone of eu-central-1$"):
        shell._in_zone_of_instance(given)
