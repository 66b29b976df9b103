# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a function was like before it was measured, in a parameter: the lock of one tuner, the way back for the next.

PRIVATE: not for use outside this collection, may change in any release.

It is written before anything is touched, without C(Overwrite), so that one of two tuners fails; and deleted when all is
as before. Its lease is renewed while the tuner works and while it waits. After it, whoever comes next heals what a
killed run has left.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier, error_code
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

PATH = "/tfbridge/lambda-power-tuning"
MARK = "tfbridge tuning"
# A lease has this to spare at each end, in seconds.
SPARE = 60.0


@dataclass(frozen=True)
class Journal:
    """One run: its id, who works, until when (seconds of the epoch), and what the function was like."""

    run: str
    owner: str
    lease_until: float
    memory: int
    description: str

    @property
    def mark(self) -> str:
        """What the descriptions of all that this run makes begin with."""
        return f"{MARK} {self.run}"


@dataclass(frozen=True)
class JournalStore:
    """Keeps the journal of one function. C(clock) is the time of the epoch."""

    ssm: Any
    retrier: Retrier
    region: str
    function: str
    clock: Callable[[], float]

    @property
    def name(self) -> str:
        """The name of its parameter."""
        return f"{PATH}/{self.function}"

    def read(self) -> Optional[Journal]:
        """Return the journal, None where there is none."""
        with aws_errors("ssm:GetParameters", self.region, "reading the journal"):
            found = self.retrier.call(self.ssm.get_parameters, Names=[self.name])["Parameters"]
        if not found:
            return None
        try:
            return _journal(**parse_json(found[0]["Value"]))
        except (TypeError, ValueError, OverflowError, OSError) as exc:
            raise DataError(
                f"{self.name} is not a journal of this module. Find out what it is, and delete it if nobody needs it"
            ) from exc

    def open(self, journal: Journal) -> None:
        """Write a new journal; raises DataError where another tuner has just written one."""
        try:
            self._put(journal, overwrite=False)
        except DataError:
            other = self.read()
            if other and other.run == journal.run:
                return  # it was written, and AWS's answer was lost on its way
            raise DataError(busy(self.function, other) if other else f"{self.name}: another tuner was faster") from None

    def renew(self, journal: Journal, seconds: float) -> Journal:
        """Return the journal with a longer lease, written; raises DataError where somebody else has taken it."""
        now = self.read()
        if now is None or now.run != journal.run:
            raise DataError(
                f"{self.name}: somebody else has healed this run, which took longer than its lease. Run again"
            )
        renewed = replace(journal, lease_until=self.clock() + seconds)
        self._put(renewed, overwrite=True)
        return renewed

    def close(self, journal: Journal) -> None:
        """Delete the journal, unless it is another run's by now."""
        now = self.read()
        if now is None or now.run != journal.run:
            return
        with aws_errors("ssm:DeleteParameter", self.region, "deleting the journal"):
            try:
                self.retrier.call(self.ssm.delete_parameter, Name=self.name)
            except Exception as exc:
                if error_code(exc) != "ParameterNotFound":
                    raise

    def _put(self, journal: Journal, *, overwrite: bool) -> None:
        with aws_errors("ssm:PutParameter", self.region, "writing the journal"):
            try:
                self.retrier.call(
                    self.ssm.put_parameter,
                    Name=self.name,
                    # SSM refuses braces that follow each other; a description may have them, and JSON can escape them.
                    Value=json.dumps(asdict(journal)).replace("{{", "\\u007b\\u007b"),
                    Type="String",
                    Overwrite=overwrite,
                    Description="What a function was like before its memory was measured; deleted at the end",
                )
            except Exception as exc:
                if error_code(exc) == "ParameterAlreadyExists":
                    raise DataError(f"{self.name} exists") from exc
                raise


def _journal(run: str, owner: str, lease_until: float, memory: int, description: str) -> Journal:
    """Return a journal, each part of its own type; raises ValueError or TypeError where one can't be."""
    texts = (run, owner, description)
    if not all(isinstance(one, str) for one in texts):
        raise TypeError("a text")
    dt.datetime.fromtimestamp(lease_until, dt.timezone.utc)  # what is no time is no lease
    return Journal(run, owner, float(lease_until), int(memory), description)


@dataclass
class Lease:
    """The journal of the run that is under way. Threads may share it.

    C(longest) is how many seconds one call of AWS may take, an invocation above all: a lease that could end meanwhile
    is renewed before it.
    """

    store: JournalStore
    journal: Journal
    longest: float
    pause: Callable[[float], None]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Write the journal; raises DataError where another tuner has written one."""
        self.journal = replace(self.journal, lease_until=self.store.clock() + self.longest + 2 * SPARE)
        self.store.open(self.journal)

    def keep(self) -> None:
        """Renew a lease that the next call could outlast; raises DataError where somebody else has healed the run."""
        with self._lock:
            if self.journal.lease_until - self.store.clock() < self.longest + SPARE:
                self.journal = self.store.renew(self.journal, self.longest + 2 * SPARE)

    def sleep(self, seconds: float) -> None:
        """Sleep, and keep the lease."""
        while seconds > 0:
            self.keep()
            self.pause(min(seconds, SPARE / 2))
            seconds -= SPARE / 2


def busy(function: str, other: Journal) -> str:
    """Return the message that another tuner works on a function."""
    until = dt.datetime.fromtimestamp(other.lease_until, dt.timezone.utc)
    return (
        f"{function} is being measured by {other.owner}, run {other.run}. Wait until it has ended; if it was killed, "
        f"run again with 'state: restored', or after {until:%Y-%m-%d %H:%M:%S} UTC, when its lease expires"
    )
