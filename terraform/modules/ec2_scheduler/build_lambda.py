# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the zip of the booking API's function: `python3 build_lambda.py [FILE]`.

The function runs the collection's own planner and store. They are not copied into this folder: this script follows
the imports of lambda/*.py through plugins/module_utils and packs what it finds, and nothing else. The same
sources give the same bytes on every machine, so a plan stays empty wherever the zip was built.
"""

from __future__ import annotations

import ast
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAMBDA = HERE / "lambda"
MODULE_UTILS = HERE.parents[2] / "plugins" / "module_utils"
PACKAGE = "ansible_collections.tfbridge.aws.plugins.module_utils"
DEFAULT_ZIP = HERE / "build" / "ec2_scheduler.zip"

# What Lambda's Python runtime has beside the standard library.
RUNTIME_HAS = frozenset({"boto3", "botocore"})
# The earliest time a zip can hold. A real one would change the zip without a change in it.
NO_TIME = (1980, 1, 1, 0, 0, 0)


class BuildError(Exception):
    """The zip can't be made."""


def _imported(source: str, path: Path, package: str) -> Iterator[str]:
    """Yield the absolute name of everything that a file of this package imports."""
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name(f"{'.' * node.level}{node.module or ''}", package)
            # `from package import module` names a module, `from module import function` does not.
            holds_modules = base == PACKAGE or (base.startswith(f"{PACKAGE}.") and _path_of(base).is_dir())
            yield from (f"{base}.{alias.name}" for alias in node.names) if holds_modules else (base,)


def _path_of(name: str) -> Path:
    """Return where a module or package of plugins/module_utils lies, without its suffix."""
    return MODULE_UTILS.joinpath(*name[len(PACKAGE) + 1 :].split("."))


def _own_module(name: str, importer: Path) -> Path | None:
    """Find the file of an imported name; None if Lambda's runtime has it. Anything else would fail only when called."""
    if name.startswith(f"{PACKAGE}."):
        path = _path_of(name).with_suffix(".py")
        if not path.is_file():
            raise BuildError(f"{importer.name} imports {name}, which is not in plugins/module_utils.")
        return path
    top = name.partition(".")[0]
    if (LAMBDA / f"{top}.py").is_file():
        return None  # packed anyway
    if top not in sys.stdlib_module_names and top not in RUNTIME_HAS:
        raise BuildError(f"{importer.name} imports {name}, which Lambda's Python runtime does not have.")
    return None


def contents() -> dict[str, bytes]:
    """Collect what goes into the zip: names and bytes."""
    waiting = [(path, "") for path in LAMBDA.glob("*.py")]
    files = {path.name: path.read_bytes() for path, _package in waiting}
    while waiting:
        importer, package = waiting.pop()
        for name in _imported(importer.read_text(encoding="utf-8"), importer, package):
            module = _own_module(name, importer)
            if module is None:
                continue
            inside = f"{name.replace('.', '/')}.py"
            if inside not in files:
                files[inside] = module.read_bytes()
                waiting.append((module, name.rpartition(".")[0]))
    return files


def write(target: Path) -> Path:
    """Write the zip, uncompressed: what deflate makes of the same bytes differs between zlib's versions."""
    files = sorted(contents().items())
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    return target


def main(arguments: list[str]) -> int:
    """Run as a command."""
    try:
        target = write(Path(arguments[0]) if arguments else DEFAULT_ZIP)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
