# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report on a whole group reads its records side by side."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule import report
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import ListedStore
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import Listed
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import WORKERS

NAMES = [f"i-0123456789abcdef0.r.one{number}.abcdef" for number in range(3 * WORKERS)]


class Store:
    """Answers when as many calls are on their way as there are workers, and counts them."""

    def __init__(self, listed):
        self.listed = listed
        self.calls, self.most, self._flying = [], 0, 0
        self._lock, self._full = threading.Lock(), threading.Event()

    def list(self, prefix="", on_page=None):
        """Return two pages; the second when records of the first are being read already."""
        on_page(self.listed[: 2 * WORKERS])
        assert self._full.wait(10)
        on_page(self.listed[2 * WORKERS :])
        return self.listed

    def get(self, name):
        """Return the name for a schedule."""
        with self._lock:
            self.calls.append(name)
            self._flying += 1
            self.most = max(self.most, self._flying)
            if self._flying == WORKERS:
                self._full.set()
        assert self._full.wait(10)
        with self._lock:
            self._flying -= 1
        if name == NAMES[3]:
            raise AwsError("throttled")
        return name


@pytest.fixture
def listed():
    """The records of one instance, an edge, and a schedule of somebody else's."""
    others = ["i-0123456789abcdef0.e.start.w0000.0123abcd.abcdef", "theirs"]
    return [Listed(name, "DISABLED", 0.0) for name in (*NAMES, *others)]


def test_records_of_one_instance_are_read_side_by_side(listed):
    """Each once, while the listing goes on; no edge, and never more at a time than there are workers."""
    store = Store(listed)

    group = ListedStore.read(store)

    assert (sorted(NAMES), WORKERS) == (sorted(store.calls), store.most)
    assert NAMES[0] == group.get(NAMES[0])
    assert len(NAMES) == len(store.calls)


def test_what_was_read_ahead_is_used_once(listed):
    """Asked for again it may have changed; what failed fails by name, where it is needed."""
    store = Store(listed)
    group = ListedStore.read(store)

    for _time in range(2):
        group.get(NAMES[0])
    with pytest.raises(AwsError, match="throttled"):
        group.get(NAMES[3])

    assert [NAMES[0], NAMES[3]] == store.calls[len(NAMES) :]


def test_how_much_is_read_is_told_now_and_then(monkeypatch, listed):
    """Of how many, once all are listed; one that fails is not counted: it is told of when it is asked for."""
    told, has_told, all_are_listed = [], threading.Event(), threading.Event()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, *arguments, **options):
            """Come after the listing."""
            all_are_listed.set()
            super().shutdown(*arguments, **options)

    class SlowlyListed:
        def list(self, _prefix, on_page):
            """Return the second page when the first has been told of."""
            on_page(listed[:WORKERS])
            assert has_told.wait(10)
            on_page(listed[WORKERS:])
            return listed

        def get(self, name):
            """Read the second page when all are listed."""
            assert NAMES.index(name) < WORKERS or all_are_listed.wait(10)
            if name == NAMES[-1]:
                raise AwsError("throttled")
            return name

    def tell(said):
        told.append(said)
        has_told.set()

    monkeypatch.setattr(report, "TELL_EVERY", WORKERS)
    monkeypatch.setattr(report.concurrent.futures, "ThreadPoolExecutor", Pool)

    ListedStore.read(SlowlyListed(), on_read=tell)

    assert [f"{WORKERS} bookings read", f"{2 * WORKERS} of {len(NAMES)} bookings read"] == told
