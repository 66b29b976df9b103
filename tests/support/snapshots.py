"""Snapshots as the Terraform module ssm_outputs writes them: jsonencode, base64gzip, slices with headers."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

SLICE = 4000
# What Terraform's jsonencode escapes beside what JSON has to.
_ESCAPED = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


def terraform_json(value: Any) -> str:
    """Give the text that Terraform's jsonencode gives: keys in order, no spaces, five characters escaped."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).translate(_ESCAPED)


def document(
    strings: Mapping[str, str | None] | None = None,
    lists: Mapping[str, Sequence[str | None]] | None = None,
    objects: Mapping[str, Any] | None = None,
    secrets: Sequence[str] = (),
) -> dict[str, Any]:
    """Give the document of a snapshot."""
    return {
        "version": 1,
        "strings": dict(strings or {}),
        "lists": dict(lists or {}),
        "objects": dict(objects or {}),
        "secrets": sorted(secrets),
    }


def _packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def slices_needed(text: str, size: int = SLICE) -> int:
    """Give how many slices hold a JSON text."""
    return -(-len(_packed(text)) // size)


def slices_of(text: str, chunks: int, size: int = SLICE) -> list[str]:
    """Give the values of the slices of a JSON text."""
    packed = _packed(text)
    assert len(packed) <= chunks * size, f"{slices_needed(text, size)} slices are needed"
    return headed(packed, hashlib.sha256(text.encode()).hexdigest()[:12], chunks, size)


def headed(packed: str, digest: str, chunks: int, size: int = SLICE) -> list[str]:
    """Cut a text in slices, each with its header."""
    return [f"tfb1:{index}/{chunks}:{digest}:{packed[index * size : (index + 1) * size]}" for index in range(chunks)]


def encode(content: Any, chunks: int = 2) -> list[str]:
    """Give the values of the slices of a document."""
    return slices_of(terraform_json(content), chunks)
