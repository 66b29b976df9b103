# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EC2 instances by id, in the fewest calls. The boto3 client is passed in.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Optional, Union

from .pages import batches, pages
from .retry import Retrier
from .translation import aws_errors

# A filter takes 200 values (EC2's API reference, Filter). Asked for by filter, an unknown id is just absent;
# asked for by InstanceIds, it fails the whole call.
FILTER_VALUES = 200

_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})\Z")
_FIELDS = {
    "instance_id": "InstanceId",
    "owner_id": "OwnerId",
    "instance_type": "InstanceType",
    "image_id": "ImageId",
    "private_ip": "PrivateIpAddress",
    "public_ip": "PublicIpAddress",
    "private_dns": "PrivateDnsName",
    "public_dns": "PublicDnsName",
    "vpc_id": "VpcId",
    "subnet_id": "SubnetId",
    "lifecycle": "InstanceLifecycle",
    "root_device_type": "RootDeviceType",
}


def is_instance_id(value: object) -> bool:
    """Return whether a value is the id of an EC2 instance."""
    return isinstance(value, str) and _ID.match(value) is not None


def describe(client: Any, retrier: Retrier, ids: Sequence[str], region: Optional[str]) -> dict[str, dict[str, Any]]:
    """Return what is known of each instance by its id. Ids that don't exist are not in the result."""
    found: dict[str, dict[str, Any]] = {}
    for batch in batches(sorted(set(ids)), FILTER_VALUES):
        filters = [{"Name": "instance-id", "Values": batch}]
        for item in _describe_filtered(client, retrier, filters, region):
            found[item["InstanceId"]] = _instance(item)
    return found


def describe_tagged(
    client: Any, retrier: Retrier, tags: Mapping[str, Union[str, Sequence[str]]], region: Optional[str]
) -> dict[str, dict[str, Any]]:
    """Return what is known of the instances that have all of these tags, by id; terminated ones are left out.

    A tag with several values has one of them.
    """
    values = {key: [value] if isinstance(value, str) else list(value) for key, value in tags.items()}
    filters: list[dict[str, Any]] = [{"Name": f"tag:{key}", "Values": each} for key, each in values.items()]
    filters.append({"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]})
    return {item["InstanceId"]: _instance(item) for item in _describe_filtered(client, retrier, filters, region)}


def _describe_filtered(
    client: Any, retrier: Retrier, filters: Sequence[Mapping[str, Any]], region: Optional[str]
) -> list[Mapping[str, Any]]:
    errors = partial(aws_errors, "ec2:DescribeInstances", region, "resolving instance ids")
    return [
        {"OwnerId": reservation.get("OwnerId"), **item}
        for page in pages(retrier, client.describe_instances, errors, Filters=list(filters), MaxResults=1000)
        for reservation in page.get("Reservations", [])
        for item in reservation.get("Instances", [])
    ]


def _instance(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under the names that a playbook uses. What AWS leaves empty is null."""
    instance: dict[str, Any] = {ours: item.get(theirs) or None for ours, theirs in _FIELDS.items()}
    instance["state"] = item.get("State", {}).get("Name")
    instance["hibernation"] = bool(item.get("HibernationOptions", {}).get("Configured"))
    instance["availability_zone"] = item.get("Placement", {}).get("AvailabilityZone")
    instance["tags"] = {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}
    return instance
