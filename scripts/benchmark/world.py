# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWS of the benchmark: moto's server in a process of its own, behind the layer that the tests use."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.collection import COLLECTIONS
from tests.support import snapshots
from tests.support.aws import IMAGE, client, environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
LATENCY = 0.025  # seconds a call
RATE = 40  # calls a second that Parameter Store takes before it throttles
# Each size is published in a region of its own, so that all of them are there at once.
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2", "eu-north-1", "eu-west-3")
LOOKUP_REGION = "ap-southeast-2"
# moto answers DescribeInstances with 100 reservations a page, AWS with 1,000 instances.
RESERVATION = 10
# Apart from the parameters one by one, so that those who read these don't meet it.
SNAPSHOT_PREFIX = "/web/OUTPUT_"
BYPATH = "/web-by-path/"
LARGEST_PLAY = 1_000  # hosts
PATIENCE = 10.0


@dataclasses.dataclass(frozen=True)
class World:
    """The server's URL, and what can be asked of the layer."""

    url: str

    def control(self, what: str, **arguments: Any) -> Mapping[str, int]:
        """Ask the layer itself; every answer has the calls until now."""
        request = urllib.request.Request(f"{self.url}/_strict/{what}", json.dumps(arguments).encode(), method="POST")  # noqa: S310  loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310  loopback  # nosec B310
            return json.load(answer)

    def forget_calls(self) -> None:
        """Start counting anew."""
        self.control("forget")

    def calls(self) -> Mapping[str, int]:
        """Count the calls since then, by service:Operation."""
        return self.control("calls")

    def client(self, service: str, region: str) -> Any:
        """Give a boto3 client."""
        return client(self.url, service, region)

    def env(self, region: str) -> dict[str, str]:
        """Give the environment in which commands find it."""
        return environment(self.url, region)

    def be_aws(self) -> None:
        """From now on take AWS's time, refuse what is more than its limit, and don't ask moto twice for a read."""
        self.control("settings", latency=LATENCY, rate=RATE, remember=True)


@contextlib.contextmanager
def running() -> Iterator[World]:
    """Start the server; end it in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.strict_aws"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for each request
        text=True,
        start_new_session=True,
    )
    try:
        yield World(process.stdout.readline().strip())
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start_instances(world: World, region: str, size: int) -> list[str]:
    """Start instances in a network of their own, and give their addresses."""
    ec2 = world.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/16")["Subnet"]["SubnetId"]
    addresses: list[str] = []
    while len(addresses) < size:
        count = min(RESERVATION, size - len(addresses))
        made = ec2.run_instances(ImageId=IMAGE, MinCount=count, MaxCount=count, SubnetId=subnet)
        addresses += [instance["PrivateIpAddress"] for instance in made["Instances"]]
    return addresses


def publish(ssm: Any, parameters: Mapping[str, str]) -> None:
    """Put parameters."""
    for name, value in parameters.items():
        ssm.put_parameter(Name=name, Value=value, Type="String")


def snapshot_of(addresses: Sequence[str]) -> dict[str, str]:
    """Give the parameters in which the Terraform module ssm_outputs would publish the addresses with a snapshot."""
    text = snapshots.terraform_json(snapshots.document(lists={"MY_IP": addresses}))
    values = snapshots.slices_of(text, snapshots.slices_needed(text))
    return {f"{SNAPSHOT_PREFIX}SNAPSHOT.{index}": value for index, value in enumerate(values)}


def be_prepared(world: World, region: str, size: int) -> None:
    """Have moto list everything once, as the measured commands will ask: none of them shall wait for moto."""
    states = [{"Name": "instance-state-name", "Values": ["running", "pending", "stopping", "stopped"]}]
    for _page in world.client("ec2", region).get_paginator("describe_instances").paginate(Filters=states):
        pass
    ssm = world.client("ssm", region)
    names = [{"Key": "Name", "Option": "BeginsWith", "Values": ["OUTPUT_"]}]
    ssm.describe_parameters(ParameterFilters=names, MaxResults=50)
    # At 5,000 hosts moto takes minutes for this, and no play of that size is run.
    if size <= LARGEST_PLAY:
        ssm.get_parameters_by_path(Path=BYPATH, Recursive=False, WithDecryption=True)
