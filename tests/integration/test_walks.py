"""What a value passes on its way: few files, in one order, so that a newcomer can follow it."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from tests.conftest import COLLECTIONS, NOT_HERE, ROOT
from tests.support.aws import IMAGE
from tests.support.command_lines import CommandLines

# In what is booked, published and looked up, and nowhere else.
VALUE = "10.99.88.77"
MOST = 9
# Every function of the collection that is given the value or returns it, each file once, in the order of time.
TRACER = (
    f"VALUE = {VALUE!r}"
    """
import os, sys, threading
seen, folder = set(), "tfbridge/aws/plugins/"

def holds(thing):
    try:
        return VALUE in repr(thing)
    except Exception:
        return False

def trace(frame, event, result):
    code = frame.f_code
    if event not in ("call", "return") or folder not in code.co_filename or code.co_name == "<module>":
        return
    file = code.co_filename.split(folder, 1)[1]
    sys.setprofile(None)
    if file not in seen and holds(result if event == "return" else list(frame.f_locals.values())):
        seen.add(file)
        with open(os.environ["WALK_FILE"], "a") as walk:
            walk.write(file + chr(10))
    sys.setprofile(trace)

sys.setprofile(trace)
threading.setprofile(trace)
"""
)
# The walk is what CONTRIBUTING shows. What is only asked about the value on the way, or works for one of these files
# alone, is no step of it, but named here: whatever else sees the value lengthens the walk.
WALKS = {
    "SSM value → host variable": (
        [
            "module_utils/_outputs/parameters.py",
            "module_utils/_outputs/decode.py",
            "module_utils/_outputs/addresses.py",
            "plugin_utils/_inventory/candidates.py",
            "plugin_utils/_inventory/build.py",
            "plugin_utils/_inventory/merge.py",
            "inventory/ssm_outputs.py",
            "plugin_utils/_inventory/add.py",
        ],
        {
            "module_utils/_aws/clients.py",
            "module_utils/_aws/instances.py",
            "module_utils/_aws/retry.py",
            "module_utils/_common/json_text.py",
            "plugin_utils/_inventory/names.py",
        },
    ),
    "term → value": (
        [
            "module_utils/_outputs/parameters.py",
            "module_utils/_outputs/decode.py",
            "module_utils/_outputs/output.py",
            "plugin_utils/_outputs/shared_answers.py",
            "plugin_utils/_outputs/lookup.py",
            "lookup/ssm_output.py",
            "plugin_utils/_common/data.py",
        ],
        {
            "module_utils/_aws/clients.py",
            "module_utils/_aws/retry.py",
            "module_utils/_common/json_text.py",
            "plugin_utils/_common/entry_files.py",
            "plugin_utils/_common/entry_reading.py",
        },
    ),
    "booking → API call": (
        [
            "module_utils/_schedule/request.py",
            "module_utils/_planner/parsing.py",
            "modules/ec2_schedule.py",
            "module_utils/_schedule/service.py",
            "module_utils/_schedule/apply.py",
            "module_utils/_schedule/changes.py",
            "module_utils/_planner/edges.py",
            "module_utils/_schedule/records.py",
            "module_utils/_schedule/store.py",
        ],
        {
            "module_utils/_aws/clients.py",
            "module_utils/_aws/pages.py",
            "module_utils/_aws/retry.py",
            "module_utils/_aws/translation.py",
            "module_utils/_common/json_text.py",
            "module_utils/_common/refusals.py",
            "module_utils/_planner/booking.py",
            "module_utils/_planner/exceptions.py",
            "module_utils/_planner/moments.py",
            "module_utils/_planner/windows.py",
            "module_utils/_schedule/conflicts.py",
            "module_utils/_schedule/edge_schedules.py",
            "module_utils/_schedule/guards.py",
            "module_utils/_schedule/instances.py",
            "module_utils/_schedule/names.py",
            "module_utils/_schedule/purge.py",
            "module_utils/_schedule/result.py",
            "module_utils/_schedule/site.py",
            "module_utils/_schedule/steps.py",
            "module_utils/_schedule/summary.py",
        },
    ),
    "EFS entry → line of fstab": (
        [
            "plugin_utils/_common/data.py",
            "module_utils/_efs/entry.py",
            "action/efs_mounts.py",
            "module_utils/_efs/module.py",
            "module_utils/_efs/worker.py",
            "module_utils/_efs/steps.py",
            "module_utils/_efs/decision.py",
            "module_utils/_efs/fstab.py",
            "module_utils/_efs/module_host.py",
        ],
        {
            "module_utils/_common/refusals.py",
            "module_utils/_efs/host.py",
            "module_utils/_efs/mount_table.py",
            "module_utils/_efs/option_rules.py",
            "module_utils/_efs/report.py",
            "module_utils/_efs/source.py",
        },
    ),
}

# Starts Ansible from scratch four times, each function call of it traced.
pytestmark = pytest.mark.full


@pytest.fixture
def walk(tmp_path, aws):
    """Run a command of Ansible, and return the files that saw the value."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(TRACER)
    (tmp_path / "walk").touch()
    traced = {"PYTHONPATH": str(tmp_path / "site"), "WALK_FILE": str(tmp_path / "walk")}
    run = CommandLines(tmp_path, COLLECTIONS, aws.env)
    run.env.update(traced)

    def command(call):
        done = call(run)
        assert done.rc == 0, done.output
        return (tmp_path / "walk").read_text().splitlines()

    return command


def steps(story, seen):
    """Return what of the files is no step that is only asked."""
    return [file for file in seen if file not in WALKS[story][1]]


@pytest.mark.parametrize("story", WALKS)
def test_a_walk_is_short(story):
    """Longer ones are lost on whoever reads them."""
    assert len(WALKS[story][0]) <= MOST


@pytest.mark.parametrize("story", WALKS)
def test_contributors_are_shown_it(story):
    """File by file, in its order."""
    (row,) = [line for line in (ROOT / "CONTRIBUTING.md").read_text().splitlines() if line.startswith(f"| {story} |")]

    assert [re.sub(r"^\w+_utils/|\.py$", "", file) for file in WALKS[story][0]] == re.findall(r"`([^`]+/[^`]+)`", row)


def test_from_parameter_store_to_a_host(aws, walk):
    """Read, decoded, offered as a host, named, merged with others, added."""
    aws.publish({"MY_IP": [VALUE, "10.0.0.12"]})
    options = {"plugin": "tfbridge.aws.ssm_outputs", "region": "eu-central-1"}

    seen = walk(lambda run: run.inventory(options))

    assert WALKS["SSM value → host variable"][0] == steps("SSM value → host variable", seen)


def test_from_a_lookup_to_its_value(aws, walk):
    """Read, decoded, kept for the run, returned as data."""
    aws.publish({"MY_IP": [VALUE, "10.0.0.12"]})
    task = {"ansible.builtin.debug": {"msg": "{{ lookup('tfbridge.aws.ssm_output', 'MY_IP', region='eu-central-1') }}"}}

    seen = walk(lambda run: run.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))

    assert WALKS["term → value"][0] == steps("term → value", seen)


def test_from_a_booking_to_its_calls(aws, walk):
    """Parsed, united with the others, planned, recorded, written."""
    aws.publish(
        {"EC2_SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/tfbridge", "EC2_SCHEDULER_GROUP": "tfbridge"}
    )
    made = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
    start = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=1)
    times = {"start_time": start.isoformat(), "end_time": (start + timedelta(hours=2)).isoformat()}
    booking = {"name": VALUE, **times}
    options = {"region": "eu-central-1", "instance_ids": [made[0]["InstanceId"]], "bookings": [booking]}
    task = {"tfbridge.aws.ec2_schedule": options}

    seen = walk(lambda run: run.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))

    assert WALKS["booking → API call"][0] == steps("booking → API call", seen)


def test_from_an_entry_to_fstab(walk, tmp_path):
    """Checked on the controller, in one form; parsed again on the host, decided, done, written."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{NOT_HERE}user namespaces are off")
    entry = {"path": f"{tmp_path}/mnt", "dns_name": "efs.invalid", "export": f"/{VALUE}", "state": "present"}
    tasks = [
        {"tfbridge.aws.efs_mounts": {"mounts": [entry]}, "register": "checked"},
        {"tfbridge.aws.efs_mount": "{{ checked.mounts[0] | combine({'fstab': fstab}) }}"},
    ]
    play = [{"hosts": "localhost", "gather_facts": False, "vars": {"fstab": f"{tmp_path}/fstab"}, "tasks": tasks}]

    seen = walk(lambda run: run.command(["unshare", "-rm", "ansible-playbook", run.write("play.yml", play)]))

    assert VALUE in (tmp_path / "fstab").read_text()
    # The host begins where the controller did, with the checked entry.
    assert WALKS["EFS entry → line of fstab"][0] == steps("EFS entry → line of fstab", dict.fromkeys(seen))
