# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of a module, shown while it runs."""

from __future__ import annotations

import threading

from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.followed_module import followed


def test_whole_lines_are_shown_while_the_work_goes_on(tmp_path):
    """The last one that is whole; nothing after the end."""
    path, said, seen = tmp_path / "progress", [], threading.Event()
    path.write_text("")

    def say(line):
        said.append(line)
        seen.set()

    with followed(path, say, poll=0.01):
        path.write_text("first\nsecond\nhal")
        assert seen.wait(5)
    assert {"second"} == set(said)
    count = len(said)
    path.write_text("third\n")
    assert count == len(said)
