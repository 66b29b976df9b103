# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any, Optional

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._contract.specification import SPEC
from ansible_collections.tfbridge.aws.plugins.modules.output_contract import main
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import plain
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import ActionFailedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import Progress, print_if_verbose
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.check import check
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Published, Unknown
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.options import parse_outcome, parse_request
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.reports.github import github
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.result import message, result_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.writing import write_all

# ansible-lint looks for the options here, and not in the module of the same name.
__all__ = ["ActionModule", "main"]


def _read_published(options: Mapping[str, Any]) -> tuple[list[Published], list[Unknown]]:
    # Imported here: boto3 takes long to import, and a check without the published side needs no AWS.
    from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.published_reading import (  # noqa: PLC0415  see above
        read_published,
    )

    return read_published(options)


class ActionModule(ActionBase):
    """Check the contract, on the controller."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Read the sides, compare them, write what is asked for."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _checked, given = self.validate_argument_spec(copy.deepcopy(SPEC))
        options = plain(given)
        try:
            request = parse_request(options, dt.datetime.now(dt.timezone.utc).date(), Progress(print_if_verbose))
            outcome = parse_outcome(options)
            report = check(request, lambda: _read_published(options["published"]))
            written = write_all(report, outcome.written, dry=self._task.check_mode)
        except BridgeError as exc:
            raise ActionFailedError(str(exc)) from exc
        for line in github(report.findings) if outcome.github else ():
            Display().display(line)
        failed = report.status == "failed" or (report.status == "incomplete" and outcome.fail_incomplete)
        result.update(
            changed=bool(written),
            failed=failed,
            msg=message(report),
            written=written,
            **result_of(report, failed=failed),
        )
        return result
