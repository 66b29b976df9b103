# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names data may have."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.names import ROLE_OPTIONS, NameRules

from tests.conftest import ROOT

ROLE = ROOT / "roles" / "efs_mount"


def test_the_options_of_the_role_are_those_that_are_refused():
    """But for efs_mounts, which a stack may publish."""
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]

    assert set(specs) - {"efs_mounts"} == ROLE_OPTIONS


@pytest.mark.parametrize("name", sorted(ROLE_OPTIONS))
def test_data_sets_no_option_of_the_role(name):
    """Unless the file allows it, or gives names a prefix."""
    rules = NameRules()

    assert "it is an option of the role efs_mount" == rules.steering(name)
    assert rules.steering(f"tf_{name}", "tf_") == ""
    assert NameRules(allowed=frozenset([name])).steering(name) == ""


@pytest.mark.parametrize("name", ["efs_mounts", "efs_mount_target_ids", "efs_dns_url"])
def test_other_names_are_free(name):
    """Whatever they begin with."""
    assert NameRules().steering(name) == ""


def test_variables_of_the_role_alone_cannot_be_set():
    """They begin with underscores, which no name of data does."""
    own = yaml.safe_load((ROLE / "vars" / "main.yml").read_text())

    assert all(name.startswith("__efs_mount_") for name in own)
    assert all(NameRules().steering(name) for name in own)
