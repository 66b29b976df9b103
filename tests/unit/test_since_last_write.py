"""What the strict AWS remembers is never older than the last write that had ended."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests.support.since_last_write import SinceLastWrite

# What happens meanwhile, before and after the moment at which a read or a write takes effect.
MEANWHILE = st.recursive(
    st.just([]),
    lambda inner: st.lists(st.tuples(st.sampled_from(["read", "write"]), inner, inner), max_size=3),
    max_leaves=12,
)


class Store:
    """Holds one number, which each write counts up; an operation may have others begin and end within it."""

    def __init__(self) -> None:
        self.reads = SinceLastWrite()
        self.number = 0
        self.ended = 0  # what the last write wrote that had ended

    def run(self, operations: list) -> None:
        """Run operations one after the other."""
        for kind, before, after in operations:
            getattr(self, kind)(lambda before=before: self.run(before), lambda after=after: self.run(after))

    def read(self, before: Callable[[], None], after: Callable[[], None]) -> None:
        """Read, and compare with what had been written when this began."""
        ended = self.ended

        def ask() -> int:
            before()
            number = self.number
            after()
            return number

        assert ended <= self.reads.get("number", ask)

    def write(self, before: Callable[[], None], after: Callable[[], None]) -> None:
        """Write."""
        self.reads.forget()
        before()
        self.number += 1
        number = self.number
        after()
        self.reads.forget()
        self.ended = max(self.ended, number)


@given(MEANWHILE)
def test_no_read_is_older_than_a_write_that_had_ended(operations):
    """Whatever overlaps: reads within writes and writes within reads."""
    store = Store()
    store.run(operations)
    assert store.number == store.reads.get("number", lambda: store.number)


def test_what_is_known_is_not_read_again():
    """Until something is written."""
    reads = SinceLastWrite()
    numbers = iter(range(9))
    assert [0, 0] == [reads.get("x", lambda: next(numbers)) for _time in range(2)]
    reads.forget()
    assert [1, 1] == [reads.get("x", lambda: next(numbers)) for _time in range(2)]


def test_a_write_within_a_read_lets_it_answer():
    """It fails for nothing, and is read again."""
    reads = SinceLastWrite()
    assert "old" == reads.get("x", lambda: reads.forget() or "old")
    assert "new" == reads.get("x", lambda: "new")
