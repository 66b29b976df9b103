"""What the collection's playbooks do is decided by -e, not by an output that is named like a variable of theirs."""

from __future__ import annotations

import pytest
import yaml
from jinja2 import Environment, nodes

from tests.conftest import ROOT
from tests.support.aws import IMAGE

# What says where to look, and which instance or function is meant: an inventory may know.
FROM_ANYWHERE = {
    "efs_mounts",
    "function",
    "instance_id",
    "mount_hosts",
    "prefix",
    "region",
    "role_arn",
    "schedule_group",
}
# Ansible's functions, and the output that is mounted.
OURS = {"lookup", "query", "omit", "item", "efs_dns_url"}
PLAYBOOKS = ("book_ec2", "mount_efs", "sync_calendar", "tune_lambda")


def texts(value):
    """Give every text in a play."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_variables_are_set_in_the_play(name):
    """A variable of the play wins over one of an inventory, and -e over both."""
    (play,) = yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text())
    parsed = [Environment(autoescape=True).parse(text) for text in texts(play)]
    found = [(node.name, node.ctx) for template in parsed for node in template.find_all(nodes.Name)]
    used = {one for one, how in found if how == "load"} - {one for one, how in found if how == "store"}

    assert {one for one in used if not one.startswith(("__", "ansible_"))} <= set(play["vars"]) | FROM_ANYWHERE | OURS


def test_data_neither_cancels_nor_moves_a_booking(run, aws):
    """Outputs that are named like the variables of book_ec2 don't reach it."""
    role = "arn:aws:iam::123456789012:role/tfbridge"
    published = {"CANCEL": "true", "BOOKING_NAME": "somebody", "START_TIME": "x", "MY_IP": ["10.0.0.1"]}
    aws.publish({**published, "EC2_SCHEDULER_ROLE_ARN": role, "EC2_SCHEDULER_GROUP": "tfbridge"})
    made = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
    weekly = '{"weekly": {"days": ["mon"], "start": "08:00", "end": "18:00"}}'

    done = run.playbook(
        "tfbridge.aws.book_ec2",
        *("-e", f"instance_id={made[0]['InstanceId']}", "-e", "timezone=UTC", "-e", weekly),
        inventory={"regions": ["eu-central-1"]},
    )

    assert done.rc == 0, done.output
    names = [item["Name"] for item in aws.client("scheduler").list_schedules(GroupName="tfbridge")["Schedules"]]
    assert names
    assert not [name for name in names if "somebody" in name]


def test_data_neither_unmounts_nor_moves_a_file_system(run, aws, tmp_path):
    """Outputs that are named like the variables of mount_efs don't reach it."""
    published = {"MY_IP": ["10.0.0.11"], "EFS_DNS_URL": "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com"}
    aws.publish({**published, "STATE": "absent", "PATH": "/etc", "EXPORT": "/secret", "DNS_NAME": "evil.example"})

    done = run.playbook(
        "tfbridge.aws.mount_efs",
        *("--check", "--diff", "-e", "ansible_connection=local", "-e", "ansible_become=false"),
        *("-e", "ansible_python_interpreter={{ ansible_playbook_python }}", "-e", f"efs_mount_fstab={tmp_path}/fstab"),
        inventory={"regions": ["eu-central-1"]},
    )

    assert done.rc == 0, done.output
    assert f"+mounted on /mnt/efs: {published['EFS_DNS_URL']}:/ (nfs4, vers=4.1, hard)" in done.stdout
