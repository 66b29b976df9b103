"""Bookings through ansible-playbook: made, moved, cancelled, refused, and what EC2 then does."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.lookup import ec2_schedule as lookup
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.modules import ec2_schedule, ec2_schedule_info

from tests.support.aws import IMAGE
from tests.support.scheduler_executor import Executor

UTC = timezone.utc
ROLE = "arn:aws:iam::123456789012:role/tfbridge-ec2-eu-central-1"
GROUP = "tfbridge"
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
DAY = (NOW + timedelta(days=1)).replace(hour=0, minute=0)


def at(hours: float) -> str:
    """Give a time of tomorrow."""
    return (DAY + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def instances(aws):
    """Three stopped instances, and what Terraform's module has published."""
    aws.publish({"EC2_SCHEDULER_ROLE_ARN": ROLE, "EC2_SCHEDULER_GROUP": GROUP})
    ec2 = aws.client("ec2")
    made = ec2.run_instances(ImageId=IMAGE, MinCount=3, MaxCount=3)["Instances"]
    ids = [instance["InstanceId"] for instance in made]
    ec2.stop_instances(InstanceIds=ids)
    aws.forget_calls()
    return ids


@pytest.fixture
def book(run):
    """Run the module once, without a play around it, and return its result."""

    def call(*arguments, module="ec2_schedule", fails=False, **options):
        modes = {"_ansible_check_mode": "--check" in arguments, "_ansible_diff": "--diff" in arguments}
        result = run.module(module, region="eu-central-1", **options, **modes)
        assert fails == result.get("failed", False), result
        return result

    return call


@pytest.fixture
def play(run):
    """Run the module once in a play, and return its result and what was printed."""

    def call(*arguments, module="ec2_schedule", fails=False, **options):
        done, result = run.task(module, *arguments, region="eu-central-1", **options)
        assert (done.rc != 0) == fails, done.output
        return {**result, "output": done.output, "said": done.said}

    return call


def written(aws):
    """Count what was written to Scheduler and EC2."""
    calls = aws.calls()
    return sum(calls[name] for name in ("scheduler:CreateSchedule", "scheduler:DeleteSchedule", "ec2:StartInstances"))


def edges(aws, kind=""):
    """Give the expressions of the enabled schedules."""
    scheduler = aws.client("scheduler")
    listed = scheduler.list_schedules(GroupName=GROUP, State="ENABLED")["Schedules"]
    return sorted(
        scheduler.get_schedule(Name=item["Name"], GroupName=GROUP)["ScheduleExpression"]
        for item in listed
        if f".e.{kind}" in item["Name"]
    )


def executor(aws):
    """Give the clock that fires what is scheduled."""
    return Executor(aws.client("scheduler"), aws.client("ec2"), GROUP, datetime.now(UTC))


class TestBooking:
    """check, run, check again, run again."""

    def test_two_that_overlap_are_one_window_and_the_instance_runs_through(self, aws, play, book, instances):
        """15 to 18 and 17 to 20: nothing stops at 18. The first cancelled, it runs from 17 to 20."""
        one = instances[0]
        first = {"instance_ids": one, "name": "first", "start_time": at(15), "end_time": at(18)}
        checked = play("--check", "--diff", **first)
        assert checked["changed"]
        assert 0 == written(aws)
        assert f"+{one}  start  {at(15)}" in checked["output"]
        assert book(**first)["changed"]
        assert not book("--check", **first)["changed"]
        before = written(aws)
        assert not book(**first)["changed"]
        assert before == written(aws)

        second = book(instance_ids=one, name="second", start_time=at(17), end_time=at(20))
        (instance,) = second["instances"]
        assert [{"start": at(15), "end": at(20), "bookings": ["first", "second"]}] == instance["windows"]
        assert {"action": "start", "at": at(15)} == instance["next_edge"]
        assert [f"at({at(15)[:-1]})", f"at({at(20)[:-1]})"] == edges(aws)

        clock = executor(aws)
        for hour, state in ((14.99, "stopped"), (15.02, "running"), (18.5, "running")):
            clock.run(DAY + timedelta(hours=hour))
            assert state == clock.state(one), hour
        clock.run(DAY + timedelta(hours=20.02))
        assert "stopped" == clock.state(one)
        assert [] == edges(aws)

    def test_a_curfew_stops_what_was_started_by_hand(self, aws, book, instances):
        """check, run, check, run: a weekly stop, left out where it is booked; cancelled, nothing is left."""
        one = instances[0]
        night = {"instance_ids": one, "name": "night", "timezone": "UTC", "curfew": {"days": "mon-sun", "at": "20:00"}}
        for mode, changed in (("--check", True), ("", True), ("--check", False), ("", False)):
            assert changed == book(mode, **night)["changed"]
        assert ["cron(0 20 ? * MON,TUE,WED,THU,FRI,SAT,SUN *)"] == edges(aws)
        aws.client("ec2").start_instances(InstanceIds=[one])

        (instance,) = book(instance_ids=one, name="late", start_time=at(19), end_time=at(22))["instances"]
        assert at(20) not in [curfew["at"] for curfew in instance["curfews"]]
        assert {"at": at(44), "bookings": ["night"]} in instance["curfews"]
        clock = executor(aws)
        for hour, state in ((20.5, "running"), (22.1, "stopped"), (43, "stopped")):
            clock.run(DAY + timedelta(hours=hour))
            assert state == clock.state(one), hour
        aws.client("ec2").start_instances(InstanceIds=[one])
        clock.run(DAY + timedelta(hours=44.1))
        assert "stopped" == clock.state(one)

        (shown,) = book(module="ec2_schedule_info", instance_ids=[one])["instances"]
        (curfew,) = [booking for booking in shown["bookings"] if booking["name"] == "night"]
        expected = {"name": "night", "curfew": "20:00", "days": [*DAYS], "timezone": "UTC"}
        assert expected == {key: curfew[key] for key in expected}
        book(state="absent", instance_ids=one, name="night")
        assert not [expression for expression in edges(aws) if expression.startswith("cron")]

    def test_a_monthly_booking_is_two_crons_until_something_is_near(self, book, aws, instances):
        """check, run, check, run; beside a weekly booking its times are scheduled one by one, and so a warning says."""
        one = instances[0]
        rule = {"nth": 1, "day": "thu", "start": "20:00", "end": "23:00"}
        patches = {"instance_ids": one, "name": "patches", "timezone": "UTC", "monthly": rule}
        for mode, changed in (("--check", True), ("", True), ("--check", False), ("", False)):
            result = book(mode, **patches)
            assert changed == result["changed"]
        assert ["cron(0 20 ? * THU#1 *)", "cron(0 23 ? * THU#1 *)"] == edges(aws)
        assert "patches is booked, 1st Thu of the month 20:00 to 23:00 UTC" in str(result["instances"][0]["summary"])
        (window,) = result["instances"][0]["windows"]
        assert window["start"][10:] == "T20:00:00Z"
        (shown,) = book(module="ec2_schedule_info", instance_ids=[one])["instances"]
        assert {"nth": 1, "day": "thu"} == shown["bookings"][0]["monthly"]
        assert shown["in_sync"]

        week = {"days": ["mon"], "start": "08:00", "end": "18:00"}
        result = book(instance_ids=one, name="week", timezone="UTC", weekly=week)
        assert "patches are near others" in str(result["instances"][0]["warnings"])
        assert f"at({window['start'][:-1]})" in edges(aws)
        book(state="absent", instance_ids=one, name="week")
        assert ["cron(0 20 ? * THU#1 *)", "cron(0 23 ? * THU#1 *)"] == edges(aws)

    def test_words_and_differences_are_in_the_zone_of_the_booking(self, book, instances):
        """A weekly booking that is moved: its summary is in its zone, and --diff has days and zone on both sides."""
        one = instances[0]
        weekly = {"days": "mon-fri", "start": "08:00", "end": "18:00"}
        office = {"instance_ids": one, "name": "office", "timezone": "Europe/Paris", "weekly": weekly}
        (instance,) = book(**office)["instances"]
        assert f"{one}: office is booked, mon,tue,wed,thu,fri 08:00 to 18:00 Europe/Paris." in instance["summary"]
        assert re.search(
            r"next (start|stop) \w{3} \d+ \w{3} \d{4} (08|18):00, st\w+ .* (08|18):00 \(Europe/Paris\)\.",
            instance["summary"][-1],
        )

        moved = book("--check", "--diff", **{**office, "weekly": {**weekly, "end": "19:00"}})["diff"]
        assert f"{one}  stop   weekly mon,tue,wed,thu,fri at 18:00 Europe/Paris" in moved["before"]
        assert f"{one}  stop   weekly mon,tue,wed,thu,fri at 19:00 Europe/Paris" in moved["after"]

    def test_a_role_that_was_just_made_is_waited_for(self, aws, book, instances):
        """Right after terraform apply, Scheduler refuses the role for some seconds: it is booked all the same."""
        aws.app.settings.role_known_after = 2
        assert book(instance_ids=instances[0], name="a", start_time=at(15), end_time=at(18))["changed"]
        assert [f"at({at(15)[:-1]})", f"at({at(18)[:-1]})"] == edges(aws)

    def test_a_quota_that_ends_half_way_is_told_and_healed(self, aws, book, instances):
        """A record is written, its edges are not: the message says so, info shows it, and a later run completes it."""
        one = instances[0]
        booking = {"instance_ids": one, "name": "a", "start_time": at(15), "end_time": at(18)}
        aws.app.settings.schedules_left = 1
        refused = book(fails=True, **booking)
        assert "maximum number of schedules" in refused["msg"]
        assert f"This came half way: the bookings of {one} are stored" in refused["msg"]
        (shown,) = book(module="ec2_schedule_info", instance_ids=[one])["instances"]
        assert not shown["in_sync"]
        assert ["a"] == [each["name"] for each in shown["bookings"]]

        aws.app.settings.schedules_left = -1
        assert book(**booking)["changed"]
        assert [f"at({at(15)[:-1]})", f"at({at(18)[:-1]})"] == edges(aws)

    def test_an_error_that_is_final_is_tried_once(self, aws, book, instances):
        """EC2 refuses a start once, and Scheduler doesn't try again: a dead letter, and the instance stays stopped."""
        one = instances[0]
        book(instance_ids=one, name="a", start_time=at(15), end_time=at(18))
        clock = executor(aws)
        aws.app.fault("ec2:StartInstances", "IncorrectInstanceState")
        clock.run(DAY + timedelta(hours=15.5))
        assert "stopped" == clock.state(one)
        assert [DAY + timedelta(hours=15)] == [letter.at for letter in clock.dead_letters]

    def test_cancelling_one_leaves_the_others(self, aws, play, book, instances):
        """check, run, check, run; the plan is that of the booking that is left."""
        one = instances[0]
        both = [
            {"name": "first", "start_time": at(15), "end_time": at(18)},
            {"name": "second", "start_time": at(17), "end_time": at(20)},
        ]
        book(instance_ids=one, bookings=both)
        cancel = {"state": "absent", "instance_ids": one, "name": "first"}
        checked = play("--check", "--diff", **cancel)
        assert checked["changed"]
        assert f"-{one}  start  {at(15)}" in checked["output"]
        assert f"+{one}  start  {at(17)}" in checked["output"]
        cancelled = book(**cancel)
        assert ["first"] == cancelled["instances"][0]["cancelled"]
        assert [f"at({at(17)[:-1]})", f"at({at(20)[:-1]})"] == edges(aws)
        assert not book("--check", **cancel)["changed"]
        assert not book(**cancel)["changed"]

    def test_a_booking_without_a_name_is_made_once_and_cancelled_by_its_times(self, aws, book, instances):
        """The name follows from what is booked."""
        times = {"instance_ids": instances[0], "start_time": at(15), "end_time": at(18)}
        book(**times)
        assert not book(**times)["changed"]
        book(state="absent", **times)
        assert [] == edges(aws)
        assert [] == aws.client("scheduler").list_schedules(GroupName=GROUP)["Schedules"]

    def test_purge_cancels_what_is_not_listed(self, book, instances):
        """A list of bookings is all there is."""
        book(instance_ids=instances[0], name="old", start_time=at(1), end_time=at(2))
        listed = {"instance_ids": instances[0], "purge_bookings": True}
        new = [{"name": "new", "start_time": at(3), "end_time": at(4)}]
        result = book(bookings=new, **listed)
        assert ["old"] == result["instances"][0]["cancelled"]
        assert ["new"] == [booking["name"] for booking in result["instances"][0]["bookings"]]
        assert ["new"] == book(bookings=[], **listed)["instances"][0]["cancelled"]

    def test_one_that_has_begun_starts_the_instance_now(self, aws, book, instances):
        """Only the stop is scheduled; start_if_active: false leaves it."""
        began = (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        times = {"start_time": began, "end_time": at(30)}
        checked = book("--check", instance_ids=instances[0], **times)
        assert checked["instances"][0]["started"]
        assert "stopped" == executor(aws).state(instances[0])
        done = book(instance_ids=instances[0], **times)
        assert done["instances"][0]["started"]
        assert done["instances"][0]["running_now"]
        assert "running" == executor(aws).state(instances[0])
        assert [f"at({at(30)[:-1]})"] == edges(aws)
        assert not book(instance_ids=instances[0], **times)["changed"]
        book(instance_ids=instances[1], start_if_active=False, **times)
        assert "stopped" == executor(aws).state(instances[1])

    @pytest.mark.parametrize(("on_cancel", "state"), [("keep", "running"), ("stop_now", "stopped")])
    def test_cancelled_while_it_runs(self, aws, book, instances, on_cancel, state):
        """Keep lets it run until the end of its window and says so, stop_now stops it within three minutes."""
        began = (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        book(instance_ids=instances[0], name="now", start_time=began, end_time=at(30))
        cancel = {"state": "absent", "instance_ids": instances[0], "name": "now", "on_cancel": on_cancel}
        cancelled = book(**cancel)
        assert ["now"] == cancelled["instances"][0]["cancelled"]
        kept = f"keeps running until {at(30)}"
        assert (kept in " ".join(cancelled["instances"][0]["warnings"])) == (on_cancel == "keep")
        assert not book(**cancel)["changed"]
        clock = executor(aws)
        clock.run(clock.now + timedelta(minutes=4))
        assert state == clock.state(instances[0])
        clock.run(DAY + timedelta(hours=31))
        assert "stopped" == clock.state(instances[0])

    def test_a_week(self, aws, book, instances):
        """Office hours and a late Friday, united on the local week; one cron for each edge."""
        bookings = [
            {
                "name": "office",
                "weekly": {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "18:00"},
            },
            {"name": "late", "weekly": {"days": ["fri"], "start": "17:00", "end": "22:00"}},
        ]
        options = {"instance_ids": instances[0], "timezone": "UTC", "bookings": bookings}
        book(**options)
        assert not book(**options)["changed"]
        assert [
            "cron(0 18 ? * MON,TUE,WED,THU *)",
            "cron(0 22 ? * FRI *)",
            "cron(0 8 ? * MON,TUE,WED,THU,FRI *)",
        ] == edges(aws)
        clock, seen = executor(aws), []
        clock.run(DAY)
        clock.run(DAY + timedelta(days=9), lambda when: seen.append((when, clock.state(instances[0]))))
        days = [day for day in (DAY + timedelta(days=number) for number in range(9)) if day.weekday() < 5]
        assert seen == [
            (day + timedelta(hours=hour), state)
            for day in days
            for hour, state in ((8, "running"), (22 if day.weekday() == 4 else 18, "stopped"))
        ]

    def test_settings_reach_scheduler(self, aws, book, instances):
        """Every option is in the schedule that is sent."""
        queue = "arn:aws:sqs:eu-central-1:123456789012:letters"
        key = "arn:aws:kms:eu-central-1:123456789012:key/0a1b"
        book(
            instance_ids=instances[0],
            start_time=at(1),
            end_time=at(9),
            hibernate=True,
            dead_letter_arn=queue,
            kms_key_arn=key,
            retry_policy={"maximum_event_age": 600, "maximum_attempts": 3},
        )
        sent = aws.app.requests("scheduler:CreateSchedule")
        stop = next(
            each for each in sent if each["State"] == "ENABLED" and each["Target"]["Arn"].endswith("stopInstances")
        )
        assert {"InstanceIds": [instances[0]], "Hibernate": True} == json.loads(stop["Target"]["Input"])
        assert ROLE == stop["Target"]["RoleArn"]
        assert queue == stop["Target"]["DeadLetterConfig"]["Arn"]
        assert key == stop["KmsKeyArn"]
        assert {"MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 3} == stop["Target"]["RetryPolicy"]
        assert "DELETE" == stop["ActionAfterCompletion"]

    def test_one_booking_more_costs_few_calls(self, aws, book, instances):
        """On an instance with 20: two listings, 20 gets, four writes at the most."""
        twenty = [{"name": f"b{n}", "start_time": at(2 * n), "end_time": at(2 * n + 1)} for n in range(20)]
        book(instance_ids=instances[0], bookings=twenty)
        aws.forget_calls()
        book(instance_ids=instances[0], name="more", start_time=at(60), end_time=at(62))
        calls = aws.calls()
        assert calls["scheduler:ListSchedules"] <= 2
        assert calls["scheduler:GetSchedule"] <= 20
        assert calls["scheduler:CreateSchedule"] + calls["scheduler:DeleteSchedule"] <= 4


TIMES = {"start_time": at(1), "end_time": at(2)}
PAST = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T01:00:00Z"}
WEEKLY = {"days": ["mon"], "start": "08:00", "end": "18:00"}


class TestRefusals:
    """What can't be done is said by name, and nothing is written."""

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"start_time": at(2), "end_time": at(1)}, "end_time: '"),
            ({"start_time": at(2), "end_time": at(2)}, "is equal to start_time"),
            (PAST, "end_time: '2026-01-01T01:00:00Z' (2026-01-01T01:00:00Z) is in the past"),
            ({**TIMES, "timezone": "Mars/Olympus"}, "timezone: 'Mars/Olympus' is not a known time zone"),
            (
                {"start_time": "2037-03-29T02:30", "end_time": "2037-03-29T05:00", "timezone": "Europe/Paris"},
                "start_time: 2037-03-29 02:30 does not exist in Europe/Paris: clocks skip it",
            ),
            ({"start_time": "2037-03-29", "end_time": at(2)}, "start_time: '2037-03-29' is not a date and time"),
            ({"start_time": "2037-03-29T10:00", "end_time": at(2)}, "has no offset: end it in Z or +01:00"),
            ({**TIMES, "name": "n" * 65}, "(65 characters) can't name a booking. Valid values: 1 to 35 letters"),
            ({**TIMES, "instance_ids": ["web-0"]}, "instance_ids: 'web-0' is not an EC2 instance id"),
            ({**TIMES, "instance_ids": []}, "instance_ids: empty"),
            ({**TIMES, "schedule_group": "mistyped"}, "schedule_group: 'mistyped' is not the group that OUTPUT_EC2_"),
            ({**TIMES, "schedule_group": "a b"}, "schedule_group: 'a b' (3 characters) can't name a schedule group"),
            ({**TIMES, "role_arn": "scheduler"}, "role_arn: 'scheduler' is not the ARN of a role"),
            ({**TIMES, "merge_gap": 60}, "merge_gap: 60 is out of range. Valid values: 120 to 86400"),
            (
                {**TIMES, "retry_policy": {"maximum_event_age": 5}},
                "maximum_event_age: 5 is out of range",
            ),
            (
                {**TIMES, "retry_policy": {"maximum_attempts": 186}},
                "maximum_attempts: 186 is out of range",
            ),
            ({**TIMES, "dead_letter_arn": "letters"}, "dead_letter_arn: 'letters' is not an ARN of SQS"),
            ({**TIMES, "weekly": WEEKLY, "timezone": "UTC"}, "weekly: mutually exclusive with start_time and end_time"),
            ({"weekly": WEEKLY}, "timezone: missing. A weekly booking is in local time"),
            (
                {"weekly": {**WEEKLY, "days": ["funday"]}, "timezone": "UTC"},
                "weekly.days: 'funday' is not a day of the week. Valid values: mon",
            ),
            (
                {"weekly": {**WEEKLY, "start": 480}, "timezone": "UTC"},
                "YAML reads an unquoted 18:00 as the number 1080",
            ),
            ({}, "bookings: nothing to book. Give start_time and end_time, weekly"),
            ({"start_time": at(1)}, "end_time: missing"),
            ({"state": "absent"}, "bookings: nothing to cancel"),
            (
                {"bookings": [{"name": "a", **TIMES}, {"name": "a", "start_time": at(3), "end_time": at(4)}]},
                "bookings[1]: 'a' names two bookings",
            ),
            ({**TIMES, "bookings": []}, "parameters are mutually exclusive: bookings|start_time"),
        ],
    )
    def test_bad_options(self, aws, book, instances, options, message):
        """The option, what it got, what is accepted."""
        refused = book(fails=True, **{"instance_ids": instances[0], **options})
        assert message in refused["msg"]
        assert 0 == written(aws)

    @pytest.mark.cores
    def test_a_bad_option_fails_its_task(self, aws, play, instances):
        """As a user sees it: one message, with no traceback, and nothing was written."""
        refused = play(fails=True, instance_ids=instances[0], weekly={**WEEKLY, "days": ["funday"]}, timezone="UTC")

        assert refused["msg"].startswith("weekly.days: 'funday' is not a day of the week. Valid values: mon")
        assert "Traceback" not in refused["output"]
        assert 0 == written(aws)

    def test_one_bad_id_fails_by_name_and_the_others_are_done(self, aws, play, book, instances):
        """Three instances, one of them unknown, one terminated."""
        unknown = "i-0123456789abcdef0"
        aws.client("ec2").terminate_instances(InstanceIds=[instances[2]])
        result = play(fails=True, instance_ids=[instances[0], unknown, instances[2], instances[1]], **TIMES)
        assert f"{unknown}: instance_ids: {unknown} does not exist in eu-central-1" in result["msg"]
        assert f"{instances[2]} is terminated: it will never run again" in result["msg"]
        assert "2 of 4 instances are done" in result["msg"]
        assert [True, False, False, True] == [instance["changed"] for instance in result["instances"]]
        assert 2 == len(edges(aws, "start"))
        aws.forget_calls()
        book(fails=True, instance_ids=[unknown], **TIMES)
        assert 0 == written(aws)

    def test_no_role(self, aws, book, instances):
        """Neither given nor published."""
        aws.client("ssm").delete_parameter(Name="OUTPUT_EC2_SCHEDULER_ROLE_ARN")
        refused = book(fails=True, instance_ids=instances[0], **TIMES)
        assert "role_arn: missing, and OUTPUT_EC2_SCHEDULER_ROLE_ARN is not published in eu-central-1" in refused["msg"]
        assert 0 == written(aws)

    def test_the_role_may_not_be_passed(self, aws, book, instances):
        """AWS's answer to a caller without iam:PassRole."""
        message = f"User is not authorized to perform: iam:PassRole on resource: {ROLE}"
        aws.fault("scheduler:CreateSchedule", "AccessDeniedException", times=-1, status=403, message=message)
        refused = book(fails=True, instance_ids=instances[0], **TIMES)
        assert f"the caller needs the IAM action iam:PassRole on {ROLE} (role_arn)" in refused["msg"]
        assert [] == aws.client("scheduler").list_schedules(GroupName=GROUP)["Schedules"]

    def test_the_group_is_missing_and_is_made_or_not(self, aws, book, instances):
        """Made where that is allowed, else named with the action that is missing."""
        aws.fault("scheduler:CreateScheduleGroup", "AccessDeniedException", status=403)
        refused = book(fails=True, instance_ids=instances[0], **TIMES)
        assert "schedule group tfbridge (schedule_group) is missing and can't be created" in refused["msg"]
        assert "scheduler:CreateScheduleGroup" in refused["msg"]
        assert 0 == written(aws)
        book(instance_ids=instances[0], **TIMES)
        assert 1 == len(edges(aws, "start"))

    def test_throttled_to_exhaustion(self, aws, book, instances):
        """The budget ends, and says so."""
        aws.fault("scheduler:ListSchedules", "ThrottlingException", times=-1)
        refused = book(fails=True, instance_ids=instances[0], retry_budget=1, **TIMES)
        assert "scheduler:ListSchedules" in refused["msg"]
        assert "retry_budget" in refused["msg"]
        assert 0 == written(aws)

    def test_throttled_to_exhaustion_at_the_first_write(self, aws, book, instances):
        """Where not even the record could be written, nothing was."""
        aws.fault("scheduler:CreateSchedule", "ThrottlingException", times=-1)
        refused = book(fails=True, instance_ids=instances[0], retry_budget=1, **TIMES)
        assert "scheduler:CreateSchedule" in refused["msg"]
        assert "retry_budget" in refused["msg"]
        assert [] == aws.client("scheduler").list_schedules()["Schedules"]

    def test_throttled_to_exhaustion_on_the_way(self, aws, book, instances):
        """Booked and with its stop, but an old stop is still there: that is a failure, and the next run heals it."""
        book(instance_ids=instances[0], start_time=at(1), end_time=at(3))
        aws.fault("scheduler:DeleteSchedule", "ThrottlingException", times=-1)
        refused = book(fails=True, instance_ids=instances[0], retry_budget=1, start_time=at(2), end_time=at(4))
        assert "scheduler:DeleteSchedule" in refused["msg"]
        assert 2 == len(edges(aws, "stop"))
        aws.heal()
        assert book(instance_ids=instances[0], start_time=at(2), end_time=at(4))["changed"]
        assert 1 == len(edges(aws, "stop"))

    def test_throttling_is_waited_out(self, aws, book, instances):
        """A few refusals cost time only."""
        aws.fault("scheduler:CreateSchedule", "ThrottlingException", times=3)
        assert book(instance_ids=instances[0], **TIMES)["changed"]

    def test_what_is_foreign_or_damaged_is_left_alone(self, aws, play, book, instances):
        """Somebody else's schedule stays; a record that can't be read is named, and nothing is written over it."""
        book(instance_ids=instances[0], name="mine", **TIMES)
        scheduler = aws.client("scheduler")
        record = next(
            item["Name"] for item in scheduler.list_schedules(GroupName=GROUP)["Schedules"] if ".r." in item["Name"]
        )
        known = scheduler.get_schedule(Name=record, GroupName=GROUP)
        foreign = {key: known[key] for key in ("ScheduleExpression", "FlexibleTimeWindow", "Target")}
        scheduler.create_schedule(Name=f"{instances[0]}.nightly", GroupName=GROUP, **foreign)
        result = play(instance_ids=instances[0], name="more", start_time=at(5), end_time=at(6))
        assert f"'{instances[0]}.nightly' in the group was not made by this collection" in result["said"]
        names = [item["Name"] for item in scheduler.list_schedules(GroupName=GROUP)["Schedules"]]
        assert f"{instances[0]}.nightly" in names

        scheduler.update_schedule(Name=record, GroupName=GROUP, State="DISABLED", Description="{broken", **foreign)
        aws.forget_calls()
        refused = book(fails=True, instance_ids=instances[0], name="third", start_time=at(7), end_time=at(8))
        assert f"the record {record!r} is damaged and was left alone" in refused["msg"]
        assert 0 == written(aws)
        book(state="absent", instance_ids=instances[0], name="mine")
        assert [f"at({at(5)[:-1]})"] == edges(aws, "start")

    def test_what_keeps_an_instance_from_stopping_is_warned_of(self, aws, play, instances):
        """A member of an Auto Scaling group."""
        tags = [{"Key": "aws:autoscaling:groupName", "Value": "workers"}]
        aws.client("ec2").create_tags(Resources=[instances[0]], Tags=tags)
        result = play(instance_ids=instances[0], hibernate=True, **TIMES)
        assert "is a member of the Auto Scaling group workers, which replaces what is stopped" in result["said"]
        assert "was not launched for hibernation" in result["said"]
        assert 2 == len(result["instances"][0]["warnings"])


class TestInfo:
    """What is booked, and whether what is scheduled agrees."""

    def test_it_reports_and_sees_drift(self, aws, play, book, instances):
        """In sync after a booking; a schedule that somebody deleted is missing, and the next run brings it back."""
        for one in instances[:2]:
            book(instance_ids=one, name="b", **TIMES)
        aws.publish({"EC2_SCHEDULER_TAG": {"key": "Bookable", "values": ["true"]}})
        info = play(module="ec2_schedule_info")
        assert "does not carry the tag Bookable=true" in str(info["instances"][0]["warnings"])
        assert instances[:2] == sorted([each["instance_id"] for each in info["instances"]], key=instances.index)
        assert all(each["in_sync"] for each in info["instances"])
        assert ("eu-central-1", "123456789012", GROUP) == (info["region"], info["account"], info["schedule_group"])
        one = next(each for each in info["instances"] if each["instance_id"] == instances[0])
        assert [{"start": at(1), "end": at(2), "bookings": ["b"]}] == one["windows"]
        assert "stopped" == one["state"]

        scheduler = aws.client("scheduler")
        listed = scheduler.list_schedules(GroupName=GROUP, NamePrefix=f"{instances[0]}.e.stop")["Schedules"]
        scheduler.delete_schedule(Name=listed[0]["Name"], GroupName=GROUP)
        (one,) = book(module="ec2_schedule_info", instance_ids=instances[0])["instances"]
        assert not one["in_sync"]
        assert "stop" in {edge["action"] for edge in one["drift"]["missing"]}
        assert book(instance_ids=instances[0], name="b", **TIMES)["changed"]
        (one,) = book(module="ec2_schedule_info", instance_ids=instances[0])["instances"]
        assert one["in_sync"], one

    def test_a_range(self, book, instances):
        """Windows of another time."""
        book(instance_ids=instances[0], timezone="UTC", weekly={**WEEKLY, "days": ["mon"]}, merge_gap=900)
        (one,) = book(
            module="ec2_schedule_info",
            instance_ids=instances[0],
            start_time="2037-03-01T00:00",
            end_time="2037-03-15T00:00",
            timezone="UTC",
        )["instances"]
        assert ["2037-03-02T08:00:00Z", "2037-03-09T08:00:00Z"] == [window["start"] for window in one["windows"]]
        assert 15 * 60 == one["merge_gap"]

    def test_dead_letters(self, aws, book, instances):
        """What could not be delivered is shown, and stays."""
        sqs = aws.client("sqs")
        url = sqs.create_queue(QueueName="letters")["QueueUrl"]
        attributes = {"ERROR_CODE": "IncorrectInstanceState", "SCHEDULE_ARN": "arn:x:schedule/tfbridge/i-1.e.start"}
        attributes["SCHEDULED_TIME"] = "2026-11-24T15:00:00Z"
        sqs.send_message(
            QueueUrl=url,
            MessageBody=json.dumps({"InstanceIds": [instances[0]]}),
            MessageAttributes={key: {"DataType": "String", "StringValue": text} for key, text in attributes.items()},
        )
        queue = "arn:aws:sqs:eu-central-1:123456789012:letters"
        for _again in range(2):
            info = book(module="ec2_schedule_info", dead_letters=True, dead_letter_arn=queue)
            assert 1 == info["dead_letters"]["count"]
            (message,) = info["dead_letters"]["messages"]
            assert [instances[0]] == message["instance_ids"]
            assert ("IncorrectInstanceState", "i-1.e.start") == (message["error"], message["schedule"])
            assert "2026-11-24T15:00:00Z" == message["at"]
        refused = book(module="ec2_schedule_info", dead_letters=True, fails=True)
        assert "dead_letter_arn: missing, and OUTPUT_EC2_SCHEDULER_DLQ_ARN is not published" in refused["msg"]

    @pytest.mark.cores
    def test_the_lookup(self, run, book, instances):
        """The same for a template."""
        book(instance_ids=instances[0], name="b", **TIMES)
        text = "{{ lookup('tfbridge.aws.ec2_schedule', '%s', region='eu-central-1').next_edge.at }}" % instances[0]
        plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": text}}]}]
        assert at(1) in run.playbook(plays).said
        wrong = run.playbook(json.loads(json.dumps(plays).replace(instances[0], "web-0")))
        assert "_terms: 'web-0' is not an EC2 instance id" in wrong.said


@pytest.mark.cores
def test_the_playbooks(run, instances):
    """Booked and cancelled from the command line, and drawn as a page."""
    extra = ["-e", "region=eu-central-1", "-e", f"instance_id={instances[0]}"]
    times = ["-e", f"start_time={at(15)}", "-e", f"end_time={at(18)}", "-e", "booking_name=alice"]
    booked = run.playbook("tfbridge.aws.book_ec2", *extra, *times)
    assert booked.rc == 0, booked.output
    day = f"{(DAY + timedelta(hours=15)):%a} {DAY.day} {DAY:%b} {DAY.year}"
    assert f"{instances[0]}: alice is booked, {day} 15:00 to 18:00 (UTC)." in booked.output
    assert f"{instances[0]}: runs {day} 15:00 to 18:00 (UTC)." in booked.output
    assert f"{instances[0]}: next start {day} 15:00, stop {day} 18:00 (UTC)." in booked.output
    shown = run.playbook(
        "tfbridge.aws.show_schedule", "-e", "region=eu-central-1", "-e", f"timeline={run.folder}/s.html"
    )
    assert shown.rc == 0, shown.output
    page = (run.folder / "s.html").read_text()
    assert "alice" in page
    assert instances[0] in page
    cancelled = run.playbook("tfbridge.aws.book_ec2", *extra, "-e", "booking_name=alice", "-e", "cancel=true")
    assert "changed=1" in cancelled.said
    assert f"{instances[0]}: alice is cancelled." in cancelled.output
    mistaken = run.playbook("tfbridge.aws.book_ec2", *extra, "-e", "name=alice", "-e", f"start={at(15)}")
    assert mistaken.rc != 0
    for given, meant in (("name", "booking_name"), ("start", "start_time")):
        assert f"{given} is not a variable of this playbook: use {meant}." in " ".join(mistaken.output.split())


def test_the_examples_of_the_documentation_run(aws, run, instances):
    """As they stand, each plugin's on a host of its own: what one registers the others don't see."""
    python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    here = {"gather_facts": False, "connection": "local", "vars": python}
    plays = []
    for plugin in (ec2_schedule, ec2_schedule_info, lookup):
        text = plugin.EXAMPLES.replace("i-0a1b2c3d4e5f60718", instances[0]).replace("i-0a1b2c3d4e5f60719", instances[1])
        plays.append({**here, "hosts": f"h{len(plays)}", "tasks": yaml.safe_load(text)})

    done = run.playbook(plays, "-i", "h0,h1,h2,")

    assert done.rc == 0, done.output
    assert done.stdout.count("TASK [") == sum(len(play["tasks"]) for play in plays)
