# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/migrating.md is true: what is there before and after runs, and prints what the page shows."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.support.recipes import played, sections

WAYS = sections(ROOT / "docs" / "migrating.md")


@pytest.mark.parametrize(
    "name", [name if name == "From pasted addresses" else pytest.param(name, marks=pytest.mark.full) for name in WAYS]
)
def test_way(aws, run, name):
    """Each of its commands."""
    run.env["AWS_REGION"] = "eu-central-1"
    for command, shown, said in played(aws, run, WAYS[name]):
        assert shown == said, command
