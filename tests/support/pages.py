# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that users and contributors read: their code blocks, and the code in their text."""

from __future__ import annotations

import functools
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
# Written by `make bench` from what it has measured.
GENERATED = {"docs/benchmarks.md"}
# Tables that scripts write and tests compare with the code.
_TABLES = re.compile(
    r"<!-- BEGIN_TF_DOCS -->.*?<!-- END_TF_DOCS -->|^\| option \| default \|.*?\n\n", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class _Placed:
    """Something on a page, and where it begins, or its paragraph."""

    page: str
    line: int

    @property
    def place(self) -> str:
        """The page and the line."""
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Block(_Placed):
    """A fenced code block."""

    section: str
    language: str
    text: str

    @property
    def first_line(self) -> str:
        """What tells it from the others of its page."""
        return self.text.partition("\n")[0]

    @property
    def file(self) -> str:
        """The name of the file that it is, which its first line says, or nothing."""
        named = re.match(r"# ([\w./-]+\.\w+)\n", self.text)
        return named[1] if named else ""


@dataclass(frozen=True)
class Span(_Placed):
    """Code within a sentence or a cell."""

    text: str


@dataclass(frozen=True)
class Command:
    """A command line, and what a page shows below it."""

    line: str
    shown: str


def tracked(*patterns: str) -> list[str]:
    """Return the files of the repository that match, new ones among them."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    return sorted(subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines())


@functools.cache
def pages() -> dict[str, str]:
    """Return the text of each page that people have written."""
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in tracked("*.md") if name not in GENERATED}


def blocks_of(page: str, text: str) -> Iterator[Block]:
    """Yield the code blocks of a page in their order."""
    section, tokens = "", _tokens(text)
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            section = tokens[index + 1].content
        if token.type in ("fence", "code_block"):
            yield Block(page, token.map[0] + 1, section, token.info.strip(), token.content)


def spans_of(page: str, text: str) -> Iterator[Span]:
    """Yield the code within what people have written of a page, in its order."""
    line = 0
    for token in _tokens(_TABLES.sub(lambda found: "\n" * found[0].count("\n"), text)):
        line = token.map[0] + 1 if token.map else line
        for child in token.children or ():
            if child.type == "code_inline":
                yield Span(page, line, child.content)


@functools.cache
def all_blocks() -> tuple[Block, ...]:
    """Return the code blocks of all pages."""
    return tuple(block for page, text in pages().items() for block in blocks_of(page, text))


@functools.cache
def all_spans() -> tuple[Span, ...]:
    """Return the code within the text of all pages."""
    return tuple(span for page, text in pages().items() for span in spans_of(page, text))


def commands_of(text: str) -> list[Command]:
    """Return the commands of a block: after `$`, with their output, or where no line has one, every line."""
    found: list[list[str]] = []
    lines = text.replace("\\\n", " ").splitlines()
    prompts = any(line.startswith("$ ") for line in lines)
    for line in lines:
        if prompts and not line.startswith("$ "):
            found[-1].append(line)
        elif shlex.split(line, comments=True):
            found.append([line.removeprefix("$ ")])
    return [Command(line, "\n".join(shown).strip()) for line, *shown in found]


def _tokens(text: str):
    return MarkdownIt("commonmark").enable("table").parse(text)
