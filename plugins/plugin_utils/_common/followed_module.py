# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action that runs its module, and prints the lines of progress that the module writes into a file meanwhile.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import contextlib
import pathlib
import tempfile
import threading
from collections.abc import Iterator
from typing import Any, Callable, Optional

from ansible import constants
from ansible.plugins.action import ActionBase

from .progress import Progress, print_always

POLL = 0.5


class FollowedModule(ActionBase):
    """Runs the module of its name; where that works on the controller, its option progress_file is followed."""

    TRANSFERS_FILES = False

    def is_heard(self) -> bool:
        """Return whether a line would be printed at all."""
        return True

    def run(self, tmp: Any = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        if not self._is_followed(arguments):
            result.update(self._module(arguments, task_vars))
            return result
        with (
            tempfile.NamedTemporaryFile(dir=constants.DEFAULT_LOCAL_TMP, prefix="progress-") as file,
            followed(pathlib.Path(file.name), Progress(print_always)),
        ):
            result.update(self._module({**arguments, "progress_file": file.name}, task_vars))
        return result

    def _is_followed(self, arguments: dict[str, Any]) -> bool:
        """Return whether the module can write a file of this user's, and its lines may be shown."""
        here = self._connection.transport == "local" and self._connection.become is None
        unasked = arguments.get("progress_file") or self._task.no_log or self._task.async_val
        return here and self.is_heard() and not unasked

    def _module(self, arguments: dict[str, Any], task_vars: Optional[dict[str, Any]]) -> dict[str, Any]:
        answer: dict[str, Any] = self._execute_module(
            module_args=arguments, task_vars=task_vars, wrap_async=self._task.async_val
        )
        return answer


@contextlib.contextmanager
def followed(path: pathlib.Path, say: Callable[[str], None], poll: float = POLL) -> Iterator[None]:
    """Pass the last line of the file to C(say), again and again, until what is inside has ended."""
    done = threading.Event()

    def follow() -> None:
        while not done.wait(poll):
            lines = path.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0].splitlines()
            if lines:
                say(lines[-1])

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
