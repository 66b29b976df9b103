# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write requirements, inputs and outputs into the modules' READMEs, in the form of terraform-docs.

`.venv/bin/python -m scripts.terraform_docs` writes them. A test compares them with the code.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import hcl2

MODULES = pathlib.Path(__file__).resolve().parent.parent / "terraform" / "modules"
BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"


def modules() -> list[pathlib.Path]:
    """Return the folders of all modules."""
    return sorted(path.parent for path in MODULES.glob("*/README.md"))


def documented(module: pathlib.Path) -> str:
    """Return a module's README with tables that say what its code says."""
    before, begin, rest = (module / "README.md").read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{module.name}/README.md has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{_tables(module)}{END}{after}"


def _tables(module: pathlib.Path) -> str:
    parsed = [hcl2.loads(path.read_text(encoding="utf-8")) for path in sorted(module.glob("*.tf"))]
    variables, outputs = _blocks(parsed, "variable"), _blocks(parsed, "output")
    inputs = [(_link("input", name), *_input(block)) for name, block in variables.items()]
    shown = [(_link("output", name), _text(block["description"])) for name, block in outputs.items()]
    head = ("Name", "Description", "Type", "Default", "Required")
    return (
        _table("Requirements", ("Name", "Version"), _requirements(parsed))
        + _table("Inputs", head, inputs)
        + _table("Outputs", ("Name", "Description"), shown)
    )


def _blocks(parsed: Iterable[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Return the blocks of a kind, by name."""
    found = {name.strip('"'): block for file in parsed for entry in file.get(kind, []) for name, block in entry.items()}
    return dict(sorted(found.items()))


def _requirements(parsed: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    (terraform,) = [block for file in parsed for block in file.get("terraform", [])]
    (providers,) = terraform["required_providers"]
    found = {name: provider["version"] for name, provider in providers.items() if isinstance(provider, dict)}
    versions = {"terraform": terraform["required_version"], **found}
    return [(_link("requirement", name), version.strip('"')) for name, version in versions.items()]


def _input(block: dict[str, Any]) -> tuple[str, str, str, str]:
    kind = str(block["type"]).removeprefix("${").removesuffix("}")
    if "default" not in block:
        return _text(block["description"]), f"`{kind}`", "n/a", "yes"
    default = block["default"]
    shown = default if isinstance(default, str) else json.dumps(default)
    return _text(block["description"]), f"`{kind}`", f"`{shown}`", "no"


def _text(literal: str) -> str:
    """Return a description as a cell."""
    heredoc = re.fullmatch(r'"?<<-?(\w+)\n(.*?)\n?\s*\1"?', literal, re.DOTALL)
    text = textwrap.dedent(heredoc.group(2)) if heredoc else json.loads(literal)
    return text.strip().replace("|", "\\|").replace("\n", "<br/>")


def _link(kind: str, name: str) -> str:
    return f'<a name="{kind}_{name}"></a> [{name}](#{kind}_{name})'


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = [":" + "-" * len(name) + ":" if name == "Required" else "-" * (len(name) + 2) for name in head]
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(rule)}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return f"## {title}\n\n" + "\n".join(lines) + "\n\n"


def main() -> int:
    """Write all of them."""
    for module in modules():
        (module / "README.md").write_text(documented(module), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
