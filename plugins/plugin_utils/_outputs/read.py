# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup of outputs that the run doesn't know yet: options checked, AWS asked, answers shared.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import check_budget
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix, output_name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.entry_files import EntryFiles

from .lookup import Answer, Answers, Request, look_up
from .shared_answers import SharedAnswers


def read_outputs(
    plugin: str, options: Mapping[str, Any], terms: Sequence[object], has_default: bool, files: EntryFiles
) -> Answers:
    """Give a value for each term. Raises the BridgeError family."""
    request = Request(
        names=[output_name(term, "_terms") for term in terms],
        prefix=check_prefix(options["prefix"]),
        default=(options["default"],) if has_default else (),
        raw=options["raw"],
        decrypt=options["decrypt"],
        on_missing=options["on_missing"],
        on_denied=options["on_denied"],
        source=options["source"],
    )
    check_budget(options["retry_budget"])
    region = check_region(options["region"], "region") if options["region"] else None

    def read(names: Sequence[str]) -> Mapping[str, Answer]:
        # Imported here: boto3 takes long to import, and another process may have the answer in the meantime.
        from .answers import (  # noqa: PLC0415  see above
            read_answers,
        )

        return read_answers(plugin, options, region, request, names)

    shared = SharedAnswers(files, _task(), time.monotonic)
    if not options["cache"]:
        return look_up(lambda names: shared.refresh(names, read), request)
    return look_up(lambda names: shared.get(names, f"decrypt={request.decrypt}", read), request)


def _task() -> str:
    """Name the task that this process works on: Ansible's process for a task and a host knows it. Else nothing."""
    task = getattr(multiprocessing.current_process(), "_task", None)
    return str(getattr(task, "_uuid", None) or "")
