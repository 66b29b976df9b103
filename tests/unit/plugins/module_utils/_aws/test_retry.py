"""One retry policy: bounded in time, paced for all threads."""

from __future__ import annotations

import collections
import heapq
import random

import botocore.exceptions
import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import (
    THREADS,
    TOP_RATE,
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
@example(1792161, 222.5)  # the pace would let the last attempt wait beyond the end
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
    pace = Pace(clock=time.clock, sleep=pauses.append, top=TOP_RATE)
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


def throttled_calls(background, calls, latency, *, learns):
    """Read beside somebody with a steady rate, under AWS's 40 a second. Return who was throttled, and the time."""
    now, pauses, recent, throttled = [1000.0], [0.0], collections.deque(), {"ours": 0, "theirs": 0}
    pace = Pace(
        clock=lambda: now[0], sleep=lambda pause: pauses.__setitem__(0, pause), top=TOP_RATE if learns else None
    )
    events = [(1000.0 + thread * latency / THREADS, "ready") for thread in range(THREADS)]
    if background:
        events.append((1000.0, "theirs"))
    heapq.heapify(events)
    while calls:
        now[0], what = heapq.heappop(events)
        if what == "ready":
            pauses[0] = 0.0
            pace.wait()
            heapq.heappush(events, (now[0] + pauses[0] + latency / 2, "ours"))
            continue
        while recent and recent[0] <= now[0] - 1:
            recent.popleft()
        served = len(recent) < 40
        recent += [now[0]] if served else []
        throttled[what] += not served
        if what == "theirs":
            heapq.heappush(events, (now[0] + 1 / background, "theirs"))
            continue
        calls -= served
        if learns and not served:
            pace.throttled()
        heapq.heappush(events, (now[0] + latency / 2 + (0.0 if served else 0.2), "ready"))
    return throttled, now[0] - 1000.0


@given(st.integers(0, 39), st.integers(5, 40).map(lambda tens: 10 * tens), st.sampled_from([0.01, 0.025, 0.1]))
def test_a_mixed_workload_is_throttled_no_more_often_than_at_a_fixed_pace(background, calls, latency):
    """Counted in a second, ours and theirs together. A read that goes more slowly may meet more of them in all."""
    fixed, fixed_seconds = throttled_calls(background, calls, latency, learns=False)
    learning, seconds = throttled_calls(background, calls, latency, learns=True)

    assert sum(learning.values()) / seconds <= sum(fixed.values()) / fixed_seconds


def test_an_account_of_our_own_is_read_faster():
    """While nothing throttles, the rate grows to what AWS allows."""
    _throttled, fixed = throttled_calls(0, 500, 0.025, learns=False)
    throttled, learning = throttled_calls(0, 500, 0.025, learns=True)

    assert {"ours": 0, "theirs": 0} == throttled
    assert learning < 0.9 * fixed


@pytest.mark.parametrize(("answer", "seconds"), [(90.0, 6), (None, 14.5)])
def test_an_account_with_high_throughput_is_asked_once(answer, seconds):
    """Not before a call has to wait."""
    time, asked = FakeTime(), []
    pace = Pace(clock=time.clock, sleep=time.sleep, top=TOP_RATE)
    pace.ask_top = lambda: asked.append(time.now) or answer

    for _call in range(6):
        pace.wait()
    assert [] == asked
    for _call in range(494):
        pace.wait()

    assert 1 == len(asked)
    assert time.now - 1000.0 < seconds


@given(st.floats(0, 3), st.integers(1, 5))
def test_no_attempt_begins_after_the_deadline(spent, calls):
    """Whatever the budget of one call is, and however many calls there are."""
    time, attempts = FakeTime(), []

    def throttled():
        attempts.append(time.now)
        raise AwsAnswer

    policy = Policy(budget=60, deadline=1002.0)
    pace = Pace(rate=1e9, clock=time.clock, sleep=time.sleep)
    retrier = Retrier(policy, pace, time.clock, time.sleep, random.Random(calls).uniform)
    time.now += spent
    for _call in range(calls):
        with pytest.raises(ExhaustedError):
            retrier.call(throttled)

    assert all(moment <= 1002.0 for moment in attempts)
