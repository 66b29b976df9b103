"""A run leaves a function exactly as it was: at its end, after an error, and healed after it was killed at any call."""

from __future__ import annotations

import contextlib
import json
import threading

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, BridgeError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.journal import MARK, SPARE, Journal, JournalStore
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.lambda_function import MAX_TIMEOUT, LambdaFunction
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.request import TuningRequest
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.tuner import Tuner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.lambda_memory import AwsRefusalError, Clock, KilledError, LambdaMemory, Workload

PAYLOADS = (b'{"token": "hunter2"}',) * 5
PATIENCE = 5.0
REGION = "eu-central-1"
JOURNAL = "/tfbridge/lambda-power-tuning/worker"
LEASE = 3 + PATIENCE + 2 * SPARE  # of a function with a timeout of 3 s


def retrier_of(clock):
    """A retrier on the clock."""
    return Retrier(Policy(budget=PATIENCE), Pace(rate=1e9, clock=clock, sleep=clock.sleep), clock, clock.sleep)


def tuner_of(aws, run="run-1", hooks=(), **others):
    """A tuner of the function in memory; its hooks are functions in memory, by option."""
    clock, retrier = aws.clock, retrier_of(aws.clock)
    functions = {name: LambdaFunction(hook, retrier, REGION, name, clock.sleep) for name, hook in dict(hooks).items()}
    options = {"memory_sizes": (256, 1024), "payloads": PAYLOADS, **others}
    return Tuner(
        LambdaFunction(aws, retrier, REGION, "worker", clock.sleep),
        JournalStore(aws, retrier, REGION, "worker", clock),
        TuningRequest("worker", **options),
        run,
        f"owner-of-{run}",
        functions,
        sleep=clock.sleep,
        patience=PATIENCE,
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
    refused_until = "2027-01-15 08:02:08"
    assert refused == [
        "worker is being measured by owner-of-run-1, run run-1. Wait until it has ended; if it was killed, run again "
        f"with 'state: restored', or after {refused_until} UTC, when its lease expires"
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
    aws, before, after = LambdaMemory(Clock()), LambdaMemory(Clock()), LambdaMemory(Clock())
    tuner = tuner_of(aws, hooks={"pre_function": before, "post_function": after}, parallel=parallel)
    tuner.measure(tuner.check())
    assert 3 * (5 + parallel) == len(aws.invocations) == len(before.invocations) == len(after.invocations)
    assert {("$LATEST", PAYLOADS[0])} == set(before.invocations) == set(after.invocations)


def test_a_hook_that_fails_ends_the_run():
    """With its name; its message may have the payload in it, and is not shown."""
    aws, hook = LambdaMemory(Clock()), LambdaMemory(Clock())
    before = aws.state()
    failure = {"errorType": "KeyError", "errorMessage": "hunter2"}
    hook.workload.run = lambda *_size, **_cold: (1.0, None, 60, failure)
    tuner = tuner_of(aws, hooks={"pre_function": hook})
    with pytest.raises(DataError, match="pre_function: pre_function failed with KeyError; its log says why") as told:
        tuner.measure(tuner.check())
    assert "hunter2" not in str(told.value)
    assert before == aws.state()


def test_a_hook_that_is_missing_is_found_before_anything_is_touched():
    """By a dry run of it."""
    aws, hook = LambdaMemory(Clock()), LambdaMemory(Clock())

    def missing(_call):
        raise AwsRefusalError("ResourceNotFoundException")

    hook.before = missing
    with pytest.raises(AwsError, match="post_function: invoking post_function"):
        tuner_of(aws, hooks={"post_function": hook}).check()
    assert not {"put_parameter", "update_function_configuration"} & set(aws.calls)


@pytest.mark.parametrize("parallel", [1, 2, 5])
def test_environments_are_started_for_all_invocations_at_a_time(parallel):
    """So that the samples are warm, and as many as were asked for."""
    aws = LambdaMemory(Clock())
    aws.at_a_time = threading.Barrier(parallel)
    for row in whole_run(aws, parallel=parallel, payloads=PAYLOADS * 2):
        assert (10, parallel, 0) == (len(row.samples), len(row.starts), len(row.failures))
        assert all(report.init is None for report in row.samples)


@settings(max_examples=25)
@given(st.data())
def test_a_lease_never_ends_under_a_run(data):
    """However long the function, its hooks, updates and pauses take: nobody heals a run that is alive."""
    aws, hook = LambdaMemory(Clock(), Workload(noise=0)), LambdaMemory(Clock(), Workload(noise=0))
    hook.clock = aws.clock
    timeout, seconds = data.draw(st.integers(1, 900)), data.draw(st.floats(0, 900))
    aws.latest["Timeout"], aws.workload.fixed = timeout, min(seconds, timeout) * 1000
    hook.latest["Timeout"], hook.workload.fixed = 900, data.draw(st.floats(0, 899)) * 1000
    aws.workload.per_memory = hook.workload.per_memory = 0
    aws.update_takes = data.draw(st.floats(0, 250))
    names = data.draw(st.sets(st.sampled_from(["pre_function", "post_function"])))
    alive = []

    def moved():
        if JOURNAL in aws.parameters:
            alive.append(json.loads(aws.parameters[JOURNAL])["lease_until"] - aws.clock.now)

    aws.clock.moved = moved
    pause, cold_starts = data.draw(st.floats(0, 3600)), data.draw(st.integers(0, 3))
    tuner = tuner_of(aws, hooks=dict.fromkeys(names, hook), pause=pause, cold_starts=cold_starts)
    tuner.measure(tuner.check())
    assert min(alive) > 0
    # Whoever comes after a kill doesn't wait longer than for one call and the time to spare.
    assert max(alive) <= (MAX_TIMEOUT if names else timeout) + PATIENCE + 2 * SPARE


def updates_of_a_run():
    """How many updates an undisturbed run makes."""
    aws = LambdaMemory(Clock())
    whole_run(aws, cold_starts=1)
    return aws.updates


@pytest.mark.parametrize("number", range(1, updates_of_a_run() + 1))
def test_an_update_that_fails_later_leaves_no_trace(number):
    """AWS takes it, and says after a while that it failed: the function gets its own size by another one."""
    aws = LambdaMemory(Clock())
    before = aws.state()
    aws.failing = {number}
    with contextlib.suppress(DataError):
        whole_run(aws, cold_starts=1)
    assert before == aws.state()


@given(st.integers(0, CALLS - 1), st.booleans())
def test_what_somebody_else_changes_meanwhile_stays(point, whole):
    """Terraform that applies a size and a description, or a person who sets something else, at any call."""
    aws = LambdaMemory(Clock())
    theirs = {"MemorySize": 2048, "Description": "theirs", "Timeout": 9} if whole else {"Timeout": 9}
    count = [0]

    def change(_call):
        count[0] += 1
        if count[0] - 1 == point:
            aws.latest.update(theirs)
            aws.revision += 1

    aws.before = change
    expected = {**aws.latest, **theirs}
    with contextlib.suppress(BridgeError):
        whole_run(aws, cold_starts=1)
    assert (expected, ["1"], {}) == (aws.latest, list(aws.published), aws.parameters)


@given(st.text(max_size=256).filter(lambda text: not text.startswith(MARK)))
def test_any_description_comes_back(text):
    """Also one that Parameter Store would take for a reference."""
    aws = LambdaMemory(Clock())
    aws.latest["Description"] = text = f"{text}{{{{x}}}}"
    aws.before = kill_at_the_first_version(aws)
    with pytest.raises(KilledError):
        whole_run(aws)
    aws.before = lambda _call: None
    assert text != aws.latest["Description"]
    assert tuner_of(aws, run="run-2").heal()
    assert text == aws.latest["Description"]


def kill_at_the_first_version(aws):
    """Let the process die when the first version is published."""

    def kill(_call):
        if "publish_version" in aws.calls:
            raise KilledError

    return kill


def test_a_function_without_its_journal_is_refused():
    """Somebody has deleted it: what the function was like is not known."""
    aws = LambdaMemory(Clock())
    aws.before = kill_at_the_first_version(aws)
    with pytest.raises(KilledError):
        whole_run(aws)
    aws.before = lambda _call: None
    aws.parameters.clear()
    with pytest.raises(DataError, match=r"a run whose journal is gone\. Run terraform apply first"):
        whole_run(aws)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"run": "a"}', "null", '"x"'])
@pytest.mark.parametrize("until", ["soon", 1e300, None])
def test_what_is_no_journal_is_not_touched(text, until):
    """It is named, and the function is left alone."""
    aws = LambdaMemory(Clock())
    whole = {"run": "a", "owner": "b", "lease_until": until, "memory": 512, "description": ""}
    aws.parameters[JOURNAL] = text or json.dumps(whole)
    with pytest.raises(DataError, match="worker is not a journal of this module"):
        whole_run(aws)
    assert "update_function_configuration" not in aws.calls


def test_allowed_errors_count_as_samples():
    """Others are failures, and their size is never chosen."""
    for allowed, usable in ((frozenset(), False), (frozenset({"KeyError"}), True)):
        workload = Workload()
        run = workload.run
        workload.run = lambda *args, run=run, **others: (*run(*args, **others)[:3], {"errorType": "KeyError"})
        rows = whole_run(LambdaMemory(Clock(), workload), allowed_errors=allowed)
        assert {usable} == {row.usable for row in rows}
        assert {6} == {len(row.reports) + row.failures.get("KeyError", 0) for row in rows}
