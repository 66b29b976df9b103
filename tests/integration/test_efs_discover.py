# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module efs_discover through ansible-playbook, against moto."""

from __future__ import annotations

import pytest


@pytest.mark.cores
def test_a_file_system_is_found_by_its_tags(aws, run):
    """With its name, its mount targets and their zones; another one of the same tags is an error."""
    efs, ec2 = aws.client("efs"), aws.client("ec2")
    tags = [{"Key": "Name", "Value": "shared {{ 1 }}"}, {"Key": "Env", "Value": "prod"}]
    made = efs.create_file_system(CreationToken="a", Tags=tags)["FileSystemId"]
    efs.create_file_system(CreationToken="b", Tags=tags[:1])
    subnets = ec2.describe_subnets()["Subnets"][:2]
    for subnet in subnets:
        efs.create_mount_target(FileSystemId=made, SubnetId=subnet["SubnetId"])
    done, returned = run.task("efs_discover", region="eu-central-1", tags={"Env": "prod"})

    assert 0 == done.rc, done.output
    one = returned["file_system"]
    assert [one] == returned["file_systems"]
    assert (made, "shared {{ 1 }}") == (one["file_system_id"], one["name"])
    assert f"{made}.efs.eu-central-1.amazonaws.com" == one["dns_name"]
    assert {subnet["AvailabilityZone"] for subnet in subnets} == {target["az"] for target in one["mount_targets"]}
    assert [] == one["problems"]
    assert not returned["changed"]

    several = run.module("efs_discover", region="eu-central-1", tags={"Name": "shared {{ 1 }}"})
    assert several["failed"]
    assert "2 file systems in eu-central-1 have tag Name=shared {{ 1 }}: fs-" in several["msg"]
