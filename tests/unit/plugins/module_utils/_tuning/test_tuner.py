"""A run leaves a function exactly as it was: at its end, after an error, and healed after it was killed at any call."""

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, BridgeError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.journal import Journal, JournalStore
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.lambda_function import Answer, LambdaFunction
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.request import TuningRequest
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.tuner import LEASE, Tuner
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lambda_memory import AwsRefusalError, Clock, KilledError, LambdaMemory, Workload

PAYLOADS = (b'{"token": "hunter2"}',) * 5


def tuner_of(aws, run="run-1", **others):
    """A tuner of the function in memory."""
    clock = aws.clock
    retrier = Retrier(Policy(budget=5), Pace(rate=1e9, clock=clock, sleep=clock.sleep), clock, clock.sleep)
    options = {"memory_sizes": (256, 1024), "payloads": PAYLOADS, **others}
    return Tuner(
        LambdaFunction(aws, retrier, "eu-central-1", "worker", clock.sleep),
        JournalStore(aws, retrier, "eu-central-1", "worker", clock),
        TuningRequest("worker", **options),
        run,
        f"owner-of-{run}",
        sleep=clock.sleep,
    )


def whole_run(aws, **others):
    """What the module does."""
    tuner = tuner_of(aws, **others)
    tuner.refuse_a_second_tuner()
    tuner.heal()
    return tuner.measure(tuner.check())


def test_a_run_measures_and_leaves_no_trace():
    """Every size, the current one too; the function is at a test size only while versions are published."""
    aws = LambdaMemory(Clock())
    before = aws.state()
    rows = whole_run(aws, cold_starts=2)
    assert before == aws.state()
    assert [1024, 512, 256] == [row.memory for row in rows]
    assert [(5, 3)] * 3 == [(len(row.samples), len(row.starts)) for row in rows]
    first = aws.calls.index("invoke", aws.calls.index("publish_version"))
    assert "publish_version" not in aws.calls[first:]
    assert 1 == aws.calls[first:].count("update_function_configuration") + 1


def calls_of_a_run():
    """How many calls an undisturbed run makes."""
    aws = LambdaMemory(Clock())
    whole_run(aws, cold_starts=1)
    return len(aws.calls)


CALLS = calls_of_a_run()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("restored", [False, True], ids=["next_run", "state_restored"])
def test_killed_at_any_call_the_next_run_heals(after, restored):
    """Before AWS has done the call that it dies in, or after: Terraform finds nothing changed."""
    for point in range(CALLS):
        aws = LambdaMemory(Clock())
        before = aws.state()

        def kill(_call, aws=aws, point=point):
            if len(aws.calls) - 1 >= point:
                raise KilledError

        kill_after(aws, kill) if after else setattr(aws, "before", kill)
        with pytest.raises(KilledError):
            whole_run(aws, cold_starts=1)
        aws.before = lambda _call: None
        if after:
            aws.finished = lambda: None
        if restored:
            tuner_of(aws, run="run-2").heal()
        else:
            aws.clock.sleep(LEASE + 10)
            whole_run(aws, run="run-2")
        assert before == aws.state(), f"killed at call {point}"


def kill_after(aws, kill):
    """Let a process die when AWS has done what it was asked for, and every later call of it as well."""
    aws.finished = lambda: kill("")
    for name in ("update_function_configuration", "publish_version", "delete_function", "put_parameter",
                 "delete_parameter", "invoke", "get_parameters", "get_function_configuration",
                 "list_versions_by_function", "list_provisioned_concurrency_configs",
                 "get_function_concurrency"):  # fmt: skip
        method = getattr(aws, name)

        def wrapped(method=method, **arguments):
            answer = method(**arguments)
            aws.finished()
            return answer

        setattr(aws, name, wrapped)


@given(st.integers(0, CALLS - 1), st.sampled_from(["AccessDeniedException", "ResourceConflictException"]))
def test_one_failed_call_leaves_no_trace(point, code):
    """Whichever it is: the function is as before, or the error says how to heal it."""
    aws = LambdaMemory(Clock())
    before = aws.state()
    count = [0]

    def fail(_call):
        count[0] += 1
        if count[0] - 1 == point:
            raise AwsRefusalError(code)

    aws.before = fail
    with contextlib.suppress(BridgeError):
        whole_run(aws, cold_starts=1)
    if aws.state() != before:
        tuner_of(aws, run="run-2").heal()
    assert before == aws.state()


def test_two_tuners_the_second_is_refused_by_name():
    """And the first ends right."""
    aws = LambdaMemory(Clock())
    before, refused = aws.state(), []

    def second(call):
        if call == "invoke" and len(aws.invocations) == 3 and not refused:
            refused.append("")
            with pytest.raises(DataError) as told:
                whole_run(aws, run="run-2")
            refused[0] = str(told.value)

    aws.before = second
    rows = whole_run(aws)
    assert refused == [
        "worker is being measured by owner-of-run-1, run run-1. Wait for its end; if it was killed, run again when its "
        "lease is over, or with 'state: restored' at once"
    ]
    assert all(row.usable for row in rows)
    assert before == aws.state()


def test_two_tuners_at_the_same_instant():
    """Both saw no journal: only one can write it."""
    aws = LambdaMemory(Clock())
    one, two = tuner_of(aws), tuner_of(aws, run="run-2")
    found = one.check()

    def between(call):
        if call == "put_parameter" and len(aws.parameters) == 0:
            aws.before = lambda _call: None
            two.journals.open(journal)

    journal = Journal("run-2", "owner-of-run-2", aws.clock() + 60, 512, "mine")
    aws.before = between
    with pytest.raises(DataError, match="is being measured by owner-of-run-2"):
        one.measure(found)
    assert "update_function_configuration" not in aws.calls


def test_a_size_that_fails_is_a_row():
    """Out of memory and timeouts are counted, and the run goes on; no failure is a sample of nothing."""
    aws = LambdaMemory(Clock(), Workload(needs=200))
    rows = {row.memory: row for row in whole_run(aws, memory_sizes=(128, 256))}
    assert ({"out of memory": 1}, False, 0) == (rows[128].failures, rows[128].usable, len(rows[128].reports))
    assert rows[256].usable
    aws = LambdaMemory(Clock(), Workload(per_memory=1_000_000))
    rows = {row.memory: row for row in whole_run(aws, memory_sizes=(256, 1024))}
    assert {"timeout": 1} == rows[256].failures
    assert rows[1024].usable


def test_no_report_is_an_error_that_names_the_log_level():
    """And the function is as before."""
    aws = LambdaMemory(Clock())
    aws.latest["LoggingConfig"] = {"LogFormat": "JSON", "SystemLogLevel": "WARN"}
    aws.quiet, before = True, aws.state()
    with pytest.raises(DataError, match=r"has no REPORT, which says how long it took. Its system log level is WARN"):
        whole_run(aws)
    assert before == aws.state()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"provisioned": ["x:function:worker:$LATEST"]}, "it has provisioned concurrency"),
        ({"reserved": 0}, "it has 0 reserved concurrent executions, and parallel is 1"),
        ({"busy_until": 2e9}, "an update is in progress"),
    ],
)
def test_refused_before_anything_is_touched(change, message):
    """By name."""
    aws = LambdaMemory(Clock())
    for name, value in change.items():
        setattr(aws, name, value)
    with pytest.raises(DataError, match=message):
        whole_run(aws)
    assert not {"put_parameter", "update_function_configuration", "publish_version", "invoke"} & set(aws.calls)


def test_a_size_over_the_accounts_limit_is_refused_at_the_first_update():
    """The largest is tried first: nothing has been changed by then."""
    aws = LambdaMemory(Clock())
    before = aws.state()
    with pytest.raises(AwsError, match="less than or equal to 3008"):
        whole_run(aws, memory_sizes=(256, 10240))
    assert before == aws.state()
    assert "publish_version" not in aws.calls


def test_a_journal_whose_answer_was_lost_is_no_other_tuner():
    """The call is repeated, and finds what it has written itself."""
    aws = LambdaMemory(Clock())
    lost, put = [], aws.put_parameter

    def lose_the_first_answer(**arguments):
        answer = put(**arguments)
        if not lost:
            lost.append(answer)
            raise AwsRefusalError("InternalServerError")
        return answer

    aws.put_parameter = lose_the_first_answer
    assert all(row.usable for row in whole_run(aws))


def test_a_run_that_was_taken_over_leaves_the_other_journal():
    """It took longer than its lease, and somebody healed the function: it ends with an error, and closes nothing."""
    aws = LambdaMemory(Clock())
    before = aws.state()
    stolen = []

    def steal(call):
        if call == "invoke" and len(aws.invocations) == 2 and not stolen:
            stolen.append("")
            aws.clock.sleep(10 * LEASE)
            other = tuner_of(aws, run="run-2")
            other.heal()
            other.journals.open(Journal("run-2", "owner-of-run-2", aws.clock() + LEASE, 512, "mine"))

    aws.before = steal
    with pytest.raises(BridgeError):
        whole_run(aws, parallel=1)
    assert ["/tfbridge/lambda-power-tuning/worker"] == list(aws.parameters)
    aws.parameters.clear()
    assert before == aws.state()


@pytest.mark.parametrize("parallel", [1, 2, 5])
def test_hooks_surround_each_invocation(parallel):
    """With the same payload, however many run at a time."""
    aws, seen = LambdaMemory(Clock()), []

    class Hook:
        """A function that answers."""

        def __init__(self, name):
            self.name = name

        def invoke(self, payload):
            """Keep what it was invoked with."""
            seen.append((self.name, payload))
            return Answer("id", "", {})

    tuner = tuner_of(aws, parallel=parallel)
    tuner.hooks = {"pre_function": Hook("before"), "post_function": Hook("after")}
    tuner.measure(tuner.check())
    assert 18 == len(aws.invocations) == seen.count(("before", PAYLOADS[0])) == seen.count(("after", PAYLOADS[0]))


def test_a_hook_that_fails_ends_the_run():
    """With its name; its message may have the payload in it, and is not shown."""
    aws = LambdaMemory(Clock())
    before = aws.state()
    tuner = tuner_of(aws)

    class Broken:
        """A function that fails."""

        name = "prepare"

        def invoke(self, payload):
            """Fail."""
            return Answer("id", "", {"errorType": "KeyError", "errorMessage": str(payload)}, "Unhandled")

    tuner.hooks = {"pre_function": Broken()}
    with pytest.raises(DataError, match="pre_function: prepare failed with KeyError; its log says why") as told:
        tuner.measure(tuner.check())
    assert "hunter2" not in str(told.value)
    assert before == aws.state()


def test_allowed_errors_count_as_samples():
    """Others are failures, and their size is never chosen."""
    for allowed, usable in ((frozenset(), False), (frozenset({"KeyError"}), True)):
        workload = Workload()
        run = workload.run
        workload.run = lambda *args, run=run, **others: (*run(*args, **others)[:3], {"errorType": "KeyError"})
        rows = whole_run(LambdaMemory(Clock(), workload), allowed_errors=allowed)
        assert {usable} == {row.usable for row in rows}
        assert {6} == {len(row.reports) + row.failures.get("KeyError", 0) for row in rows}
