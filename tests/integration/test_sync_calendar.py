# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A calendar and the bookings that follow from it: made, moved, cancelled, and never lost by accident."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.support.aws import IMAGE
from tests.support.feed_server import feed_server, unless_known
from tests.support.ics import calendar, event

UTC = timezone.utc
ROLE = "arn:aws:iam::123456789012:role/tfbridge-ec2-eu-central-1"
DAY = (datetime.now(UTC) + timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
PREFIX = "cal.0a1b2c3d."


@pytest.fixture
def instances(aws: Any) -> list[str]:
    """Three stopped instances, and what Terraform's module has published."""
    aws.publish({"EC2_SCHEDULER_ROLE_ARN": ROLE, "EC2_SCHEDULER_GROUP": "tfbridge"})
    made = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=3, MaxCount=3)["Instances"]
    ids = [instance["InstanceId"] for instance in made]
    aws.client("ec2").stop_instances(InstanceIds=ids)
    aws.forget_calls()
    return ids


def booking(name: str, days: float, *ids: str, hours: float = 2) -> dict[str, Any]:
    """Return an entry of bookings, some days from the day after tomorrow on."""
    start = DAY + timedelta(days=days)
    end = start + timedelta(hours=hours)
    return {
        "name": PREFIX + name,
        "instance_ids": list(ids),
        "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "end_time": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "summary": "Load test",
    }


def records(aws: Any) -> set[str]:
    """Return instance and name of each booking that there is."""
    listed = aws.client("scheduler").list_schedules(GroupName="tfbridge", State="DISABLED")["Schedules"]
    return {item["Name"].rsplit(".", 1)[0].replace(".r.", " ") for item in listed}


def writes(aws: Any) -> int:
    """Count what was written to Scheduler."""
    return sum(aws.calls()[name] for name in ("scheduler:CreateSchedule", "scheduler:DeleteSchedule"))


class TestPurgePrefix:
    """The module alone: what is purged, and what isn't."""

    @pytest.fixture
    def sync(self, run: Any) -> Any:
        """Run the module once with a calendar's prefix."""

        def call(*bookings: dict[str, Any], check: bool = False, fails: bool = False, **options: Any) -> dict[str, Any]:
            given = {"region": "eu-central-1", "purge_prefix": PREFIX, "bookings": list(bookings), **options}
            result = run.module("ec2_schedule", _ansible_check_mode=check, _ansible_diff=True, **given)
            assert fails == result.get("failed", False), result
            return result

        return call

    def test_what_is_not_asked_for_any_more_goes_from_the_whole_group(self, aws, sync, run, instances) -> None:
        """Check, run, check again, run again; other bookings stay, and an instance without any is cleaned."""
        one, two, three = instances
        mine = {"name": "mine", "start_time": booking("x", 1)["start_time"], "end_time": booking("x", 1)["end_time"]}
        run.module("ec2_schedule", region="eu-central-1", instance_ids=[two], **mine)
        sync(booking("a", 0, one, two), booking("b", 1, one), booking("c", 2, one), booking("d", 3, three))
        assert len(records(aws)) == 6

        left = [booking("a", 0, one), booking("b", 1, one), booking("c", 2, one)]
        before = writes(aws)
        checked = sync(*left, check=True)
        assert checked["changed"]
        assert writes(aws) == before
        assert f"{three}  start" in checked["diff"]["before"]
        assert f"{three}  start" not in checked["diff"]["after"]
        done = sync(*left)
        assert {each["instance_id"]: each["cancelled"] for each in done["instances"]} == {
            one: [],
            two: [f"{PREFIX}a"],
            three: [f"{PREFIX}d"],
        }
        assert records(aws) == {f"{one} {PREFIX}{name}" for name in "abc"} | {f"{two} mine"}
        before = writes(aws)
        assert not sync(*left, check=True)["changed"]
        assert not sync(*left)["changed"]
        assert writes(aws) == before

    def test_moving_an_event_moves_its_booking_and_nothing_else(self, aws, sync, instances) -> None:
        """One record and two edges are written anew, and the old ones deleted."""
        one, two, _three = instances
        sync(*(booking(name, number, one, two) for number, name in enumerate("abcd")))
        before = writes(aws)
        moved = [booking(name, number, one) for number, name in enumerate("abcd")]
        others = [booking(name, number, two) for number, name in enumerate("abcd")]
        moved[2] = booking("c", 2.25, one)

        sync(*moved, *others)

        assert writes(aws) - before == 6

    def test_a_shrunken_calendar_changes_nothing(self, aws, sync, instances) -> None:
        """More than half: refused, unless it is allowed."""
        sync(*(booking(name, number, instances[0]) for number, name in enumerate("abcd")))
        before = writes(aws)

        refused = sync(booking("a", 0, instances[0]), booking("new", 9, instances[1]), fails=True)
        assert "purge_limit: 3 of 4 bookings" in refused["msg"]
        assert "run once with purge_limit: 100" in refused["msg"]
        assert "more than 50 %" in sync(fails=True)["msg"]
        assert writes(aws) == before
        sync(*(booking(name, number, instances[0]) for number, name in enumerate("ab")))
        assert records(aws) == {f"{instances[0]} {PREFIX}{name}" for name in "ab"}
        sync(purge_limit=100)
        assert records(aws) == set()

    def test_horizon_kept_and_running_bookings_stay(self, aws, sync, instances) -> None:
        """What wasn't looked for, what can't be read, what runs now, what isn't the calendar's."""
        running = {**booking("now", 0, instances[0]), "start_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        far, kept, gone = (
            booking("far", 30, instances[0]),
            booking("keep1", 3, instances[0]),
            booking("z", 1, instances[0]),
        )
        sync(running, far, kept, gone, {**booking("x", 4, instances[0]), "name": "cal.other"})

        done = sync(purge_until=booking("x", 20)["start_time"], purge_keep=[f"{PREFIX}keep"], purge_limit=100)

        assert done["instances"][0]["cancelled"] == [f"{PREFIX}z"]
        assert {name.split()[1] for name in records(aws)} == {
            f"{PREFIX}now",
            f"{PREFIX}far",
            f"{PREFIX}keep1",
            "cal.other",
        }

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"purge_prefix": "a"}, "purge_prefix: 'a' can't begin the name"),
            ({"purge_limit": 101}, "purge_limit: 101 is out of range"),
            ({"purge_bookings": True}, "mutually exclusive with purge_bookings"),
            ({"state": "absent"}, "mutually exclusive with state: absent"),
            ({"purge_prefix": None, "purge_until": "2027-01-01T00:00Z"}, "purge_until: needs purge_prefix"),
            ({"purge_until": "soon"}, "purge_until: 'soon'"),
            ({"bookings": [{"name": "x", "start_time": "2030-01-01T00:00Z"}]}, "instance_ids"),
        ],
    )
    def test_bad_options(self, aws, run, instances, options, message) -> None:
        """Each is named, and AWS isn't asked."""
        given = {"region": "eu-central-1", "purge_prefix": PREFIX, **options}
        result = run.module("ec2_schedule", **given)

        assert message in result["msg"]
        assert not aws.calls()["scheduler:ListSchedules"]


def load_test(name: str, days: float, hours: float = 2) -> list[str]:
    """Return an event."""
    start = DAY + timedelta(days=days)
    return event(f"load test {name}", f"{start:%Y%m%dT%H%M%SZ}", f"{start + timedelta(hours=hours):%Y%m%dT%H%M%SZ}")


@pytest.mark.skipif("not __import__('importlib.util').util.find_spec('icalendar')", reason="without icalendar")
class TestPlaybook:
    """The playbook, as cron runs it."""

    @pytest.fixture
    def sync(self, run: Any, instances: list[str]) -> Any:
        """Run the playbook on a calendar in a file."""

        def call(body: bytes | None, *arguments: str, **variables: Any) -> Any:
            if body is not None:
                run.write("team.ics", body.decode())
            given = {
                "calendar": "team.ics",
                "calendar_id": "team",
                "region": "eu-central-1",
                "events": [{"summary": "load test*", "instance_ids": instances[:1]}],
                **variables,
            }
            return run.playbook("tfbridge.aws.sync_calendar", "-e", f"@{run.write('vars.yml', given)}", *arguments)

        return call

    @pytest.mark.cores
    def test_a_calendar_becomes_bookings(self, aws: Any, sync: Any, instances: list[str]) -> None:
        """Check, run, check again, run again; every event is listed with what became of it."""
        body = calendar(load_test("a", 0), load_test("b", 1), event("lunch", "20370101T100000Z", "20370101T110000Z"))
        checked = sync(body, "--check", "--diff")
        assert checked.rc == 0, checked.output
        assert f"+{instances[0]}  start  {DAY:%Y-%m-%dT%H:%M:%SZ}" in checked.output
        assert writes(aws) == 0
        made = sync(None)
        assert made.rc == 0, made.output
        assert "changed=1" in made.output
        assert "3 events: 2 booked, 1 left out, 0 refused." in made.output
        assert "lunch" in made.output
        assert "it does not take place within the horizon" in made.output
        assert len(records(aws)) == 2
        assert "changed=0" in sync(None, "--check").output
        before = writes(aws)
        assert "changed=0" in sync(None).output
        assert writes(aws) == before

    @pytest.mark.full  # nine plays; each refusal has its test in the quick lane, at the lookup or the module
    def test_no_booking_is_lost_where_a_calendar_is_not_what_it_was(self, aws: Any, sync: Any) -> None:
        """Empty, cut off, a sign-in page, gone; an event that can't be read keeps its bookings."""
        body = calendar(*(load_test(name, number) for number, name in enumerate("abc")))
        assert sync(body).rc == 0
        before, there = writes(aws), records(aws)
        for broken, message in (
            (calendar(), "min_events"),
            (body[: len(body) // 2], "is cut off"),
            (b"<!DOCTYPE html><html>Sign in</html>", "sign-in page"),
            (calendar(load_test("d", 1)), "purge_limit: 3 of 3"),
        ):
            result = sync(broken)
            assert result.rc != 0
            assert message in result.said
        assert "'sometimes' is not a valid choice" in sync(body, on_shrink="sometimes").said
        garbled = calendar(load_test("a", 0), load_test("b", 1), [*load_test("c", 2), "RRULE:FREQ=NEVER"])
        result = sync(garbled)
        assert result.rc == 0, result.output
        assert "1 refused" in result.output
        assert (writes(aws), records(aws)) == (before, there)
        assert sync(calendar(load_test("d", 1)), on_shrink="allow").rc == 0
        assert len(records(aws)) == 1

    def test_without_news_it_is_not_sent_again(self, sync: Any, tmp_path: Any) -> None:
        """The copy of the last run is used."""
        with feed_server(tmp_path, unless_known(calendar(load_test("a", 0)), '"1"')) as server:
            given = {"calendar": server.url, "ca_path": str(server.ca_path), "allow_local": True}
            first, second = sync(None, **given), sync(None, **given)

            assert (first.rc, second.rc) == (0, 0), first.output + second.output
            assert [one.get("if-none-match") for one in server.requests] == [None, '"1"']
        assert "changed=1" in first.output
        assert "changed=0" in second.output
        assert "s3cret" not in first.output + second.output
