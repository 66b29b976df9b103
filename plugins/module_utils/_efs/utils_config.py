# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of efs-utils.conf, with some settings changed and everything else as it was.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

_SECTION = re.compile(r"\[([^]]+)\]")
# As Python's ConfigParser reads it, which efs-utils uses; an indented line goes on with the value above it.
_OPTION = re.compile(r"([^\s#;\[=:][^=:]*?)\s*[=:]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")


def check_settings(value: Any, option: str) -> dict[str, dict[str, str]]:
    """Return settings as texts by section and name; raises OptionError, which names all that can't be used."""
    refusals, checked = Refusals(), {}
    for section, settings in value.items():
        if not _NAME.match(str(section)) or not isinstance(settings, Mapping):
            refusals.refuse(f"{option}: {show(section)}: {show(settings)} must be a section with its settings")
            continue
        checked[str(section)] = {str(name).lower(): _text(setting) for name, setting in settings.items()}
        for name, setting in settings.items():
            if not _NAME.match(str(name)) or not _is_value(setting):
                refusals.refuse(
                    f"{option}: {section}.{name}: {show(setting)} must be a string, a number, true or false, without "
                    "'%' and line breaks"
                )
    refusals.finish()
    return checked


def _is_value(value: Any) -> bool:
    text = _text(value)
    return isinstance(value, (str, int)) and text.isprintable() and text == text.strip() and "%" not in text


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def with_settings(text: str, settings: Mapping[str, Mapping[str, str]]) -> str:
    """Return the text of an efs-utils.conf in which these settings are in effect."""
    lines = text.split("\n")
    for section, wanted in settings.items():
        for name, value in wanted.items():
            _set(lines, section, name, value)
    return "\n".join(lines)


def _set(lines: list[str], section: str, name: str, value: str) -> None:
    begin, end = _span(lines, section)
    if begin < 0:
        while lines and not lines[-1]:
            lines.pop()
        lines += [*([""] if lines else []), f"[{section}]", f"{name} = {value}", ""]
        return
    found = [index for index in range(begin, end) if _name_of(lines[index]) == name]
    if not found:
        last = max(index for index in range(begin - 1, end) if index == begin - 1 or lines[index].strip())
        lines.insert(last + 1, f"{name} = {value}")
        return
    index = found[-1]
    goes_on = index + 1
    while goes_on < end and lines[goes_on][:1] in (" ", "\t") and lines[goes_on].strip():
        goes_on += 1
    if goes_on > index + 1 or re.split(r"[=:]", lines[index], maxsplit=1)[1].strip() != value:
        lines[index:goes_on] = [f"{name} = {value}"]


def _span(lines: list[str], section: str) -> tuple[int, int]:
    """Return the lines of a section, from the one behind its head; -1 where it isn't there."""
    begin = -1
    for index, line in enumerate(lines):
        match = _SECTION.match(line)
        if match and begin >= 0:
            return begin, index
        if match and match.group(1) == section:
            begin = index + 1
    return begin, len(lines)


def _name_of(line: str) -> str:
    match = _OPTION.match(line)
    return match.group(1).lower() if match else ""
