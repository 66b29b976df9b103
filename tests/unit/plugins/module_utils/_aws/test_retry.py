"""One retry policy: bounded in time, paced for all threads."""

from __future__ import annotations

import heapq
import random

import botocore.exceptions
import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import (
    THREADS,
    ExhaustedError,
    Pace,
    Policy,
    Retrier,
    is_retryable,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import Progress
from hypothesis import example, given
from hypothesis import strategies as st


class AwsAnswer(Exception):
    """An error as botocore raises it."""

    def __init__(self, code="ThrottlingException", status=400):
        super().__init__(code)
        self.response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}


class FakeTime:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        assert seconds >= 0
        self.now += seconds


def retrier(time, budget, uniform):
    """A retrier on a fake clock, with a pace that never waits."""
    pace = Pace(rate=1e9, clock=time.clock, sleep=time.sleep)
    return Retrier(Policy(budget=budget), pace, time.clock, time.sleep, uniform)


@given(st.integers(0, 2**32), st.floats(0.1, 300))
def test_a_call_that_always_fails_ends_within_the_budget(seed, budget):
    """Never later than the budget, and the last error of AWS is the cause."""
    time = FakeTime()

    def throttled():
        raise AwsAnswer

    with pytest.raises(ExhaustedError) as caught:
        retrier(time, budget, random.Random(seed).uniform).call(throttled)

    assert time.now - 1000.0 <= budget
    assert isinstance(caught.value.__cause__, AwsAnswer)


@given(st.integers(0, 6))
def test_a_call_is_repeated_until_it_works(failures):
    """Arguments are handed on each time, the answer comes back."""
    time, seen = FakeTime(), []

    def flaky(**arguments):
        seen.append(arguments)
        if len(seen) <= failures:
            raise AwsAnswer("InternalServerError", 500)
        return "answer"

    assert retrier(time, 600, random.Random(1).uniform).call(flaky, Name="x") == "answer"
    assert [{"Name": "x"}] * (failures + 1) == seen


def test_what_will_not_change_is_not_repeated():
    """Access denied is raised at once, as it is."""
    time, calls = FakeTime(), []

    def denied():
        calls.append(1)
        raise AwsAnswer("AccessDeniedException")

    with pytest.raises(AwsAnswer):
        retrier(time, 60, random.Random(1).uniform).call(denied)

    assert (len(calls), time.now) == (1, 1000.0)


def test_waits_double_up_to_the_cap_and_are_drawn_from_zero():
    """Full jitter: each wait is drawn between nothing and the growing bound."""
    time, bounds = FakeTime(), []

    def uniform(low, high):
        bounds.append((low, high))
        return high

    def throttled():
        raise AwsAnswer

    with pytest.raises(ExhaustedError):
        retrier(time, 40, uniform).call(throttled)

    assert bounds[:7] == [(0.0, 0.2), (0.0, 0.4), (0.0, 0.8), (0.0, 1.6), (0.0, 3.2), (0.0, 6.4), (0.0, 8.0)]
    assert max(bounds) == (0.0, 8.0)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AwsAnswer("ThrottlingException"), True),
        (AwsAnswer("TooManyUpdates"), True),
        (AwsAnswer("Whatever", 503), True),
        (AwsAnswer("ValidationException"), False),
        (AwsAnswer("AccessDeniedException"), False),
        (ValueError("no answer of AWS"), False),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="x"), True),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="x"), True),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="x"), False),
        (botocore.exceptions.ConnectTimeoutError(endpoint_url="x"), False),
    ],
)
def test_which_errors_are_worth_a_repetition(error, expected):
    """Throttled, 5xx, or a connection that broke; nothing else, and not one that can't be made."""
    assert expected is is_retryable(error)


@given(st.integers(1, 200), st.integers(1, 20))
def test_no_second_has_more_calls_than_the_burst_and_the_rate(calls, burst):
    """After n calls at least (n - burst) / rate seconds have passed."""
    time = FakeTime()
    pace = Pace(rate=30, burst=burst, clock=time.clock, sleep=time.sleep)

    for _call in range(calls):
        pace.wait()

    assert time.now - 1000.0 == pytest.approx(max(0, calls - burst) / 30, abs=1e-6)


@given(st.lists(st.sampled_from([0.0, 0.01, 0.2, 2.0]), min_size=100, max_size=100))
@example([2.0] * THREADS + [0.0] * 96)
@example([0.0] * 50 + [1.0] * THREADS + [0.0] * 46)
def test_no_second_has_more_calls_than_aws_allows_however_late_they_arrive(delays):
    """Calls that were held up arrive with those that were not: the pace leaves room for them."""
    time, pauses, arrivals = FakeTime(), [], []
    pace = Pace(clock=time.clock, sleep=pauses.append)
    free = [time.now] * THREADS

    for delay in delays:
        time.now = heapq.heappop(free)
        pace.wait()
        arrivals.append(time.now + sum(pauses) + delay)
        pauses.clear()
        heapq.heappush(free, arrivals[-1])

    arrivals.sort()
    assert all(later - earlier > 1 - 1e-9 for earlier, later in zip(arrivals, arrivals[40:]))


def test_each_wait_is_told():
    """To whoever shows progress: the error, how many attempts there were, and how long the wait is."""
    time, told, answers = FakeTime(), [], [AwsAnswer, AwsAnswer, None]

    def flaky():
        answer = answers.pop(0)
        if answer:
            raise answer

    policy = Policy(waiting=lambda exc, attempts, pause: told.append((str(exc), attempts, pause)))
    pace = Pace(rate=1e9, clock=time.clock, sleep=time.sleep)
    Retrier(policy, pace, time.clock, time.sleep, lambda _low, high: high).call(flaky)

    assert [("ThrottlingException", 1, 0.2), ("ThrottlingException", 2, 0.4)] == told


@given(st.lists(st.floats(0, 30), max_size=60))
def test_progress_is_said_now_and_then(steps):
    """Nothing in the first five seconds, then at most once in five; and never later than the first step after them."""
    time, said = FakeTime(), []
    progress = Progress(lambda message: said.append((time.now - 1000.0, message)), time.clock)
    expected, due = [], 5.0

    for step in steps:
        time.now += step
        progress("reading")
        if time.now - 1000.0 >= due:
            expected.append(time.now - 1000.0)
            due = time.now - 1000.0 + 5.0

    assert expected == [moment for moment, _message in said]
    assert all(message == f"reading, {moment:.0f} s so far" for moment, message in said)


def test_a_role_that_iam_does_not_know_yet_is_tried_again():
    """Right after Terraform made it, Scheduler refuses a role for some seconds; what it refuses otherwise is final."""
    error = AwsAnswer("ValidationException")
    assert not is_retryable(error)
    error.response["Error"]["Message"] = (
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
    )
    assert is_retryable(error)
