# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of plugins/: which package may use which, and that nothing goes round in a circle."""

from __future__ import annotations

import ast
import graphlib
import pathlib

import pytest

from tests.support.imports import PLUGINS, imports_of

# An arrow that isn't here is a decision: whoever needs one adds it, and says why in the commit.
ARROWS = {
    "module_utils/_common": set(),
    "module_utils/_aws": {"module_utils/_common"},
    "module_utils/_planner": {"module_utils/_common"},
    "module_utils/_contract": set(),
    "module_utils/_calendar": {"module_utils/_planner"},
    "module_utils/_efs": {"module_utils/_common"},
    "module_utils/_efs_discovery": {"module_utils/_common", "module_utils/_aws", "module_utils/_efs"},
    "module_utils/_outputs": {"module_utils/_common", "module_utils/_aws"},
    "module_utils/_tuning": {"module_utils/_common", "module_utils/_aws", "module_utils/_outputs"},
    "module_utils/_schedule": {
        "module_utils/_common",
        "module_utils/_aws",
        "module_utils/_outputs",
        "module_utils/_planner",
    },
    "plugin_utils/_common": {"module_utils/_common", "module_utils/_aws", "module_utils/_outputs"},
    "plugin_utils/_inventory": {
        "module_utils/_common",
        "module_utils/_aws",
        "module_utils/_outputs",
        "plugin_utils/_common",
    },
    "plugin_utils/_outputs": {
        "module_utils/_common",
        "module_utils/_aws",
        "module_utils/_outputs",
        "plugin_utils/_common",
    },
    "plugin_utils/_schedule": {"module_utils/_common", "module_utils/_schedule", "plugin_utils/_common"},
    "plugin_utils/_contract": {
        "module_utils/_aws",
        "module_utils/_common",
        "module_utils/_contract",
        "module_utils/_outputs",
        "plugin_utils/_common",
        "plugin_utils/_contract/model",
        "plugin_utils/_contract/playbooks",
        "plugin_utils/_contract/reports",
        "plugin_utils/_contract/terraform",
        "plugin_utils/_outputs",
    },
    "plugin_utils/_contract/playbooks": {"plugin_utils/_contract/model"},
    "plugin_utils/_contract/reports": {"plugin_utils/_common", "plugin_utils/_contract/model"},
    "plugin_utils/_contract/model": {"module_utils/_common"},
    "plugin_utils/_contract/terraform": {
        "module_utils/_common",
        "module_utils/_outputs",
        "plugin_utils/_contract/model",
    },
    "plugin_utils/_calendar": {
        "module_utils/_aws",
        "module_utils/_common",
        "module_utils/_outputs",
        "module_utils/_planner",
        "plugin_utils/_common",
        "plugin_utils/_outputs",
    },
    "plugin_utils/_tuning": {"module_utils/_common", "plugin_utils/_common", "plugin_utils/_outputs"},
    "plugin_utils/_timeline": {"module_utils/_common", "module_utils/_planner", "plugin_utils/_common"},
}
FLOORS = 7
FILES = sorted(PLUGINS.rglob("*.py"))


def wing_of(file: pathlib.Path) -> str:
    """Return a file's package, or its folder where that has plugins."""
    return file.parent.relative_to(PLUGINS).as_posix()


def test_every_wing_is_in_the_table() -> None:
    """A package that nobody has drawn is not held to anything."""
    packages = {wing_of(file) for file in FILES if "_utils" in wing_of(file)}

    assert set(ARROWS) | {"module_utils", "plugin_utils"} >= packages
    assert packages >= set(ARROWS)


@pytest.mark.parametrize("wing", sorted(ARROWS))
def test_a_wing_uses_only_what_is_drawn_below_it(wing: str) -> None:
    """The table is the picture: an import that isn't in it fails here, by file and by what it imports."""
    wrong = {
        f"{file.relative_to(PLUGINS)} imports {used.relative_to(PLUGINS)}"
        for file in FILES
        if wing_of(file) == wing
        for used in imports_of(file)
        # Python imports the packages around a package too; what they are is a docstring, see below.
        if wing_of(used) not in ARROWS[wing] | {wing} and used.parent not in file.parents
    }

    assert not wrong


@pytest.mark.parametrize("wing", sorted(ARROWS))
def test_no_arrow_is_drawn_for_nothing(wing: str) -> None:
    """A table that allows more than there is would let the next one in unseen."""
    used = {wing_of(used) for file in FILES if wing_of(file) == wing for used in imports_of(file)}

    assert used >= ARROWS[wing]


@pytest.mark.parametrize("wing", sorted(ARROWS))
def test_a_wing_says_what_it_is_for(wing: str) -> None:
    """In the first sentence of its __init__, and that there is nothing else in it to import."""
    module = ast.parse((PLUGINS / wing / "__init__.py").read_text())

    assert ast.get_docstring(module)
    assert [ast.Expr] == [type(node) for node in module.body]


def test_no_file_imports_itself_through_others() -> None:
    """Python would tolerate some circles; somebody who reads would not."""
    graphlib.TopologicalSorter({file: imports_of(file) for file in FILES}).prepare()


def test_there_are_few_floors() -> None:
    """Counted in wings, from the plugins down to what uses nothing."""

    def height(wing: str) -> int:
        return 1 + max((height(used) for used in ARROWS[wing]), default=0)

    assert max(map(height, ARROWS)) + 1 <= FLOORS
