# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a group of thousands of bookings takes to read, by a genuine client at AWS's distance."""

from __future__ import annotations

import http.server
import json
import multiprocessing
import re
import socket
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import require_whole_answers
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import BOTOCORE_CONFIG
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule import store as stores
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record, record_schedule
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import ListedStore
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ScheduleSettings
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import WORKERS
from botocore.config import Config

REGION = "eu-central-1"
LATENCY = 0.025
RECORDS = 3300
# Of the play: long enough for two lines.
SLOW = 0.06
PAGE = 100
NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


def records():
    """Answer for each of the bookings: a hundred instances, one booking after the other."""
    settings = ScheduleSettings(role_arn="arn:aws:iam::123456789012:role/scheduler")
    answers = {}
    for number in range(RECORDS):
        instance, day = f"i-{number % 100:017x}", NOW + timedelta(days=1 + number // 100)
        booking = OneOff(instance, day, day + timedelta(hours=2), f"booking-{number}")
        answer = stores._to_wire(record_schedule(Record(booking, settings), f"{number:06x}", NOW))
        answers[answer["Name"]] = answer
    return answers


def handler(answers, latency):
    """Return what answers ListSchedules and GetSchedule, each after a while."""
    names = sorted(answers)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def do_GET(self):
            time.sleep(latency)
            url = urllib.parse.urlsplit(self.path)
            if url.path == "/schedules":
                first = int(urllib.parse.parse_qs(url.query).get("NextToken", ["0"])[0])
                page = [{"Name": name, "State": "DISABLED"} for name in names[first : first + PAGE]]
                more = {"NextToken": str(first + PAGE)} if first + PAGE < len(names) else {}
                answer = {"Schedules": page, **more}
            else:
                answer = answers[url.path.rpartition("/")[2]]
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Say nothing."""

    return Handler


@pytest.fixture
def endpoint(request):
    """A Scheduler in a process of its own, so that it takes no time from the client's."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(records(), request.param))
    process = multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True)
    process.start()
    yield f"http://127.0.0.1:{server.server_port}"
    process.kill()
    process.join()
    server.server_close()


@pytest.mark.full
@pytest.mark.parametrize("endpoint", [SLOW], indirect=True)
@pytest.mark.parametrize(("arguments", "shown"), [(["-v"], True), ([], False)])
def test_a_long_read_says_how_far_it_is(run, endpoint, arguments, shown):
    """At -v, on stderr, and every five seconds; the play ends at EC2, which the endpoint doesn't have."""
    options = {"region": REGION, "endpoint_url": endpoint, "schedule_group": "tfbridge", "retry_budget": 1}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{"tfbridge.aws.ec2_schedule_info": options}],
    }

    done = run.playbook([play], *arguments)

    lines = [line for line in done.stderr.splitlines() if "schedule group tfbridge: " in line]
    assert shown == bool(lines), done.output
    told = re.compile(rf"tfbridge: (listing it|[0-9]+00( of {RECORDS})? bookings read), [0-9]+ s so far$")
    assert all(told.search(line) for line in lines), lines


@pytest.mark.full
@pytest.mark.parametrize("endpoint", [LATENCY], indirect=True)
def test_thousands_of_records_are_read_side_by_side(endpoint, record_property):
    """By as many workers as there are, at Scheduler's own pace: the network is no more than twice what it has to be."""
    client = boto3.client(
        "scheduler",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
        config=Config(**{**BOTOCORE_CONFIG, "max_pool_connections": WORKERS}),
    )
    store = stores.SchedulerStore(
        require_whole_answers(client), stores.scheduler_retrier(60.0, REGION), REGION, "tfbridge"
    )

    started, used = time.monotonic(), time.process_time()
    group = ListedStore.read(store)
    took, used = time.monotonic() - started, time.process_time() - used

    assert RECORDS == len(group.listed) == len(group._records)
    record_property("seconds", round(took, 1))
    record_property("processor seconds", round(used, 1))
    # What the network takes, one worker's share; the rest is botocore's, which has one processor at most.
    assert took - used < 2 * LATENCY * (RECORDS + RECORDS / PAGE) / WORKERS + 5
