# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup of outputs that the run doesn't know yet: options checked, AWS asked, answers shared.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import READ_TIMEOUT, check_budget
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import (
    DataError,
    DeniedError,
    NothingFoundError,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix, output_name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.entry_files import EntryFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.entry_reading import EntryReader
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.findings import Findings

from .answer import Answer
from .shared_answers import SharedAnswers

# Of a task's timeout, so that our own error comes before Ansible's.
_SHARE_OF_TIMEOUT = 0.8


@dataclasses.dataclass
class Found:
    """A value for each name, and the warnings for the user."""

    values: list[Any] = dataclasses.field(repr=False)
    warnings: list[str]


def look_up(
    plugin: str, options: Mapping[str, Any], terms: Sequence[object], has_default: bool, known: EntryReader
) -> Found:
    """Return a value for each term. Raises the BridgeError family."""
    names = _checked(options, terms)
    default = [options["default"]] if has_default else []
    suggest = options["on_missing"] != "skip" and not default
    task, timeout = _task()
    total = timeout * _SHARE_OF_TIMEOUT if timeout else options["retry_budget"] + READ_TIMEOUT
    ends = time.monotonic() + total

    def fetch(wanted: Sequence[str]) -> Mapping[str, Answer]:
        # Imported here: boto3 takes long to import, and another process may have the answer in the meantime.
        from .fetch import (  # noqa: PLC0415  see above
            fetch_answers,
        )

        return fetch_answers(plugin, options, wanted, suggest, max(0.1, ends - time.monotonic()))

    shared = SharedAnswers(EntryFiles(known.folder, known.scope), task, time.monotonic, total)
    try:
        if options["cache"]:
            answers = shared.get(names, f"decrypt={options['decrypt']}", fetch)
        else:
            answers = shared.refresh(names, fetch)
    except DeniedError as exc:
        if options["on_denied"] == "error":
            raise
        return Found([*default, None][:1] * len(names), [str(exc)] if options["on_denied"] == "warn" else [])
    return _found(names, answers, options, default)


def share_options(entry: EntryReader, definitions: Mapping[str, Mapping[str, Any]]) -> None:
    """Let the other processes of this run have the options of the lookup as they were parsed, if that is possible."""
    files = EntryFiles(entry.folder, entry.scope)
    parsed = {
        name: {key: value for key, value in definition.items() if key != "description"}
        for name, definition in definitions.items()
    }
    with contextlib.suppress(OSError), files.locked(["options"], patience=0):
        files.store("options", parsed)


def _checked(options: Mapping[str, Any], terms: Sequence[object]) -> list[str]:
    refusals = Refusals()
    refusals.checked("", check_prefix, options["prefix"])
    refusals.checked(0.0, check_budget, options["retry_budget"])
    if options["region"]:
        refusals.checked("", check_region, options["region"], "region")
    names = [refusals.checked("", output_name, term, "_terms") for term in terms]
    refusals.finish()
    return names


def _task() -> tuple[str, Optional[float]]:
    """Return the name and the timeout of the task that this process works on: Ansible's process for it knows them."""
    task = getattr(multiprocessing.current_process(), "_task", None)
    timeout = getattr(task, "timeout", None)
    return str(getattr(task, "_uuid", None) or ""), float(timeout) if isinstance(timeout, (int, float)) else None


def _found(
    names: Sequence[str], answers: Mapping[str, Answer], options: Mapping[str, Any], default: Sequence[Any]
) -> Found:
    values, findings = [], Findings(options["strict"])
    for name in names:
        answer = answers[name]
        if answer.missing:
            values.append(default[0] if default else None)
            findings.warnings += [] if default else _absent(answer.missing, options["on_missing"])
            continue
        values.append(_value(name, answer, options))
        for kind, is_error, message in answer.problems:
            if not (options["raw"] and kind == "broken_json"):
                note = findings.refuse if is_error else findings.warn
                note(message)
    return Found(values, findings.finish())


def _absent(message: str, on_missing: str) -> list[str]:
    if on_missing == "error":
        raise NothingFoundError(message)
    return [message] if on_missing == "warn" else []


def _value(name: str, answer: Answer, options: Mapping[str, Any]) -> Any:
    if answer.secret and not options["decrypt"]:
        raise DataError(
            f"the output {name} is a SecureString (parameter {answer.secret}). Give 'decrypt=true' to read it"
        )
    return answer.stored if options["raw"] else answer.value
