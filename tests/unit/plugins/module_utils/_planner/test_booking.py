"""Bookings as people write them: what is accepted, what is refused, and that records hold them exactly."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Curfew
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS, zone_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import parse_moment
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import (
    ParseContext,
    parse_booking,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.stored import from_record
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.names import RecordName, read_name
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record, read_record, record_schedule
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import (
    DESCRIPTION_MAX,
    Listed,
    ScheduleSettings,
)
from hypothesis import given
from hypothesis import strategies as st

UTC = timezone.utc
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
INSTANCE = "i-0123456789abcdef0"
ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]

minutes = st.integers(-2_000_000, 2_000_000)
names = st.from_regex(r"\A[0-9A-Za-z_-][0-9A-Za-z_.-]{0,34}\Z")
weeklies = st.fixed_dictionaries(
    {
        "days": st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
        "start": st.integers(0, 23).map("{:02d}:15".format),
        "end": st.integers(0, 23).map("{:02d}:45".format),
    }
)


# Local times around which clocks are put on or back.
CHANGES = [
    ("Europe/Paris", datetime(2027, 3, 28, 2, 0)),  # noqa: DTZ001  local times
    ("Europe/Paris", datetime(2027, 10, 31, 2, 0)),  # noqa: DTZ001
    ("America/New_York", datetime(2027, 3, 14, 2, 0)),  # noqa: DTZ001
    ("America/New_York", datetime(2027, 11, 7, 1, 0)),  # noqa: DTZ001
    ("Australia/Lord_Howe", datetime(2027, 10, 3, 2, 0)),  # noqa: DTZ001
    ("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 30)),  # noqa: DTZ001
    ("Africa/Cairo", datetime(2027, 4, 30, 0, 0)),  # noqa: DTZ001
    ("Antarctica/Troll", datetime(2027, 3, 28, 1, 0)),  # noqa: DTZ001
    ("Asia/Kathmandu", datetime(2027, 6, 1, 2, 0)),  # noqa: DTZ001
]


def iso(moment: datetime) -> str:
    """Write a moment as a person does."""
    return moment.isoformat().replace("+00:00", "Z")


@given(start=minutes, length=st.integers(-10_000, 100_000), now=minutes)
def test_a_booking_is_read_or_refused_by_its_times_alone(start, length, now):
    """Invariant 4: ends that are past, or not after their starts, are refused; nothing else is."""
    begin, clock = NOW + timedelta(minutes=start), NOW + timedelta(minutes=now)
    end = begin + timedelta(minutes=length)
    if length < 2 or end <= clock:
        with pytest.raises(OptionError, match="end_time"):
            parse_booking(INSTANCE, {"start_time": iso(begin), "end_time": iso(end)}, ParseContext(clock))
    else:
        booking = parse_booking(INSTANCE, {"start_time": iso(begin), "end_time": iso(end)}, ParseContext(clock))
        assert (begin, end) == (booking.start, booking.end)


@given(change=st.sampled_from(CHANGES), offset=st.integers(-90, 150))
def test_local_times_are_read_by_the_policy_of_gaps_and_folds(change, offset):
    """Invariant 6: in a gap an error, or just past it; in a fold a start is the earlier, an end the later instant."""
    zone, around = change
    local = around + timedelta(minutes=offset)
    instants = [local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    there = [one for one in instants if one.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local]
    text = local.isoformat()
    if not there:
        with pytest.raises(OptionError, match=f"does not exist in {zone}: clocks skip it"):
            parse_moment(text, "start_time", zone, later=False)
        shifted = parse_moment(text, "start_time", zone, later=False, on_gap="shift")
        assert timedelta(0) < shifted.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - local <= timedelta(hours=2)
    else:
        assert min(there) == parse_moment(text, "start_time", zone, later=False)
        assert max(there) == parse_moment(text, "end_time", zone, later=True)


@given(weekly=weeklies, zone=st.sampled_from(ZONES), name=st.none() | names)
def test_a_record_holds_a_weekly_booking_exactly(weekly, zone, name):
    """Written and read back it is the same, within Scheduler's 512 characters and 64 of a name."""
    booking = parse_booking(INSTANCE, {"weekly": weekly, "name": name}, ParseContext(NOW, zone, "shift"))
    assert_held(booking)


@given(
    days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
    at=st.integers(0, 1439),
    zone=st.sampled_from(ZONES),
    name=st.none() | names,
)
def test_a_record_holds_a_curfew_exactly(days, at, zone, name):
    """Written and read back it is the same."""
    curfew = {"days": days, "at": f"{at // 60:02d}:{at % 60:02d}"}
    booking = parse_booking(INSTANCE, {"curfew": curfew, "timezone": zone, "name": name}, ParseContext(NOW))
    assert isinstance(booking, Curfew)
    assert_held(booking)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"curfew": {"days": ["mon"], "at": "24:00"}}, "curfew.at: '24:00' is 00:00 of the next day"),
        ({"curfew": {"days": ["mon"]}}, "curfew.at: None is not a time of day"),
        ({"curfew": {"at": "20:00"}}, "curfew.days: None is not a day of the week"),
        ({"curfew": {"days": "monkey", "at": "20:00"}}, "curfew.days: 'monkey' is not a day of the week"),
        ({"curfew": {"days": "mon", "at": 1200}}, 'curfew.at: 1200 is not a time of day.*write "18:00"'),
        ({"curfew": {"days": "mon", "at": "20:00", "end": "21:00"}}, "curfew: unknown: end. Valid keys: days, at"),
        ({"curfew": "20:00"}, "curfew: '20:00' must be a mapping with the keys days, at"),
        ({"curfew": {"days": "mon", "at": "20:00"}, "start_time": "2026-11-25T10:00"}, "mutually exclusive with start"),
        ({"curfew": {"days": "mon", "at": "20:00"}, "weekly": {}}, "weekly: mutually exclusive with curfew"),
    ],
)
def test_a_curfew_that_cannot_be_read_is_refused(entry, message):
    """The parser names the option, what it got and what is valid."""
    with pytest.raises(OptionError, match=message):
        parse_booking(INSTANCE, entry, ParseContext(NOW, "Europe/Paris"))


@given(start=minutes, length=st.integers(2, 100_000), name=st.none() | names)
def test_a_record_holds_a_one_off_booking_exactly(start, length, name):
    """Written and read back it is the same; the same booking has the same name again."""
    begin = NOW + timedelta(minutes=abs(start))
    booking = parse_booking(
        INSTANCE,
        {"start_time": iso(begin), "end_time": iso(begin + timedelta(minutes=length)), "name": name},
        ParseContext(NOW),
    )
    assert_held(booking)
    again = parse_booking(
        INSTANCE,
        {"start_time": iso(begin), "end_time": iso(begin + timedelta(minutes=length)), "name": name},
        ParseContext(NOW),
    )
    assert booking == again


def assert_held(booking) -> None:
    """Check the way through JSON, and through the schedule that holds it; and the id that it has without a name."""
    text = json.dumps(booking.to_record(), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert f"auto-{digest}" == dataclasses.replace(booking, name="").booking_id
    assert booking == from_record(INSTANCE, booking.booking_id, json.loads(json.dumps(booking.to_record())))
    record = Record(
        booking, ScheduleSettings("arn:aws:iam::123456789012:role/scheduler", hibernate=True, merge_gap=600)
    )
    schedule = record_schedule(record, "abc123", NOW)
    assert len(schedule.name) <= 64
    assert len(schedule.description) <= DESCRIPTION_MAX
    name = read_name(Listed(schedule.name, schedule.state, 0))
    assert isinstance(name, RecordName)
    assert (INSTANCE, booking.booking_id) == (name.instance_id, name.booking_id)
    assert record == read_record(name, schedule)


KEYS = st.sampled_from(["days", "start", "end", "timezone", "cancelled"])
ANYTHING = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)


@given(body=ANYTHING | st.dictionaries(KEYS, st.text() | st.integers() | st.none()))
def test_damage_is_a_data_error(body):
    """What is not a booking is an error of ours that names it."""
    with pytest.raises(DataError, match="the record of booking 'b'"):
        from_record(INSTANCE, "b", body)


@pytest.mark.parametrize(
    "name",
    [f"{INSTANCE}.x", "i-1.r.b.abc123", f"{INSTANCE}.e.start.soon.0a1b2c3d.abc123", "nightly", f"{INSTANCE}.r.b"],
)
def test_names_of_others_are_not_ours(name):
    """Invariant 9: only names of the grammar are read, and so only they are touched."""
    assert read_name(Listed(name, "ENABLED", 0)) is None


@pytest.mark.parametrize(
    ("days", "read"),
    [
        ("mon-fri", "mon tue wed thu fri"),
        (["Monday", "FRI"], "mon fri"),
        ("mon, wed", "mon wed"),
        (["fri-mon"], "mon fri sat sun"),
        (["sunday-tuesday", "thu"], "mon tue thu sun"),
    ],
)
def test_days_are_names_and_ranges(days, read):
    """Short and full names, and ranges of them, which may go over the weekend."""
    weekly = {"days": days, "start": "08:00", "end": "18:00"}
    booking = parse_booking(INSTANCE, {"weekly": weekly}, ParseContext(NOW, "UTC"))
    assert tuple(read.split()) == booking.days


REFUSED_WEEKLY = [
    ({"days": day}, f"weekly.days: '{shown}' is not a day of the week")
    for day, shown in [
        ("monkey", "monkey"),
        ("sunset", "sunset"),
        ("Mon-Thur", "Mon-Thur"),
        (["mon", "thurs"], "thurs"),
        ("mon-tue-wed", "mon-tue-wed"),
        ("mon,,tue", ""),
        (["month"], "month"),
    ]
] + [
    ({"days": 1}, "weekly.days: 1 is not a day"),
    ({"days": True}, "weekly.days: True is not a day"),
    ({"days": {"mon": 1}}, "is not a day of the week"),
    ({"days": []}, "weekly.days: [] is not a day"),
    ({"days": [5]}, "weekly.days: 5 is not a day"),
    ({"timezone": "Europe/Paris"}, "weekly: unknown: timezone. Valid keys: days, start, end, except"),
    ({"start": 480}, "weekly.start: 480 is not a time of day"),
    ({"start": None}, "weekly.start: None is not a time of day"),
    ({"except": "2027-02-30"}, "weekly.except: '2027-02-30' is not a day"),
    ({"except": ["2027-05-01..2027-04-01"]}, "weekly.except: '2027-05-01..2027-04-01' is not a day"),
    ({"except": 7}, "weekly.except: 7 is not a day"),
    ({"except": ["2027-01-01..2036-01-01"]}, "days are left out. Maximum: 400"),
]


@pytest.mark.parametrize(("part", "named"), REFUSED_WEEKLY)
def test_what_is_not_a_week_is_refused_by_name(part, named):
    """One parser for module, API and calendar: what it can't read exactly it refuses."""
    entry = {"weekly": {"days": "mon", "start": "08:00", "end": "18:00", **part}, "timezone": "UTC"}
    with pytest.raises(OptionError) as refused:
        parse_booking(INSTANCE, entry, ParseContext(NOW))
    assert named in str(refused.value)


TEXTS = st.text() | st.sampled_from(["0001-01-01T00:00+14:00", "2036-01-01T00:00Z", "08:00", "mon-fri"])
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, st.lists)
WEEKS = st.dictionaries(st.sampled_from(["days", "start", "end", "except"]), VALUES)
ENTRIES = st.dictionaries(
    st.sampled_from(["name", "start_time", "end_time", "weekly", "timezone", "days", "endtime"]), VALUES | WEEKS
)


@given(entry=ENTRIES)
def test_whatever_is_given_is_a_booking_or_an_option_error(entry):
    """No entry, of whatever types, raises anything but our error."""
    try:
        booking = parse_booking(INSTANCE, entry, ParseContext(NOW, "Europe/Paris"))
    except OptionError:
        return
    assert_held(booking)


def test_dates_are_joined_and_kept():
    """Neighbours and what overlaps are one range."""
    weekly = {"days": "mon-fri", "start": "08:00", "end": "18:00"}
    weekly["except"] = ["2027-05-01", "2026-12-24..2026-12-31", "2027-01-01", "2026-12-30..2027-01-02"]
    booking = parse_booking(INSTANCE, {"weekly": weekly}, ParseContext(NOW, "UTC"))
    assert ("2026-12-24..2027-01-02", "2027-05-01") == booking.excluded
    assert_held(booking)


@pytest.mark.parametrize(
    "zone", ["localtime", "Factory", "posixrules", "right/Europe/Paris", "posix/UTC", "Mars/X", ""]
)
def test_files_that_are_no_zones_are_refused(zone):
    """What Scheduler doesn't know is no zone here."""
    with pytest.raises(OptionError, match="is not a known time zone"):
        zone_of(zone)


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59Z", "2526-01-01T00:00:00Z", "2036-11-26T12:00:00Z"])
def test_an_end_beyond_ten_years_is_refused(end):
    """Invariant 15: named, with the latest that is valid; a cancellation by the same times is not."""
    entry = {"start_time": "2026-11-24T12:00:00Z", "end_time": end}
    with pytest.raises(OptionError, match=r"more than ten years ahead\. Latest valid value: 2036-11-24T12:00:00Z"):
        parse_booking(INSTANCE, entry, ParseContext(NOW))
    assert parse_booking(INSTANCE, entry, ParseContext(NOW, any_time=True)).booking_id.startswith("auto-")
