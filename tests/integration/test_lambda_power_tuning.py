"""The module lambda_power_tuning, through the genuine command lines."""

from __future__ import annotations

import json

import pytest

from tests.support.lambda_function import worker_function
from tests.support.lambda_handler import HandlerWorkload
from tests.support.lambda_memory import Workload

PAYLOAD = {"token": "hunter2-geheim", "size": 1}
OPTIONS = {
    "region": "eu-central-1",
    "function": "worker",
    "memory_sizes": [256, 1024, 2048],
    "invocations": 5,
    "payload": PAYLOAD,
    "publish_to": "/prod/web/INPUT_WORKER_MEMORY",
}


@pytest.fixture
def worker(aws):
    """A function with a version that an alias references."""
    client = worker_function(aws, Description="mine", Architectures=["arm64"], Tags={"team": "web"}, Publish=True)
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    aws.forget_calls()
    return client


def state(client):
    """What Terraform sees of it, and the journal."""
    found = client.get_function(FunctionName="worker")
    kept = {key: found["Configuration"].get(key) for key in ("MemorySize", "Description", "Timeout", "Version")}
    versions = [one["Version"] for one in client.list_versions_by_function(FunctionName="worker")["Versions"]]
    aliases = [one["FunctionVersion"] for one in client.list_aliases(FunctionName="worker")["Aliases"]]
    return kept, versions, aliases, found.get("Tags")


def test_check_run_check_again_run_again(aws, run, worker):
    """The size is published once; the function is as before; no payload is shown at -vvvv."""
    before = state(worker)
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{"tfbridge.aws.lambda_power_tuning": OPTIONS}],
    }
    for arguments, changed in ((["--check"], 0), ([], 1)):
        assert 0 == aws.calls()["ssm:PutParameter"]
        done = run.playbook([play], "-vvvv", "--diff", *arguments)
        assert 0 == done.rc, done.output
        assert f"changed={changed}" in done.said
        assert "hunter2" not in done.output
        assert before == state(worker)
    for check in (True, False):
        assert not run.module("lambda_power_tuning", **OPTIONS, _ansible_check_mode=check)["changed"]
        assert before == state(worker)
    found = aws.client("ssm").get_parameter(Name="/prod/web/INPUT_WORKER_MEMORY")["Parameter"]
    assert ("256", 1) == (found["Value"], found["Version"])


def test_the_result_has_every_size(run, worker):
    """With cost, intervals and cold starts; figures are not masked by a payload that has a 1 in it."""
    returned = run.module("lambda_power_tuning", **OPTIONS, strategy="speed", cold_starts=1)
    assert [256, 512, 1024, 2048] == [row["memory"] for row in returned["sizes"]]
    assert (512, 2048) == (returned["current"], returned["chosen"])
    first = returned["sizes"][0]
    assert (7, 2, 100) == (first["invocations"], first["cold_starts"], first["peak_memory"])
    low, high = first["cost_interval"]
    assert low <= first["cost"] <= high
    assert "arm64" == returned["architecture"]
    assert "2048" == returned["published"]["value"]
    assert "hunter2" not in json.dumps(returned)


def test_refusals_and_failures_name_what_is_wrong(aws, run, worker):
    """Before anything is touched; and no message has the payload."""
    aws.publish_secret("MEMORY", "1", prefix="/secret/INPUT_")
    for options, message in (
        ({"function": "worker:1"}, "function: 'worker:1' is not the name or the ARN of a function, without a version"),
        ({"publish_to": "/prod/MEMORY"}, "publish_to: '/prod/MEMORY' is not the parameter of an input"),
        ({"prices": {"gb": 1}}, "prices.gb"),
        ({"function": "arn:aws:lambda:eu-west-1:123456789012:function:worker"}, "is in another region, and region is"),
        ({"pre_function": "nobody"}, "pre_function: invoking nobody: lambda:InvokeFunction in eu-central-1 failed"),
        ({"publish_to": "/secret/INPUT_MEMORY"}, "/secret/INPUT_MEMORY is a SecureString, and would be a String"),
        ({"memory_sizes": [128, 10240]}, "'MemorySize' value must be at most 3008"),
        ({"function": "nobody"}, "ResourceNotFoundException"),
    ):
        before = state(worker)
        refused = run.module("lambda_power_tuning", **{**OPTIONS, **options})
        assert message in refused["msg"]
        assert "hunter2" not in json.dumps(refused)
        assert before == state(worker)
    # The journal of the run with a size beyond the account's limit, which no API tells.
    assert 1 == aws.calls()["ssm:PutParameter"]


def test_what_was_measured_is_returned_whatever_comes_of_it(aws, run, worker):
    """It has cost time and money: a run that can't choose or publish fails with its figures."""
    before = state(worker)
    slow = {key: value for key, value in OPTIONS.items() if key != "publish_to"}
    slow.update(strategy="cheapest_within", max_p95_ms=1)
    unpublished = {**OPTIONS, "function": "arn:aws:lambda:eu-central-1:123456789012:function:worker"}
    aws.fault("ssm:DescribeParameters", "AccessDeniedException", times=-1)
    aws.publish({"WORKER_MEMORY": "64"}, prefix="/prod/web/INPUT_")
    for options, message in (
        (slow, "max_p95_ms: no size answers within 1 ms"),
        (unpublished, "ssm:DescribeParameters"),
    ):
        failed = run.module("lambda_power_tuning", **options)
        assert message in failed["msg"]
        assert [256, 512, 1024, 2048] == [row["memory"] for row in failed["sizes"]]
        assert before == state(worker)


def test_a_killed_run_is_restored(aws, run, worker):
    """By hand, at once; a run that is under way is not disturbed by another one."""
    before = state(worker)
    aws.client("ssm").put_parameter(
        Name="/tfbridge/lambda-power-tuning/worker",
        Type="String",
        Value=json.dumps({"run": "r1", "owner": "arn:x", "lease_until": 4e9, "memory": 512, "description": "mine"}),
    )
    revision = worker.update_function_configuration(
        FunctionName="worker", MemorySize=2048, Description="tfbridge tuning r1 2048 MB 0"
    )["RevisionId"]
    worker.publish_version(FunctionName="worker", Description="tfbridge tuning r1 2048 MB 0", RevisionId=revision)
    assert "worker is being measured by arn:x, run r1" in run.module("lambda_power_tuning", **OPTIONS)["msg"]
    assert run.module("lambda_power_tuning", region="eu-central-1", function="worker", state="restored")["restored"]
    assert before == state(worker)
    assert not run.module("lambda_power_tuning", region="eu-central-1", function="worker", state="restored")["changed"]


def test_a_size_that_runs_out_of_memory_is_a_row(aws, run, worker):
    """And the others are measured."""
    aws.app.settings.workload = Workload(needs=300)
    returned = run.module("lambda_power_tuning", **OPTIONS)
    assert {"out of memory": 1} == returned["sizes"][0]["failures"]
    assert 512 <= returned["chosen"]


HANDLER = """
def handle(event, _context):
    kept = bytearray(event["megabytes"] * 1024 * 1024)
    return sum(number * number for number in range(event["work"])) + len(kept)
"""


@pytest.mark.full
def test_a_real_handler_is_measured_by_its_share_of_a_cpu(aws, run, worker, tmp_path):
    """A Python function that computes: faster with memory up to a whole CPU, not beyond; too large for the smallest."""
    (tmp_path / "handler.py").write_text(HANDLER)
    options = {**OPTIONS, "memory_sizes": [128, 256, 1769, 3008], "payload": {"megabytes": 130, "work": 200_000}}
    with HandlerWorkload(tmp_path / "handler.py") as aws.app.settings.workload:
        returned = run.module("lambda_power_tuning", **options, strategy="balanced")
        lacking = run.module("lambda_power_tuning", **{**options, "payload": {}})
    rows = {row["memory"]: row for row in returned["sizes"]}
    assert {"out of memory": 1} == rows[128]["failures"]
    assert 130 < rows[256]["peak_memory"] < 256
    means = {memory: row["duration_mean"] for memory, row in rows.items() if row["usable"]}
    assert means[256] > means[512] > means[1769]
    assert pytest.approx(1769 / 256, rel=0.5) == means[256] / means[1769]
    assert pytest.approx(1, rel=0.5) == means[3008] / means[1769]
    assert returned["chosen"] != 3008
    assert "KeyError" in lacking["msg"]


def test_a_payload_from_s3(aws, run, worker):
    """Every invocation gets it; it is named where it is too large, missing or not JSON."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="payloads", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="payloads", Key="a/large.json", Body=b"{}" + b" " * 6 * 1024 * 1024)
    s3.put_object(Bucket="payloads", Key="a/good.json", Body=b'{"token": "hunter2-geheim"}')
    options = {key: value for key, value in OPTIONS.items() if key != "payload"}
    aws.app.settings.workload = Workload()
    returned = run.module("lambda_power_tuning", **options, payload_s3="s3://payloads/a/good.json")
    assert 512 == returned["current"]
    assert [{"token": "hunter2-geheim"}] * 24 == aws.app.settings.workload.payloads
    assert "hunter2" not in json.dumps(returned)
    s3.put_object(Bucket="payloads", Key="a/text", Body=b"hunter2")
    for url, message in (
        ("s3://payloads/a/text", "payload_s3: is not JSON"),
        ("s3://payloads/a/large.json", "payload_s3: has 6,291,457 bytes, and Lambda takes 6,291,456"),
        ("s3://payloads/none.json", "reading s3://payloads/none.json: s3:GetObject in eu-central-1 failed"),
        ("payloads/none.json", "payload_s3: 'payloads/none.json' is not the URL of an object"),
    ):
        assert message in run.module("lambda_power_tuning", **options, payload_s3=url)["msg"]


@pytest.mark.full
@pytest.mark.cores
def test_a_long_run_shows_what_it_does(aws, run, worker):
    """On stderr, without -v, and not where the task keeps its secrets; the first five seconds are silent."""
    for more, count in (({}, True), ({"no_log": True}, False)):
        options = {**OPTIONS, "memory_sizes": [256], "pause": 0.9}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [{"tfbridge.aws.lambda_power_tuning": options, **more}],
        }
        done = run.playbook([play])
        assert 0 == done.rc, done.output
        lines = [line for line in done.stderr.splitlines() if line.startswith("tfbridge.aws: worker: measuring")]
        assert count == bool(lines), done.output
        assert all(" MB, size " in line and " of 6 invocations, " in line and " s so far" in line for line in lines)


def test_a_progress_file_is_written_or_refused(run, worker):
    """By whoever runs the module without Ansible beside it."""
    path = run.folder / "progress"
    run.module("lambda_power_tuning", **OPTIONS, progress_file=str(path))
    lines = path.read_text().splitlines()
    assert "worker: measuring 2048 MB, size 1 of 4, 0 of 6 invocations" in lines
    assert "hunter2" not in path.read_text()
    refused = run.module("lambda_power_tuning", **OPTIONS, progress_file="/nowhere/file")
    assert "progress_file: '/nowhere/file' can't be written: No such file or directory" == refused["msg"]
