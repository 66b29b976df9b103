# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The booking API: API Gateway's events in, bookings made, changed and cancelled, JSON out.

HTTP and its refusals live here and beside; what a booking is, and what it does to EventBridge Scheduler, is the
collection's. Nothing is written before everything that can be checked has been.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import boto3
from access import Environment
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import require_whole_answers
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import BOTOCORE_CONFIG
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import WORKERS
from answers import RETRY_AFTER, Answer, cause_of, combined, refusal
from bookings import BookingDesk, Cloud, split_id
from botocore.config import Config
from deadline import CONNECT_TIMEOUT, READ_TIMEOUT, Deadline
from events import ApiRequest, BookingBody, Refused
from feed import FILTERS, feed
from lists import BOOKING_FILTERS, INSTANCE_FILTERS, list_bookings, list_instances

LOG = logging.getLogger("tfbridge")
LOG.setLevel(logging.INFO)
# The function's timeout, for whoever calls it without Lambda.
SECONDS = 25.0


@lru_cache(maxsize=1)
def cloud() -> Cloud:
    """Return what the function keeps between requests."""
    timeouts = {"connect_timeout": CONNECT_TIMEOUT, "read_timeout": READ_TIMEOUT}
    config = Config(**{**BOTOCORE_CONFIG, **timeouts}, max_pool_connections=WORKERS)
    scheduler, ec2 = (require_whole_answers(boto3.client(service, config=config)) for service in ("scheduler", "ec2"))
    return Cloud(Environment.of(os.environ), scheduler, ec2)


def handle(event: object, context: Any) -> dict[str, Any]:
    """Answer one request. Lambda calls it."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return respond(cloud, event, Deadline(left() / 1000 if left else SECONDS))


def respond(known: Callable[[], Cloud], event: object, deadline: Deadline) -> dict[str, Any]:
    """Answer one request in the time that it has."""
    request = ApiRequest.of(event)
    failures: list[Any] = []
    try:
        _check(request)
        desk = BookingDesk(known(), request.caller, deadline)
        failures = desk.failures
        status, body = ROUTES[request.route](desk, request)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the log its cause
        failures.append(error)
        status, body = refusal(error)
    if status >= 400:
        body["request_id"] = request.request_id
    _audit(request, status, body, failures)
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    if status == 503:
        headers["retry-after"] = str(RETRY_AFTER)
    if "version" in body:
        headers["etag"] = f'"{body["version"]}"'
    if "calendar" in body:
        headers["content-type"] = "text/calendar; charset=utf-8"
        return {"statusCode": status, "headers": headers, "body": body["calendar"]}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def _check(request: ApiRequest) -> None:
    if request.route not in ROUTES:
        raise Refused(404, "not_found", f"There is no {request.route[:80]}.")
    if not request.caller.name:
        raise Refused(401, "unauthorized", "Nobody is named as the caller.")


def _audit(request: ApiRequest, status: int, body: Mapping[str, Any], failures: Sequence[Exception]) -> None:
    """Log one line: who did what to what. Of what the caller wrote it has ids that are ids, and nothing else."""
    ids = set(_ids(request, body))
    line: dict[str, Any] = {
        "route": request.route if request.route in ROUTES else "other",
        "caller": request.caller.name,
        "instances": sorted({one.partition(".")[0] for one in ids}),
        "bookings": sorted(one for one in ids if "." in one),
        "status": status,
        "request_id": request.request_id,
        "error": body.get("error"),
    }
    causes = [text for text in map(cause_of, failures) if text]
    crash = next((each for each in failures if not isinstance(each, (Refused, BridgeError))), None)
    LOG.log(
        logging.ERROR if status >= 500 else logging.INFO,
        json.dumps({**line, "cause": causes} if causes else line),
        exc_info=crash,
    )


def _ids(request: ApiRequest, body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of instances and bookings that a request is about."""
    if request.booking:
        try:
            yield ".".join(split_id(request.booking))
        except Refused:
            return
    if request.route.startswith("POST"):
        try:
            yield from BookingBody.of(request.body).instance_ids
        except (Refused, OptionError):
            return
        yield from (one["id"] for one in body.get("bookings", ()) if "id" in one)


def provision(desk: BookingDesk, request: ApiRequest) -> Answer:
    """Book."""
    request.query_of()
    body = BookingBody.of(request.body)
    return combined(desk.book(body, request.key_of(body.entry)), "bookings")


def bookings(desk: BookingDesk, request: ApiRequest) -> Answer:
    """List bookings."""
    return list_bookings(desk, request.query_of(*BOOKING_FILTERS))


def calendar(desk: BookingDesk, request: ApiRequest) -> Answer:
    """Return bookings as a calendar to subscribe to."""
    return feed(desk, request.query_of(*FILTERS))


def instances(desk: BookingDesk, request: ApiRequest) -> Answer:
    """List what can be booked."""
    return list_instances(desk, request.query_of(*INSTANCE_FILTERS))


def booking(desk: BookingDesk, request: ApiRequest) -> Answer:
    """Show one booking."""
    request.query_of()
    return desk.show(request.booking)


def change(desk: BookingDesk, request: ApiRequest) -> Answer:
    """Change one booking."""
    request.query_of()
    return desk.change(request.booking, BookingBody.change(request.body), request.version)


def cancel(desk: BookingDesk, request: ApiRequest) -> Answer:
    """Cancel one booking."""
    query = request.query_of("on_cancel", "dry_run")
    on_cancel = _one_of(query, "on_cancel", "keep", "stop_now")
    return desk.cancel(request.booking, on_cancel, dry_run=_one_of(query, "dry_run", "false", "true") == "true")


def _one_of(query: Mapping[str, str], name: str, *valid: str) -> str:
    value = query.get(name, valid[0])
    if value not in valid:
        raise Refused(400, "bad_request", f"{name}: got {value[:60]!r}, expected {' or '.join(valid)}.")
    return value


ROUTES: dict[str, Callable[[BookingDesk, ApiRequest], Answer]] = {
    "POST /provision": provision,
    "GET /bookings": bookings,
    "GET /bookings.ics": calendar,
    "GET /bookings/{id}": booking,
    "PATCH /bookings/{id}": change,
    "DELETE /bookings/{id}": cancel,
    "GET /instances": instances,
}
