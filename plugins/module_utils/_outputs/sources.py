# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs read from where they are published: each from its own parameters, or all from the snapshot.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import ExhaustedError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, TornError

from .decode import (
    Output,
    OutputSet,
    Parameter,
    assemble,
    output_of,
)
from .named import read_named
from .names import element_of
from .reader import GET_NAMES, Reader
from .snapshot import (
    SLICE_NAME,
    Slice,
    inflate,
    join,
    parse_slice,
    slice_names,
)
from .snapshot_document import outputs_of

PARAMETERS = "parameters"
SNAPSHOT = "snapshot"
SOURCES = (PARAMETERS, SNAPSHOT)


def read_outputs(reader: Reader, prefix: str, source: str) -> OutputSet:
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
    """Give an output, or one element of a list under the name that its parameter has."""
    if name in published.outputs:
        return published.outputs[name]
    element = element_of(name)
    whole = published.outputs.get(element.name) if element else None
    if element is None or whole is None or element.position not in whole.run:
        return None
    return dataclasses.replace(output_of(name, whole.run[element.position], {}), slices=whole.slices)


def absence(found: OutputSet, name: str, prefix: str, region: str, source: str) -> str:
    """Say that an output is not among those that were read by name, and where it was looked for."""
    where = f"there is no parameter {prefix}{name} and no {prefix}{name}_0"
    if source == SNAPSHOT:
        where = f"it is not in the snapshot {prefix}{SLICE_NAME}*"
        if not found.snapshot:
            where = lacking(found, prefix, region, source)
    return (
        f"the output {name} is not published in {region}: {where}. "
        "Check name, prefix, region and account, or give 'default'"
    )


def lacking(outputs: OutputSet, prefix: str, region: str, source: str) -> str:
    """Say what a set lacks that can't be all there is to read; nothing where it lacks nothing."""
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


def read_snapshot(reader: Reader, prefix: str) -> OutputSet:
    """Read a snapshot whole: one call for ten slices. A torn one is read again until the retrier's budget is spent."""
    try:
        return reader.retrier.call(lambda: _read_once(reader, prefix))
    except ExhaustedError as exc:
        raise DataError(
            f"{prefix}{SLICE_NAME}* in {reader.region}: {exc.__cause__} (read {exc.attempts} times during "
            f"{exc.seconds:.0f} s). If an apply is under way, run again when it has ended, or raise retry_budget. "
            "If not, an apply was cut off, or slices of an older snapshot were left over: apply again, or delete them"
        ) from exc


def _read_once(reader: Reader, prefix: str) -> OutputSet:
    label = f"the snapshot {prefix}{SLICE_NAME}*"
    names = slice_names(prefix, range(GET_NAMES))
    found = reader.get(names, what=f"reading {label}")
    slices = _parsed(found, names)
    if not slices:
        return OutputSet({})
    first = next(iter(slices.values()))
    if first.count > GET_NAMES:
        names = slice_names(prefix, range(first.count))
        found.update(reader.get(names[GET_NAMES:], what=f"reading {label}"))
        slices = _parsed(found, names)
    try:
        text = join(slices, names)
    except TornError as exc:
        reader.progress(f"{label}: {exc}; reading it again")
        raise
    stored: tuple[Parameter, ...] = tuple(found[name] for name in names[: first.count])
    label = f"{label} in {reader.region}"
    return outputs_of(inflate(text, first.digest, label), prefix, stored, label)


def _parsed(found: dict[str, Parameter], names: list[str]) -> dict[int, Slice]:
    return {position: parse_slice(found[name], position) for position, name in enumerate(names) if name in found}
