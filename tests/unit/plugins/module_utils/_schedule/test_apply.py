"""Writers of bookings: alone, side by side in every order of their calls, and killed between any two of them."""

from __future__ import annotations

import functools
import itertools
import random
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows as planned_windows
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools, Writer
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import BookingChange, plan_of, windows_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.edge_schedules import want
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.guards import agrees
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.names import EdgeName, read_name
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ENABLED, Listed, ScheduleSettings

from tests.support.schedule_memory import InMemoryStore, Turns

UTC = timezone.utc
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
INSTANCE = "i-0123456789abcdef0"
SETTINGS = ScheduleSettings("arn:aws:iam::123456789012:role/scheduler", merge_gap=120)
windows = functools.partial(planned_windows, merge_gap=timedelta(minutes=2))
RUNS = 10_000
CHUNKS = 40
QUICK_CHUNKS = 2


def booked(name: str, start: float, end: float) -> Record:
    """Book from so many hours after now to so many."""
    return Record(
        OneOff(INSTANCE, NOW + timedelta(hours=start), NOW + timedelta(hours=end), name),
        SETTINGS,
    )


class World:
    """One instance, a store and a clock."""

    def __init__(self, seed: int = 0) -> None:
        self.now = NOW
        self.rng = random.Random(seed)
        self.store = InMemoryStore(lambda: self.now)
        self._names = itertools.count()
        self.tools = Tools(lambda: self.now, self._nonce, lambda _seconds: None)

    def _nonce(self) -> str:
        # Random first: which of two equal objects stays is decided by name.
        return f"{self.rng.randrange(36**2):02x}"[-2:].rjust(2, "0") + f"{next(self._names) % 10000:04d}"

    def apply(self, change: BookingChange, store=None):
        """Run one writer."""
        return Writer(store or self.store, INSTANCE, self.tools).apply(change)

    def view(self):
        """See what is there."""
        return Writer(self.store, INSTANCE, self.tools).look()

    def stops(self) -> list[EdgeName]:
        """List the enabled stops ahead."""
        return [edge for edge in self._edges("stop") if edge.at is None or edge.at > self.now]

    def _edges(self, kind: str) -> list[EdgeName]:
        names = [read_name(Listed(each.name, each.state, 0)) for each in self.store.schedules.values()]
        return [name for name in names if isinstance(name, EdgeName) and name.kind == kind and name.enabled]

    def assert_a_stop_is_ahead(self, running: bool) -> None:
        """Whatever runs or will be started will be stopped."""
        stops = self.stops()
        assert stops or not running, "runs and no stop is scheduled"
        for start in self._edges("start"):
            ahead = [stop for stop in stops if stop.at is None or start.at is None or stop.at > start.at]
            assert ahead, f"{start.name} and no stop after it"

    def assert_runs_within(self, allowed) -> None:
        """Fired as it stands, what is scheduled runs the instance in these windows only, and stops it in the end."""
        kinds = {"start": True, "stop": False}
        ahead = sorted((edge.at, kinds[kind]) for kind in kinds for edge in self._edges(kind) if edge.at > self.now)
        running, since = True, self.now
        for at, on in ahead:
            if running and not on:
                assert any(one.start <= since and at <= one.end for one in allowed), (since, at)
            if on and not running:
                since = at
            running = on
        assert not running

    def assert_settled(self) -> None:
        """The edges are exactly those of the records, each once."""
        view = self.view()
        planned = plan_of(view.records, self.now)
        left = [edge for edge in view.edges if edge.at is None or edge.at > self.now]
        for guard in [edge for edge in left if edge.guard]:
            assert agrees(guard.kind, guard.at, windows_of(view.records, guard.at, guard.at + timedelta(minutes=4)))
            left.remove(guard)
        for wanted in want(planned.edges, view.records):
            done = [edge for edge in left if wanted.is_done_by(edge, self.now)]
            assert len(done) == 1, (wanted, left)
            left.remove(done[0])
        assert left == []


def test_two_bookings_that_overlap_run_through() -> None:
    """15 to 18 and 17 to 20: the stop at 18:00 goes, and cancelling the second brings it back."""
    world = World()
    world.apply(BookingChange(put=(booked("a", 3, 6),)))
    world.apply(BookingChange(put=(booked("b", 5, 8),)))

    assert [edge.at for edge in world.stops()] == [NOW + timedelta(hours=8)]

    world.apply(BookingChange(drop=("b",)))

    assert [edge.at for edge in world.stops()] == [NOW + timedelta(hours=6)]
    world.assert_settled()


def test_a_second_apply_writes_nothing() -> None:
    """Invariant 2: what is there already is left as it is, after one listing."""
    world = World()
    change = BookingChange(put=(booked("a", 3, 6), booked("b", 5, 8)))
    first = world.apply(change)
    world.store.calls.clear()
    second = world.apply(change)

    assert first.changed
    assert not second.changed
    assert sorted(set(world.store.calls)) == ["get", "list"]
    assert world.store.calls.count("list") == 1


def test_a_dry_run_plans_all_and_writes_nothing() -> None:
    """Check mode: the same actions as the run that follows, and only reading calls."""
    world = World()
    change = BookingChange(put=(booked("a", 3, 6),))
    dry = Writer(world.store, INSTANCE, world.tools, dry_run=True).apply(change)

    assert set(world.store.calls) == {"list"}
    assert world.store.schedules == {}
    real = world.apply(change)
    assert [(each.action, each.what) for each in dry.actions] == [(each.action, each.what) for each in real.actions]


@pytest.mark.parametrize("hours", [1, 4])
@pytest.mark.parametrize(
    ("place", "lists"), [("apart", 2), ("longer", 2), ("between", 2), ("around", 2), ("inside", 2), ("earlier", 3)]
)
def test_one_booking_more_costs_few_calls(hours: int, place: str, lists: int) -> None:
    """On an instance with 20 bookings: 2 listings, 20 gets, 4 writes.

    One that moves a start ahead without a stop of its own is confirmed once more before that start is created; one that
    takes the place of another needs a start and a stop in the place of that one's, beside its record.
    """
    world = World()
    world.apply(BookingChange(put=tuple(booked(f"b{at}", 1 + 10 * at, 1 + 10 * at + hours) for at in range(20))))
    start, end = {
        "apart": (500, 501),
        "longer": (51.5, 51 + hours + 0.5),
        "between": (51.5, 61 + hours / 2),
        "around": (50, 51 + hours + 0.5),
        "inside": (51.25, 51.75),
        "earlier": (49, 51.5),
    }[place]
    world.store.calls.clear()
    world.apply(BookingChange(put=(booked("more", start, end),)))

    assert world.store.calls.count("list") <= lists
    assert world.store.calls.count("get") <= 20
    assert world.store.calls.count("create") + world.store.calls.count("delete") <= (5 if place == "around" else 4)


def test_what_is_not_ours_is_left_alone() -> None:
    """Invariant 9: a foreign schedule in our group is neither read nor changed, and is named."""
    world = World()
    world.apply(BookingChange(put=(booked("a", 3, 6),)))
    one = next(iter(world.store.schedules.values()))
    for name in (f"{INSTANCE}.x", f"{INSTANCE}.e.stop.soon", "theirs"):
        world.store.schedules[name] = one
        world.store._created[name] = 0.0
    outcome = world.apply(BookingChange(drop=("a",)))

    assert set(world.store.schedules) == {f"{INSTANCE}.x", f"{INSTANCE}.e.stop.soon", "theirs"}
    assert sum("was left alone" in warning for warning in outcome.warnings) == 2


def test_a_cancelled_booking_that_runs_is_cut_short() -> None:
    """on_cancel: stop_now leaves a stop two minutes ahead, and doing it again changes nothing."""
    world = World()
    world.apply(BookingChange(put=(booked("a", -1, 6),)))
    change = BookingChange(drop=("a",), stop_now=True)
    first = world.apply(change)

    assert [edge.at for edge in world.stops()] == [NOW + timedelta(minutes=2)]
    assert first.cancelled == ("a",)
    assert not world.apply(change).changed


def test_what_has_ended_is_swept() -> None:
    """Records that ended over an hour ago go, and so do edges that were never fired."""
    world = World()
    world.apply(BookingChange(put=(booked("a", 1, 2),)))
    world.now = NOW + timedelta(hours=3, minutes=1)
    world.apply(BookingChange())

    assert world.store.schedules == {}


def test_edges_in_the_hour_after_their_time_are_left_to_fire() -> None:
    """A start that Scheduler still tries is not taken away, one that no longer agrees is."""
    world = World()
    world.apply(BookingChange(put=(booked("a", 1, 1.2),)))
    world.now = NOW + timedelta(hours=1, minutes=1)

    assert not world.apply(BookingChange()).changed
    world.now = NOW + timedelta(hours=1, minutes=13)
    world.apply(BookingChange())
    assert [edge.kind for edge in world.view().edges] == ["stop"]


class SlowStore:
    """A store whose calls take up to a minute each, as where AWS throttles."""

    def __init__(self, world: World, longest: int) -> None:
        self._world, self._longest = world, longest

    def __getattr__(self, name):
        def call(*arguments):
            answer = getattr(self._world.store, name)(*arguments)
            self._world.now += timedelta(seconds=self._world.rng.uniform(0, self._longest))
            return answer

        return call


@pytest.mark.parametrize("longest", [3, 20, 60])
def test_slow_calls_send_nothing_late_and_keep_every_stop(longest) -> None:
    """Invariant 5, while the clock moves with each call: at() is a minute ahead when it is sent (see InMemoryStore).

    No stop is inside a window in the end, and each window has one, late by no more than the calls before it.
    """
    late = 0
    for seed in range(150):
        world = World(seed)
        soon = [world.rng.uniform(-0.5, 0.4) for _booking in range(world.rng.randrange(1, 4))]
        before = tuple(booked(f"b{at}", start, start + 0.6) for at, start in enumerate(soon))
        world.apply(BookingChange(put=before))
        change = BookingChange(put=(booked("b0", soon[0], max(0, soon[0]) + world.rng.uniform(0.01, 0.1)),))
        try:
            outcome = world.apply(change, SlowStore(world, longest))
        except OptionError as error:
            assert "has ended by now" in str(error)  # noqa: PT017  it may end, or not
            continue
        bookings = tuple(record.booking for record in outcome.records.values())
        # Those that ended on the way, too: they began, so they need their stop.
        ahead = windows(bookings, NOW, NOW + timedelta(days=1))
        stops = [_sent(each) for each in world.store.schedules.values() if ".e.stop." in each.name]
        for window in ahead:
            assert not [at for at in stops if window.start <= at < window.end]
            assert [at for at in stops if window.end <= at <= window.end + timedelta(seconds=61 + 3 * longest)]
        late += len([at for at in stops if at not in {window.end for window in ahead}])
    assert late > 0, "the cases are not near enough"


def _sent(schedule) -> datetime:
    return datetime.fromisoformat(schedule.expression[3:-1] + "+00:00")


class LateListing:
    """A store whose listings are some writes old; reading by name is up to date."""

    def __init__(self, store: InMemoryStore, behind: int) -> None:
        self._store, self._behind = store, behind
        self._past = [store.list()]

    def list(self, prefix):
        """List what there was; each listing is a little less late."""
        then = self._past[max(0, len(self._past) - 1 - self._behind)]
        self._behind = max(0, self._behind - 1)
        return [listed for listed in then if listed.name.startswith(prefix)]

    def __getattr__(self, name):
        def call(*arguments):
            answer = getattr(self._store, name)(*arguments)
            if name != "get":
                self._past.append(self._store.list())
            return answer

        return call


@pytest.mark.parametrize("behind", [1, 2, 3, 5, 8])
@pytest.mark.parametrize(
    "change",
    [
        BookingChange(put=(booked("b", 5, 8),)),
        BookingChange(put=(booked("a", 4, 5),)),
        BookingChange(drop=("a",)),
        BookingChange(put=(booked("b", -1, 1),), purge=True),
    ],
    ids=["add", "move", "cancel", "replace all"],
)
def test_a_listing_that_is_late_is_not_believed(change, behind) -> None:
    """AWS promises no listing that shows each write at once: what a run wrote is there, and what it deleted is not."""
    world = World()
    world.apply(BookingChange(put=(booked("a", 3, 6),)))
    outcome = world.apply(change, LateListing(world.store, behind))

    world.assert_settled()
    assert set(outcome.records) == set(world.view().records)


def test_what_ended_while_calls_were_waited_for_is_refused() -> None:
    """Invariant 4: the clock counts when the first write is due, not when the options were read."""
    world = World()
    change = BookingChange(put=(booked("a", -1, 0.01),))
    world.now = NOW + timedelta(minutes=2)

    with pytest.raises(OptionError, match=r"end_time: 'a', .* has ended by now"):
        world.apply(change)
    assert world.store.schedules == {}


# -- writers side by side ------------------------------------------------------------------------------------------


def some_record(rng: random.Random, name: str, weekly: bool) -> Record:
    """Book some hours of the next day, or of some days of the week."""
    if weekly and rng.random() < 0.4:
        days = tuple(day for day in DAYS if rng.random() < 0.5) or ("tue",)
        start = rng.randrange(0, 23)
        return Record(
            Weekly(INSTANCE, days, f"{start:02d}:00", f"{start + 1 + rng.randrange(23 - start):02d}:30", "UTC", name),
            SETTINGS,
        )
    start = rng.choice((-2, -1, 1, 2, 3, 4, 5))
    return booked(name, start, max(start, 0) + rng.choice((1, 2, 3, 6)))


def interleave(seed: int, *, weekly: bool) -> None:
    """Let three to five writers add and remove bookings, one of them perhaps killed, in an order of the seed's."""
    world = World(seed)
    rng = world.rng
    start = {f"s{at}": some_record(rng, f"s{at}", weekly) for at in range(rng.randrange(4))}
    world.apply(BookingChange(put=tuple(start.values())))
    running = plan_of(start, NOW).active is not None
    free = list(start)
    rng.shuffle(free)
    turns, writers, killed = Turns(rng), [], rng.random() < 0.6
    for at in range(rng.randrange(3, 6)):
        if free and rng.random() < 0.5:
            change = BookingChange(drop=(free.pop(),), stop_now=True)
        else:
            change = BookingChange(put=(some_record(rng, f"w{at}", weekly),))
        dies_at = rng.randrange(1, 14) if killed and at == 0 else None
        writers.append((turns.add(lambda turn, change=change: world.apply(change, turn), world.store, dies_at), change))
    turns.run(lambda: None)

    # Whoever died, whoever is done: nothing runs on for ever, even before somebody heals what the dead one left.
    world.assert_a_stop_is_ahead(running)
    assert [turn.error for turn, _change in writers if turn.error] == []
    if any(turn.died for turn, _change in writers):
        world.apply(BookingChange())
    world.assert_settled()
    assert_nothing_lost(world, start, writers)


def assert_nothing_lost(world: World, start, writers) -> None:
    """Every booking that was made is there, no cancelled one is, and a killed writer's is or isn't."""
    expected, either = set(start), set()
    for turn, change in writers:
        ids = {record.booking.booking_id for record in change.put} | set(change.drop)
        if turn.died:
            either |= ids
        expected = expected | ids if change.put else expected - ids
    there = {key for key, record in world.view().records.items() if not getattr(record.booking, "cancelled", False)}

    assert expected - either == there - either


@pytest.mark.parametrize(
    "chunk",
    [*range(QUICK_CHUNKS), *(pytest.param(chunk, marks=pytest.mark.full) for chunk in range(QUICK_CHUNKS, CHUNKS))],
)
def test_interleaved_writers_lose_nothing(chunk) -> None:
    """10,000 random interleavings, most with a killed writer: all converge, nothing is lost, a stop is scheduled."""
    for seed in range(chunk * RUNS // CHUNKS, (chunk + 1) * RUNS // CHUNKS):
        interleave(seed, weekly=chunk % 2 == 1)


# More calls than any writer makes.
ALL = 99


class Alternating:
    """Picks the first writer for some calls, then the second for some, and so on; whoever is left where one is done."""

    def __init__(self, *calls: int) -> None:
        self._turns = [at % 2 for at, count in enumerate(calls) for _call in range(count)]
        self._both: list[object] = []

    def choice(self, alive):
        """Pick one of the writers that are left."""
        self._both = self._both or list(alive)
        chosen = self._both[self._turns.pop(0)] if self._turns else self._both[1]
        return chosen if chosen in alive else alive[0]


SHARED = {
    "cancel": (BookingChange(drop=("a",)), BookingChange(put=(booked("b", 5, 6),))),
    "cancel the other": (BookingChange(drop=("a",)), BookingChange(put=(booked("b", 4, 6),), drop=("r",))),
    "move": (BookingChange(put=(booked("a", 8, 9),)), BookingChange(put=(booked("b", 4, 6),))),
    "replace all": (BookingChange(put=(booked("c", 1, 2),), purge=True), BookingChange(put=(booked("b", 5, 6),))),
    "add": (BookingChange(put=(booked("b", 5, 8),)), BookingChange(put=(booked("c", 2, 6),))),
    "stop now": (BookingChange(drop=("r",), stop_now=True), BookingChange(put=(booked("b", -1, 2),))),
}


def ends_of(bookings, change: BookingChange):
    """Return the windows that the bookings of a change are part of."""
    names = {record.booking.booking_id for record in change.put}
    found = windows(tuple(bookings), NOW, NOW + timedelta(days=1))
    return [window for window in found if names.intersection(window.reasons)]


@pytest.mark.parametrize(("dying", "other"), SHARED.values(), ids=SHARED)
def test_whoever_dies_leaves_the_edges_of_who_is_done(dying, other) -> None:
    """Two share an edge; one begins, the other is done, the first goes on and dies: in every order of their calls.

    What the other booked has its start and its stop, and after the next run all is settled.
    """
    for calls, dies_at in itertools.product(range(14), range(1, 15)):
        if calls > dies_at:
            continue
        world = World()
        world.apply(BookingChange(put=(booked("a", 3, 6), booked("r", -1, 2))))
        turns = Turns(Alternating(calls, ALL))
        turns.add(lambda turn, world=world: world.apply(dying, turn), world.store, dies_at)
        done = turns.add(lambda turn, world=world: world.apply(other, turn), world.store)
        turns.run(lambda: None)

        assert done.error is None
        # What the dead one had only begun to book counts, or doesn't.
        begun = {record.booking for record in dying.put}
        there = set(world.view().bookings)
        wanted = {one.end for some in (there, there - begun) for one in ends_of(some, other)}
        assert not wanted or wanted & {stop.at for stop in world.stops()}, (calls, dies_at)
        world.assert_a_stop_is_ahead(running=True)
        world.apply(BookingChange())
        world.assert_settled()


def test_a_start_that_shares_a_stop_never_stands_without_it() -> None:
    """One books up to a stop that the other takes away, and dies: in every order of their calls with three changes.

    It relies on that stop only once a look has found both, the stop and its own booking.
    """
    share, cancel = BookingChange(put=(booked("b", 1, 6),)), BookingChange(drop=("a",))
    for first, second, third in itertools.product(range(1, 5), range(8), range(8)):
        world = World()
        world.apply(BookingChange(put=(booked("a", 3, 6),)))
        turns = Turns(Alternating(first, second, third))
        turns.add(lambda turn, world=world: world.apply(share, turn), world.store, first + third)
        turns.add(lambda turn, world=world: world.apply(cancel, turn), world.store)
        turns.run(lambda: None)
        world.assert_a_stop_is_ahead(running=False)


CHANGES = {
    "add": BookingChange(put=(booked("b", 5, 8),)),
    "add one that runs": BookingChange(put=(booked("b", -1, 4),)),
    "move": BookingChange(put=(booked("a", 4, 5),)),
    "cancel": BookingChange(drop=("a",)),
    "cancel what runs": BookingChange(drop=("r",), stop_now=True),
    "replace all": BookingChange(put=(booked("b", 5, 8),), purge=True, stop_now=True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_killed_between_any_two_calls_a_stop_is_ahead_and_the_next_run_heals(change) -> None:
    """Killed before each of its calls in turn: a stop is scheduled after every call, and another run settles all."""
    for dies_at in itertools.count(1):
        world = World()
        world.apply(BookingChange(put=(booked("a", 3, 6), booked("c", 7, 9), booked("r", -1, 2))))
        turns = Turns(world.rng)
        turn = turns.add(lambda turn, world=world: world.apply(change, turn), world.store, dies_at)
        before = world.view().bookings
        booked_now = tuple(record.booking for record in change.put)
        allowed = windows((*before, *booked_now), NOW, NOW + timedelta(days=1))
        turns.run(lambda world=world, allowed=allowed: world.assert_runs_within(allowed))
        world.apply(BookingChange())
        world.assert_settled()
        inside = windows(world.view().bookings, NOW, NOW + timedelta(days=1))
        assert not [
            stop for stop in world.stops() for window in inside if stop.at and window.start <= stop.at < window.end
        ]
        if not turn.died:
            break

    assert dies_at > 3


def test_disabled_edges_are_replaced() -> None:
    """An edge that somebody disabled by hand is written anew."""
    world = World()
    world.apply(BookingChange(put=(booked("a", 3, 6),)))
    for name, schedule in world.store.schedules.items():
        if schedule.state == ENABLED:
            world.store.schedules[name] = type(schedule)(**{**schedule.__dict__, "state": "DISABLED"})
    world.apply(BookingChange())

    world.assert_settled()
    assert len(world.stops()) == 1


class FailingStore:
    """A store that refuses to create from some call on, as where a quota is reached."""

    def __init__(self, store: InMemoryStore, good: int) -> None:
        self._store, self._good = store, good

    def __getattr__(self, name):
        def call(*arguments):
            if name == "create":
                self._good -= 1
                if self._good < 0:
                    raise AwsError("creating a schedule failed with ServiceQuotaExceededException")
            return getattr(self._store, name)(*arguments)

        return call


@pytest.mark.parametrize(("good", "half_way"), [(0, False), (1, True), (2, True)])
def test_an_error_half_way_says_what_is_stored(good: int, half_way: bool) -> None:
    """What is stored comes alive with the next run, so the message says so; before the first write, nothing is."""
    world = World()
    with pytest.raises(AwsError) as failed:
        world.apply(BookingChange(put=(booked("a", 3, 6),)), FailingStore(world.store, good))

    assert ("This came half way" in str(failed.value)) == half_way == bool(world.store.schedules)


def test_cancelling_what_is_not_booked_says_so() -> None:
    """The nearest name is proposed, and nothing changes."""
    world = World()
    world.apply(BookingChange(put=(booked("training", 3, 6),)))
    outcome = world.apply(BookingChange(drop=("trainig",)))

    assert outcome.warnings == ("there is no booking 'trainig' to cancel. Did you mean 'training'?",)
    assert not outcome.changed
