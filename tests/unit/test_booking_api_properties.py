# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The booking API as its description says: requests that schemathesis makes from it, against the handler.

And what has to hold for whatever is sent: a bounded fuzz of events, sequences of two callers, every call failing.
"""

from __future__ import annotations

import base64
import functools
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import hcl2
import pytest
import schemathesis
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import checks

from tests.support.booking_api import (
    ADMIN,
    ALICE,
    BOB,
    CHANGES,
    FIELDS,
    HANDLED,
    MARGIN,
    MODULE,
    ONE,
    OTHER,
    UNTAGGED,
    Api,
    KilledError,
    event,
    refused,
    wish,
)

DESCRIPTION = json.loads((MODULE / "openapi.json").read_text(encoding="utf-8"))
ROUTES = [
    f"{method.upper()} {path}"
    for path, each in DESCRIPTION["paths"].items()
    for method in each
    if method != "parameters"
]


class Gateway:
    """API Gateway before the handler, for clients that speak WSGI."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request: route it as API Gateway does, and send its event."""
        path, method = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"), environ["REQUEST_METHOD"]
        if path == "/openapi.json":
            start("200 OK", [("content-type", "application/json")])
            return [json.dumps(DESCRIPTION).encode()]
        parts = path.strip("/").split("/")
        route = f"{method} /bookings/{{id}}" if len(parts) == 2 and parts[0] == "bookings" else f"{method} {path}"
        made = event(
            route,
            path,
            body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode("utf-8", "replace"),
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            parameters={"id": unquote(parts[1])} if "{id}" in route else None,
            headers={
                key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")
            },
        )
        status, body = self.api.send(made)
        start(f"{status} x", list(self.api.headers.items()))
        return [body["calendar"].encode() if "calendar" in body else json.dumps(body).encode()]


def some_api() -> Api:
    """Return an API with a booking of each kind."""
    api = Api()
    api.post(wish(name="office"))
    api.post({"instance_id": ONE, "name": "week", "weekly": {"days": "mon-fri", "start": "08:00", "end": "18:00"}})
    api.post({"instance_id": OTHER, "name": "curfew", "curfew": {"days": "mon-fri", "at": "20:00"}}, BOB)
    return api


DESCRIBED = schemathesis.openapi.from_wsgi("/openapi.json", Gateway(some_api()))


@pytest.mark.hypothesis
@DESCRIBED.parametrize()
def test_requests_made_from_the_description_are_answered_as_it_says(case: Any) -> None:
    """Whatever the description allows, or nearly: the status, the headers and the body are those described."""
    case.call_and_validate(
        checks=[
            checks.not_a_server_error,
            schemathesis.specs.openapi.checks.status_code_conformance,
            schemathesis.specs.openapi.checks.content_type_conformance,
            schemathesis.specs.openapi.checks.response_schema_conformance,
        ]
    )


EXAMPLES = DESCRIPTION["paths"]["/provision"]["post"]["requestBody"]["content"]["application/json"]["examples"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_description_work(example: str) -> None:
    """Each is booked, shown, changed if it can be, and cancelled; every answer is as described."""
    api = schemathesis.openapi.from_wsgi("/openapi.json", Gateway(Api()))

    def call(path: str, method: str, **parts: Any) -> Any:
        return api[path][method].Case(**parts).call_and_validate(excluded_checks=[checks.ignored_auth])

    media_type = "application/json"
    booked = call("/provision", "POST", body=EXAMPLES[example]["value"], media_type=media_type)
    assert booked.status_code == 201, booked.text
    where = {"path_parameters": {"id": booked.json()["bookings"][0]["id"]}}
    assert call("/bookings/{id}", "GET", **where).status_code == 200
    if example == "once":
        change = DESCRIPTION["paths"]["/bookings/{id}"]["patch"]["requestBody"]["content"][media_type]["examples"]
        changed = call("/bookings/{id}", "PATCH", **where, body=change["extend"]["value"], media_type=media_type)
        assert (changed.status_code, changed.json()["end_time"]) == (200, "2026-11-24T18:00:00Z")
    assert call("/bookings/{id}", "DELETE", **where).json()["cancelled"]


def test_the_description_has_every_route() -> None:
    """The function, Terraform and the description know the same routes and fields."""
    terraform = hcl2.loads((MODULE / "api.tf").read_text(encoding="utf-8"))
    local = {key.strip('"'): value for each in terraform["locals"] for key, value in each.items()}
    routes = [route.strip('"') for route in (*local["read_routes"], *local["write_routes"])]

    assert sorted(HANDLED) == sorted(ROUTES) == sorted(routes)
    schemas = DESCRIPTION["components"]["schemas"]
    assert set(schemas["BookingRequest"]["properties"]) == set(FIELDS)
    assert set(schemas["BookingChange"]["properties"]) == set(CHANGES)


def test_the_functions_policy_is_what_it_calls() -> None:
    """Recorded calls of all operations are exactly the actions that the policy allows, its log and traces apart."""
    api = some_api()
    api.post(wish(start=-1, end=5, name="begun"))
    api.patch(f"{ONE}.office", {"end_time": "2026-11-24T16:00:00Z"})
    api.delete(f"{ONE}.begun", on_cancel="stop_now")
    api.restart()
    api.get(ADMIN)
    api.instances()
    text = (MODULE / "api.tf").read_text(encoding="utf-8")
    statements = text[text.index('"aws_iam_role_policy" "function"') : text.index('"aws_lambda_function" "api"')]
    allowed = set(re.findall(r'"((?:scheduler|ec2|iam|sqs|ssm|sts|kms):[A-Za-z]+)"', statements))

    assert allowed - {"iam:PassedToService"} == {*api.aws.calls, "iam:PassRole"}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=8,
)
MOMENTS = st.sampled_from(
    [
        "2026-11-24T13:00Z",
        "2026-11-24T15:00+01:00",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
        "2036-01-01T00:00Z",
    ]
)
WEEKLY = st.fixed_dictionaries(
    {},
    optional={
        "days": ANYTHING | st.sampled_from(["mon", "mon-fri", ["sat", "sun"]]),
        "start": ANYTHING | st.sampled_from(["08:00", "00:00"]),
        "end": ANYTHING | st.sampled_from(["18:00", "24:00"]),
        "except": ANYTHING | st.just("2026-12-24..2027-01-02"),
    },
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "instance_id": ANYTHING | st.sampled_from([ONE, [ONE, OTHER], UNTAGGED]),
        "ec2_instances_id": ANYTHING | st.just(ONE),
        "name": ANYTHING | st.sampled_from(["office", "a"]),
        "start_time": ANYTHING | MOMENTS,
        "end_time": ANYTHING | MOMENTS,
        "weekly": ANYTHING | WEEKLY,
        "timezone": ANYTHING | st.sampled_from(["Europe/Paris", "localtime", "../etc/passwd"]),
        "on_gap": ANYTHING,
        "replace": ANYTHING,
        "dry_run": ANYTHING,
        "surprise": ANYTHING,
    },
)
LIKELY = st.fixed_dictionaries(
    {"instance_id": st.sampled_from([ONE, [ONE, OTHER]]), "start_time": MOMENTS, "end_time": MOMENTS},
    optional={"name": st.sampled_from(["office", "a"]), "replace": st.booleans()},
)


@given(st.lists(BODIES | LIKELY, max_size=3), ANYTHING)
def test_any_body_is_a_booking_or_400(bodies: list[Any], anything: Any) -> None:
    """Never 500, never a record that can't be listed, shown and cancelled."""
    api = Api()
    for body in (*bodies, anything):
        status, answer = api.post(body)
        assert status in {200, 201, 400, 404, 409, 412, 413}, answer
    for booking in api.listed():
        assert api.show(booking)[0] == 200
        assert api.delete(booking, on_cancel="stop_now")[0] == 200


@given(
    st.sampled_from(ROUTES) | st.text(max_size=20),
    st.fixed_dictionaries(
        {},
        optional={
            "body": ANYTHING,
            "isBase64Encoded": ANYTHING,
            "headers": ANYTHING | st.fixed_dictionaries({"if-match": st.text(max_size=9)}),
            "pathParameters": ANYTHING | st.fixed_dictionaries({"id": st.text(max_size=30) | st.just(f"{ONE}.office")}),
            "queryStringParameters": ANYTHING
            | st.dictionaries(
                st.sampled_from(["from", "to", "state", "limit", "after", "owner"]), st.text(max_size=20)
            ),
            "requestContext": ANYTHING
            | st.fixed_dictionaries({"authorizer": ANYTHING | st.fixed_dictionaries({"jwt": ANYTHING})}),
        },
    ),
)
def test_any_event_is_answered(route: str, changes: dict[str, Any]) -> None:
    """An event that API Gateway would never send is still no 500."""
    status, _body = some_api().send({**event(route, "/x"), **changes})

    assert status < 500


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(body: bytes) -> None:
    """A body of any bytes is a booking or 400."""
    made = event("POST /provision", "/provision", body=base64.b64encode(body).decode())

    assert Api().send({**made, "isBase64Encoded": True})[0] in {400, 413}


OPERATIONS = st.tuples(
    st.sampled_from(["book", "replace", "patch", "cancel", "auto"]),
    st.sampled_from([ALICE, BOB]),
    st.sampled_from(["a", "b"]),
    st.integers(1, 6),
)


@pytest.mark.hypothesis
@given(st.lists(OPERATIONS, max_size=8))
def test_nobody_changes_or_sees_what_is_not_theirs(operations: list[tuple[str, str, str, int]]) -> None:
    """In any sequence of two callers each booking is as its owner left it, and only the owner sees it."""
    api = Api()
    model: dict[str, tuple[str, str]] = {}
    for kind, caller, name, hours in operations:
        booking, end = f"{ONE}.{name}", f"2026-11-24T{13 + hours}:00:00Z"
        mine = model.get(booking, (caller,))[0] == caller
        if kind == "patch":
            status, body = api.patch(booking, {"end_time": end}, caller)
            done = status == 200
            assert done == (booking in model and mine)
        elif kind == "cancel":
            status, body = api.delete(booking, caller)
            assert status == (200 if mine else 403)
            done = False
            if mine:
                model.pop(booking, None)
        else:
            named = {} if kind == "auto" else {"name": name}
            status, body = api.post(wish(start=1, end=hours + 1, replace=kind == "replace", **named), caller)
            booking = body["bookings"][0]["id"]
            there = model.get(booking)
            done = status < 300
            assert done == (there is None or (there[0] == caller and (kind == "replace" or there[1] == end)))
        if done:
            model[booking] = (caller, end)
        other = BOB if caller == ALICE else ALICE
        assert other not in json.dumps(body)
    for caller in (ALICE, BOB):
        assert api.listed(caller) == sorted(one for one, (owner, _end) in model.items() if owner == caller)
    seen = [booking for each in api.get(ADMIN)[1]["instances"] for booking in each["bookings"]]
    assert {one["id"]: (one["owner"], one["end_time"]) for one in seen} == model


def failing(
    at: int, how: str | Callable[[str], Exception], *, on_and_on: bool = False
) -> Callable[[str, Mapping[str, Any]], None]:
    """Return what makes the call of this number fail, or be the last; or this and all that follow."""
    numbers = itertools.count()

    def fail(operation: str, _arguments: Mapping[str, Any]) -> None:
        number = next(numbers)
        if number == at or (on_and_on and number > at):
            if callable(how):
                raise how(operation)
            raise KilledError if how == "killed" else refused(operation, how)

    return fail


STEPS: dict[str, Callable[..., tuple[int, dict[str, Any]]]] = {
    "book": lambda api, **more: api.post(wish([ONE], start=-1, end=3, name="new"), **more),
    "change": lambda api, **more: api.patch(f"{ONE}.office", {"end_time": "2026-11-24T20:00:00Z"}, **more),
    "cancel": lambda api, **more: api.delete(f"{ONE}.office", **more),
    "list": lambda api, **more: api.get(**more),
}


@pytest.mark.parametrize(
    "how", ["killed", "AccessDeniedException", "ServiceQuotaExceededException", "ValidationException"]
)
@pytest.mark.parametrize("step", STEPS)
def test_after_any_failed_call_a_second_request_heals(step: str, how: str) -> None:
    """Whichever call is the last or fails, the same request again ends as if nothing had happened."""
    for api, smooth, at in interrupted(step):
        api.aws.before = failing(at, how)
        try:
            status, _body = STEPS[step](api)
            assert status == 502 or api.aws.edges() == smooth.aws.edges()
        except KilledError:
            api.restart()
        check_healed(step, api, smooth)


PASSING: dict[str, Callable[[str], Exception]] = {
    "throttled": lambda operation: refused(operation, "ThrottlingException"),
    "5xx": lambda operation: refused(operation, "InternalServerException", status=500),
    "timeout": lambda _operation: ReadTimeoutError(endpoint_url="https://scheduler.example"),
    "cut": lambda _operation: ConnectionClosedError(endpoint_url="https://scheduler.example"),
}


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for next to nothing before a repetition."""
    monkeypatch.setattr("bookings.Retrier", functools.partial(Retrier, uniform=lambda _least, _most: 0.01))


@pytest.mark.usefixtures("_hasty")
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_that_passes_is_not_seen(step: str, side: str, fault: str) -> None:
    """Throttled, refused, without an answer or done with its answer lost, once, at any call: the result is the same."""
    for api, smooth, at in interrupted(step):
        setattr(api.aws, side, failing(at, PASSING[fault]))
        status, body = STEPS[step](api)

        assert status < 300, body
        assert "error" not in body
        assert api.aws.edges() == smooth.aws.edges()
        assert api.listed(ADMIN) == smooth.listed(ADMIN)


@pytest.mark.usefixtures("_hasty")
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_that_stays_is_told(step: str, fault: str) -> None:
    """From any call on AWS fails: an answer in time, which says what is stored and no more; later all of it heals."""
    for api, smooth, at in interrupted(step):
        before = api.aws.names
        api.aws.before = failing(at, PASSING[fault], on_and_on=True)
        status, body = STEPS[step](api, seconds=MARGIN + 0.03)
        changed = set(api.aws.names) != set(before)

        if status == 503 or step == "list":
            assert not body["success"]
            assert changed == any(word in json.dumps(body) for word in ("stored", "Booked")), body
        else:
            assert (status < 300, api.aws.edges()) == (True, smooth.aws.edges())
            assert "could not be read again" in json.dumps(body)
        check_healed(step, api, smooth)


def interrupted(step: str) -> Iterator[tuple[Api, Api, int]]:
    """Yield an API for every call of a step, one in which the step went well, and the number of the call."""
    smooth = some_api()
    smooth.aws.calls.clear()
    assert STEPS[step](smooth)[0] < 300
    for at in range(len(smooth.aws.calls)):
        yield some_api(), smooth, at


def check_healed(step: str, api: Api, smooth: Api) -> None:
    """Send a request again, and compare what there is then with what it should have been at once."""
    api.aws.heal()
    assert STEPS[step](api)[0] < 300
    assert api.aws.edges() == smooth.aws.edges()
    assert api.listed(ADMIN) == smooth.listed(ADMIN)


@pytest.mark.parametrize(
    ("windows", "pages", "bookings"), [(7, 8, 245), pytest.param(20, 21, 700, marks=pytest.mark.full)]
)
def test_a_full_group_is_listed_in_time(windows, pages, bookings) -> None:
    """A page for 33 bookings and a call for each booking: 700 take three seconds at 25 ms each and 230 a second."""
    api = Api()
    ids = [f"i-{number:017x}" for number in range(35)]
    for one in ids:
        api.aws.add(one, Bookable="true")
    for number in range(windows):
        for batch in (ids[:20], ids[20:]):
            assert api.post(wish(batch, 2 * number + 1, 2 * number + 2, name=f"n{number}"))[0] == 201
    api.restart()
    api.aws.calls.clear()
    assert len(api.listed(limit="1000")) == bookings
    lists, gets = (api.aws.calls.count(f"scheduler:{name}") for name in ("ListSchedules", "GetSchedule"))
    assert (lists, gets) == (pages, bookings)
    api.aws.calls.clear()
    assert len(api.listed(limit="1000")) == bookings
    assert api.aws.calls.count("scheduler:GetSchedule") == 0
