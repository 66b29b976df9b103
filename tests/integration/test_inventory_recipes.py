# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/inventory_recipes.md is true: each recipe gives what the page shows."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.support.recipes import played, sections

RECIPES = sections(ROOT / "docs" / "inventory_recipes.md")


def test_there_are_fifteen():
    """Enough to begin with."""
    assert len(RECIPES) >= 15


@pytest.mark.parametrize("name", RECIPES)
def test_recipe(aws, run, name):
    """Its command prints what the page shows."""
    ((_command, shown, said),) = played(aws, run, RECIPES[name])

    assert shown == said
