# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module gives back to Ansible."""

from __future__ import annotations

from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import parse_entry
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
