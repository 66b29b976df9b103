"""What a provider's published Python bindings say of its resources: arguments, blocks in them, attributes.

Read as text, from the wheel: importing them takes a runtime of Node.js.
"""

from __future__ import annotations

import pathlib
import re
import textwrap
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from scripts import wheels

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "terraform" / "bindings"
PACKAGE = ROOT / "requirements" / "terraform-bindings.txt"
# What Terraform itself knows in every block.
META = {"count", "for_each", "dynamic", "depends_on", "lifecycle", "provider", "provisioner", "connection"}

_CLASS = re.compile(
    r"^class \w+\([^)]*\):\n\s+'''\(experimental\) Represents a "
    r"\{@link \S+/docs/(?P<kind>resources|data-sources)/\S+ (?P<type>aws_\w+)\}",
    re.MULTILINE,
)
# A single argument is on the line of the others' parenthesis.
_INIT = re.compile(r"\n    def __init__\(\s*self,(.*?)\) -> None:", re.DOTALL)
_ARGUMENT = re.compile(r"(?:^        |\*, )(\w+): (.*?),?$", re.MULTILINE)
_PROPERTY = re.compile(r"^    @builtins\.property\n(?:    @.*\n)*    def (\w+)\(", re.MULTILINE)


def wheel() -> pathlib.Path:
    """Return the pinned package, downloaded once."""
    return next(CACHE.glob("*.whl"), None) or wheels.download(PACKAGE, CACHE)


class Schema:
    """One resource, data source, or block in one."""

    def __init__(self, body: str, resource: str = "") -> None:
        self._resource = resource or body
        signature = _INIT.search(body)
        self.arguments: dict[str, str] = dict(_ARGUMENT.findall(signature.group(1))) if signature else {}
        self.attributes = set(_PROPERTY.findall(body))

    def unknown(self, block: Mapping[str, Any]) -> list[str]:
        """Return the arguments of a block, and of blocks in it, that the provider doesn't know."""
        found = []
        for name, value in [*block.items(), *_made_by_dynamic(block)]:
            if name in META or name.startswith("__"):
                continue
            # `id` and what Python keeps for itself.
            annotation = self.arguments.get(name, self.arguments.get(f"{name}_"))
            if annotation is None:
                found.append(name)
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                inner = self._inner(annotation)
                found += [f"{name}.{unknown}" for item in value for unknown in inner.unknown(item)]
        return found

    def _inner(self, annotation: str) -> Schema:
        """Return the schema of a block, whose class is inside the resource's."""
        named = re.search(r'"\w+\.(\w+)"', annotation)
        nested = named and re.search(
            rf"^    class {named.group(1)}:\n(?:        .*\n|\n)+", self._resource, re.MULTILINE
        )
        if not nested:
            raise LookupError(f"no class of a block in {annotation}")
        return Schema(textwrap.dedent(nested.group()), self._resource)


def _made_by_dynamic(block: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each block that a `dynamic` block makes, as if it were written out."""
    for entry in block.get("dynamic", ()):
        for label, made in entry.items():
            if not label.startswith("__"):
                yield label.strip('"'), made["content"]


def _body(text: str, match: re.Match[str]) -> str:
    """Return a class to its end."""
    end = text.find("\nclass ", match.end())
    return text[match.start() : end if end >= 0 else len(text)]


def schemas(package: pathlib.Path, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], Schema]:
    """Return the schemas of these ("resources" or "data-sources", type)."""
    found = {}
    needles = [f" {name}}}".encode() for _kind, name in wanted]
    with zipfile.ZipFile(package) as archive:
        for entry in archive.namelist():
            if not entry.endswith("/__init__.py"):
                continue
            content = archive.read(entry)
            if any(needle in content for needle in needles):
                text = content.decode()
                for match in _CLASS.finditer(text):
                    key = (match["kind"], match["type"])
                    if key in wanted:
                        found[key] = Schema(_body(text, match))
    return found
