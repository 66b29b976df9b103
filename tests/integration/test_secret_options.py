# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that hold secrets: inline-vaulted ones work, and no message shows a value."""

from __future__ import annotations

import textwrap

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

pytestmark = pytest.mark.cores

VALUES = {
    "access_key": "AKIAVAULTEDVAULTED",
    "secret_key": "vaulted-secret",
    "session_token": "vaulted-token",
    "region": "eu-central-1",
    "regions": "eu-central-1",
    "prefix": "OUTPUT_",
    "on_missing": "error",
    "strict": "true",
    "source": "parameters",
    "retry_budget": "30",
}


@pytest.fixture
def vault(run):
    """Encrypt a text as `ansible-vault encrypt_string` does, as the lines of a YAML scalar."""
    run.env["ANSIBLE_VAULT_PASSWORD_FILE"] = str(run.write("password", "correct horse"))
    vault = VaultLib([("default", VaultSecret(b"correct horse"))])

    def encrypt(name, text):
        return f"{name}: !vault |\n{textwrap.indent(vault.encrypt(text).decode(), ' ' * 10)}"

    return encrypt


def test_options_may_be_vaulted(aws, run, vault):
    """All of them at once: texts, choices, numbers, truth values, a list as text."""
    aws.publish({"MY_IP": ["10.0.0.11"]})
    lines = [vault(name, value) for name, value in VALUES.items() if name != "region"]

    result = run.inventory("plugin: tfbridge.aws.ssm_outputs\n" + "".join(lines), env={"AWS_REGION": None})

    assert 0 == result.rc, result.output
    assert ["10.0.0.11"] == result.json["my_ip"]["hosts"]
    assert {"AKIAVAULTEDVAULTED"} == aws.app.access_keys("ssm")


def test_parts_of_an_option_may_be_vaulted(aws, run, vault):
    """An element of a list, a value of a host rule; variables of hosts stay as they are."""
    aws.publish({"MY_IP": ["10.0.0.11"], "X": "x"})
    element, group = vault("x", "eu-central-1")[3:], vault("x", "web")[3:]
    hosts = f"hosts:\n  - output: MY_IP\n    groups:\n      - {group}"
    text = f"plugin: tfbridge.aws.ssm_outputs\nregions:\n  - {element}{hosts}"

    result = run.inventory(text)

    assert 0 == result.rc, result.output
    assert ["10.0.0.11"] == result.json["web"]["hosts"]


def test_a_lookup_takes_vaulted_variables(aws, run, vault):
    """As options."""
    aws.publish({"X": "x"})
    run.write("group_vars/all.yml", vault("key", "AKIAVAULTEDVAULTED") + vault("secret", "vaulted-secret"))
    task = "{{ lookup('tfbridge.aws.ssm_output', 'X', access_key=key, secret_key=secret) }}"

    result = run.playbook(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": task}}]}]
    )

    assert (0, True) == (result.rc, '"msg": "x"' in result.stdout), result.output
    assert {"AKIAVAULTEDVAULTED"} == aws.app.access_keys("ssm")


@pytest.mark.parametrize("option", ["access_key", "secret_key", "session_token", "aws_secret_key"])
def test_a_secret_of_the_wrong_type_is_not_shown(aws, run, option):
    """In no message, at no verbosity."""
    refused = run.inventory(
        {"regions": ["eu-central-1"], option: ["geheim-1", {"geheim-2": "geheim-3"}]}, "--list", "-vvvv"
    )

    assert (4, True) == (refused.rc, f"{option}: the value is a list. Expected a string" in refused.said), (
        refused.output
    )
    assert "geheim" not in refused.output


def test_a_vaulted_option_of_the_wrong_type_is_not_shown(aws, run, vault):
    """Whatever option it is."""
    refused = run.inventory(
        "plugin: tfbridge.aws.ssm_outputs\n" + vault("strict", "geheim") + vault("on_missing", "geheim")
    )

    assert 4 == refused.rc, refused.output
    assert "strict: the value is a str. Expected true or false" in refused.said
    assert "on_missing: the value is not a valid choice. Valid values: error, warn, skip" in refused.said
    assert "geheim" not in refused.output


def test_a_wrong_password_is_said_by_the_option(aws, run, vault):
    """Without a word of the text."""
    text = "plugin: tfbridge.aws.ssm_outputs\n" + vault("prefix", "geheim_")
    run.write("password", "wrong")

    refused = run.inventory(text)

    assert (4, True) == (refused.rc, "prefix: can't be decrypted" in refused.said), refused.output
