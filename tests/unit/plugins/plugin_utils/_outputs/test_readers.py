# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which installed collections read a variable."""

from __future__ import annotations

import ansible_collections
import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.readers import readers_of

FORMS = [
    "    vars:\n      - name: {name}\n    env:\n      - name: OTHER\n",
    "    vars:\n    - version_added: 1.0.0\n      name: '{name}'\n    type: str\n",
    '    vars:\n      - name: first\n        version_added: 1.0.0\n\n      - name: "{name}"\n',
    "    vars: [{{name: first}}, {{name: {name}}}]\n",
]


def installed(tmp_path, collection, kind, text):
    """Install a collection with one plugin."""
    namespace, name = collection.split(".")
    folder = tmp_path / "ansible_collections" / namespace / name / "plugins" / kind
    folder.mkdir(parents=True)
    (folder / "x.py").write_text(f'DOCUMENTATION = r"""\noptions:\n  x:\n{text}"""\n')


@pytest.mark.parametrize("form", FORMS)
def test_every_way_to_write_it_is_read(tmp_path, form):
    """Names of the environment, and other keys of the documentation, are no variables."""
    installed(tmp_path, "a.b", "lookup", form.format(name="sops_binary"))

    assert {"sops_binary": "a.b"} == readers_of(["sops_binary", "OTHER", "x"], [str(tmp_path)])


@pytest.mark.parametrize("kind", ["modules", "module_utils", "plugin_utils"])
def test_modules_read_no_variables(tmp_path, kind):
    """A task gives them their options."""
    installed(tmp_path, "a.b", kind, FORMS[0].format(name="x"))

    assert {} == readers_of(["x"], [str(tmp_path)])


def test_folders_that_are_not_there_are_nothing(tmp_path):
    """Ansible's configuration names some that may exist."""
    assert {} == readers_of(["x"], [str(tmp_path / "none")])


def test_the_genuine_collections_are_read():
    """The package ansible brings community.sops."""
    roots = [path.removesuffix("/ansible_collections") for path in ansible_collections.__path__]

    assert {"sops_binary": "community.sops"} == readers_of(["sops_binary", "efs_dns_url"], roots)
