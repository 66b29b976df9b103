# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each layout of docs/layouts.md works as it stands there."""

from __future__ import annotations

import re

import boto3
import pytest

from tests.conftest import ROOT
from tests.support.aws import IMAGE

BLOCKS = re.findall(r"```yaml\n# (\S+)\n(.*?)```", (ROOT / "docs" / "layouts.md").read_text(), re.DOTALL)


@pytest.fixture
def layout(run):
    """Write the files of a layout, and list it."""

    def listed(folder):
        for name, text in BLOCKS:
            if name.startswith(f"{folder}/"):
                run.write(name, text)
        result = run.command(["ansible-inventory", "-i", folder, "--list"])
        assert (0, "") == (result.rc, result.stderr), result.output
        return result.json

    return listed


def variables(listed, host):
    """The variables of a host."""
    return listed["_meta"]["hostvars"][host]


@pytest.mark.parametrize(
    ("folder", "prefixes", "groups"),
    [
        ("environments", ["/prod/OUTPUT_", "/stage/OUTPUT_"], ["prod", "stage"]),
        ("prefixes", ["/prod/web/OUTPUT_", "/prod/db/OUTPUT_"], ["prod_web", "prod_db"]),
    ],
)
def test_prefixes_keep_apart(aws, layout, folder, prefixes, groups):
    """The same names in both, and each host has its own."""
    for index, prefix in enumerate(prefixes):
        aws.publish({"MY_IP": [f"10.{index}.0.1"], "EFS_DNS_URL": f"fs-{index}"}, prefix=prefix)

    listed = layout(folder)

    for index, group in enumerate(groups):
        assert [f"10.{index}.0.1"] == listed[group]["hosts"]
        assert f"fs-{index}" == variables(listed, f"10.{index}.0.1")["efs_dns_url"]


@pytest.mark.cores
def test_accounts_keep_apart(aws, layout):
    """Each file reads with the credentials of its own role, and no other account's."""
    aws.publish({"MY_IP": ["10.9.0.1"], "EFS_DNS_URL": "fs-own"})
    for index, account in enumerate(("111111111111", "222222222222")):
        arn = f"arn:aws:iam::{account}:role/outputs-reader"
        keys = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="publish")["Credentials"]
        ssm = boto3.client(
            "ssm",
            region_name="eu-central-1",
            endpoint_url=aws.url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        for name, value in (("MY_IP_0", f"10.{index}.0.1"), ("EFS_DNS_URL", f"fs-{account}")):
            ssm.put_parameter(Name=f"OUTPUT_{name}", Value=value, Type="String")

    listed = layout("accounts")

    assert {"10.0.0.1", "10.1.0.1"} == set(listed["_meta"]["hostvars"])
    for index, (group, account) in enumerate((("prod", "111111111111"), ("stage", "222222222222"))):
        assert [f"10.{index}.0.1"] == listed[group]["hosts"]
        assert f"fs-{account}" == variables(listed, f"10.{index}.0.1")["efs_dns_url"]


def test_regions_keep_apart(aws, layout):
    """In one file."""
    for index, region in enumerate(("eu-central-1", "us-east-1")):
        aws.publish({"MY_IP": [f"10.{index}.0.1"], "EFS_DNS_URL": f"fs-{region}"}, region=region)

    listed = layout("regions")

    assert ["my_ip_0-eu-central-1", "my_ip_0-us-east-1"] == sorted(listed["web"]["hosts"])
    for region in ("eu-central-1", "us-east-1"):
        assert f"fs-{region}" == variables(listed, f"my_ip_0-{region}")["efs_dns_url"]
        assert [f"my_ip_0-{region}"] == listed[f"prod_{region.replace('-', '_')}"]["hosts"]


@pytest.mark.cores
def test_session_manager_is_given_the_instance(aws, layout, run):
    """As far as it goes without the program that AWS has for it."""
    made = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
    (instance_id,) = (instance["InstanceId"] for instance in made)
    aws.publish({"NODE_IDS": [instance_id]})
    aws.client("s3").create_bucket(
        Bucket="my-transfer-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    listed = layout("session_manager")
    play = [{"hosts": "nodes", "gather_facts": False, "tasks": [{"ansible.builtin.raw": "true"}]}]

    result = run.command(["ansible-playbook", "-i", "session_manager", run.write("play.yml", play), "-vvvv"])

    host = variables(listed, "node_ids_0")
    assert (instance_id, "amazon.aws.aws_ssm") == (host["ansible_host"], host["ansible_connection"])
    assert "session-manager-plugin" in result.said, result.output
    assert f"<{instance_id}> ESTABLISH SSM CONNECTION TO: {instance_id}" in result.said, result.output
