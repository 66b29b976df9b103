# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot: all outputs of a stack in a few parameters. Slices become one document, and that becomes outputs.

PRIVATE: not for use outside this collection, may change in any release.

The Terraform module ssm_outputs writes C(<prefix>SNAPSHOT.<i>), i from 0 to n-1, each with the value
C(tfb1:<i>/<n>:<first 12 hex digits of the SHA-256 of the JSON>:<slice i of the JSON, gzipped, in base64>).
All slices of one state carry one digest. Other digests side by side are a torn read: somebody is writing.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import ExhaustedError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, TornError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, show

from .output import SECURE_STRING, OutputSet, Parameter
from .parameters import GET_NAMES, Reader
from .snapshot_document import outputs_of

# Fifty slices of 4,000 characters, as the Terraform module writes them, are 150 KB of gzip. Outputs shrink to a
# fourth or a tenth of their size, so this is room enough, and a hostile snapshot can't take the memory of a controller.
MAX_SLICES = 50
MAX_JSON = 4 * 1024 * 1024
SLICE_NAME = "SNAPSHOT."

_SLICE = re.compile(r"tfb1:([0-9]{1,4})/([0-9]{1,4}):([0-9a-f]{12}):([A-Za-z0-9+/=]*)\Z")
_WAY_OUT = "Delete it, and run terraform apply"
_GZIP = 16 + zlib.MAX_WBITS


@dataclasses.dataclass(frozen=True)
class Slice:
    """One parameter of a snapshot: the state that it belongs to, and its part of the text."""

    name: str
    count: int
    digest: str
    text: str = dataclasses.field(repr=False)


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


def slice_names(prefix: str, positions: Sequence[int]) -> list[str]:
    """Return the names of slices."""
    return [f"{prefix}{SLICE_NAME}{position}" for position in positions]


def parse_slice(parameter: Parameter, position: int) -> Slice:
    """Read the header of a slice; raises DataError for what is none, or is the slice of another position."""
    name = parameter.name
    if parameter.type == SECURE_STRING:
        raise DataError(f"parameter {name} is a SecureString. A slice of a snapshot is a String. {_WAY_OUT}")
    match = _SLICE.match(parameter.value)
    if not match:
        raise DataError(
            f"parameter {name} is not a slice of a snapshot: {show(parameter.value)}. Expected what the Terraform "
            f"module ssm_outputs of this version writes, which begins with tfb1:. {_WAY_OUT}"
        )
    index, count = int(match.group(1)), int(match.group(2))
    if index != position:
        raise DataError(f"parameter {name} holds slice {index} of a snapshot, and belongs to {position}. {_WAY_OUT}")
    if not index < count <= MAX_SLICES:
        raise DataError(
            f"parameter {name} claims to be slice {index} of {count}. "
            f"A snapshot has 1 to {MAX_SLICES} slices, numbered from 0"
        )
    return Slice(name, count, match.group(3), match.group(4))


def join(slices: Mapping[int, Slice], names: Sequence[str]) -> str:
    """Return the text of a whole snapshot; raises TornError for slices of two states, or where one is missing.

    C(names) are those of all slices in their order.
    """
    first = next(iter(slices.values()))
    other = next((s for s in slices.values() if (s.digest, s.count) != (first.digest, first.count)), None)
    if other:
        raise TornError(
            f"the snapshot is of two states: {first.name} is one of {first.count} slices of {first.digest}, "
            f"{other.name} is one of {other.count} slices of {other.digest}"
        )
    missing = [names[position] for position in range(first.count) if position not in slices]
    if missing:
        raise TornError(f"the snapshot has {first.count} slices, and is short of {enumerate_names(missing)}")
    ordered = [slices[position] for position in range(first.count)]
    filled = [piece for piece in ordered if piece.text]
    if ordered[: len(filled)] != filled:
        empty = next(piece for piece in ordered if not piece.text)
        raise DataError(
            f"parameter {empty.name} is an empty slice amid full ones: the snapshot is damaged. Apply again"
        )
    return "".join(piece.text for piece in filled)


def inflate(text: str, digest: str, label: str) -> bytes:
    """Return the JSON of a snapshot's text, or raise DataError: never more than MAX_JSON bytes of it."""
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _damaged(label, f"its base64 is broken ({exc})") from exc
    unpacker = zlib.decompressobj(_GZIP)
    try:
        content = unpacker.decompress(packed, MAX_JSON + 1)
    except zlib.error as exc:
        raise _damaged(label, f"its gzip is broken ({exc})") from exc
    if len(content) > MAX_JSON:
        raise DataError(f"{label} inflates to more than {MAX_JSON:,} bytes, the limit. Publish less under one prefix")
    if not unpacker.eof:
        raise _damaged(label, "its gzip ends too early")
    if unpacker.unused_data:
        raise _damaged(label, "something follows its gzip")
    found = hashlib.sha256(content).hexdigest()[: len(digest)]
    if found != digest:
        raise _damaged(label, f"its digest is {found}, not {digest} as its slices say")
    return content


def _damaged(label: str, reason: str) -> DataError:
    return DataError(
        f"{label} is damaged: {reason}. Run terraform apply -replace for its slices, or delete them and apply"
    )
