# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all messages: none is missing, and those that are explained exist."""

from __future__ import annotations

import ast
import re

import pytest

from scripts.messages import _raised, messages, subject_of
from tests.conftest import ROOT

FOUND = messages(ROOT)
EXPLAINED = re.findall(r"^\| `([^`]+)`", (ROOT / "docs" / "troubleshooting.md").read_text(), re.MULTILINE)


def test_every_subject_has_messages():
    """And there are hundreds in all."""
    assert len(FOUND) > 300
    assert len({subject_of(message) for message in FOUND}) >= 7


def test_raised_returned_and_warned():
    """Every way in which the code says something, with dots for what differs."""
    tree = ast.parse(
        """
def f(x):
    warn("this is a warning")
    if x: raise DataError(f"{x} is not a thing") from None
    if not x: return DeniedError("you may not " + x)
    return f"there is no {x} here"
"""
    )

    assert ["... is not a thing", "there is no ... here", "this is a warning", "you may not ..."] == sorted(
        message.text for message in _raised(tree, "plugins/x.py")
    )


@pytest.mark.parametrize("text", EXPLAINED)
def test_what_is_explained_is_what_the_code_says(text):
    """Each message of the table is in the source, dots standing for what differs."""
    pattern = ".*".join(map(re.escape, text.strip(".").split("...")))

    assert any(re.search(pattern, message.text) for message in FOUND), text
