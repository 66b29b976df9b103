# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One retry policy for every AWS call: full jitter, a time budget, and a pace that learns AWS's limit.

PRIVATE: not for use outside this collection, may change in any release.

amazon.aws's AWSRetry counts attempts, in a fraction of the time for which a busy account throttles; here each call has
a budget in seconds, and all calls have a pace that their threads share. Clock, sleep and random source are passed in.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import random
import threading
import time
from typing import Any, Callable, Optional, TypeVar

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import CutAnswerError, OptionError, TornError

T = TypeVar("T")

# Parameter Store allows 40 reads a second and account, all callers together (AWS's quotas page). What reaches it in
# any second is at most the rate, the burst, and the calls of the threads that were on their way when it began: their
# sum stays 40 while the rate grows.
DEFAULT_RATE = 30.0
DEFAULT_BURST = 6
TOP_RATE = 36.0
THREADS = 4
# With the setting for high throughput GetParametersByPath, the slowest of the three, may be called 100 times a second.
HIGH_RATE = 90.0
_STEP = 2.0  # calls a second more, after each second without a throttled call
_LEAST_RATE = 2.0
_ANSWERS = 0.25  # seconds in which throttled calls are answers to one rate
DEFAULT_BUDGET = 60.0
MAX_BUDGET = 3600

# For every client: these repetitions would multiply with botocore's own.
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0
BOTOCORE_CONFIG: dict[str, Any] = {
    "retries": {"mode": "standard", "total_max_attempts": 1},
    "connect_timeout": CONNECT_TIMEOUT,
    "read_timeout": READ_TIMEOUT,
}

_THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException", "TooManyUpdates"}
)

_RETRYABLE = _THROTTLED | {
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceUnavailableException",
}
# Refusals that go away by themselves: IAM takes some seconds to make a new role known.
_RETRYABLE_ANSWERS = ("must allow AWS EventBridge Scheduler to assume the role",)
# botocore's names for a connection that broke or fell silent after it was made. One that can't be made is not
# among them: a wrong region or endpoint shall not take a minute to be told.
# An answer that was cut ends within a character or a tag; what else is cut, clients.py finds.
_CUT = frozenset({"ResponseParserError", "ResponseStreamingError", "UnicodeDecodeError"})
_BROKEN = _CUT | {"ConnectionClosedError", "ReadTimeoutError"}


Waiting = Callable[[BaseException, int, float], None]
Watch = Callable[[Callable[..., Any]], contextlib.AbstractContextManager[Any]]


def no_word(_error: BaseException, _attempts: int, _pause: float) -> None:
    """Say nothing about a repetition."""


def no_watch(_function: Callable[..., Any]) -> contextlib.AbstractContextManager[Any]:
    """Do nothing beside a call."""
    return contextlib.nullcontext()


@dataclasses.dataclass(frozen=True)
class Policy:
    """How long to go on: seconds in all for one call, the first longest wait, and the longest wait ever.

    C(deadline) is the reading of the clock after which no attempt begins, whatever the budget. C(waiting) is told the
    error, the attempts so far and the seconds before each wait, by the thread that waits; C(watch) surrounds a call.
    """

    budget: float = DEFAULT_BUDGET
    base: float = 0.2
    cap: float = 8.0
    waiting: Waiting = no_word
    watch: Watch = no_watch
    deadline: Optional[float] = None


def check_budget(budget: float, option: str = "retry_budget") -> float:
    """Return the option retry_budget, in seconds; raises OptionError for one out of bounds."""
    if not 0 < budget <= MAX_BUDGET:
        raise OptionError(f"{option}: {budget} is not within 0 to {MAX_BUDGET} seconds")
    return budget


class ExhaustedError(Exception):
    """The budget is spent. The cause is AWS's last answer."""

    def __init__(self, attempts: int, seconds: float) -> None:
        super().__init__(f"{attempts} attempts in {seconds:.0f} s")
        self.attempts = attempts
        self.seconds = seconds


class Pace:
    """At most rate calls a second, after a burst, for all threads that share it.

    With a C(top) the rate grows to it, and the burst shrinks by as much, while AWS throttles nothing; whoever is
    throttled goes slower from then on. C(ask_top) is asked once, when calls first have to wait, for a higher top.
    """

    def __init__(
        self,
        rate: float = DEFAULT_RATE,
        burst: int = DEFAULT_BURST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        top: Optional[float] = None,
    ) -> None:
        self.ask_top: Optional[Callable[[], Optional[float]]] = None
        # How many calls a second are sent at present.
        self.rate = rate
        self._burst = float(burst)
        self._top = top or rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = clock() - self._slack()
        self._since = clock()
        self._slowed = clock() - _ANSWERS

    def wait(self, latest: float = math.inf) -> bool:
        """Return True when the next call may be sent; False, at once, where that is later than C(latest)."""
        with self._lock:
            now = self._clock()
            self._grow(now)
            if self._next < now - self._slack():  # nobody called for a while, and the burst is whole
                self._since = now
            slot = max(self._next, now - self._slack())
            if slot > latest:
                return False
            self._next = slot + 1.0 / self.rate
            ask, self.ask_top = (self.ask_top, None) if slot > now else (None, self.ask_top)
        if ask:
            self._raise_top(ask())
        if slot > now:
            self._sleep(max(0.0, slot - self._clock()))
        return True

    def throttled(self) -> None:
        """Go slower, and hardly as fast again: others use the same quota."""
        with self._lock:
            now = self._clock()
            if now < self._slowed + _ANSWERS:
                return
            self._slowed = self._since = now
            self._top = max(_LEAST_RATE, min(self._top, self.rate * 0.95))
            self.rate = max(_LEAST_RATE, self.rate * 0.7)
            self._burst = 1.0
            self._next = max(self._next, now + 1.0 / self.rate)

    def _raise_top(self, top: Optional[float]) -> None:
        if top:
            with self._lock:
                self._top = self.rate = max(top, self._top)

    def _grow(self, now: float) -> None:
        """Go faster after each second in which all calls were sent at the rate, and none was throttled."""
        if now - self._since < 1.0 or self.rate >= self._top:
            return
        step = min(_STEP, self._top - self.rate)
        self.rate += step
        self._burst = max(1.0, self._burst - step)
        self._since = now

    def _slack(self) -> float:
        return (self._burst - 1) / self.rate


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
        self.pace = pace or Pace(clock=clock, sleep=sleep, top=TOP_RATE)
        self._clock = clock
        self._sleep = sleep
        self._uniform = uniform

    def call(self, function: Callable[..., T], **arguments: Any) -> T:
        """Call the function until it returns; raises its error when that is final, ExhaustedError when time is up."""
        with self._policy.watch(function):
            return self._call(function, arguments)

    def _call(self, function: Callable[..., T], arguments: dict[str, Any]) -> T:
        began = self._clock()
        attempts, latest = 0, math.inf  # the first attempt waits for its turn, however long the queue is
        cause: Optional[Exception] = None
        while True:
            if not self.pace.wait(latest):
                raise ExhaustedError(attempts, self._clock() - began) from cause
            if attempts == 0 and self._remaining() < 0:
                raise ExhaustedError(0, 0.0)
            attempts += 1
            try:
                return function(**arguments)
            except Exception as exc:
                if not is_retryable(exc):
                    raise
                if error_code(exc) in _THROTTLED:
                    self.pace.throttled()
                longest = min(self._policy.cap, self._policy.base * 2.0 ** min(attempts - 1, 16))
                pause = self._uniform(0.0, longest)
                spent = self._clock() - began
                if spent + pause > self._policy.budget or pause > self._remaining():
                    raise ExhaustedError(attempts, spent) from exc
                self._policy.waiting(exc, attempts, pause)
                self._sleep(pause)
                cause, latest = exc, began + self._policy.budget

    def _remaining(self) -> float:
        return float("inf") if self._policy.deadline is None else self._policy.deadline - self._clock()


def is_retryable(exc: BaseException) -> bool:
    """Return whether AWS may answer otherwise a moment later: throttled, 5xx, no answer, or a torn read."""
    if isinstance(exc, (TornError, CutAnswerError)) or any(parent.__name__ in _BROKEN for parent in type(exc).__mro__):
        return True
    response = getattr(exc, "response", None)
    if not isinstance(response, dict):
        return False
    message = str(response.get("Error", {}).get("Message", ""))
    if error_code(exc) in _RETRYABLE or any(text in message for text in _RETRYABLE_ANSWERS):
        return True
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return isinstance(status, int) and status >= 500


def error_code(exc: BaseException) -> str:
    """Return AWS's code of an error, like AccessDeniedException, or nothing where AWS did not answer."""
    response = getattr(exc, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
