"""One writer of bookings in a process of its own: ``python -m tests.support.schedule_writer INSTANCE NAME HOUR|-``."""

from __future__ import annotations

import pathlib
import sys
from datetime import datetime, timedelta, timezone

import boto3

COLLECTIONS = pathlib.Path(__file__).resolve().parents[2] / ".cache" / "collections"
sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Policy, Retrier  # noqa: E402  as above
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff  # noqa: E402  needs the path above
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Writer  # noqa: E402  as above
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import BookingChange  # noqa: E402  as above
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record  # noqa: E402
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ScheduleSettings  # noqa: E402
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import SchedulerStore  # noqa: E402

SETTINGS = ScheduleSettings("arn:aws:iam::123456789012:role/scheduler")
DAY = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


def booked(instance_id: str, name: str, hour: float) -> Record:
    """Book three hours of tomorrow."""
    start = DAY + timedelta(hours=hour)
    return Record(OneOff(instance_id, start, start + timedelta(hours=3), name), SETTINGS)


def main() -> None:
    """Read a line for each job (instance, booking, hour or "-" to cancel), do it, and answer."""
    store = SchedulerStore(boto3.client("scheduler"), Retrier(Policy(budget=20)), "eu-central-1", "tfbridge")
    for line in sys.stdin:
        instance_id, name, hour = line.split()
        change = (
            BookingChange(drop=(name,)) if hour == "-" else BookingChange(put=(booked(instance_id, name, float(hour)),))
        )
        try:
            Writer(store, instance_id).apply(change)
            answer = "done"
        except Exception as error:  # noqa: BLE001  the test reads it
            answer = f"{type(error).__name__}: {error}"
        print(answer, flush=True)  # noqa: T201  its caller reads it


if __name__ == "__main__":
    main()
