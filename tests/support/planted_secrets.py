# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of a test's AWS, and the search for them in all that its commands print and leave in Ansible's home.

Planted are the credentials, and whatever is written as a SecureString, be it by a test, by Terraform or by a module. A
test that prints secrets on purpose says so by the mark `shows_secrets`.
"""

from __future__ import annotations

import base64
import json
import pathlib
from collections.abc import Iterator
from typing import Any

# What is shorter occurs by chance.
SHORTEST = 8


class PlantedSecrets:
    """The secrets of one test, in every form in which a text could have them."""

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}
        self._on_purpose = False

    def begin(self, *, on_purpose: bool) -> None:
        """Begin a test with none."""
        self._forms = {}
        self._on_purpose = on_purpose

    def plant(self, value: str) -> None:
        """Add a secret: from now on nothing may show it, nor a text of a JSON document that it is."""
        for text in _texts(value):
            for form in (text, json.dumps(text)[1:-1], base64.b64encode(text.encode()).decode()):
                if len(_dense(form)) >= SHORTEST:
                    self._forms[_dense(form)] = text

    def check(self, where: str, text: str) -> None:
        """Fail where a text has one of them, however its lines are wrapped."""
        if self._on_purpose:
            return
        dense = _dense(text)
        for form, secret in self._forms.items():
            assert form not in dense, f"{where} shows the secret {secret!r}: ...{dense.partition(form)[0][-300:]}"

    def check_files(self, folder: pathlib.Path) -> None:
        """Fail where a file below a folder has one of them."""
        if self._forms and not self._on_purpose:
            for path in folder.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    self.check(str(path.relative_to(folder)), path.read_bytes().decode(errors="replace"))


PLANTED = PlantedSecrets()


def _dense(text: str) -> str:
    return "".join(text.split())


def _texts(value: str) -> Iterator[str]:
    """Yield a value, and all texts in it where it is JSON."""
    yield value
    try:
        inside = json.loads(value)
    except ValueError:
        return
    yield from _strings(inside)


def _strings(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, (list, dict)):
        for item in document.values() if isinstance(document, dict) else document:
            yield from _strings(item)
