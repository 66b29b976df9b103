# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes down of each run of a playbook whether it changed anything, for verify.yml and scripts/molecule.py."""

from __future__ import annotations

DOCUMENTATION = """
name: runs
type: notification
short_description: Writes down what each run of a playbook did
description:
  - Adds a line of JSON to C(runs.jsonl) in C(MOLECULE_EPHEMERAL_DIRECTORY) for each run.
requirements: []
"""

import json
import os
import pathlib
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Ansible's class of a callback plugin."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "runs"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Keep which playbook it is."""
        self._playbook = pathlib.Path(playbook._file_name).name

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Keep whether it is in check mode."""
        self._check = bool(play.check_mode)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write it down at the end."""
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        run = {
            "playbook": self._playbook,
            "check": self._check,
            "changed": any(counts["changed"] for counts in hosts.values()),
            "hosts": hosts,
        }
        path = pathlib.Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "runs.jsonl"
        with path.open("a") as file:
            file.write(json.dumps(run) + "\n")
