# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose bookings a change may touch, and what can't be planned can be cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import ConflictError, DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Outcome, Tools, Writer
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.authority import Authority, version_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import BookingChange
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.names import RecordName
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import (
    Record,
    owner_name,
    read_record,
    record_schedule,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import (
    DESCRIPTION_MAX,
    Schedule,
    ScheduleSettings,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support.schedule_memory import InMemoryStore

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
INSTANCE = "i-0123456789abcdef0"
SETTINGS = ScheduleSettings("arn:aws:iam::123456789012:role/scheduler")
ALICE, BOB, ADMIN = Authority("alice", own_only=True), Authority("bob", own_only=True), Authority("root")


def one_off(name: str, start: float, end: float) -> OneOff:
    """Return a booking from so many hours after now to so many."""
    return OneOff(INSTANCE, NOW + timedelta(hours=start), NOW + timedelta(hours=end), name)


@pytest.fixture
def store() -> InMemoryStore:
    """Return an empty group."""
    return InMemoryStore(lambda: NOW)


def change(store: InMemoryStore, by: Authority, *bookings: OneOff | Weekly, key: str = "", **more: object) -> Outcome:
    """Change bookings as somebody."""
    put = tuple(Record(booking, SETTINGS, by.owner, key) for booking in bookings)
    writer = Writer(store, INSTANCE, Tools(now=lambda: NOW, sleep=lambda _seconds: None))
    return writer.apply(BookingChange(put, authority=by, **more))


def owners(store: InMemoryStore) -> dict[str, str]:
    """Return who owns which booking."""
    return Writer(store, INSTANCE, Tools(now=lambda: NOW)).look().owners


def version(store: InMemoryStore, booking_id: str) -> str:
    """Return the version of a booking."""
    return version_of(Writer(store, INSTANCE, Tools(now=lambda: NOW)).look().current[booking_id].name)


@pytest.mark.parametrize("attempt", [{"drop": ("office",)}, {"put": one_off("office", 5, 6)}])
def test_what_is_somebody_elses_is_left_alone(store: InMemoryStore, attempt: dict[str, object]) -> None:
    """Bob can neither cancel nor move Alice's booking, and nothing is written; an admin can, and it stays hers."""
    change(store, ALICE, one_off("office", 1, 2))
    before = dict(store.schedules)
    put = [attempt.pop("put")] if "put" in attempt else []
    with pytest.raises(ConflictError) as caught:
        change(store, BOB, *put, **attempt)

    assert caught.value.reason == "not_yours"
    assert "alice" not in str(caught.value)
    assert store.schedules == before
    change(store, ADMIN, *put, **attempt)
    assert owners(store) == ({"office": "alice"} if put else {})


def test_a_booking_without_an_owner_is_everybodys(store: InMemoryStore) -> None:
    """Records of older releases can be moved, and then belong to whoever did, or be cancelled."""
    change(store, Authority(), one_off("old", 1, 2), one_off("older", 3, 4))
    change(store, ALICE, one_off("old", 1, 3))
    change(store, BOB, drop=("older",))

    assert owners(store) == {"old": "alice"}


def test_the_hint_names_no_booking_of_others(store: InMemoryStore) -> None:
    """Whoever mistypes a name is offered names of their own only."""
    change(store, ALICE, one_off("office", 1, 2))

    assert change(store, BOB, drop=("offise",)).warnings == ("there is no booking 'offise' to cancel.",)
    assert "Did you mean 'office'?" in change(store, ALICE, drop=("offise",)).warnings[0]


def test_create_only_moves_nothing(store: InMemoryStore) -> None:
    """The same again is no conflict; other times under a name that is there are."""
    only = replace(ALICE, create_only=True)
    change(store, only, one_off("office", 1, 2))
    assert not change(store, only, one_off("office", 1, 2)).changed
    with pytest.raises(ConflictError, match="'office' exists") as caught:
        change(store, only, one_off("office", 1, 3))

    assert caught.value.reason == "exists"


def test_a_version_that_is_expected_has_to_be_there(store: InMemoryStore) -> None:
    """Of two who read the same version, the second is refused."""
    change(store, ALICE, one_off("office", 1, 2))
    read = replace(ALICE, version=version(store, "office"))
    change(store, read, one_off("office", 1, 3))
    with pytest.raises(ConflictError) as caught:
        change(store, read, one_off("office", 1, 4))

    assert caught.value.reason == "changed"


def test_a_request_that_is_repeated_finds_its_booking(store: InMemoryStore) -> None:
    """With its key a request books once, even if the booking was moved since; another request can't use the key."""
    only = replace(ALICE, create_only=True)
    change(store, only, one_off("office", 1, 2), key="k.1")
    change(store, ALICE, one_off("office", 1, 5), key="k.1")
    assert not change(store, only, one_off("office", 1, 2), key="k.1").changed
    with pytest.raises(ConflictError) as caught:
        change(store, only, one_off("other", 7, 8), key="k.2")

    assert caught.value.reason == "key_reused"
    assert change(store, BOB, one_off("bob", 7, 8), key="k.2").changed


def test_a_record_that_can_not_be_planned_can_be_cancelled(store: InMemoryStore) -> None:
    """A start in the year 1, beside a weekly booking, stops everything but its own cancellation."""
    change(store, ALICE, Weekly(INSTANCE, ("mon",), "08:00", "18:00", "Europe/Paris", "weekly"))
    poison = replace(one_off("poison", 1, 2), start=datetime(1, 1, 1, tzinfo=timezone.utc))
    schedule = record_schedule(Record(poison, SETTINGS, "bob"), "000000", NOW)
    store.create(schedule)
    with pytest.raises(DataError, match="can't be planned"):
        change(store, ALICE, one_off("other", 1, 2))
    with pytest.raises(ConflictError):
        change(store, ALICE, drop=("poison",))
    assert change(store, BOB, drop=("poison",)).cancelled == ("poison",)

    assert change(store, ALICE, one_off("other", 1, 2)).changed


@pytest.mark.parametrize("how", [{"drop": ("c",)}, {"drop": ("a", "c")}, {"purge": True}])
def test_what_can_not_be_planned_together_can_be_cancelled(store: InMemoryStore, how: dict[str, object]) -> None:
    """Weeks of two zones that leave no minute free are refused; should they be there, each can be cancelled."""
    zones = {"a": "Europe/Paris", "b": "America/New_York", "c": "Asia/Tokyo"}
    weeks = [Weekly(INSTANCE, DAYS, "01:00", "24:00", zone, name) for name, zone in zones.items()]
    change(store, ALICE, weeks[0])
    with pytest.raises(OptionError, match="whole week"):
        change(store, ALICE, *weeks[1:])
    for number, booking in enumerate(weeks[1:]):
        store.create(record_schedule(Record(booking, SETTINGS, "alice"), f"00000{number}", NOW))
    done = change(store, ALICE, **how)

    assert set(done.cancelled) == set(how.get("drop", zones))
    left = {key for key in owners(store) if not key.startswith("ending-")}
    assert bool(left) == ("drop" in how)
    if len(left) == 2:
        assert "Cancel one more" in done.warnings[-1]
        change(store, ALICE, drop=("a",))
    assert not change(store, ALICE).changed


@given(st.text(min_size=1, max_size=700), st.sampled_from(["", "0123456789.abcdef"]))
def test_every_owner_fits_into_a_record(caller: str, key: str) -> None:
    """Whatever the length of a caller's name, the record holds it, or a name of its own for it."""
    owner = owner_name(caller)
    booking = Weekly(INSTANCE, DAYS, "08:00", "18:00", "America/Argentina/ComodRivadavia", "n" * 35)
    schedule = record_schedule(Record(booking, SETTINGS, owner, key), "abcdef", NOW)
    again = read_record(RecordName(schedule.name, INSTANCE, "n" * 35, 0), schedule)

    assert (again.owner, again.key) == (owner, key)
    assert len(schedule.description) <= DESCRIPTION_MAX
    assert owner_name(owner) == owner
    assert owner == caller or owner != owner_name(caller + "x")


def test_a_description_of_brackets_is_damage() -> None:
    """What nests too deep to be read is a damaged record, not a crash."""
    schedule = Schedule("x", "DISABLED", "", "UTC", "", "", "[" * 100_000, SETTINGS, 60)
    with pytest.raises(DataError, match="not the JSON of a booking"):
        read_record(RecordName("x", INSTANCE, "a", 0), schedule)
