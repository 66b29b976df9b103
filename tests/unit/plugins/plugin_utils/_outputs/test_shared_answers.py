"""Answers are shared between processes: the same for all of them, read once, whatever happens to any of them."""

from __future__ import annotations

import json
import multiprocessing
import os
import pathlib
import signal
import tempfile
import time

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DeniedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.entry_files import EntryFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs import shared_answers
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.answer import Answer
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.run_cache import known_values
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.shared_answers import SharedAnswers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FORK = multiprocessing.get_context("fork")
SCOPE = {"region": "eu-central-1"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


class Clock:
    """Goes on when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Aws:
    """What is published, and what was asked for. Each call takes a second."""

    def __init__(self, clock, published):
        self.clock = clock
        self.published = published
        self.calls = []

    def read(self, names):
        self.calls.append(list(names))
        self.clock.now += 1
        return {name: self.published.get(name, Answer(missing=f"{name} is not there")) for name in names}


@pytest.fixture
def folder(tmp_path):
    """The folder that a run's processes share. Each test begins as processes that have asked for nothing."""
    shared_answers._ASKED.clear()
    return tmp_path / "shared"


def sharing(folder, clock, task="task-1", scope=None):
    """A process's view; processes that are new have asked for nothing."""
    shared_answers._ASKED.clear()
    return SharedAnswers(EntryFiles(str(folder), scope or SCOPE), task, clock)


def plain(value):
    """An answer with nothing to say about it."""
    return Answer(value, value, [])


@settings(deadline=None)
@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    """Type by type, from the file."""
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        aws = Aws(clock, {"X": Answer(value, json.dumps(value), [("hole", False, "has a hole")])})
        first = sharing(folder, clock).get(["X"], "", aws.read)
        second = sharing(folder, clock).get(["X"], "", aws.read)

    assert first["X"] == Answer(value, json.dumps(value), [("hole", False, "has a hole")])
    assert (first["X"].value, first["X"].stored) == (second["X"].value, second["X"].stored)
    assert [["hole", False, "has a hole"]] == [list(problem) for problem in second["X"].problems]
    assert [["X"]] == aws.calls


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("ABCDEF"), min_size=1, max_size=4), min_size=1, max_size=8))
def test_each_name_is_read_once_in_whatever_groups_it_is_asked_for(groups):
    """And each group gets its own names."""
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        aws = Aws(clock, {name: plain(name.lower()) for name in "ABCDEF"})
        for names in groups:
            answers = sharing(folder, clock).get(names, "", aws.read)
            assert {name: name.lower() for name in names} == {name: answer.value for name, answer in answers.items()}

    read = [name for call in aws.calls for name in call]
    assert sorted({name for names in groups for name in names}) == sorted(read)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_file_is_a_miss(data):
    """Cut short, changed anywhere, or somebody else's: read anew, never an error and never another value."""
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        aws = Aws(clock, {"X": plain("value"), "Y": plain("other")})
        sharing(folder, clock).get(["X", "Y"], "", aws.read)
        files = EntryFiles(folder, SCOPE)
        path = pathlib.Path(folder, f"{files.key('X')}.json")
        content = path.read_bytes()
        how = data.draw(st.sampled_from(["cut", "flip", "foreign", "other"]))
        if how == "cut":
            content = content[: data.draw(st.integers(0, len(content) - 1))]
        elif how == "flip":
            at = data.draw(st.integers(0, len(content) - 1))
            content = content[:at] + bytes([content[at] ^ data.draw(st.integers(1, 255))]) + content[at + 1 :]
        elif how == "foreign":
            content = data.draw(st.binary())
        else:
            content = pathlib.Path(folder, f"{files.key('Y')}.json").read_bytes()
        path.write_bytes(content)

        assert files.load("X") is None
        assert known_values(files, ["X"], raw=False) is None
        assert "value" == sharing(folder, clock).get(["X"], "", aws.read)["X"].value
        assert "value" == files.load("X")["value"]
    assert [["X", "Y"], ["X"]] == aws.calls


@pytest.mark.parametrize(
    "change", [{"region": "us-east-1"}, {"region": None}, {"region": "eu-central-1", "profile": "x"}]
)
def test_another_scope_is_another_answer(folder, change):
    """Nothing is found under it."""
    clock = Clock()
    aws = Aws(clock, {"X": plain("a")})
    sharing(folder, clock).get(["X"], "", aws.read)

    sharing(folder, clock, scope=change).get(["X"], "", aws.read)

    assert 2 == len(aws.calls)


def test_a_secret_is_in_no_file(folder):
    """It is read each time, without waiting for anybody, and beside values that are shared."""
    clock = Clock()
    aws = Aws(clock, {"PW": Answer("hunter2", "hunter2", [], secret="OUTPUT_PW"), "X": plain("x")})

    for _time in range(3):
        assert "hunter2" == sharing(folder, clock).get(["PW", "X"], "", aws.read)["PW"].value

    assert [["PW", "X"], ["PW"], ["PW"]] == aws.calls
    assert all(b"hunter2" not in path.read_bytes() for path in folder.iterdir())
    assert known_values(EntryFiles(str(folder), SCOPE), ["PW"], raw=False) is None


class TestWhatCameAlong:
    """A snapshot has all outputs, whatever was asked for."""

    def read_all(self, aws):
        """Answer as for a snapshot."""
        return lambda names: {**aws.published, **aws.read(names)}

    def test_the_run_has_it_too(self, folder):
        """Values are known, of a secret that it is one; what was asked for is what it was."""
        clock = Clock()
        secret = Answer(None, None, [], secret="OUTPUT_PW")
        aws = Aws(clock, {"X": plain("x"), "Y": plain("y"), "PW": secret})
        sharing(folder, clock).get(["X"], "", self.read_all(aws))

        assert ["x", "y"] == [
            answer.value for answer in sharing(folder, clock).get(["X", "Y"], "", self.read_all(aws)).values()
        ]
        assert [["X"]] == aws.calls
        sharing(folder, clock).get(["PW"], "", self.read_all(aws))
        assert [["X"], ["PW"]] == aws.calls

    def test_it_is_no_news_where_somebody_has_asked(self, folder):
        """Another process may have read it anew in the meantime."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("x"), "Y": plain("old")})

        def read(names):
            old = dict(aws.published)
            aws.published["Y"] = plain("new")
            sharing(folder, clock).refresh(["Y"], aws.read)
            return {**old, **aws.read(names)}

        sharing(folder, clock).get(["X"], "", read)

        assert "new" == sharing(folder, clock).get(["Y"], "", aws.read)["Y"].value

    def test_nobody_is_waited_for(self, folder):
        """Whoever is reading it has the newer answer."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("x"), "Y": plain("y")})
        files = EntryFiles(str(folder), SCOPE)
        with files.locked(["Y"]):
            assert "x" == sharing(folder, clock).get(["X"], "", self.read_all(aws))["X"].value
        assert files.load("Y") is None

    def test_a_refresh_brings_all_of_it(self, folder):
        """One state, not some outputs of an old one."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("x"), "Y": plain("y")})
        sharing(folder, clock).get(["X"], "", self.read_all(aws))
        aws.published = {"X": plain("x2"), "Y": plain("y2")}
        sharing(folder, clock).refresh(["X"], self.read_all(aws))

        assert "y2" == sharing(folder, clock).get(["Y"], "", aws.read)["Y"].value


class TestMissing:
    """An output that isn't published may be, a moment later."""

    def test_the_hosts_of_one_task_share_it(self, folder):
        """Each is a process that asks for the first time."""
        clock = Clock()
        aws = Aws(clock, {})
        for _host in range(20):
            assert sharing(folder, clock).get(["X"], "", aws.read)["X"].missing
            clock.now += 60

        assert 1 == len(aws.calls)

    def test_the_next_task_asks_again(self, folder):
        """So does a process that doesn't know its task."""
        clock = Clock()
        aws = Aws(clock, {})
        for task in ("task-1", "task-2", "task-1", "", ""):
            sharing(folder, clock, task).get(["X"], "", aws.read)
            clock.now += 0.1

        assert 5 == len(aws.calls)

    def test_a_retry_asks_again(self, folder):
        """The second look of one process, unless it follows at once."""
        clock = Clock()
        aws = Aws(clock, {})
        process = sharing(folder, clock)
        process.get(["X"], "", aws.read)
        clock.now -= 0.5  # the call took a second
        process.get(["X"], "", aws.read)
        assert 1 == len(aws.calls)
        clock.now += 5
        aws.published["X"] = plain("x")

        assert "x" == process.get(["X"], "", aws.read)["X"].value


class TestRefresh:
    """cache=false."""

    @pytest.mark.parametrize(
        "now", [plain("new"), Answer(missing="gone"), Answer("hunter2", "hunter2", [], secret="OUTPUT_X")]
    )
    def test_later_lookups_have_the_new_answer(self, folder, now):
        """A value, an absence, a secret."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("old")})
        sharing(folder, clock).get(["X"], "", aws.read)
        aws.published["X"] = now

        assert now == sharing(folder, clock).refresh(["X"], aws.read)["X"]
        assert now == sharing(folder, clock, "task-2").get(["X"], "", aws.read)["X"]

    def test_it_always_asks(self, folder):
        """Whatever is known."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("x")})
        for _time in range(3):
            sharing(folder, clock).refresh(["X", "X"], aws.read)

        assert [["X"]] * 3 == aws.calls


class TestFailure:
    """Whoever waited for a call that failed has waited for the same failure; who comes later asks anew."""

    def denied(self, names):
        raise DeniedError("no")

    def test_it_is_shared_with_whoever_asked_before_it_was_known(self, folder, monkeypatch):
        """For the same names, in the same way."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("x")})
        with pytest.raises(DeniedError):
            sharing(folder, clock).get(["X"], "decrypt=False", self.denied)
        waited = sharing(folder, clock)
        monkeypatch.setattr(waited, "_clock", lambda: clock.now - 1)

        with pytest.raises(DeniedError, match="no"):
            waited.get(["X"], "decrypt=False", aws.read)
        assert "x" == sharing(folder, lambda: clock.now - 1).get(["X"], "decrypt=True", aws.read)["X"].value

    def test_later_ones_ask_again(self, folder):
        """A failure is no answer."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("x")})
        with pytest.raises(DeniedError):
            sharing(folder, clock).get(["X"], "", self.denied)
        clock.now += 1

        assert "x" == sharing(folder, clock).get(["X"], "", aws.read)["X"].value

    def test_another_group_of_names_is_no_part_of_it(self, folder):
        """AWS denies a whole call for one of its names."""
        clock = Clock()
        aws = Aws(clock, {"X": plain("x")})
        with pytest.raises(DeniedError):
            sharing(folder, clock).get(["X", "Y"], "", self.denied)

        assert "x" == sharing(folder, lambda: clock.now - 1).get(["X"], "", aws.read)["X"].value


@pytest.mark.parametrize("spoil", ["file", "readable", "missing"])
def test_a_folder_that_is_not_safe_is_not_used(tmp_path, spoil):
    """A file in its place, a folder that others may read, no folder to make it in: AWS is asked, nothing fails."""
    folder = tmp_path / "shared"
    if spoil == "file":
        folder.touch()
    elif spoil == "readable":
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
    else:
        folder = tmp_path / "gone" / "shared"
    clock = Clock()
    aws = Aws(clock, {"X": plain("x")})

    assert "x" == sharing(folder, clock).get(["X"], "", aws.read)["X"].value
    assert "x" == sharing(folder, clock).refresh(["X"], aws.read)["X"].value
    assert 2 == len(aws.calls)


def test_modes_are_those_of_a_secret(folder):
    """Whatever the umask is."""
    clock = Clock()
    before = os.umask(0)
    try:
        sharing(folder, clock).get(["X"], "", Aws(clock, {"X": plain("x")}).read)
    finally:
        os.umask(before)

    assert 0o700 == folder.stat().st_mode & 0o777
    assert {0o600} == {path.stat().st_mode & 0o777 for path in folder.iterdir()}


def _ask(place, names, pause, results, number):
    """One process: wait, ask, and write down what it read."""
    time.sleep(pause)

    def read(wanted):
        with (place / "log").open("a") as file:
            file.write(f"{' '.join(wanted)}\n")
        time.sleep(0.05)
        return {name: plain(name.lower()) for name in wanted}

    shared = SharedAnswers(EntryFiles(str(place / "shared"), SCOPE), "task", time.monotonic)
    results[number] = json.dumps({name: answer.value for name, answer in shared.get(names, "", read).items()})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from("ABCD"), min_size=1, max_size=3), st.sampled_from([0, 0, 0.02, 0.06])),
        min_size=2,
        max_size=12,
    )
)
def test_processes_that_ask_at_the_same_time_read_each_name_once(asked):
    """In any interleaving, and none waits for ever."""
    with tempfile.TemporaryDirectory() as folder, FORK.Manager() as manager:
        place = pathlib.Path(folder)
        results = manager.dict()
        processes = [
            FORK.Process(target=_ask, args=(place, names, pause, results, number))
            for number, (names, pause) in enumerate(asked)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(30)
        read = (place / "log").read_text().split()

        assert [0] * len(asked) == [process.exitcode for process in processes]
        expected = {number: {name: name.lower() for name in names} for number, (names, _pause) in enumerate(asked)}
        assert expected == {number: json.loads(text) for number, text in results.items()}
    assert sorted({name for names, _pause in asked for name in names}) == sorted(read)


def _die(folder, held, how):
    """Begin to read, and end without a word: while reading, or half-way through writing."""

    def die(*_arguments):
        held.set()
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)

    if how == "writing":
        os.replace = die
    read = die if how == "reading" else lambda _names: {"X": plain("x")}
    SharedAnswers(EntryFiles(folder, SCOPE), "task", time.monotonic).get(["X"], "", read)


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_a_process_that_dies_holds_nobody_up(folder, how):
    """The kernel gives its lock to whoever waits, and what it has half written is no entry."""
    held = FORK.Event()
    process = FORK.Process(target=_die, args=(str(folder), held, how))
    process.start()
    assert held.wait(30)
    clock = Clock()
    aws = Aws(clock, {"X": plain("x")})

    assert "x" == sharing(folder, clock).get(["X"], "", aws.read)["X"].value
    assert 1 == len(aws.calls)
    process.join(30)
    assert -signal.SIGKILL == process.exitcode


def test_an_error_that_others_share_is_of_its_own_kind(folder):
    """on_denied tells them apart; one that isn't known here is an error of AWS."""
    assert isinstance(shared_answers._error("DeniedError", "x"), DeniedError)
    assert isinstance(shared_answers._error("Whatever", "x"), AwsError)


def test_whoever_waits_gives_up_by_name(folder):
    """A process that has no answer in time doesn't hold the others up for ever."""
    files = EntryFiles(str(folder), SCOPE)
    clock = Clock()
    aws = Aws(clock, {"X": plain("x")})
    shared_answers._ASKED.clear()
    impatient = SharedAnswers(EntryFiles(str(folder), SCOPE), "task", clock, patience=0.1)

    with files.locked(["X"]), pytest.raises(AwsError, match="another process of this run has been reading X for 0 s"):
        impatient.get(["X"], "", aws.read)

    assert [] == aws.calls
    assert "x" == impatient.get(["X"], "", aws.read)["X"].value
