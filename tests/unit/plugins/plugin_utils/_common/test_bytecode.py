# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files are imported with bytecode: those of this collection, and nobody else's."""

from __future__ import annotations

import importlib.util
import sys
import types

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common import bytecode

from tests.support.imports import PACKAGE, PLUGINS

WINGS = [
    f"{kind}.{wing.name}" for kind in ("module_utils", "plugin_utils") for wing in (PLUGINS / kind).glob("_[a-z]*")
]
FILES = [f"{wing}.{file.stem}" for wing in WINGS for file in (PLUGINS / wing.replace(".", "/")).glob("[a-z]*.py")]

ANSIBLES = type("Finder", (), {"find_spec": staticmethod(lambda *_arguments: None)})


@pytest.fixture(autouse=True)
def _meta_path(monkeypatch):
    """Leave the importers of this process as they are, and Ansible's where another one is before it."""
    others = [finder for finder in sys.meta_path if finder is not bytecode._Finder]
    monkeypatch.setattr(sys, "meta_path", [others[0], ANSIBLES, *others[1:]])
    monkeypatch.setattr(bytecode, "AnsibleCollectionConfig", types.SimpleNamespace(collection_finder=ANSIBLES))
    bytecode.use_bytecode()
    bytecode.use_bytecode()


def _found(name: str):
    parent = name.rpartition(".")[0]
    return bytecode._Finder.find_spec(name, importlib.util.find_spec(parent).submodule_search_locations)


def test_it_is_asked_once_and_before_ansible():
    """However many plugins of a process want it; ansible-test has an importer of its own before all others."""
    assert [1] == [index for index, finder in enumerate(sys.meta_path) if finder is bytecode._Finder]
    assert ANSIBLES is sys.meta_path[2]


def test_nothing_is_done_where_ansible_has_no_importer(monkeypatch):
    """Python then has bytecode of all files."""
    others = [finder for finder in sys.meta_path if finder not in (bytecode._Finder, ANSIBLES)]
    monkeypatch.setattr(sys, "meta_path", list(others))

    bytecode.use_bytecode()

    assert others == sys.meta_path


@pytest.mark.parametrize("name", [*WINGS, *FILES])
def test_own_files_have_bytecode(name):
    """Packages and files, from where Ansible's importer finds them too."""
    spec = _found(f"{PACKAGE}.{name}")

    assert spec.cached.endswith(".pyc")
    assert PLUGINS.joinpath(*name.split(".")).with_suffix("").name in spec.origin


@pytest.mark.parametrize(
    "name",
    [
        "ansible_collections.amazon.aws.plugins.plugin_utils.base",
        f"{PACKAGE}.plugin_utils",
        f"{PACKAGE}.modules.ssm_inputs",
        f"{PACKAGE}.plugin_utils._common.nothing",
        "json.decoder",
    ],
)
def test_others_are_not_its_business(name):
    """Other collections, what is public here, what isn't there, and the rest of Python."""
    assert None is _found(name)


def test_a_package_without_a_folder_is_not_looked_for():
    """As Python asks for a name at the top."""
    assert None is bytecode._Finder.find_spec(f"{PACKAGE}.plugin_utils._common")
