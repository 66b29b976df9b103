# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module efs_utils_config through ansible-playbook, and the role that calls it."""

from __future__ import annotations

import pytest
import yaml

NAME = "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"
CONF = "# Copyright\n[cloudwatch-log]\n# enabled = true\nretention_in_days = 7\n\n[mount]\nregion = eu-central-1\n"
SETTINGS = {"cloudwatch-log": {"enabled": True, "retention_in_days": 14}}


def task(run, path, **more):
    """Return a task that sets the options, and keeps what it returned."""
    options = {"settings": SETTINGS, "path": str(path), "backup": True}
    return {"tfbridge.aws.efs_utils_config": options, "register": "result", **more}


def assertion(*texts):
    """Return a task that asserts."""
    return {"ansible.builtin.assert": {"that": list(texts)}}


@pytest.mark.cores
def test_check_run_check_run(run, tmp_path):
    """Check mode changes nothing, a second run neither, and everything else in the file stays."""
    path = tmp_path / "efs-utils.conf"
    path.write_text(CONF)
    path.chmod(0o640)
    tasks = [
        task(run, path, check_mode=True),
        assertion(
            "result is changed", "result.backup_file is not defined", "lookup('file', path, rstrip=false) == before"
        ),
        task(run, path),
        assertion("result is changed", "lookup('file', result.backup_file, rstrip=false) == before"),
        task(run, path, check_mode=True),
        assertion("result is not changed"),
        task(run, path),
        assertion("result is not changed", "result.backup_file is not defined"),
    ]
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "path": str(path), "before": CONF}
    result = run.playbook([{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}], "--diff")

    assert 0 == result.rc, result.output
    assert CONF.replace("= 7\n", "= 14\nenabled = true\n") == path.read_text()
    assert 0o640 == path.stat().st_mode & 0o777
    assert "+retention_in_days = 14" in result.stdout


def test_without_the_package_it_says_so(run, tmp_path):
    """The file is its own."""
    tasks = [task(run, tmp_path / "none" / "efs-utils.conf")]
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    result = run.playbook([{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}])

    assert 2 == result.rc
    assert f"{tmp_path}/none/efs-utils.conf is not there. Is amazon-efs-utils installed?" in result.said


def test_the_role_sets_them_before_it_mounts(run, tmp_path):
    """Where an entry is mounted by efs-utils, and not otherwise."""
    entry = {"path": str(tmp_path / "mnt"), "dns_name": NAME}
    for helper, shown in (("efs", 1), ("nfs4", 0)):
        given = {"efs_mounts": [{**entry, "helper": helper}], "efs_mount_utils_config": SETTINGS}
        given["ansible_python_interpreter"] = "{{ ansible_playbook_python }}"
        play = [{"hosts": "localhost", "gather_facts": False, "roles": ["tfbridge.aws.efs_mount"]}]
        text = yaml.safe_dump(given, default_flow_style=True, width=10_000)
        result = run.playbook(play, "--check", "--diff", "-e", text, "-e", f"efs_mount_fstab={tmp_path}/fstab")

        assert 0 == result.rc, result.output
        assert shown == result.stdout.count("+retention_in_days = 14")
