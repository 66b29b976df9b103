# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What IAM denies: the calls that a policy doesn't allow, by action and resource, in AWS's words.

moto's own enforcement knows neither the resources of these services nor what a call needs beside its own action:
iam:PassRole behind CreateSchedule, kms:Decrypt behind the value of a secret.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ssm.models import ssm_backends

from tests.support.aws_answers import RefusedError, Request

USER = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:user/tester"
# No policy has to allow it.
ALWAYS = {"sts:GetCallerIdentity"}
_KEY_OF_AWS = "alias/aws/ssm"
_LAMBDA = (
    ("GET", "/configuration", "GetFunctionConfiguration"),
    ("PUT", "/configuration", "UpdateFunctionConfiguration"),
    ("GET", "/versions", "ListVersionsByFunction"),
    ("POST", "/versions", "PublishVersion"),
    ("GET", "/concurrency", "GetFunctionConcurrency"),
    ("GET", "/provisioned-concurrency", "ListProvisionedConcurrencyConfigs"),
    ("POST", "/invocations", "InvokeFunction"),
    ("DELETE", "", "DeleteFunction"),
)
_FUNCTION = re.compile(r"(?P<method>[A-Z]+) /[0-9-]+/functions/(?P<name>[^/]+)(?P<rest>/[^?]*)?\Z")
_EFS = {"file-systems": "DescribeFileSystems", "mount-targets": "DescribeMountTargets"}

Policy = Mapping[str, Any]


def check(request: Request, policy: Policy) -> None:
    """Deny a request that needs what the policy doesn't allow."""
    for action, resource in needed(request):
        if action not in ALWAYS and not allows(policy, action, resource):
            raise denied(request, action, resource)


def allows(policy: Policy, action: str, resource: str) -> bool:
    """Return whether a policy allows an action on a resource."""
    return any(
        action in statement["Action"] and any(fnmatch.fnmatchcase(resource, one) for one in statement["Resource"])
        for statement in policy["Statement"]
    )


def denied(request: Request, action: str, resource: str) -> RefusedError:
    """Return AWS's refusal, in the words of the service that gives it."""
    reason = f"because no identity-based policy allows the {action} action"
    if action == "kms:Decrypt" and request.service == "ssm":
        text = (
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you "
            "are not allowed to access."
        )
        return RefusedError("AccessDeniedException", text)
    if request.service == "ec2":
        text = f"You are not authorized to perform this operation. User: {USER} is not authorized to perform: {action}"
        return RefusedError("UnauthorizedOperation", f"{text} {reason}", 403)
    text = f"User: {USER} is not authorized to perform: {action} on resource: {resource} {reason}"
    code = "AccessDenied" if request.service in ("s3", "sts") else "AccessDeniedException"
    return RefusedError(code, text, 400 if request.service == "ssm" else 403)


def needed(request: Request) -> Iterator[tuple[str, str]]:
    """Yield each action that a request needs, with the resource that it is for."""
    yield from _NEEDED[request.service](request)


def _ssm(request: Request) -> Iterator[tuple[str, str]]:
    payload = request.payload
    action = f"ssm:{request.operation}"
    if request.operation == "DescribeParameters":
        yield action, _arn(request, "*")
    elif request.operation == "GetServiceSetting":
        yield action, _arn(request, f"servicesetting{payload['SettingId']}")
    else:
        given = payload.get("Path") or payload.get("Name") or payload.get("ResourceId")
        for name in payload.get("Names", [given]):
            yield action, _arn(request, f"parameter/{name.removeprefix('/')}")
    if request.operation == "PutParameter" and payload.get("Tags"):
        yield "ssm:AddTagsToResource", _arn(request, f"parameter/{payload['Name'].removeprefix('/')}")
    if request.operation == "PutParameter" and payload.get("KeyId", _KEY_OF_AWS) != _KEY_OF_AWS:
        yield "kms:Encrypt", payload["KeyId"]
    if payload.get("WithDecryption"):
        for key in sorted(_keys(request)):
            yield "kms:Decrypt", key


def _keys(request: Request) -> set[str]:
    """Return the keys of the secrets that a request asks for, but not AWS's own, which everybody may use."""
    stored = ssm_backends[DEFAULT_ACCOUNT_ID][request.region]._parameters
    found = [stored[name][-1] for name in request.payload.get("Names", ()) if stored.get(name)]
    return {one.keyid for one in found if one.parameter_type == "SecureString"} - {_KEY_OF_AWS, None}


def _scheduler(request: Request) -> Iterator[tuple[str, str]]:
    action, last = f"scheduler:{request.operation}", request.path.rstrip("/").rsplit("/", 1)[-1]
    if request.operation == "ListSchedules":
        yield action, _arn(request, "schedule/*/*")
    elif request.operation.endswith("Group"):
        yield action, _arn(request, f"schedule-group/{last}")
    else:
        group = request.payload.get("GroupName") or request.query.get("groupName", "default")
        yield action, _arn(request, f"schedule/{group}/{last}")
    if request.operation == "CreateSchedule":
        yield "iam:PassRole", request.payload["Target"]["RoleArn"]
        if key := request.payload.get("KmsKeyArn"):
            yield from ((f"kms:{each}", key) for each in ("DescribeKey", "GenerateDataKey", "Decrypt"))


def _ec2(request: Request) -> Iterator[tuple[str, str]]:
    one = request.payload.get("InstanceId.1")
    yield f"ec2:{request.operation}", _arn(request, f"instance/{one}") if one else "*"


def _lambda(request: Request) -> Iterator[tuple[str, str]]:
    match = _FUNCTION.match(request.operation)
    assert match, request.operation
    method, rest = match["method"], match["rest"] or ""
    (action,) = (name for verb, path, name in _LAMBDA if (verb, path) == (method, rest))
    qualifier = request.query.get("Qualifier")
    name = match["name"].rsplit(":", 1)[-1]
    yield f"lambda:{action}", _arn(request, f"function:{name}{':' + qualifier if qualifier else ''}")


def _efs(request: Request) -> Iterator[tuple[str, str]]:
    one = request.query.get("FileSystemId", "*")
    yield f"elasticfilesystem:{_EFS[request.operation.split('/')[2]]}", _arn(request, f"file-system/{one}")


def _sqs(request: Request) -> Iterator[tuple[str, str]]:
    payload = request.payload
    name = payload.get("QueueName") or payload["QueueUrl"].rsplit("/", 1)[-1]
    yield f"sqs:{request.operation}", _arn(request, name)


def _sts(request: Request) -> Iterator[tuple[str, str]]:
    yield f"sts:{request.operation}", request.payload.get("RoleArn", "*")


def _s3(request: Request) -> Iterator[tuple[str, str]]:
    assert request.operation.startswith("GET "), request.operation
    yield "s3:GetObject", f"arn:aws:s3:::{request.path.removeprefix('/')}"


def _arn(request: Request, resource: str) -> str:
    return f"arn:aws:{request.service}:{request.region}:{DEFAULT_ACCOUNT_ID}:{resource}"


_NEEDED = {
    "ssm": _ssm,
    "scheduler": _scheduler,
    "ec2": _ec2,
    "lambda": _lambda,
    "elasticfilesystem": _efs,
    "sqs": _sqs,
    "sts": _sts,
    "s3": _s3,
}
