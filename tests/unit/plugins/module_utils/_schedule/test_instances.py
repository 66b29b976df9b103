"""What keeps an instance from being booked, or from being started and stopped as booked."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import plan
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.instances import check_bookable, concerns, mismatch
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import WORKERS, in_parallel

PLAIN = {"state": "stopped", "tags": {}, "lifecycle": None, "root_device_type": "ebs", "hibernation": True}


@pytest.mark.parametrize(
    ("differs", "message"),
    [
        ({"tags": {"aws:autoscaling:groupName": "workers"}}, "is a member of the Auto Scaling group workers"),
        ({"lifecycle": "spot"}, "is a spot instance: only one of a persistent request can be stopped"),
        ({"root_device_type": "instance-store"}, "has an instance-store root: it can't be stopped"),
        ({"state": "terminated"}, "is terminated: cancel its bookings"),
        ({"hibernation": False}, "was not launched for hibernation"),
    ],
)
def test_each_concern_is_said_by_name(differs, message):
    """One thing at a time, and nothing of an ordinary instance."""
    (said,) = concerns("i-1", {**PLAIN, **differs}, hibernate=True)
    assert f"i-1 {message}" in said
    assert [] == list(concerns("i-1", PLAIN, hibernate=True))


@pytest.mark.parametrize("state", ["terminated", "shutting-down"])
def test_what_is_gone_cannot_be_booked(state):
    """Nor what has never been."""
    with pytest.raises(OptionError, match=f"i-1 is {state}"):
        check_bookable("i-1", {"i-1": {**PLAIN, "state": state}}, "eu-central-1")
    with pytest.raises(OptionError, match="i-2 does not exist in eu-central-1"):
        check_bookable("i-2", {"i-1": PLAIN}, "eu-central-1")


def test_work_is_done_side_by_side_in_bounds_and_failures_stay_with_their_keys():
    """As many at once as there are workers, never more; results in the order of the keys."""
    running, most, lock, full = 0, 0, threading.Lock(), threading.Event()

    def work(key):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == WORKERS:
                full.set()
        assert full.wait(10)
        with lock:
            running -= 1
        if key == "k3":
            raise AwsError("throttled")
        return key.upper()

    keys = [f"k{number}" for number in range(3 * WORKERS)]
    results = in_parallel(work, keys)

    assert keys == list(results)
    assert WORKERS == most
    assert isinstance(results["k3"], AwsError)
    assert "K4" == results["k4"]


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("state", "minutes", "said"),
    [
        ("stopped", (-60, 60), "is stopped, but it is booked now: it should run until 2026-11-24T13:00:00Z"),
        ("terminated", (-60, 60), "is terminated, but it is booked now"),
        (None, (-60, 60), "is not there, but it is booked now"),
        ("running", (-60, 60), None),
        ("pending", (-60, 60), None),
        ("stopped", (-2, 60), None),
        ("running", (60, 120), "runs outside its bookings"),
        ("running", (-60, -5), "runs outside its bookings"),
        ("running", (-60, -2), None),
        ("stopped", (60, 120), None),
        ("stopping", (-60, -1), None),
    ],
)
def test_what_is_shown_is_what_is(state, minutes, said) -> None:
    """Invariant 16: a state that is not what is booked is said, but for the three minutes after an edge."""
    start, end = (NOW + timedelta(minutes=minute) for minute in minutes)
    bookings = [OneOff("i-0123456789abcdef0", start, end, "a")]
    found = mismatch("i-0123456789abcdef0", state, bookings, plan(bookings, NOW))

    assert found is None if said is None else said in found
