# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write what the role efs_mount repeats of its module's options: argument specs, a task, tables of the README.

The types, defaults and choices are those of plugins/module_utils/_efs/specification.py, the words those of the
documentation of plugins/modules/efs_mount.py. A test fails where running this would change a file.
"""

from __future__ import annotations

import ast
import json
import pathlib
import re
import runpy
import textwrap
from collections.abc import Mapping
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROLE = ROOT / "roles" / "efs_mount"
SPECS = ROLE / "meta" / "argument_specs.yml"
TASKS = ROLE / "tasks" / "main.yml"
README = ROLE / "README.md"
WIDTH = 120

Options = Mapping[str, Mapping[str, Any]]


class _Dumper(yaml.SafeDumper):
    """Writes lists as ansible-lint wants them: below their key, indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  its name is PyYAML's
        super().increase_indent(flow, False)


def specification() -> dict[str, Any]:
    """Return the names of specification.py."""
    return runpy.run_path(str(ROOT / "plugins" / "module_utils" / "_efs" / "specification.py"))


def documentation() -> Options:
    """Return the documented options of the module."""
    module = ast.parse((ROOT / "plugins" / "modules" / "efs_mount.py").read_text())
    (text,) = (
        ast.literal_eval(node.value)
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION"
    )
    options: Options = yaml.safe_load(text)["options"]
    return options


def files() -> dict[pathlib.Path, str]:
    """Return the texts that the files must have."""
    spec, documented = specification(), documentation()
    entry = {name: option for name, option in documented.items() if name in spec["ENTRY"]}
    specs = _specs(SPECS.read_text(), entry, documented, spec["ROLE_VARIABLES"])
    variables = yaml.safe_load(specs)["argument_specs"]["main"]["options"]
    del variables["efs_mounts"]
    return {
        SPECS: specs,
        TASKS: _replace(TASKS.read_text(), r"  tfbridge\.aws\.efs_mount:\n", r"  loop:", _task(spec)),
        README: _tables(README.read_text(), (variables, entry)),
    }


def _specs(text: str, entry: Options, documented: Options, variables: Mapping[str, str]) -> str:
    block = {name: _of_an_entry(option) for name, option in entry.items()}
    text = _replace(text, r"        elements: raw\n        options:\n", r"      efs_mount_", _yaml(block, 10))
    for name, variable in variables.items():
        own = re.sub(
            rf"\bO\(({'|'.join(variables)})\)",
            lambda match: f"O({variables[match.group(1)]})",
            json.dumps(documented[name]),
        )
        text = _replace(text, rf"      {variable}:\n", r"      \S|\Z", _yaml(json.loads(own), 8))
    return text


def _of_an_entry(option: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an option with references to its siblings in the list of mounts."""
    dumped = yaml.safe_dump(option, sort_keys=False, width=100_000)
    changed: Mapping[str, Any] = yaml.safe_load(re.sub(r"\bO\((?!tfbridge)", "O(efs_mounts[].", dumped))
    return changed


def _yaml(value: object, indent: int) -> str:
    dumped = yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=WIDTH - indent, allow_unicode=True)
    return textwrap.indent(dumped, " " * indent)


def _task(spec: Mapping[str, Any]) -> str:
    variables = spec["ROLE_VARIABLES"]
    lines = [
        f"    {name}: "
        + (
            f'"{{{{ {variables[name]} }}}}"'
            if name in variables
            else '"{{ item.path }}"'
            if name == "path"
            else f'"{{{{ item.{name} | default(omit) }}}}"'
        )
        for name in spec["MODULE"]
    ]
    return "\n".join(lines) + "\n"


def _tables(text: str, tables: tuple[Options, ...]) -> str:
    written = iter(tables)
    return re.sub(r"\| option \| default \| \|\n(?:\|.*\n)+", lambda _match: _table(next(written)), text)


def _table(options: Options) -> str:
    rows = ["| option | default | |", "|---|---|---|"]
    for name, option in options.items():
        described = option["description"]
        text = " ".join([described] if isinstance(described, str) else described)
        choices = f"{', '.join(f'`{choice}`' for choice in option['choices'])}. " if "choices" in option else ""
        rows.append(f"| `{name}` | {_default(option)} | {choices}{_markdown(text)} |")
    return "\n".join(rows) + "\n"


def _default(option: Mapping[str, Any]) -> str:
    if option.get("required"):
        return "required"
    return f"`{yaml.safe_dump(option['default']).split(chr(10))[0]}`" if "default" in option else ""


def _markdown(text: str) -> str:
    """Return a description with the marks of Ansible's documentation as code."""
    text = re.sub(r"[MP]\(([^)#]+)(?:#\w+)?\)", r"`\1`", text.replace("efs_mounts[].", ""))
    return re.sub(r"[CVO]\(([^)]*)\)", r"`\1`", text).replace("|", r"\|")


def _replace(text: str, after: str, before: str, new: str) -> str:
    """Return a text with what is between two patterns replaced; each line of both begins a line."""
    pattern = rf"(?ms)(^{after}).*?(?=^(?:{before}))"
    replaced, count = re.subn(pattern, lambda match: match.group(1) + new, text)
    if count != 1:
        raise ValueError(f"{after!r} occurs {count} times")
    return replaced


def main() -> None:
    """Write the files."""
    for path, text in files().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
