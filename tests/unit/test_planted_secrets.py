# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests look for in the output of every command: a planted secret is found in any dress, and nothing else is."""

from __future__ import annotations

import base64
import json
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.command_lines import Result
from tests.support.planted_secrets import PLANTED, PlantedSecrets

SECRETS = st.text(min_size=8, max_size=60).filter(lambda text: len("".join(text.split())) >= 8)
DRESSES = {
    "plain": str,
    "JSON": json.dumps,
    "a JSON document": lambda secret: json.dumps({"a": [{"b": secret}]}),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "wrapped": lambda secret: "\n".join(textwrap.wrap(f"[ERROR]: it is {secret}, and so on", 20)),
}


def planted(*secrets: str, on_purpose: bool = False) -> PlantedSecrets:
    """Return a test's secrets."""
    found = PlantedSecrets()
    found.begin(on_purpose=on_purpose)
    for secret in secrets:
        found.plant(secret)
    return found


@pytest.mark.parametrize("dress", DRESSES)
@given(secret=SECRETS)
def test_a_secret_is_found_in_any_dress(dress, secret):
    """Whatever its characters, and wherever a terminal breaks the line."""
    with pytest.raises(AssertionError, match="shows the secret"):
        planted("another secret", secret).check("the output", f"ok: {DRESSES[dress](secret)} => done")


@given(secret=SECRETS)
def test_a_text_of_a_document_is_a_secret_too(secret):
    """A SecureString that is JSON is shown decoded."""
    with pytest.raises(AssertionError, match="shows the secret"):
        planted(json.dumps({"user": "x", "password": [secret]})).check("the output", f"password {secret}")


@pytest.mark.parametrize("text", ["", "the password is hidden", "battery", "staple battery", "x1"])
def test_nothing_else_is_found(text):
    """Parts of a secret are none, nor is what is so short that it occurs by chance."""
    planted("battery staple", "x1").check("the output", text)


def test_a_test_may_show_secrets_on_purpose():
    """It says so by a mark."""
    planted("battery staple", on_purpose=True).check("the output", "battery staple")


def test_files_are_searched(tmp_path):
    """At any depth, and whatever bytes are in them."""
    secrets = planted("battery staple")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "one").write_bytes(b"\xff\x00 battery")
    secrets.check_files(tmp_path)
    (tmp_path / "cache" / "two").write_bytes(b"\xff\x00 battery staple")

    with pytest.raises(AssertionError, match="cache/two shows the secret 'battery staple'"):
        secrets.check_files(tmp_path)


def test_what_is_written_to_the_aws_of_a_test_is_planted(aws):
    """And then every result of a command is searched for it."""
    aws.publish({"PLAIN": "not secret at all"})
    aws.publish_secret("PW", "battery staple")
    Result(0, "not secret at all", "")

    with pytest.raises(AssertionError, match="the output shows the secret 'battery staple'"):
        Result(0, "", "battery\nstaple")
    PLANTED.begin(on_purpose=False)
