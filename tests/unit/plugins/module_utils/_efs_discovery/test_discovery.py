# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""File systems found by id and tags, page by page, with what keeps hosts from mounting them."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs_discovery import api
from ansible_collections.tfbridge.aws.plugins.module_utils._efs_discovery.choice import (
    check_single,
    in_zone,
    parse_wanted,
    problems_of,
    with_tags,
)
from hypothesis import given
from hypothesis import strategies as st

REGION = "eu-central-1"
NOTHING = {"file_system_id": None, "tags": {}, "az": None, "single": True}


class AnsweredError(Exception):
    """What botocore raises for an answer of AWS."""

    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": code}}


class Client:
    """EFS in memory, with pages as small as AWS may make them."""

    def __init__(self, file_systems, targets, page):
        self.file_systems, self.targets, self.page = file_systems, targets, page

    def _answer(self, key, items, marker):
        start = int(marker or 0)
        more = {"NextMarker": str(start + self.page)} if start + self.page < len(items) else {}
        return {key: items[start : start + self.page], **more}

    def describe_file_systems(self, FileSystemId=None, MaxItems=100, Marker=None):  # noqa: N803  botocore's names
        found = [one for one in self.file_systems if FileSystemId in (None, one["FileSystemId"])]
        if FileSystemId and not found:
            raise AnsweredError("FileSystemNotFound")
        return self._answer("FileSystems", found, Marker)

    def describe_mount_targets(self, FileSystemId, MaxItems=100, Marker=None):  # noqa: N803  botocore's names
        return self._answer("MountTargets", self.targets.get(FileSystemId, []), Marker)


def file_system(number, state="available", **tags):
    """Return an item of DescribeFileSystems."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {"FileSystemId": f"fs-{number:017x}", "LifeCycleState": state, "Tags": listed, "Encrypted": True}


def target(number, az="eu-central-1a", state="available"):
    """Return an item of DescribeMountTargets."""
    return {"MountTargetId": f"fsmt-{number}", "AvailabilityZoneName": az, "LifeCycleState": state, "IpAddress": "::1"}


def found(file_systems, targets, page=2, **wanted):
    """Return what is found, as the module goes about it."""
    client, retrier = Client(file_systems, targets, page), Retrier()
    listed = api.file_systems(client, retrier, REGION, wanted.get("file_system_id"))
    tagged = [api.with_mount_targets(client, retrier, one) for one in with_tags(listed, wanted.get("tags", {}))]
    return in_zone(tagged, wanted.get("az"))


@given(st.integers(0, 7), st.integers(0, 5), st.integers(1, 3))
def test_every_page_is_read(file_systems, targets, page):
    """Of file systems and of mount targets."""
    items = [file_system(number) for number in range(file_systems)]
    of_each = {item["FileSystemId"]: [target(number) for number in range(targets)] for item in items}
    seen = found(items, of_each, page)

    assert [item["FileSystemId"] for item in items] == [one.file_system_id for one in seen]
    assert all(
        [f"fsmt-{number}" for number in range(targets)] == [t.mount_target_id for t in one.mount_targets]
        for one in seen
    )


def test_all_tags_have_to_be_there():
    """With their values; a tag more is no difference."""
    items = [file_system(1, Name="shared", Env="prod"), file_system(2, Name="shared"), file_system(3, Env="prod")]

    assert [items[0]["FileSystemId"]] == [
        one.file_system_id for one in found(items, {}, tags={"Name": "shared", "Env": "prod"})
    ]
    assert 3 == len(found(items, {}))
    assert [] == found(items, {}, file_system_id=f"fs-{9:017x}")


def test_a_zone_narrows_the_mount_targets():
    """A file system without one there is left out."""
    items = [file_system(1), file_system(2)]
    targets = {items[0]["FileSystemId"]: [target(1), target(2, "eu-central-1b")], items[1]["FileSystemId"]: [target(3)]}
    (one,) = found(items, targets, az="eu-central-1b")

    assert ["fsmt-2"] == [mount_target.mount_target_id for mount_target in one.mount_targets]


@pytest.mark.parametrize(
    ("state", "targets", "problems"),
    [
        ("available", [target(1)], []),
        ("updating", [target(1, state="updating")], []),
        ("creating", [target(1)], ["its state is creating"]),
        ("available", [], ["it has no mount target"]),
        (
            "available",
            [target(1), target(2, "eu-central-1b", "deleting")],
            ["mount target fsmt-2 in eu-central-1b is deleting"],
        ),
    ],
)
def test_what_keeps_hosts_from_mounting_it(state, targets, problems):
    """Named with the mount target and its zone."""
    item = file_system(1, state, Name="shared")
    (one,) = found([item], {item["FileSystemId"]: targets})

    assert problems == one.problems == one.as_result()["problems"]
    assert [f"{one}: {', '.join(problems)}"] * bool(problems) == problems_of([one])
    assert f"{item['FileSystemId']}.efs.eu-central-1.amazonaws.com" == one.dns_name


def test_one_is_wanted():
    """None and several are errors that name what there is."""
    several = found([file_system(1, Name="a"), file_system(2, Name="b")], {})
    wanted = parse_wanted({**NOTHING, "tags": {"Env": "prod"}})
    with pytest.raises(DataError, match=r"no file system in eu-central-1 has tag Env=prod. There are fs-\w+ \(a\), "):
        check_single(wanted, [], several, REGION)
    with pytest.raises(DataError, match=r"There is none at all. Is the region right\?"):
        check_single(wanted, [], [], REGION)
    with pytest.raises(DataError, match=r"2 file systems in \S+ have tag Env=prod: fs-\w+ \(a\), fs-\w+ \(b\)"):
        check_single(wanted, several, several, REGION)
    check_single(wanted, several[:1], several, REGION)
    check_single(parse_wanted({**NOTHING, "single": False}), [], several, REGION)


def test_bad_options_are_named_all_at_once():
    """With what each got."""
    with pytest.raises(OptionError) as refused:
        parse_wanted({**NOTHING, "file_system_id": "fs-1", "az": "a", "tags": {"Env": ["prod"]}})

    assert all(text in str(refused.value) for text in ("file_system_id: 'fs-1'", "az: 'a'", "tags: 'Env': ['prod']"))


def test_a_denied_call_names_its_action():
    """Any other answer of AWS is an error."""

    class Denied(Client):
        def describe_file_systems(self, **_arguments):
            raise AnsweredError("AccessDeniedException")

    with pytest.raises(AwsError, match=r"needs the IAM action elasticfilesystem:DescribeFileSystems in eu-central-1"):
        api.file_systems(Denied([], {}, 1), Retrier(), REGION, None)
