# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's specs, task, defaults and README, and the module's documentation say the same of every option."""

from __future__ import annotations

import pytest
import yaml
from ansible.module_utils.facts.system.distribution import Distribution
from ansible_collections.tfbridge.aws.plugins.module_utils._efs import specification
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.options import RECOMMENDED
from jinja2.nativetypes import NativeEnvironment

from scripts import efs_options


@pytest.mark.parametrize("path", efs_options.files(), ids=lambda path: path.name)
def test_the_role_repeats_its_module(path):
    """Otherwise scripts/efs_options.py has to be run."""
    assert efs_options.files()[path] == path.read_text()


def test_the_module_documents_what_it_takes():
    """Each option, in the same order, with type, default and choices."""
    kept = ("type", "elements", "default", "choices", "required")
    documented = {
        name: {key: option[key] for key in kept if key in option}
        for name, option in efs_options.documentation().items()
    }

    assert documented == specification.MODULE
    assert list(documented) == list(specification.MODULE)


def test_defaults_are_those_of_the_specs():
    """Every variable of the role but the list of mounts, which has a default that the inventory decides."""
    spec = yaml.safe_load(efs_options.SPECS.read_text())["argument_specs"]["main"]["options"]
    specified = {name: option["default"] for name, option in spec.items() if name != "efs_mounts"}

    assert specified == yaml.safe_load((efs_options.ROLE / "defaults" / "main.yml").read_text())
    assert "default" not in spec["efs_mounts"]


@pytest.mark.parametrize("helper", specification.ENTRY["helper"]["choices"])
def test_the_recommended_options_are_documented(helper):
    """To the letter."""
    described = efs_options.documentation()["options"]["description"]

    assert any(f"C({','.join(RECOMMENDED[helper])})" in line for line in described)


def installed(distribution, version, helper):
    """Return the module that installs the client where Ansible's facts are these, and the package."""
    texts = yaml.safe_load((efs_options.ROLE / "vars" / "main.yml").read_text())
    tasks = yaml.safe_load((efs_options.ROLE / "tasks" / "package.yml").read_text())
    facts = {
        "distribution": distribution,
        "distribution_major_version": version,
        "os_family": Distribution.OS_FAMILY.get(distribution, distribution),
    }
    known = {"ansible_facts": facts, "ansible_check_mode": False, "__efs_mount_client": helper}
    jinja = NativeEnvironment()
    for name in ("__efs_mount_package", "__efs_mount_has_yum_only"):
        known[name] = jinja.from_string(texts[name].strip()).render(known)
    runs = [
        module
        for task in tasks
        if "lookup" not in str(task["when"]) and jinja.compile_expression(str(task["when"]))(**known)
        for module in task
        if module.startswith("ansible.builtin.")
    ]
    return [module.rpartition(".")[2] for module in runs], known["__efs_mount_package"]


@pytest.mark.parametrize(
    ("distribution", "version", "modules", "nfs"),
    [
        ("Amazon", "2023", ["dnf"], "nfs-utils"),
        ("Amazon", "2", ["command"], "nfs-utils"),
        ("RedHat", "9", ["dnf"], "nfs-utils"),
        ("Rocky", "9", ["dnf"], "nfs-utils"),
        ("Debian", "12", ["apt"], "nfs-common"),
        ("Ubuntu", "24", ["apt"], "nfs-common"),
        ("SLES", "15", ["fail"], "nfs-utils"),
    ],
)
def test_the_client_is_installed_as_the_system_does_it(distribution, version, modules, nfs):
    """By one task, from facts as Ansible gathers them; on what is not supported by none."""
    assert (modules, nfs) == installed(distribution, version, "nfs4")
    assert (modules, "amazon-efs-utils") == installed(distribution, version, "efs")
