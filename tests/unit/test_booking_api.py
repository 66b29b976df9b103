# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The booking API's handler in this process: owners, answers, lists, changes, deadlines, the log."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record, record_schedule
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ScheduleSettings
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import _to_wire

from tests.support.booking_api import (
    ADMIN,
    ALICE,
    BOB,
    MARGIN,
    NOW,
    ONE,
    OTHER,
    ROLE,
    UNTAGGED,
    Api,
    Deadline,
    OutOfTimeError,
    by,
    event,
    refused,
    wish,
)

WEEKLY = {"days": ["mon", "fri"], "start": "08:00", "end": "18:00"}


@pytest.fixture
def api() -> Api:
    """Return an API with two instances that can be booked, and one that can't."""
    return Api()


def test_the_same_times_are_two_bookings_of_two_callers(api: Api) -> None:
    """Alice and Bob book the same; Bob's cancellation ends Bob's."""
    ids = [api.post(wish(), caller)[1]["bookings"][0]["id"] for caller in (ALICE, BOB)]
    assert len(set(ids)) == 2
    api.delete(ids[1], BOB)

    assert api.listed(ADMIN) == [ids[0]]
    assert [kind for _one, kind, _at in api.aws.edges()] == ["startInstances", "stopInstances"]


@pytest.mark.parametrize("replace_it", [False, True])
def test_the_name_of_another_is_taken(api: Api, replace_it: bool) -> None:
    """Bob can neither book, move nor cancel Alice's office, nor see it; an admin can, and it stays hers."""
    assert api.post(wish(name="office"))[0] == 201
    before = dict(api.aws.schedules)
    status, body = api.post(wish(name="office", end=5, replace=replace_it), BOB)
    assert (status, body["error"]) == (409, "not_yours")
    assert api.patch(f"{ONE}.office", {"end_time": "2026-11-24T15:00Z"}, BOB)[0] == 404
    assert api.show(f"{ONE}.office", BOB)[0] == 404
    assert api.delete(f"{ONE}.office", BOB)[0] == 403
    assert api.listed(BOB) == []
    assert api.aws.schedules == before

    assert api.patch(f"{ONE}.office", {"end_time": "2026-11-24T15:00Z"}, ADMIN)[0] == 200
    assert api.show(f"{ONE}.office")[1]["owner"] == ALICE
    assert api.delete(f"{ONE}.office", ADMIN)[1]["cancelled"]


def test_a_scope_makes_an_admin(api: Api) -> None:
    """With tokens, administrators are known by a scope; a subject that looks like an ARN is no IAM principal."""
    api = Api(admin_principals=(), admin_scopes=frozenset({"bookings.admin"}))
    api.post(wish(name="office"))
    asked = by("carol", event("GET /bookings", "/bookings"))
    assert api.send(asked)[1]["instances"] == []
    asked["requestContext"]["authorizer"]["jwt"]["claims"]["scope"] = "openid bookings.admin"
    assert len(api.send(asked)[1]["instances"]) == 1
    forged = event("GET /bookings", "/bookings")
    forged["requestContext"]["authorizer"] = {"jwt": {"claims": {"sub": ALICE}}}
    assert api.send(forged)[1]["instances"] == []


@pytest.mark.parametrize(
    ("quota", "body", "named"),
    [
        ({"max_hours": 8}, wish(start=1, end=10), "quota_hours"),
        ({"max_hours": 8}, {"instance_id": ONE, "weekly": WEEKLY}, "quota_hours"),
        ({"max_days_ahead": 2}, wish(start=47, end=49), "quota_days_ahead"),
        ({"max_bookings": 1}, wish([ONE, OTHER]), "quota_bookings"),
    ],
)
def test_a_quota_is_named(quota: dict[str, Any], body: dict[str, Any], named: str) -> None:
    """403 with the quota and its bound, nothing is written; an admin has none."""
    api = Api(**quota)
    status, answer = api.post(body)

    assert (status, answer["error"]) == (403, named)
    assert str(*quota.values()) in answer["message"]
    assert api.aws.names == []
    assert api.post(body, ADMIN)[0] == 201


def test_only_what_is_ahead_counts() -> None:
    """A quota of bookings counts a caller's own, those of others and ended ones not."""
    api = Api(max_bookings=1)
    assert api.post(wish(name="a"))[0] == 201
    assert api.post(wish(name="b"), BOB)[0] == 201
    assert api.post(wish(name="c"))[0] == 403
    assert api.post(wish(name="a"))[0] == 200
    api.aws.now += timedelta(hours=3)
    assert api.post(wish(start=4, end=5, name="c"))[0] == 201


def store_old(api: Api, name: str, start: datetime, end: datetime, owner: str = "") -> None:
    """Lay down a record as an older release did."""
    record = Record(OneOff(ONE, start, end, name), ScheduleSettings(ROLE), owner)
    schedule = replace(record_schedule(record, "old000", api.aws.now), expression="at(2036-01-01T00:00:00)")
    api.aws.create_schedule(**_to_wire(schedule), GroupName="tfbridge")


def test_old_bookings_are_everybodys(api: Api) -> None:
    """Records without an owner are listed to all, and all can move and cancel them."""
    store_old(api, "old", NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    assert api.listed(BOB) == [f"{ONE}.old"]
    assert api.patch(f"{ONE}.old", {"end_time": "2026-11-24T15:00Z"}, BOB)[0] == 200
    assert api.show(f"{ONE}.old", BOB)[1]["owner"] == BOB


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("0001-01-01T00:00+14:00", "2026-11-25T00:00Z"),
        ("0001-01-01T00:00Z", "2026-11-25T00:00Z"),
        ("2026-11-25T00:00Z", "9999-12-31T23:59:59Z"),
        ("2026-11-25T00:00Z", "9999-12-31T23:59:59-14:00"),
        ("2026-11-25T00:00Z", "2526-01-01T00:00Z"),
    ],
)
def test_far_dates_are_refused(api: Api, start: str, end: str) -> None:
    """400 with the field's name, and nothing is written."""
    status, body = api.post({"instance_id": ONE, "start_time": start, "end_time": end})

    assert status == 400
    assert "_time" in body["message"]
    assert api.aws.names == []


@pytest.mark.parametrize("start", [datetime(1, 1, 1, tzinfo=timezone.utc), NOW])
@pytest.mark.parametrize(
    "end", [datetime(2526, 1, 1, tzinfo=timezone.utc), datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)]
)
def test_far_records_poison_nothing(api: Api, start: datetime, end: datetime) -> None:
    """What an older release stored can be listed in a few lines, and cancelled by its owner."""
    assert api.post({"instance_id": ONE, "weekly": WEEKLY, "name": "week", "timezone": "Europe/Paris"})[0] == 201
    store_old(api, "poison", start, end, ALICE)
    status, body = api.get()
    assert status == 200
    assert len(json.dumps(body)) < 4000
    status, body = api.delete(f"{ONE}.poison", on_cancel="stop_now")
    assert (status, body["cancelled"]) == (200, True)
    assert api.post(wish(name="more"))[0] == 201


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("[" * 16_000, "nests too deep"),
        ("\ufeff{}", "BOM"),
        ("{\u201cinstance_id\u201d: 1}", "typographic quotes"),
        ('{"instance_id": NaN}', "NaN"),
        ('{"instance_id": ["\\ud800"]}', "instance_id"),
        (json.dumps({"instance_id": ONE, "weekly": {**WEEKLY, "days": 5}}), "weekly.days: 5"),
        (json.dumps({"instance_id": ONE, "weekly": {**WEEKLY, "days": True}}), "weekly.days: True"),
        (json.dumps({"instance_id": ONE, "weekly": {**WEEKLY, "days": ["month", "sunshine"]}}), "'month'"),
        (json.dumps({"instance_id": ONE, "weekly": {**WEEKLY, "days": {"mon": False}}}), "weekly.days"),
        (json.dumps({"instance_id": ONE, "weekly": {**WEEKLY, "timezone": "UTC"}}), "timezone"),
        (json.dumps(wish(dry_run="yes")), "dry_run"),
        (json.dumps(wish(replace=1)), "replace"),
    ],
)
def test_a_wrong_body_is_400(api: Api, body: str, named: str) -> None:
    """Each names what is wrong, encoded or not, and nothing is written."""
    encoded = base64.b64encode(body.encode("utf-8", "surrogatepass")).decode()
    for made in ({"body": body}, {"body": encoded, "isBase64Encoded": True}):
        status, answer = api.send({**event("POST /provision", "/provision"), **made})

        assert status == 400
        assert named in answer["message"]
    assert api.aws.calls == []


def test_untagged_and_unknown_ids_look_the_same(api: Api) -> None:
    """Nobody finds out which instances the account has."""
    unknown = "i-0123456789abcdefa"
    answers = [api.post(wish(one)) for one in (UNTAGGED, unknown)]
    cancelled = [api.delete(f"{one}.x") for one in (UNTAGGED, unknown)]

    assert {status for status, _body in answers} == {404}
    assert answers[0][1]["message"].replace(UNTAGGED, unknown) == answers[1][1]["message"]
    assert json.dumps(cancelled[0]).replace(UNTAGGED, unknown) == json.dumps(cancelled[1])


AWS_SAYS = "User: arn:aws:sts::123456789012:assumed-role/secret is not authorized. Encoded message: 5ecre7"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", (502, "denied")),
        ("UnauthorizedOperation", (502, "denied")),
        ("ThrottlingException", (503, "throttled")),
        ("ServiceQuotaExceededException", (502, "aws")),
        ("InternalServerException", (503, "throttled")),
        ("ValidationException", (502, "aws")),
    ],
)
@pytest.mark.parametrize("operation", ["scheduler:ListSchedules", "ec2:DescribeInstances", "scheduler:CreateSchedule"])
def test_what_aws_says_is_for_the_log(
    api: Api, caplog: pytest.LogCaptureFixture, code: str, expected: tuple[int, str], operation: str
) -> None:
    """A caller gets a short reason, and Retry-After where that helps; the log has all of it."""

    def refuse(name: str, _arguments: Mapping[str, Any]) -> None:
        if name == operation:
            raise refused(name, code, AWS_SAYS)

    api.aws.before = refuse
    # What is tried again takes all the time there is; a first answer may take long on a busy machine.
    got, body = api.post(wish(), seconds=MARGIN + (1 if expected[0] == 503 else 60))

    assert (got, body["error"]) == expected
    assert "5ecre7" not in json.dumps(body)
    assert "arn:" not in json.dumps(body)
    assert ("retry-after" in api.headers) == (got == 503)
    (line,) = [json.loads(record.getMessage()) for record in caplog.records if record.name == "tfbridge"]
    assert code in str(line["cause"])
    assert "5ecre7" in str(line["cause"])


def test_a_part_that_fails_is_an_error(api: Api) -> None:
    """Of two instances one is booked and one isn't: the answer is no success, and says which."""

    def refuse(name: str, arguments: Mapping[str, Any]) -> None:
        if name == "scheduler:CreateSchedule" and arguments["Name"].startswith(OTHER):
            raise refused(name, "ServiceQuotaExceededException")

    api.aws.before = refuse
    status, body = api.post(wish([ONE, OTHER]))

    assert (status, body["error"]) == (502, "partial")
    booked, failed = body["bookings"]
    assert booked["changed"]
    assert (failed["error"], failed["id"].partition(".")[0]) == ("aws", OTHER)
    assert "ServiceQuotaExceededException" in failed["message"]


def test_a_repeated_delete_is_no_error(api: Api) -> None:
    """200 the first time and again; the second says that there was nothing, and names the nearest."""
    api.post(wish(name="office"))
    api.post(wish(name="offices", start=5, end=6))
    assert api.delete(f"{ONE}.office")[1]["cancelled"]
    status, body = api.delete(f"{ONE}.office")

    assert (status, body["cancelled"]) == (200, False)
    assert "Did you mean 'offices'?" in body["warnings"][0]


def test_each_request_is_one_line(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Caller, instances, bookings, status and cause; for a bad body the caller, too."""
    caplog.set_level(logging.INFO, "tfbridge")
    api.post(wish([ONE, OTHER], name="office"))
    api.delete(f"{ONE}.office", BOB)
    api.send(by(BOB, event("POST /provision", "/provision", body="n0t-json")))
    api.send(by(BOB, event("GET /bookings/{id}", "/x", parameters={"id": "5ecre7"})))
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "tfbridge"]

    assert [(one["caller"], one["bookings"], one["status"], one["error"]) for one in lines] == [
        (ALICE, [f"{ONE}.office", f"{OTHER}.office"], 201, None),
        (BOB, [f"{ONE}.office"], 403, "not_yours"),
        (BOB, [], 400, "bad_request"),
        (BOB, [], 400, "bad_request"),
    ]
    assert [one["instances"] for one in lines] == [[ONE, OTHER], [ONE], [], []]
    assert "n0t" not in str(lines)
    assert "5ecre7" not in str(lines)


def test_what_can_not_be_finished_is_not_begun(api: Api) -> None:
    """Calls that take too long for the time that is left: 503, and nothing is written."""
    api.aws.latency = 0.1
    status, body = api.post(wish([ONE, OTHER]), seconds=MARGIN + 0.5)

    assert (status, body["error"]) == (503, "out_of_time")
    assert "Nothing was done" in body["message"]
    assert api.aws.names == []
    assert api.post(wish([ONE, OTHER]), seconds=MARGIN + 60)[0] == 201


def test_there_is_time_for_all_instances_or_for_none(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the slowest of them takes is asked for once, after all were looked at and before anything is written."""
    api.post(wish(OTHER, 1, 2))
    api.post(wish(OTHER, 3, 4))
    api.aws.calls.clear()
    asked: list[tuple[int, int]] = []

    def afford(_deadline: Deadline, calls: int) -> None:
        asked.append((calls, api.aws.calls.count("scheduler:ListSchedules")))
        assert "scheduler:CreateSchedule" not in api.aws.calls
        raise OutOfTimeError("late")

    monkeypatch.setattr(Deadline, "afford", afford)
    status, body = api.post(wish([ONE, OTHER], 1.5, 5, name="across"))

    assert (status, body["error"], "bookings" in body) == (503, "out_of_time", False)
    # Of the other: a record and a stop are created, a start and two stops deleted; two looks, and a last word of EC2.
    assert asked == [(8, 2)]


def test_the_deadline_holds_for_repetitions(api: Api) -> None:
    """AWS throttles for ever: the answer comes before the function ends, and says what is stored."""

    def throttle(name: str, arguments: Mapping[str, Any]) -> None:
        if name == "scheduler:CreateSchedule" and ".e." in arguments["Name"]:
            raise refused(name, "ThrottlingException")

    api.aws.before = throttle
    began = time.monotonic()
    status, body = api.post(wish(name="office"), seconds=MARGIN + 2)

    assert time.monotonic() - began < 5
    assert (status, body["error"]) == (503, "throttled")
    assert "stored" in body["bookings"][0]["message"]
    assert body["bookings"][0]["id"] == f"{ONE}.office"


def test_a_list_says_what_it_lacks(api: Api) -> None:
    """One instance that can't be read doesn't hide the other."""
    api.post(wish([ONE, OTHER], name="office"))
    api.restart()

    def refuse(name: str, arguments: Mapping[str, Any]) -> None:
        if name == "scheduler:GetSchedule" and arguments["Name"].startswith(OTHER):
            raise refused(name, "AccessDeniedException", AWS_SAYS)

    api.aws.before = refuse
    status, body = api.get()

    assert (status, body["error"]) == (200, "partial")
    assert [one["instance_id"] for one in body["instances"]] == [ONE]
    assert [(one["instance_id"], one["error"]) for one in body["failed"]] == [(OTHER, "denied")]
    assert "5ecre7" not in json.dumps(body)


def test_an_instance_that_is_stopping_is_started_later(api: Api) -> None:
    """201 with a warning, and a start is scheduled for when it has stopped."""
    api.aws.add(ONE, "stopping", Bookable="true")
    status, body = api.post(wish(start=-1, end=2))

    assert status == 201
    assert "is stopping" in str(body["bookings"][0]["warnings"])
    assert [kind for _one, kind, _at in api.aws.edges()] == ["startInstances", "stopInstances"]


@pytest.mark.parametrize(
    "code", ["InsufficientInstanceCapacity", "InvalidInstanceID.NotFound", "UnauthorizedOperation"]
)
def test_what_is_booked_and_not_started_says_so(api: Api, code: str) -> None:
    """An error with the booking's id, which is stored with its stop; the next request tries again."""

    def refuse(name: str, _arguments: Mapping[str, Any]) -> None:
        if name == "ec2:StartInstances":
            raise refused(name, code)

    api.aws.before = refuse
    status, body = api.post(wish(start=-1, end=2, name="office"))

    (booking,) = body["bookings"]
    assert (status, booking["error"], booking["id"]) == (502, "not_started", f"{ONE}.office")
    assert [kind for _one, kind, _at in api.aws.edges()] == ["stopInstances"]
    api.aws.before = lambda _name, _arguments: None
    assert api.post(wish(start=-1, end=2, name="office"))[1]["bookings"][0]["started"]


def test_spot_and_scaling_groups_are_warned_of(api: Api) -> None:
    """Who books an instance that others replace or that can't be stopped is told."""
    api.aws.add(ONE, "stopped", **{"Bookable": "true", "aws:autoscaling:groupName": "web"})
    api.aws.instances[ONE].update(InstanceLifecycle="spot", RootDeviceType="instance-store")
    warnings = str(api.post(wish())[1]["bookings"][0]["warnings"])

    assert all(word in warnings for word in ("Auto Scaling", "spot", "instance-store"))
    assert warnings[1:-1] in str(api.instances()[1]["instances"])


def test_a_booking_without_its_tag_can_be_cancelled(api: Api) -> None:
    """The tag was taken away: the list warns, and the owner can cancel and stop."""
    api.post(wish(start=-1, end=2, name="office"))
    api.aws.add(ONE, "running")
    (listed,) = api.get()[1]["instances"]
    assert "can't be booked any more" in str(listed["warnings"])
    status, body = api.delete(f"{ONE}.office", on_cancel="stop_now")

    assert (status, body["cancelled"]) == (200, True)
    assert [kind for _one, kind, _at in api.aws.edges()] == ["stopInstances"]


def test_a_curfew_is_in_force_while_it_is_booked(api: Api) -> None:
    """It never begins and never ends: it is listed as running, at any time."""
    curfew = {"days": "mon-fri", "at": "20:00"}
    api.post({"instance_id": ONE, "name": "night", "curfew": curfew})
    for hours in (0, 8, 9, 100):
        api.aws.now = NOW + timedelta(hours=hours)
        assert api.listed(state="running") == [f"{ONE}.night"]
        assert api.listed(state="upcoming,ended") == []


def test_lists_are_filtered(api: Api) -> None:
    """By instance, time range, caller and state; what has ended is there only if it is asked for."""
    api.post(wish(name="first", start=1, end=2))
    api.post(wish([ONE, OTHER], name="second", start=30, end=31))
    api.post({"instance_id": OTHER, "name": "week", "weekly": WEEKLY}, BOB)
    first, second, third, week = f"{ONE}.first", f"{ONE}.second", f"{OTHER}.second", f"{OTHER}.week"

    assert api.listed(ADMIN) == [first, second, third, week]
    assert api.listed(ADMIN, owner=BOB) == [week]
    assert api.listed(instance_id=OTHER) == [third]
    assert api.listed(**{"from": "2026-11-24T12:00Z", "to": "2026-11-24T20:00Z"}) == [first]
    assert api.listed(ADMIN, **{"from": "2026-11-27T09:00Z"}) == [week]
    assert api.listed(ADMIN, to="2026-11-24T20:00Z", owner=BOB) == []
    api.aws.now += timedelta(minutes=90)
    assert api.listed(state="running") == [first]
    api.aws.now += timedelta(hours=1)
    assert api.listed() == [second, third]
    assert api.listed(state="ended") == [first]
    for wrong in ({"state": "gone"}, {"from": "x"}, {"to": "9999-01-01T00:00Z"}, {"limit": "0"}, {"limit": "²"}):
        status, body = api.get(**wrong)
        assert status == 400
        assert next(iter(wrong)) in body["message"]


def test_pages_are_the_list(api: Api) -> None:
    """Page by page, whatever their size, the list is the same."""
    for hour in range(5):
        api.post(wish([ONE, OTHER], start=2 * hour + 1, end=2 * hour + 2))
    whole = api.listed()
    assert len(whole) == 10
    for limit in range(1, 12):
        after, found = "", []
        while after is not None:
            body = api.get(limit=str(limit), **({"after": after} if after else {}))[1]
            found += [booking["id"] for each in body["instances"] for booking in each["bookings"]]
            after = body["next"]
        assert found == whole


def test_a_booking_is_extended_with_its_version(api: Api) -> None:
    """ETag and If-Match: who changes what has changed since is refused with 412."""
    api.post(wish(name="office"))
    assert api.show(f"{ONE}.office")[0] == 200
    etag = api.headers["etag"]
    later = {"end_time": "2026-11-24T16:00:00Z"}
    status, body = api.patch(f"{ONE}.office", later, headers={"If-Match": etag})
    assert (status, body["end_time"], body["start_time"]) == (200, "2026-11-24T16:00:00Z", "2026-11-24T13:00:00Z")
    status, body = api.patch(f"{ONE}.office", later, headers={"If-Match": etag})

    assert (status, body["error"]) == (412, "changed")
    assert api.patch(f"{ONE}.office", {}, headers={"If-Match": "*"})[0] == 400
    assert api.patch(f"{ONE}.other", later)[0] == 404


def test_a_weekly_booking_is_changed_by_key(api: Api) -> None:
    """Only what is named is different."""
    api.post({"instance_id": ONE, "name": "week", "weekly": WEEKLY, "timezone": "Europe/Paris"})
    status, body = api.patch(f"{ONE}.week", {"weekly": {"end": "12:00"}})

    assert status == 200
    assert body["weekly"] == {**WEEKLY, "end": "12:00"}
    assert body["timezone"] == "Europe/Paris"


def test_a_name_is_created_once(api: Api) -> None:
    """Other times under a name that is there are 409, unless replace says so; the same again is 200."""
    assert api.post(wish(name="office"))[0] == 201
    assert api.post(wish(name="office"))[0] == 200
    assert api.post(wish(name="office", end=4))[0] == 409
    assert api.post(wish(name="office", end=4, replace=True))[0] == 201


def test_a_request_is_repeated_by_its_key(api: Api) -> None:
    """The key finds the booking, even if it was moved since; another request can't use it."""
    key = {"Idempotency-Key": "d5f4a9c2"}
    assert api.post(wish(name="office"), headers=key)[0] == 201
    api.patch(f"{ONE}.office", {"end_time": "2026-11-24T16:00:00Z"})
    status, body = api.post(wish(name="office"), headers=key)
    assert (status, body["bookings"][0]["end_time"]) == (200, "2026-11-24T16:00:00Z")
    status, body = api.post(wish(name="other", start=9, end=10), headers=key)

    assert (status, body["error"]) == (409, "key_reused")
    assert api.post(wish(), headers={"Idempotency-Key": " "})[0] == 400


def test_instances_are_what_can_be_booked(api: Api) -> None:
    """Id, name, state and the next window; nothing of what doesn't carry the tag or is gone."""
    api.aws.add("i-0123456789abcdef2", "terminated", Bookable="true")
    api.post(wish(OTHER), BOB)
    status, body = api.instances()

    assert status == 200
    assert [(one["id"], one["name"], one["state"], one["window"]) for one in body["instances"]] == [
        (ONE, "box 0", "stopped", None),
        (OTHER, "box 1", "stopped", {"start": "2026-11-24T13:00:00Z", "end": "2026-11-24T14:00:00Z"}),
    ]
    assert "bob" not in json.dumps(body)
    assert api.instances(limit="1")[1]["next"] == ONE
    assert [one["id"] for one in api.instances(limit="1", after=ONE)[1]["instances"]] == [OTHER]


def test_a_dry_run_writes_nothing(api: Api) -> None:
    """Book, change and cancel say what they would do."""
    assert api.post(wish(name="office", dry_run=True))[0] == 201
    assert api.aws.names == []
    api.post(wish(name="office"))
    before = api.aws.names
    assert api.patch(f"{ONE}.office", {"end_time": "2026-11-24T16:00:00Z", "dry_run": True})[1]["changed"]
    assert api.delete(f"{ONE}.office", dry_run="true")[1]["cancelled"]

    assert api.aws.names == before


def test_records_are_read_once(api: Api) -> None:
    """They never change: a second list reads only what is new."""
    api.post(wish([ONE, OTHER], name="office"))
    api.get()
    api.aws.calls.clear()
    api.post(wish(ONE, 5, 6, name="more"), BOB)
    api.aws.calls.clear()
    api.get(ADMIN)

    assert api.aws.calls.count("scheduler:GetSchedule") == 1


class TestCalendar:
    """Bookings as a calendar to subscribe to."""

    def test_it_has_the_callers_bookings_and_no_others(self) -> None:
        """One-off and weekly ones; curfews book nothing. An admin sees all."""
        api = Api()
        api.post(wish(name="office"))
        weekly = {"days": "mon-fri", "start": "08:00", "end": "18:00"}
        api.post({"instance_id": OTHER, "name": "week", "timezone": "Europe/Paris", "weekly": weekly}, BOB)
        api.post({"instance_id": OTHER, "name": "curfew", "curfew": {"days": "mon-fri", "at": "20:00"}}, BOB)

        status, body = api.calendar()
        assert (status, api.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert body["calendar"].startswith("BEGIN:VCALENDAR\r\n")
        assert f"UID:office.{ONE}@" in body["calendar"]
        assert "week" not in api.calendar(instance_id=ONE)[1]["calendar"].lower().replace("weekly", "")
        theirs = api.calendar(BOB)[1]["calendar"]
        assert ("RRULE:FREQ=WEEKLY" in theirs, "office" in theirs, "curfew" in theirs) == (True, False, False)
        assert api.calendar(ADMIN)[1]["calendar"].count("BEGIN:VEVENT") == 2
        assert api.calendar(limit="1")[0] == 400
