# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a check as a person reads it at a terminal: a table, then each finding with what to do.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.text_table import Table, printable, text_lines

_COLUMNS = ("severity", "place", "output", "finding")
# Where nothing says how wide a line may be.
_WIDTH = 120


def printed(result: Mapping[str, Any], width: Optional[int]) -> str:
    """Return the text of what M(tfbridge.aws.output_contract) returned."""
    findings: Sequence[Mapping[str, Any]] = result["findings"]
    lines = ["", _heading(result), ""]
    if findings:
        rows = [[one["severity"], _where(one["place"]), one["name"], one["kind"]] for one in findings]
        lines += [*text_lines(Table(_COLUMNS, rows, "place"), width), ""]
    for one in findings:
        what = f"{one['place']['what']}: " if one["place"]["what"] else ""
        lines += [_where(one["place"]), *_wrapped(f"{what}{one['message']}. {one['advice']}.", width)]
    for one in result["unknown"]:
        if one["unread"]:
            lines += [_where(one["place"]), *_wrapped(f"Not read: {one['reason']}.", width)]
    return "\n".join([*lines, "", str(result["msg"]).partition("\n")[0]])


def _wrapped(text: str, width: Optional[int]) -> list[str]:
    return textwrap.wrap(
        printable(text).replace("?.", "?"),
        max(width or _WIDTH, 40),
        initial_indent="    ",
        subsequent_indent="    ",
        break_on_hyphens=False,
    )


def _heading(result: Mapping[str, Any]) -> str:
    scanned = result["scanned"]
    return (
        f"Contract of {scanned['terraform']} files of Terraform, {len(result['outputs'])} outputs, "
        f"{scanned['playbooks']} files of Ansible"
    )


def _where(place: Mapping[str, Any]) -> str:
    return printable(f"{place['file']}:{place['line']}" if place["line"] else str(place["file"]))
