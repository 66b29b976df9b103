# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The booking API: API Gateway's events in, bookings made and cancelled, JSON out.

HTTP and its refusals live here; what a booking is, and what it does to EventBridge Scheduler, is the collection's.
Nothing is written before everything that can be checked has been.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

import boto3
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import require_whole_answers
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import BOTOCORE_CONFIG
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, BridgeError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import WORKERS
from bookings import BookingApi, Environment
from botocore.config import Config
from events import ApiRequest, BookingBody, Refused

LOG = logging.getLogger("tfbridge")
LOG.setLevel(logging.INFO)

Answer = tuple[int, dict[str, Any]]


@lru_cache(maxsize=1)
def booking_api() -> BookingApi:
    """Return what the function keeps between calls: its settings and its connections."""
    config = Config(**BOTOCORE_CONFIG, max_pool_connections=WORKERS)
    scheduler, ec2 = (require_whole_answers(boto3.client(service, config=config)) for service in ("scheduler", "ec2"))
    return BookingApi(Environment.of(os.environ), scheduler, ec2)


def handle(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request. Lambda calls it."""
    request = None
    try:
        request = ApiRequest.of(event)
        status, body = _route(request)(booking_api(), request, datetime.now(timezone.utc))
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the log its cause
        status, body = _refusal(error)
    # One line a request, in which there is nothing that a caller wrote: no body, no header, no query.
    line = {"route": request and request.route, "caller": request and request.caller, "status": status}
    LOG.info(json.dumps({**line, "request_id": request and request.request_id, "error": body.get("error")}))
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps(body),
    }


def provision(api: BookingApi, request: ApiRequest, now: datetime) -> Answer:
    """Book."""
    results = api.book(BookingBody.of(request.body), now)
    failed = any("error" in result for result in results)
    changed = any(result.get("changed") for result in results)
    return 502 if failed else 201 if changed else 200, {"bookings": results}


def bookings(api: BookingApi, request: ApiRequest, now: datetime) -> Answer:
    """List."""
    _known(request.query, "instance_id")
    return 200, {"instances": api.listed(request.query.get("instance_id"), now)}


def cancel(api: BookingApi, request: ApiRequest, _now: datetime) -> Answer:
    """Cancel."""
    _known(request.query, "on_cancel")
    on_cancel = request.query.get("on_cancel", "keep")
    if on_cancel not in ("keep", "stop_now"):
        raise Refused(400, "bad_request", f"on_cancel: got {on_cancel!r}, expected keep or stop_now.")
    instance_id, dot, booking_id = request.booking.partition(".")
    if not dot or not booking_id:
        raise Refused(400, "bad_request", "A booking's id is <instance id>.<name>.")
    return 200, api.cancel(instance_id, booking_id, on_cancel)


def _known(query: Mapping[str, str], *accepted: str) -> None:
    unknown = sorted(set(query) - set(accepted))
    if unknown:
        raise Refused(400, "bad_request", f"Unknown: {', '.join(unknown)}. Valid: {', '.join(accepted)}.")


def _refusal(error: Exception) -> Answer:
    """Return the answer to what went wrong."""
    if isinstance(error, Refused):
        return error.status, {"error": error.error, "message": str(error)}
    if isinstance(error, OptionError):
        return 400, {"error": "bad_request", "message": str(error)}
    LOG.error("failed", exc_info=error)
    if isinstance(error, AwsError):
        return 502, {"error": "aws", "message": str(error)}
    if isinstance(error, BridgeError):
        return 409, {"error": "conflict", "message": str(error)}
    return 500, {"error": "internal", "message": "The request failed; the function's log says why."}


ROUTES: dict[str, Callable[[BookingApi, ApiRequest, datetime], Answer]] = {
    "POST /provision": provision,
    "GET /bookings": bookings,
    "DELETE /bookings/{id}": cancel,
}


def _route(request: ApiRequest) -> Callable[[BookingApi, ApiRequest, datetime], Answer]:
    if request.route not in ROUTES:
        raise Refused(404, "not_found", f"There is no {request.route}.")
    return ROUTES[request.route]
