"""The layer in front of moto refuses what AWS refuses: what the other tests rely on."""

from __future__ import annotations

import boto3
import botocore.config
import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def ssm(aws):
    """A client that doesn't check or repeat anything itself."""
    config = botocore.config.Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(
        "ssm",
        region_name="eu-central-1",
        endpoint_url=aws.url,
        aws_access_key_id="AKIA",
        aws_secret_access_key="secret",
        config=config,
    )


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("OUTPUT_X", "a {{ template }}", "ValidationException"),
        ("OUTPUT_X", "", "ValidationException"),
        ("OUTPUT_X", "x" * 4097, "ValidationException"),
        ("OUTPUT_X", "\N{EURO SIGN}" * 1366, "ValidationException"),
        ("OUTPUT X", "a", "ValidationException"),
        ("prod/X", "a", "ValidationException"),
        ("/a" * 16, "a", "HierarchyLevelLimitExceededException"),
        ("aws_x", "a", "AccessDeniedException"),
        ("/ssm/x", "a", "AccessDeniedException"),
        ("OUTPUT_X", "a\0b", "ValidationException"),
        # With arn:aws:ssm:eu-central-1:123456789012:parameter/ it has 1,012.
        ("X" * 964, "a", "ValidationException"),
        ("/" + "X" * 964, "a", "ValidationException"),
    ],
)
def test_parameters_that_aws_refuses(ssm, name, value, code):
    """Moto takes most of them."""
    with pytest.raises(ClientError) as caught:
        ssm.put_parameter(Name=name, Value=value, Type="String")

    assert code == caught.value.response["Error"]["Code"]


def test_four_kilobytes_are_accepted(ssm):
    """The limit itself is within the limit."""
    ssm.put_parameter(Name="OUTPUT_X", Value="x" * 4096, Type="String")

    assert 4096 == len(ssm.get_parameters(Names=["OUTPUT_X"])["Parameters"][0]["Value"])


TAGS = {
    "number": ({f"t{index}": "x" for index in range(60)}, "ValidationException"),
    "reserved": ({"aws:x": "x"}, "ValidationException"),
    "characters": ({"bad<>": "x"}, "ValidationException"),
    "long": ({"k" * 200: "x"}, "ValidationException"),
    "empty": ({"": "x"}, "ValidationException"),
    "value": ({"k": "v" * 257}, "ValidationException"),
    "comma": ({"k": "a,b"}, "ValidationException"),
}


def tag_list(tags):
    """Return tags as the API takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.mark.parametrize(("tags", "code"), TAGS.values(), ids=TAGS)
@pytest.mark.parametrize("operation", ["put", "add"])
def test_tags_that_aws_refuses(ssm, operation, tags, code):
    """With a parameter that is made, and for one that exists."""
    parameter = {"Name": "OUTPUT_X", "Value": "a", "Type": "String"}
    write = ssm.put_parameter
    if operation == "add":
        ssm.put_parameter(**parameter)
        parameter = {"ResourceType": "Parameter", "ResourceId": "OUTPUT_X"}
        write = ssm.add_tags_to_resource
    with pytest.raises(ClientError) as caught:
        write(**parameter, Tags=tag_list(tags))

    assert code == caught.value.response["Error"]["Code"]


def test_limits_themselves_are_accepted(ssm):
    """The longest name, fifty tags with the longest key and the longest value; the next tag is one too many."""
    longest, tags = "X" * 963, {"k" * 128: "v" * 256, **{f"é {index}": "a b/_.:=+@-" for index in range(49)}}
    ssm.put_parameter(Name=longest, Value="a", Type="String", Tags=tag_list(tags))
    kept = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=longest)["TagList"]

    assert tags == {tag["Key"]: tag["Value"] for tag in kept}
    with pytest.raises(ssm.exceptions.TooManyTagsError):
        ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=longest, Tags=tag_list({"one": "more"}))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Tier": "Standard"}, "ValidationException"),
        ({"Tier": "Advanced", "AllowedPattern": "^b$"}, "ParameterPatternMismatchException"),
        ({"Tier": "Advanced", "Description": "x" * 1025}, "ValidationException"),
        ({"Tier": "Advanced", "Type": "SecureString", "KeyId": "no key"}, "ValidationException"),
    ],
)
def test_changes_that_aws_refuses(ssm, change, code):
    """Among them the way back from Advanced."""
    ssm.put_parameter(Name="OUTPUT_X", Value="a", Type="String", Tier="Advanced")
    with pytest.raises(ClientError) as caught:
        ssm.put_parameter(**{"Name": "OUTPUT_X", "Value": "a", "Type": "String", "Overwrite": True, **change})

    assert code == caught.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("get_parameters", {"Names": [f"X_{index}" for index in range(11)]}),
        ("get_parameters", {"Names": []}),
        ("get_parameters", {"Names": ["X", "X"]}),
        ("get_parameters_by_path", {"Path": "OUTPUT_"}),
        ("get_parameters_by_path", {"Path": "/", "MaxResults": 11}),
        ("describe_parameters", {"MaxResults": 51}),
    ],
)
def test_calls_that_aws_refuses(ssm, operation, arguments):
    """Page sizes and paths."""
    with pytest.raises(ClientError) as caught:
        getattr(ssm, operation)(**arguments)

    assert "ValidationException" == caught.value.response["Error"]["Code"]


def test_pages_have_the_sizes_of_aws(aws, ssm):
    """Fifty described, ten by path, and every parameter once."""
    aws.publish({"X": [str(index) for index in range(120)]}, prefix="/p/")

    described = [page["Parameters"] for page in ssm.get_paginator("describe_parameters").paginate()]
    by_path = [page["Parameters"] for page in ssm.get_paginator("get_parameters_by_path").paginate(Path="/p")]

    assert [50, 50, 20] == [len(page) for page in described]
    assert [10] * 12 == [len(page) for page in by_path]
    assert 120 == len({item["Name"] for page in by_path for item in page})


def test_empty_pages_can_come_before_full_ones(aws, ssm):
    """As AWS may do: only the token says that there is more."""
    aws.publish({"X": "a"})
    aws.app.settings.empty_pages = True

    first = ssm.describe_parameters()
    second = ssm.describe_parameters(NextToken=first["NextToken"])

    assert ([], 1) == (first["Parameters"], len(second["Parameters"]))


def test_a_secret_is_not_shown_unless_it_is_decrypted(aws, ssm):
    """Moto shows it in plain sight."""
    aws.publish_secret("PW", "hunter2")

    hidden = ssm.get_parameters(Names=["OUTPUT_PW"])["Parameters"][0]["Value"]
    shown = ssm.get_parameters(Names=["OUTPUT_PW"], WithDecryption=True)["Parameters"][0]["Value"]

    assert "hunter2" not in hidden
    assert "hunter2" == shown


def test_faults_throttling_and_counts(aws, ssm):
    """What a test asks for happens as often as it asks."""
    aws.fault("ssm:GetParameters", "ThrottlingException", times=2)

    codes = []
    for _call in range(3):
        try:
            ssm.get_parameters(Names=["X"])
        except ClientError as exc:
            codes.append(exc.response["Error"]["Code"])

    assert ["ThrottlingException"] * 2 == codes
    assert {"ssm:GetParameters": 3} == dict(aws.calls())


def test_a_rate_can_be_set(aws, ssm):
    """More calls in a second than that are throttled."""
    aws.app.settings.rate = 5

    for _call in range(5):
        ssm.get_parameters(Names=["X"])
    with pytest.raises(ClientError, match="Rate exceeded"):
        ssm.get_parameters(Names=["X"])


SCHEDULE = {
    "Name": "x",
    "GroupName": "default",
    "ScheduleExpression": "cron(0 8 ? * MON *)",
    "ScheduleExpressionTimezone": "Europe/Paris",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances",
        "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
        "Input": '{"InstanceIds": ["i-0123456789abcdef0"]}',
    },
}
FIFO = {**SCHEDULE["Target"], "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-central-1:123456789012:dead.fifo"}}


@pytest.mark.parametrize(
    ("change", "settings", "code"),
    [
        ({}, {}, None),
        *(
            ({"ScheduleExpressionTimezone": zone}, {}, "ValidationException")
            for zone in ("localtime", "Factory", "right/Europe/Paris", "posix/UTC")
        ),
        ({"Target": FIFO}, {}, "ValidationException"),
        ({}, {"role_known_after": 1}, "ValidationException"),
        ({}, {"schedules_left": 0}, "ServiceQuotaExceededException"),
        ({}, {"schedules_left": 1}, None),
    ],
)
def test_schedules_that_aws_refuses(aws, change, settings, code):
    """Moto takes all of them."""
    scheduler = aws.client("scheduler")
    for name, value in settings.items():
        setattr(aws.app.settings, name, value)
    try:
        scheduler.create_schedule(**{**SCHEDULE, **change})
        refused = None
    except ClientError as error:
        refused = error.response["Error"]["Code"]

    assert code == refused


def test_a_schedule_group_is_created_once(aws):
    """By two threads at the same time, too: moto would lose the schedules of the first."""
    scheduler = aws.client("scheduler")
    scheduler.create_schedule_group(Name="tfbridge")
    scheduler.create_schedule(**{**SCHEDULE, "GroupName": "tfbridge"})

    with pytest.raises(ClientError) as caught:
        scheduler.create_schedule_group(Name="tfbridge")

    assert "ConflictException" == caught.value.response["Error"]["Code"]
    assert 1 == len(scheduler.list_schedules(GroupName="tfbridge")["Schedules"])
