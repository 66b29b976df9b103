# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the lookup, shared by all processes of a run: what one has read, the others need not read again.

PRIVATE: not for use outside this collection, may change in any release.

Every task of every host templates its variables in a process of its own, so what is to be shared has to be in files.
What is shared, and with whom:

- a value: with the whole run, and what AWS sent along with it, as a snapshot has all outputs
- that an output is missing: with the other hosts of the same task, and with whoever waited for the answer. The next
  task asks again, since this one may have published it, and so does a retry of the same task
- that reading failed: with those who asked for the same and waited, so that fifty processes don't wait for AWS one
  after the other
- a secret: with nobody. What is kept is that it is one, so that nobody waits for an answer that will not come
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._common import errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.entry_files import EntryFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import Progress, print_if_verbose

from .answer import Answer, Fetch

# A template may be filled in more than once while a task runs; its retries come later than this, in seconds.
SAME_LOOK = 1.0

# What each process has asked for, with its id: a fork has its parent's memory.
_ASKED: set[tuple[int, str]] = set()


@dataclasses.dataclass(frozen=True)
class _Look:
    """One call of the lookup: when it began, what it was for, and the names that this process had asked for before."""

    began: float
    request: str
    again: frozenset[str]


class SharedAnswers:
    """Answers to questions of one kind, by name.

    C(task) names the task that this process works on, and is empty where nobody knows. C(clock) is one for all
    processes, as time.monotonic is. C(patience) is how long another process is waited for, in seconds. Problems with
    the files cost calls, and nothing else.
    """

    def __init__(self, files: EntryFiles, task: str, clock: Callable[[], float], patience: float = 90.0) -> None:
        self._files = files
        self._task = task
        self._clock = clock
        self._patience = patience

    def get(self, names: Sequence[str], request: str, fetch: Fetch) -> dict[str, Answer]:
        """Return an answer for each name: what is known already, and what C(fetch) gives for the others, or besides.

        C(request) is what C(fetch) depends on beside the names. Raises what C(fetch) raises.
        """
        look = self._look(names, request)
        answers, secrets = self._known(names, look)
        shared = [name for name in dict.fromkeys(names) if name not in answers and name not in secrets]
        if shared:
            answers.update(self._read_as_one(shared, secrets, look, fetch))
        elif secrets:
            answers.update(fetch(secrets))
        return answers

    def refresh(self, names: Sequence[str], fetch: Fetch) -> dict[str, Answer]:
        """Return what C(fetch) gives, and let the rest of the run have it too."""
        began = self._clock()
        answers = dict(fetch(list(dict.fromkeys(names))))
        with contextlib.suppress(OSError), self._files.locked(answers, patience=self._patience):
            self._store(answers, began)
        return answers

    def _look(self, names: Sequence[str], request: str) -> _Look:
        mine = {name: (os.getpid(), self._files.key(name)) for name in names}
        look = _Look(self._clock(), request, frozenset(name for name in names if mine[name] in _ASKED))
        _ASKED.update(mine.values())
        return look

    def _read_as_one(
        self, shared: Sequence[str], secrets: Sequence[str], look: _Look, fetch: Fetch
    ) -> dict[str, Answer]:
        """Read as the only process that does; the others wait, and find what it found."""
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(self._wait_for(shared))
            except BlockingIOError as exc:
                raise errors.AwsError(
                    f"another process of this run has been reading {enumerate_names(shared)} for "
                    f"{self._patience:.0f} s, and has no answer. Check the region, endpoint_url and the network"
                ) from exc
            except OSError:
                return dict(fetch([*shared, *secrets]))
            answers, more = self._known(shared, look)
            unknown = [name for name in shared if name not in answers and name not in more]
            wanted = [*unknown, *secrets, *more]
            if wanted:
                answers.update(self._read_and_store(wanted, unknown, look, fetch))
        self._offer([name for name in answers if name not in shared and name not in secrets], answers, look)
        return answers

    def _wait_for(self, names: Sequence[str]) -> contextlib.AbstractContextManager[None]:
        progress = Progress(print_if_verbose)
        message = f"waiting for another process of this run to read {enumerate_names(names)}"
        return self._files.locked(names, patience=self._patience, waiting=lambda: progress(message))

    def _offer(self, names: Sequence[str], answers: Mapping[str, Answer], look: _Look) -> None:
        """Let the run have what nobody asked for, unless somebody asks for it right now, or has asked before."""
        with contextlib.suppress(OSError), self._files.locked(names, patience=0):
            self._store({name: answers[name] for name in names if self._files.load(name) is None}, look.began)

    def _read_and_store(
        self, wanted: Sequence[str], unknown: Sequence[str], look: _Look, fetch: Fetch
    ) -> dict[str, Answer]:
        began = self._clock()
        try:
            answers = dict(fetch(wanted))
        except errors.BridgeError as exc:
            failed = {
                "kind": "failed",
                "error": [type(exc).__name__, str(exc)],
                "for": [look.request, sorted(unknown)],
                "at": self._clock(),
            }
            with contextlib.suppress(OSError):
                for name in unknown:
                    self._files.store(name, failed)
            raise
        with contextlib.suppress(OSError):
            self._store({name: answers[name] for name in unknown}, began)
        return answers

    def _known(self, names: Sequence[str], look: _Look) -> tuple[dict[str, Answer], list[str]]:
        """Return the answers that may be used, and the names that are secrets. Raises the error that is shared."""
        answers: dict[str, Answer] = {}
        secrets = []
        for name in dict.fromkeys(names):
            entry = self._files.load(name) or {"kind": "none"}
            if entry["kind"] == "value":
                answers[name] = Answer(entry["value"], entry["stored"], entry["problems"])
            elif entry["kind"] == "secret":
                secrets.append(name)
            elif entry["kind"] == "missing" and self._is_of_use(entry, name, look):
                answers[name] = Answer(missing=entry["missing"])
            elif entry["kind"] == "failed" and self._is_mine(entry, names, look):
                raise _error(*entry["error"])
        return answers, secrets

    def _is_mine(self, failed: Mapping[str, Any], names: Sequence[str], look: _Look) -> bool:
        return bool(failed["at"] >= look.began and failed["for"] == [look.request, sorted(names)])

    def _is_of_use(self, missing: Mapping[str, Any], name: str, look: _Look) -> bool:
        """Return whether it is still no answer of yesterday that an output is missing."""
        if missing["at"] >= look.began:
            return True
        same_task = bool(self._task) and missing["task"] == self._task
        return same_task and (name not in look.again or self._clock() - missing["at"] < SAME_LOOK)

    def _store(self, answers: Mapping[str, Answer], began: float) -> None:
        for name, answer in answers.items():
            self._files.store(name, _entry(answer, began, self._task))


def _entry(answer: Answer, began: float, task: str) -> dict[str, Any]:
    if answer.secret:
        return {"kind": "secret"}
    if answer.missing:
        return {"kind": "missing", "missing": answer.missing, "at": began, "task": task}
    return {"kind": "value", "value": answer.value, "stored": answer.stored, "problems": list(answer.problems)}


def _error(name: str, message: str) -> errors.BridgeError:
    known = getattr(errors, name, errors.AwsError)
    return known(message)
