# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs read by name, without listing what is published.

PRIVATE: not for use outside this collection, may change in any release.

Nobody says beforehand whether X is one parameter or the list X_0, X_1, ...: both are asked for in one call,
and a list is followed until its end is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.pages import batches

from .decode import output_of
from .output import OutputSet, Parameter
from .parameters import GET_NAMES, Reader

# So many elements missing in a row are the end of a list; fewer are a hole in it.
END_OF_LIST = 3


def read_named(reader: Reader, names: Sequence[str], prefix: str, decrypt: bool = False) -> OutputSet:
    """Read outputs by name, each in its own form. Those that aren't published are not in the result.

    One name costs one call, a list of more than six elements one for every ten more. Several names share calls.
    """
    outputs = {}
    for group in batches(list(dict.fromkeys(names)), GET_NAMES // 2):
        first = GET_NAMES // len(group) - 1
        asked = [f"{prefix}{name}" for name in group]
        asked += [f"{prefix}{name}_{index}" for name in group for index in range(first)]
        # X and X_0 may both be asked for, and AWS refuses a name that is listed twice.
        found = reader.get(list(dict.fromkeys(asked)), decrypt)
        for name in group:
            base = f"{prefix}{name}"
            run = _run(reader, base, found, first, decrypt)
            if 0 in run or base in found:
                outputs[name] = output_of(name, found.get(base), run)
    return OutputSet(outputs)


def _run(reader: Reader, base: str, found: dict[str, Parameter], asked: int, decrypt: bool) -> dict[int, Parameter]:
    """Return the elements of a list by position, asking for more of them until the end is seen."""
    run = {index: found[f"{base}_{index}"] for index in range(asked) if f"{base}_{index}" in found}
    while run and max(run) > asked - 1 - END_OF_LIST:
        more = reader.get([f"{base}_{index}" for index in range(asked, asked + GET_NAMES)], decrypt)
        run.update({int(name[len(base) + 1 :]): parameter for name, parameter in more.items()})
        asked += GET_NAMES
    return run
