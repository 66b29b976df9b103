# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fragments of the changelog say what changes for who has the last release, in the markup of a changelog."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from tests.conftest import ROOT

FIXES = ("bugfixes", "security_fixes")


def entries() -> Iterator[tuple[str, str, str]]:
    """Yield file, section and text of each entry."""
    for path in (ROOT / "changelogs" / "fragments").glob("*.yml"):
        for section, texts in yaml.safe_load(path.read_text()).items():
            for text in [texts] if isinstance(texts, str) else texts:
                yield path.name, section, text


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as what can be compared."""
    return tuple(map(int, version.split(".")))


def added() -> dict[str, tuple[int, ...]]:
    """Return the release that each plugin and module came with."""
    paths = [path for kind in ("inventory", "lookup", "modules") for path in (ROOT / "plugins" / kind).glob("*.py")]
    found = {path.stem: re.search(r"^version_added: \"?([0-9.]+)", path.read_text(), re.MULTILINE) for path in paths}
    return {name: numbers(match[1]) for name, match in found.items() if match}


def test_no_entry_has_the_markup_of_documentation() -> None:
    """A changelog shows C(name) as it stands; ``name`` is its way to say it."""
    assert [] == [(name, text) for name, _section, text in entries() if re.search(r"\b[BCEIMOPV]\(", text)]


def test_no_fix_is_of_what_no_release_has() -> None:
    """Who upgrades never met that fault: it is part of the entry that announces the feature."""
    released = numbers(yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"])
    since = added()
    wrong = []
    for file, section, text in entries():
        named = since.keys() & set(re.findall(r"\w+", text.partition(" - ")[0]))
        if section in FIXES and named and all(since[name] > released for name in named):
            wrong.append((file, text))

    assert {"ssm_outputs", "ec2_schedule"} <= since.keys()
    assert [] == wrong
