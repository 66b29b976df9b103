# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option that is wrong is reported in one run, whichever they are, and before anything is called."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import json
import sys

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._contract.specification import SPEC
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.options import parse_request
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.imports import PLUGINS
from tests.support.module_arguments import give_arguments

CONNECTION = {
    "region": ("Frankfurt", "region: 'Frankfurt' is not a region"),
    "retry_budget": (0, "retry_budget: 0.0 is not within"),
}
OUTPUTS = {**CONNECTION, "prefix": ("a b", "prefix: 'a b' has characters")}
SCHEDULE = {
    **OUTPUTS,
    "schedule_group": ("a group", "schedule_group: 'a group' (7 characters) can't name"),
    "instance_ids": (["web", "i-0"], "instance_ids: 'i-0' is not an EC2 instance id"),
    "end_time": ("noon", "end_time: 'noon'"),
}
GIVEN = {"region": "eu-central-1"}
BOOKING = {
    **GIVEN,
    "instance_ids": ["i-0a1b2c3d4e5f60718"],
    "start_time": "2027-03-01T08:00:00Z",
    "end_time": "2027-03-01T18:00:00Z",
}
# For each module the options it needs, and a wrong value for an option with what the message has to say.
MODULES = {
    "ssm_outputs_info": (
        GIVEN,
        {**OUTPUTS, "names": (["b-c", "OK", "d e"], "names: 'd e' is not the name of an output")},
    ),
    "ssm_inputs": (
        {**GIVEN, "path": "/prod", "inputs": [{"name": "A", "value": "1"}]},
        {
            **CONNECTION,
            "path": ("prod", "path: 'prod' doesn't begin with a slash"),
            "inputs": ([{"name": "a b", "value": "x"}], "inputs[0].name: 'a b' is not the name"),
            "secrets": ([{"name": "B", "value": ""}], "secrets[0].value (B): is empty"),
        },
    ),
    "ec2_schedule": (
        BOOKING,
        {
            **SCHEDULE,
            "merge_gap": (5, "merge_gap: 5 is out of range"),
            "role_arn": ("admin", "role_arn: 'admin' is not the ARN of a role"),
            "dead_letter_arn": ("queue", "dead_letter_arn: 'queue' is not an ARN of SQS"),
            "kms_key_arn": ("key", "kms_key_arn: 'key' is not an ARN of KMS"),
            "retry_policy": ({"maximum_attempts": 1000}, "retry_policy.maximum_attempts: 1000 is out of range"),
            "purge_prefix": (".x", "purge_prefix: '.x' can't begin the name of a booking"),
        },
    ),
    "ec2_schedule_info": (GIVEN, SCHEDULE),
    "ec2_schedule_calendar": (
        {**GIVEN, "dest": "bookings.ics"},
        {
            **{name: wrong for name, wrong in SCHEDULE.items() if name != "end_time"},
            "days": (0, "days: 0 is out of range"),
        },
    ),
    "efs_discover": (
        GIVEN,
        {
            **CONNECTION,
            "file_system_id": ("fs", "file_system_id: 'fs'"),
            "az": ("here", "az: 'here'"),
            "tags": ({"Name": 1}, "tags: 'Name': 1 must be a string"),
        },
    ),
    "lambda_power_tuning": (
        {**GIVEN, "function": "resize"},
        {
            **CONNECTION,
            "function": ("a b", "function: 'a b' is not the name or the ARN"),
            "memory_sizes": ([1], "memory_sizes: 1. Valid values: 128"),
            "payload_s3": ("key", "payload_s3: 'key' is not the URL of an object"),
            "publish_to": ("memory", "publish_to: 'memory' is not the parameter of an input"),
            "prices": ({"gb_second": 5}, "prices.gb_second: 5.0 is not a price"),
        },
    ),
}
CONTRACT = {
    "terraform": ([{"prefix": "a b"}], "terraform[0].prefix: 'a b' has characters"),
    "published": (
        {"region": "Frankfurt", "retry_budget": 0},
        "published.region: 'Frankfurt' is not a region",
    ),
    "ignore": ([{"nme": "x"}, {"name": "X"}], "ignore[1]: reason and until missing"),
    "modules": ([{"source": ""}, {}], "modules[1]: 'source' is missing"),
    "fail_on": (["mising"], "fail_on: 'mising' is not known"),
    "base": ("nowhere", "base: "),
    "max_file_size": (0, "max_file_size: 0 must be a number of bytes"),
    "update_baseline": (True, "update_baseline: needs 'baseline'"),
}


def message_of(name, options):
    """Return the message that a module fails with; it must not get as far as AWS."""
    module = importlib.import_module(f"ansible_collections.tfbridge.aws.plugins.modules.{name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnsibleAWSModule, "client", lambda *_args, **_options: pytest.fail("AWS is called"))
        give_arguments(patch, options)
        patch.setattr(sys, "stdout", printed := io.StringIO())
        with pytest.raises(SystemExit):
            module.main()
    return json.loads(printed.getvalue())["msg"]


def test_every_module_that_calls_aws_is_here():
    """By what makes all of them."""
    calling = {path.stem for path in (PLUGINS / "modules").glob("*.py") if "aws_module(" in path.read_text()}

    assert calling == set(MODULES)


@pytest.mark.parametrize("name", sorted(MODULES))
@settings(max_examples=15)
@given(data=st.data())
def test_all_options_that_are_wrong_are_reported_at_once(name, data):
    """One run is enough to correct them."""
    right, wrong = MODULES[name]
    chosen = data.draw(st.lists(st.sampled_from(sorted(wrong)), min_size=1, unique=True))

    message = message_of(name, {**right, **{option: wrong[option][0] for option in chosen}})

    assert [option for option in chosen if wrong[option][1] not in message] == []
    assert [option for option in set(wrong) - set(chosen) if wrong[option][1] in message] == []


@given(st.lists(st.sampled_from(sorted(CONTRACT)), min_size=1, unique=True))
def test_the_contract_check_reports_them_at_once_too(chosen):
    """Its options are read on the controller."""
    given = {"published": {}, **{option: CONTRACT[option][0] for option in chosen}}
    options = ArgumentSpecValidator(dict(SPEC)).validate(given).validated_parameters

    with pytest.raises(OptionError) as caught:
        parse_request(options, dt.date(2027, 1, 1), print)

    assert [option for option in chosen if CONTRACT[option][1] not in str(caught.value)] == []
    assert ("published" in chosen) is ("published.retry_budget: 0.0 is not within" in str(caught.value))
