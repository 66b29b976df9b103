# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of API Gateway and their bodies, parsed once; what can't be used is refused by name."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import BOOKING_KEYS

MAX_BODY = 16 * 1024
MAX_INSTANCES = 20
FIELDS = ("instance_id", "ec2_instances_id", *BOOKING_KEYS, "on_gap")


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is answered with something else than what it asked for."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error


@dataclass(frozen=True)
class ApiRequest:
    """The parts of an event that matter."""

    route: str
    booking: str
    query: Mapping[str, str]
    body: str
    caller: str
    request_id: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> ApiRequest:
        """Read an event of payload format 2.0."""
        context = event.get("requestContext") or {}
        body = event.get("body") or ""
        if event.get("isBase64Encoded"):
            try:
                body = base64.b64decode(body, validate=True).decode("utf-8")
            except ValueError as error:
                raise Refused(400, "bad_request", "The body is not text in UTF-8.") from error
        return cls(
            str(event.get("routeKey", "")),
            str((event.get("pathParameters") or {}).get("id", "")),
            dict(event.get("queryStringParameters") or {}),
            body,
            _caller(context.get("authorizer") or {}),
            str(context.get("requestId", "")),
        )


def _caller(authorizer: Mapping[str, Any]) -> str:
    """Return who calls, for the log: the IAM principal or the token's subject, never the token."""
    iam = authorizer.get("iam") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    return str(iam.get("userArn") or claims.get("sub") or "unknown")


@dataclass(frozen=True)
class BookingBody:
    """The body of a request to book."""

    instance_ids: tuple[str, ...]
    entry: Mapping[str, Any]
    on_gap: str

    @classmethod
    def of(cls, body: str) -> BookingBody:
        """Read a body; what it books is for the collection's parser to check."""
        fields = _fields(body)
        if fields.get("on_gap", "error") not in ("error", "shift"):
            raise _bad("on_gap", fields["on_gap"], '"error" or "shift"')
        entry = {key: fields[key] for key in BOOKING_KEYS if key in fields}
        return cls(_instance_ids(fields), entry, fields.get("on_gap", "error"))


def _fields(body: str) -> dict[str, Any]:
    if len(body) > MAX_BODY:
        raise Refused(413, "too_large", f"The body has more than {MAX_BODY} characters.")
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise Refused(400, "bad_request", f"The body is not JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise Refused(400, "bad_request", "The body is not a JSON object.")
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise Refused(400, "bad_request", f"Unknown: {', '.join(unknown)}. Valid fields: {', '.join(FIELDS)}.")
    return fields


def _instance_ids(fields: Mapping[str, Any]) -> tuple[str, ...]:
    given = [field for field in ("instance_id", "ec2_instances_id") if field in fields]
    if len(given) != 1:
        raise Refused(400, "bad_request", "Give instance_id or ec2_instances_id, one of the two.")
    value = fields[given[0]]
    ids = [value] if isinstance(value, str) else value
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids) or len(ids) > MAX_INSTANCES:
        raise _bad(given[0], value, f"an instance id or a list of 1 to {MAX_INSTANCES}")
    return tuple(dict.fromkeys(ids))


def _bad(field: str, got: object, valid: str) -> Refused:
    return Refused(400, "bad_request", f"{field}: got {json.dumps(got)[:200]}, expected {valid}.")
