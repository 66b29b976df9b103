# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One retry policy for every AWS call: full jitter, a time budget, and a pace below AWS's own limit.

PRIVATE: not for use outside this collection, may change in any release.

amazon.aws's AWSRetry counts attempts, in a fraction of the time for which a busy account throttles; here each call has
a budget in seconds, and all calls have a pace that their threads share. Clock, sleep and random source are passed in.
"""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from typing import Any, Callable, Optional, TypeVar

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError, TornError

T = TypeVar("T")

# Parameter Store allows 40 reads a second and account, all callers together (AWS's quotas page). What reaches it in
# any second is at most the rate, the burst, and the calls of the threads that were on their way when it began.
DEFAULT_RATE = 30.0
DEFAULT_BURST = 6
THREADS = 4
DEFAULT_BUDGET = 60.0
MAX_BUDGET = 3600

# For every client: these repetitions would multiply with botocore's own.
BOTOCORE_CONFIG = {"retries": {"mode": "standard", "total_max_attempts": 1}, "connect_timeout": 10, "read_timeout": 30}

_RETRYABLE = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",
    }
)
# Refusals that go away by themselves: IAM takes some seconds to make a new role known.
_RETRYABLE_ANSWERS = ("must allow AWS EventBridge Scheduler to assume the role",)
# botocore's names for a connection that broke or fell silent after it was made. One that can't be made is not
# among them: a wrong region or endpoint shall not take a minute to be told.
_BROKEN = frozenset({"ConnectionClosedError", "ReadTimeoutError", "ResponseStreamingError"})


Waiting = Callable[[BaseException, int, float], None]


def no_word(_error: BaseException, _attempts: int, _pause: float) -> None:
    """Say nothing about a repetition."""


@dataclasses.dataclass(frozen=True)
class Policy:
    """How long to go on: seconds in all for one call, the first longest wait, and the longest wait ever.

    C(waiting) is told the error, the attempts so far and the seconds before each wait, by the thread that waits.
    """

    budget: float = DEFAULT_BUDGET
    base: float = 0.2
    cap: float = 8.0
    waiting: Waiting = no_word


def check_budget(budget: float) -> float:
    """Return the option retry_budget, in seconds; raises OptionError for one out of bounds."""
    if not 0 < budget <= MAX_BUDGET:
        raise OptionError(f"retry_budget: {budget} is not within 0 to {MAX_BUDGET} seconds")
    return budget


class ExhaustedError(Exception):
    """The budget is spent. The cause is AWS's last answer."""

    def __init__(self, attempts: int, seconds: float) -> None:
        super().__init__(f"{attempts} attempts in {seconds:.0f} s")
        self.attempts = attempts
        self.seconds = seconds


class Pace:
    """At most rate calls a second, after a burst, for all threads that share it."""

    def __init__(
        self,
        rate: float = DEFAULT_RATE,
        burst: int = DEFAULT_BURST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1.0 / rate
        self._slack = (burst - 1) * self._interval
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = clock() - self._slack

    def wait(self) -> None:
        """Return when the next call may be sent."""
        with self._lock:
            now = self._clock()
            slot = max(self._next, now - self._slack)
            self._next = slot + self._interval
        if slot > now:
            self._sleep(slot - now)


class Retrier:
    """Calls that are repeated while AWS throttles or stumbles."""

    def __init__(
        self,
        policy: Optional[Policy] = None,
        pace: Optional[Pace] = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._policy = policy or Policy()
        self._pace = pace or Pace(clock=clock, sleep=sleep)
        self._clock = clock
        self._sleep = sleep
        self._uniform = uniform

    def call(self, function: Callable[..., T], **arguments: Any) -> T:
        """Call the function until it returns; raises its error when that is final, ExhaustedError when time is up."""
        began = self._clock()
        attempts = 0
        while True:
            self._pace.wait()
            attempts += 1
            try:
                return function(**arguments)
            except Exception as exc:
                if not is_retryable(exc):
                    raise
                longest = min(self._policy.cap, self._policy.base * 2.0 ** min(attempts - 1, 16))
                pause = self._uniform(0.0, longest)
                spent = self._clock() - began
                if spent + pause > self._policy.budget:
                    raise ExhaustedError(attempts, spent) from exc
                self._policy.waiting(exc, attempts, pause)
                self._sleep(pause)


def is_retryable(exc: BaseException) -> bool:
    """Tell whether AWS may answer otherwise a moment later: throttled, 5xx, no answer, or a torn read."""
    if isinstance(exc, TornError) or any(parent.__name__ in _BROKEN for parent in type(exc).__mro__):
        return True
    response = getattr(exc, "response", None)
    if not isinstance(response, dict):
        return False
    error = response.get("Error", {})
    if error.get("Code") in _RETRYABLE or any(text in str(error.get("Message", "")) for text in _RETRYABLE_ANSWERS):
        return True
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return isinstance(status, int) and status >= 500
