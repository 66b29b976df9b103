# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one repository declares, as a file that another one reads. No value is in it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

from .model.facts import Kind, Place, Shape, Side, Unknown
from .model.names import Hole, Name
from .outputs import Output

FORMAT = "tfbridge.aws/contract"
VERSION = 1


def contract_text(outputs: Iterable[Output], unknown: Iterable[Unknown]) -> str:
    """Return a contract file: sorted, so that a change of it can be reviewed."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "complete": not any(one.unread and one.side is Side.DECLARED for one in unknown),
        "outputs": sorted((_written(output) for output in outputs), key=lambda entry: json.dumps(entry["name"])),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _written(output: Output) -> dict[str, Any]:
    entry = {
        "name": [part if isinstance(part, str) else {"unknown": part.reason} for part in output.name.parts],
        **_shape_written(output.shape),
        "declared_in": sorted({str(place) for place in output.places}),
    }
    if output.numbered:
        entry["numbered"] = True
    if output.condition:
        entry["condition"] = output.condition
    return entry


def _shape_written(shape: Shape) -> dict[str, Any]:
    written: dict[str, Any] = {"kind": shape.kind.value}
    if shape.items is not None:
        written["items"] = [_shape_written(item) for item in shape.items]
    if shape.keys is not None:
        written["keys"] = {key: _shape_written(shape.keys[key]) for key in sorted(shape.keys)}
    return written


def read_contract(path: pathlib.Path, name: str) -> tuple[list[Output], list[Unknown]]:
    """Read a contract file: its outputs, and that it is incomplete if it says so. Raises DataError."""
    try:
        document = parse_json(path.read_text(encoding="utf-8-sig"))
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise DataError(
                f"declared_from: {name} is not a contract file of version {VERSION}. Write it again with write_to"
            )
        outputs = [_read(entry, name) for entry in document["outputs"]]
        complete = document["complete"]
    except OSError as exc:
        raise DataError(f"declared_from: {name} can't be read: {exc.strerror}") from exc
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise DataError(f"declared_from: {name} is not a contract file. Write it again with write_to") from exc
    reason = "the contract file says that not all code could be read"
    return outputs, [] if complete is True else [Unknown(Side.DECLARED, Place(name), reason, unread=True)]


def _read(entry: Mapping[str, Any], file: str) -> Output:
    parts = [part if isinstance(part, str) else Hole(str(part["unknown"])) for part in entry["name"]]
    places = tuple(Place(file, what=str(place)) for place in entry["declared_in"])
    numbered = entry.get("numbered") is True
    return Output(Name.of(*parts), _shape_read(entry), places, str(entry.get("condition", "")), numbered)


def _shape_read(entry: Mapping[str, Any]) -> Shape:
    items = tuple(map(_shape_read, entry["items"])) if "items" in entry else None
    keys = {str(key): _shape_read(value) for key, value in entry["keys"].items()} if "keys" in entry else None
    return Shape(Kind(entry["kind"]), items, keys)
