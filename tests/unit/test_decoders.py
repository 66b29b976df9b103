# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever bytes come from outside: a value, or the collection's own error, in bounded time and memory.

Each decoder meets any text, texts that are nearly right, and the worst of each notation. The events of the booking API
are in tests/unit/test_booking_api_properties.py, entries of caches with the caches.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import fstab, utils_config
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.host import Host
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.mount_table import parse_mountinfo, view
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import assemble
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Parameter
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.snapshot import inflate, join, parse_slice
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.snapshot_document import outputs_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import plan
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.dead_letters import dead_letters
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.instances import RequiredTag
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.names import RecordName, read_name
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import read_owner, read_record
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import (
    Listed,
    Schedule,
    ScheduleSettings,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.journal import JournalStore
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.log_report import parse_report
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.library import load_library
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.model import Horizon
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.occurrences import Reader
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.text import check_text
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.contract_file import read_contract
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.ignores import read_baseline
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.playbooks.scan import scan_playbooks
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.plan import read_plan
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.scan import scan_code
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.lanes import timeline_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.page import page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.result import parse_result
from hypothesis import given
from hypothesis import strategies as st

from tests.support import ics, snapshots

# Few in `make test`; a part of the profile's in `make soak`, as there are many decoders.
EXAMPLES = max(6, hypothesis.settings.default.max_examples // 16)
SECONDS, MEGABYTES = 5.0, 96
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
INSTANCE = "i-0123456789abcdef0"


@dataclasses.dataclass(frozen=True)
class Decoder:
    """What is decoded, and a text that is right."""

    decode: Callable[[str], Any]
    sample: str


def parameter(text: str) -> None:
    """Read it as each type of parameter, alone and as an element of a list."""
    for kind in ("String", "StringList", "SecureString"):
        assemble([Parameter("OUTPUT_X", kind, text, 1)], "OUTPUT_")
        assemble([Parameter("OUTPUT_X_0", kind, text, 1), Parameter("OUTPUT_X_1", kind, text, 1)], "OUTPUT_")
    assemble([Parameter(f"OUTPUT_{text}", "String", "x", 1)], "OUTPUT_")


def snapshot(text: str) -> None:
    """Read it as the JSON of a snapshot, and within slices that are right."""
    values = snapshots.slices_of(text, 8) if len(text) < 5000 else []
    outputs_of(text.encode("utf-8", "surrogatepass"), "OUTPUT_", (), "the snapshot")
    slices = {at: parse_slice(Parameter(f"S.{at}", "String", value, 1), at) for at, value in enumerate(values)}
    if slices:
        inflate(join(slices, [f"S.{at}" for at in slices]), slices[0].digest, "the snapshot")


def snapshot_slice(text: str) -> None:
    """Read it as the only slice of a snapshot."""
    found = parse_slice(Parameter("S.0", "String", text, 1), 0)
    inflate(join({0: found}, [f"S.{at}" for at in range(found.count)]), found.digest, "the snapshot")


def record(text: str) -> None:
    """Read it as a booking, and plan it."""
    schedule = Schedule(
        f"{INSTANCE}.r.a.1", "DISABLED", "at(2027-01-01T00:00:00)", "UTC", "stopInstances", "{}", text,
        ScheduleSettings("arn:aws:iam::123456789012:role/x"), 1800,
    )  # fmt: skip
    read_owner(schedule)
    found = read_record(RecordName(schedule.name, INSTANCE, "a", 0.0), schedule)
    plan([found.booking], NOW, timedelta(seconds=found.settings.merge_gap))


def mounts(text: str) -> None:
    """Read it as /proc/self/mountinfo."""
    view(parse_mountinfo(text), "/mnt/efs")


def fstab_file(text: str) -> None:
    """Read it as /etc/fstab, and take a path out of it."""
    fstab.lines_of(text, "/mnt/efs")
    assert not fstab.lines_of(fstab.replace(text, "/mnt/efs", None), "/mnt/efs")


def state_file(text: str) -> None:
    """Read it as a state file of efs-utils."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "fs-0123456789abcdef0.mnt.efs.20049"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        Host.tunnels(SimpleNamespace(_state_files=pathlib.Path(folder)))


def calendar(text: str) -> None:
    """Read it as an iCalendar."""
    body = check_text(text.encode("utf-8", "surrogatepass"))
    Reader(load_library(), Horizon(NOW, NOW + timedelta(days=60)), "Europe/Paris").read(body)


def in_file(name: str, read: Callable[[pathlib.Path, SourceFiles], Any]) -> Callable[[str], Any]:
    """Return a decoder of a file."""

    def decode(text: str) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            return read(path, SourceFiles(pathlib.Path(folder)))

    return decode


def parsed(use: Callable[[Any], Any]) -> Callable[[str], Any]:
    """Return a decoder of what JSON has made of a text; what isn't JSON is nobody's."""

    def decode(text: str) -> Any:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return use(document)

    return decode


def journal(text: str) -> None:
    """Read it as the journal of a tuner, and use what it says."""
    answer = {"Parameters": [{"Name": "x", "Value": text}]}
    client = SimpleNamespace(get_parameters=lambda **_arguments: answer)
    found = JournalStore(client, Retrier(pace=Pace(1e9, 1000)), "eu-central-1", "worker", time.time).read()
    assert found is not None
    assert found.lease_until > 0 or found.memory > 0 or (found.mark + found.description + found.owner)


def letter(text: str) -> None:
    """Read it as a dead letter."""
    client = SimpleNamespace(
        get_queue_url=lambda **_arguments: {"QueueUrl": "x"},
        get_queue_attributes=lambda **_arguments: {"Attributes": {"ApproximateNumberOfMessages": "1"}},
        receive_message=lambda **_arguments: {"Messages": [{"Body": text}]},
    )
    found = dead_letters(client, Retrier(pace=Pace(1e9, 1000)), "arn:aws:sqs:eu-central-1:1:x", "eu-central-1")
    assert all(isinstance(one, str) for one in found["messages"][0]["instance_ids"])


PLAY = """
- hosts: my_ip
  vars: {a: &x [1, 2], b: *x}
  tasks:
    - debug: {msg: "{{ lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL') }} {{ my_ip[0] }}"}
"""
CODE = """
module "outputs" {
  source  = "tfbridge/aws//terraform/modules/ssm_outputs"
  strings = { a = "${var.x}-${join(",", [for k in var.y : upper(k)])}" }
}
resource "aws_ssm_parameter" "x" {
  name  = "OUTPUT_X"
  value = <<-EOT
    text
  EOT
}
"""
REPORT = (
    '{"time": "x", "type": "platform.report", "record": {"requestId": "r", "metrics": {"durationMs": 1.5, '
    '"billedDurationMs": 2, "maxMemoryUsedMB": 100}, "status": "success"}}\n'
    "REPORT RequestId: r\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 100 MB\t"
)
TUNED = {
    "function": "w", "region": "eu-central-1", "strategy": "cost", "current": 512, "chosen": 256, "best": 256,
    "reason": "x", "architecture": "arm64", "prices": {"source": "list"},
    "sizes": [{
        "memory": 256, "usable": True, "failures": {}, "duration_mean": 1.0, "duration_p50": 1.0, "duration_p95": 2.0,
        "billed_mean": 1.5, "init_mean": None, "cost": 3.0, "cost_interval": [1, 2],
        "duration_interval": [1, 2], "invocations": 5, "cold_starts": 0, "peak_memory": 100,
    }],
}  # fmt: skip
WEEKLY = {"name": "a", "days": ["mon"], "start": "08:00", "end": "18:00", "timezone": "UTC"}
SHOWN = {
    "region": "eu-central-1", "schedule_group": "g",
    "instances": [{
        "instance_id": INSTANCE, "state": "running", "bookings": [WEEKLY], "merge_gap": 600, "windows": [],
        "in_sync": True, "running_now": True, "next_edge": {"action": "stop", "at": "2026-11-24T18:00:00Z"},
    }],
}  # fmt: skip
EVENT = ["RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=MO", "EXDATE:20261130T080000Z", "DESCRIPTION:ec2: i-0123456789abcdef0"]

DECODERS = {
    "parameter": Decoder(parameter, '{"a": [1, "x", null], "b": 1.5}'),
    "snapshot": Decoder(snapshot, json.dumps(snapshots.document({"A": "x"}, {"B": ["y"]}, {"C": {"d": 1}}))),
    "slice of a snapshot": Decoder(snapshot_slice, snapshots.slices_of('{"version": 1}', 1)[0]),
    "record": Decoder(record, json.dumps({"v": 1, **WEEKLY, "merge_gap": 600})),
    "name of a schedule": Decoder(
        lambda text: read_name(Listed(text, "ENABLED", 0.0)), f"{INSTANCE}.e.20261124T180000.stop.abcdef"
    ),
    "tag": Decoder(RequiredTag.parse, '{"key": "Bookable", "values": ["true"]}'),
    "dead letter": Decoder(letter, json.dumps({"InstanceIds": [INSTANCE]})),
    "mountinfo": Decoder(
        mounts, "36 35 0:31 / /mnt/efs rw,noatime shared:1 - nfs4 fs-1.efs:/ rw,vers=4.1,hard,addr=10.0.0.1\n"
    ),
    "fstab": Decoder(fstab_file, "fs-1.efs:/ /mnt/efs nfs4 rw,hard,_netdev 0 0 # x\n# y\n"),
    "efs-utils.conf": Decoder(
        lambda text: utils_config.with_settings(text, {"mount": {"region": "x"}}), "[mount]\nregion = y\n;z\n"
    ),
    "state of efs-utils": Decoder(state_file, '{"commonName": "x", "accessPoint": "fsap-1"}'),
    "calendar": Decoder(
        calendar, ics.calendar(ics.event("a", "20261123T080000Z", "20261123T090000Z", *EVENT)).decode()
    ),
    "Terraform code": Decoder(in_file("main.tf", lambda path, files: scan_code(path.parent, files, [])), CODE),
    "playbook": Decoder(in_file("site.yml", scan_playbooks), PLAY),
    "template": Decoder(in_file("x.j2", scan_playbooks), "{% for a in my_ip %}{{ a | upper }}{% endfor %}"),
    "plan": Decoder(
        in_file("plan.json", lambda path, _files: read_plan(path, "plan.json")),
        json.dumps(
            {
                "planned_values": {
                    "root_module": {
                        "resources": [
                            {
                                "type": "aws_ssm_parameter",
                                "address": "x",
                                "values": {"name": "X", "type": "String", "value": "[1]"},
                            }
                        ],
                        "child_modules": [{"resources": []}],
                    }
                }
            }
        ),
    ),
    "contract": Decoder(
        in_file("c.json", lambda path, _files: read_contract(path, "c.json")),
        json.dumps(
            {
                "format": "tfbridge.aws/contract",
                "version": 1,
                "complete": True,
                "outputs": [
                    {"name": ["A", {"unknown": "x"}], "kind": "list", "items": [{"kind": "string"}], "declared_in": []}
                ],
            }
        ),
    ),
    "baseline": Decoder(
        in_file("b.json", lambda path, _files: read_baseline(path)),
        json.dumps({"format": "tfbridge.aws/contract-baseline", "version": 1, "findings": [{"fingerprint": "x"}]}),
    ),
    "journal": Decoder(
        journal, json.dumps({"run": "r", "owner": "o", "lease_until": 4e9, "memory": 512, "description": "d"})
    ),
    "log of Lambda": Decoder(lambda text: parse_report(text, "r"), REPORT),
    "result of a tuning": Decoder(parsed(lambda result: page(parse_result(result), NOW, "x")), json.dumps(TUNED)),
    "result of a schedule": Decoder(parsed(lambda result: timeline_of(result, "UTC", 7, NOW)), json.dumps(SHOWN)),
}
DEEP = 60_000
WORST = {
    "nothing": "",
    "NUL": "\0" * 1000,
    "open brackets": "[" * DEEP,
    "open braces": '{"a":' * DEEP,
    "nested": "[" * DEEP + "]" * DEEP,
    "long number": "9" * 100_000,
    "infinite": '{"v": 1, "merge_gap": 1e999, "start": 1e999, "end": -1e999}',
    "constants": "[NaN, Infinity, -Infinity]",
    "surrogates": '"\\ud800\\udfff\\udc00"',
    "one line": "x" * 200_000,
    "many lines": "a b c\n" * 20_000,
    "keys": "{" + ",".join(f'"k{number}":{number}' for number in range(20_000)) + "}",
    "billion laughs": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
    "open templates": "{{ (" * 20_000,
    "open Terraform": 'a = "' + "${[" * 20_000,
}


def any_text() -> st.SearchStrategy[str]:
    """Return any text, and documents of any shape as JSON."""
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    documents = st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    )
    return st.text() | st.binary(max_size=80).map(lambda one: one.decode("latin-1")) | documents.map(json.dumps)


@st.composite
def nearly(draw: st.DrawFn, sample: str) -> str:
    """Return a sample with something put in, left out, or in another place; or with another value in its JSON."""
    try:
        document = json.loads(sample)
    except ValueError:
        document = None
    if document is not None and draw(st.booleans()):
        return json.dumps(_changed(draw, document))
    for _change in range(draw(st.integers(1, 3))):
        start, end = sorted((draw(st.integers(0, len(sample))), draw(st.integers(0, len(sample)))))
        new = draw(
            st.sampled_from(["", sample[start:end] * 2, "{", "}", "[", '"', "\n", "\0", ":", ",", "1e999", "-1"])
        )
        sample = sample[:start] + (new or draw(st.text(max_size=5))) + sample[end if new in ("", "{", "}") else start :]
    return sample


def _changed(draw: st.DrawFn, document: Any) -> Any:
    """Return a document in which one value is of another kind."""
    inside = (
        list(document)
        if isinstance(document, dict)
        else list(range(len(document)))
        if isinstance(document, list)
        else []
    )
    if not inside or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([None, True, -1, 10**30, 1.5, float("inf"), "", "x", [], [[]], {}, {"a": None}]))
    key = draw(st.sampled_from(inside))
    copy = dict(document) if isinstance(document, dict) else list(document)
    if draw(st.integers(0, 4)) == 0:
        del copy[key]
    else:
        copy[key] = _changed(draw, document[key])
    return copy


def outcome_of(decoder: Decoder, text: str) -> str:
    """Decode a text, and return the error of ours if there is one."""
    try:
        decoder.decode(text)
    except BridgeError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", DECODERS)
def test_a_value_or_an_error_of_ours(name):
    """For any text, and for what is nearly right; the sample itself is decoded."""
    decoder = DECODERS[name]
    decoder.decode(decoder.sample)

    @hypothesis.settings(max_examples=EXAMPLES)
    @given(any_text() | nearly(decoder.sample) | nearly(decoder.sample))
    def decode(text: str) -> None:
        outcome_of(decoder, text)

    decode()


@pytest.mark.full
@pytest.mark.parametrize("name", DECODERS)
def test_the_worst_is_refused_in_bounds(name):
    """Nested without end, large, or growing while it is read."""
    for what, text in WORST.items():
        began = time.process_time()
        outcome_of(DECODERS[name], text)
        seconds = time.process_time() - began
        # Apart: what traces memory takes several times as long.
        tracemalloc.start()
        outcome_of(DECODERS[name], text)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert seconds < SECONDS, f"{what} took {seconds:.1f} s"
        assert peak < MEGABYTES * 2**20, f"{what} took {peak >> 20} MiB"
