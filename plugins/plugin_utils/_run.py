# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the processes of one run of Ansible have in common.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible_collections.tfbridge.aws.plugins.plugin_utils._account import SECRET_OPTIONS, account_files, account_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._entry_files import EntryFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._shared_answers import SharedAnswers

# Options that change what is made of an answer, or how it is got, and not the answer. Any other is part of its key.
_OF_NO_MATTER = SECRET_OPTIONS | {
    "_terms",
    "cache",
    "debug_botocore_endpoint_logs",
    "decrypt",
    "default",
    "on_denied",
    "on_missing",
    "raw",
    "retry_budget",
}


def shared_answers(plugin: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> SharedAnswers:
    """Give the answers that this run shares between lookups with the same account, region, prefix and source."""
    scope = {
        "plugin": plugin,
        "options": {name: value for name, value in options.items() if name not in _OF_NO_MATTER},
        "environment": account_of(environment),
        "files": account_files(environment),
    }
    # Ansible's own folder for the run: mode 0700, the same in all forks, removed at the end.
    folder = f"{constants.DEFAULT_LOCAL_TMP}/{plugin}"
    return SharedAnswers(EntryFiles(folder), scope, _task(), time.monotonic)


def _task() -> str:
    """Name the task that this process works on: Ansible's process for a task and a host knows it. Else nothing."""
    task = getattr(multiprocessing.current_process(), "_task", None)
    return str(getattr(task, "_uuid", None) or "")
