# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs read from where they are published: each from its own parameters, or all from the snapshot.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Callable, Optional

from .decode import assemble, output_of
from .named import read_named
from .names import numbered_name
from .output import Output, OutputSet
from .parameters import Reader
from .snapshot import SLICE_NAME, read_snapshot

PARAMETERS = "parameters"
SNAPSHOT = "snapshot"
SOURCES = (PARAMETERS, SNAPSHOT)


def read_regions(
    reader_for: Callable[[Optional[str]], Reader], regions: Sequence[Optional[str]], prefix: str, source: str
) -> tuple[dict[str, OutputSet], list[str]]:
    """Return the outputs of each region, and what is missing there, a message for each region that lacks something.

    C(reader_for) returns the reader of a region; None stands for the region of the profile or the environment.
    """
    published: dict[str, OutputSet] = {}
    missing: list[str] = []
    for region in regions:
        reader = reader_for(region)
        outputs = read_all(reader, prefix, source)
        published[reader.region] = outputs
        lack = lacking(outputs, prefix, reader.region, source)
        if lack:
            missing.append(f"{lack}.{reader.hint()}")
    return published, missing


def read_all(reader: Reader, prefix: str, source: str) -> OutputSet:
    """Read all outputs under a prefix. Raises the BridgeError family; nothing published is an empty set."""
    if source == SNAPSHOT:
        return read_snapshot(reader, prefix)
    return assemble(reader.read(prefix), prefix)


def read_selected(reader: Reader, names: Sequence[str], prefix: str, source: str, decrypt: bool = False) -> OutputSet:
    """Read outputs by name, each once. Those that aren't published are not in the result; all of a snapshot's are."""
    if source == PARAMETERS:
        return read_named(reader, names, prefix, decrypt)
    published = read_snapshot(reader, prefix)
    outputs = {**published.outputs, **{name: output for name in names if (output := _find(published, name))}}
    secrets = [name for name in dict.fromkeys(names) if name in outputs and outputs[name].secret and decrypt]
    if secrets:
        # A snapshot has no more than their names.
        found = read_named(reader, secrets, prefix, decrypt).outputs
        outputs = {**{name: output for name, output in outputs.items() if name not in secrets}, **found}
    return dataclasses.replace(published, outputs=outputs)


def _find(published: OutputSet, name: str) -> Optional[Output]:
    """Return an output, or one element of a list under the name that its parameter has."""
    if name in published.outputs:
        return published.outputs[name]
    element = numbered_name(name)
    whole = published.outputs.get(element.name) if element else None
    if element is None or whole is None or element.position not in whole.run:
        return None
    return dataclasses.replace(output_of(name, whole.run[element.position], {}), slices=whole.slices)


def absence(found: OutputSet, name: str, prefix: str, region: str, source: str) -> str:
    """Return the message that an output is not among those that were read by name, and where it was looked for."""
    where = f"there is no parameter {prefix}{name} and no {prefix}{name}_0"
    if source == SNAPSHOT:
        where = f"it is not in the snapshot {prefix}{SLICE_NAME}*"
        if not found.snapshot:
            where = lacking(found, prefix, region, source)
    return (
        f"the output {name} is not published in {region}: {where}. "
        "Check name, prefix, region and account, or give a default"
    )


def lacking(outputs: OutputSet, prefix: str, region: str, source: str) -> str:
    """Return what a set lacks that can't be all there is to read; nothing where it lacks nothing."""
    if source == PARAMETERS and outputs.snapshot and all(output.secret for output in outputs.outputs.values()):
        return (
            f"all that is published under {prefix!r} in {region} but secrets is in a snapshot, and the source is "
            "parameters. Give 'source: snapshot', or set 'parameters = true' in the Terraform module ssm_outputs"
        )
    if outputs:
        return ""
    if source == PARAMETERS:
        strays = f" (there are other parameters, like {outputs.strays[0]})" if outputs.strays else ""
        return f"nothing is published under {prefix!r} in {region}{strays}"
    if outputs.snapshot:
        return f"the snapshot {prefix}{SLICE_NAME}* in {region} has no outputs"
    return (
        f"nothing is published under {prefix}{SLICE_NAME}0 in {region}, where a snapshot begins. "
        "Set 'snapshot = true' in the Terraform module ssm_outputs, or give 'source: parameters'"
    )
