# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation's site in .cache/site: the guides, and a page for each plugin, role, playbook and module.

Pages that are elsewhere in the repository (READMEs, SECURITY.md) become pages of the site, and links between them
work on both. Every warning is an error: a link or an anchor that leads nowhere doesn't get out.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import collection  # noqa: E402  needs the path above
from scripts.messages import page as messages_page  # noqa: E402  as above

SITE = ROOT / ".cache" / "site"
SOURCE = "https://github.com/tfbridge/tfbridge.aws/blob/main"
# Pages of the site by the files of the repository that they are.
PAGES: Mapping[str, str] = {
    "docs/getting_started.md": "getting_started.md",
    "docs/inventory_recipes.md": "inventory_recipes.md",
    "docs/layouts.md": "layouts.md",
    "docs/scheduling.md": "scheduling.md",
    "docs/calendars.md": "calendars.md",
    "docs/lambda-tuning.md": "lambda_tuning.md",
    "docs/pipelines.md": "pipelines.md",
    "docs/iam.md": "iam.md",
    "docs/execution_environment.md": "execution_environment.md",
    "docs/migrating.md": "migrating.md",
    "docs/porting.md": "porting.md",
    "docs/design.md": "design.md",
    "docs/benchmarks.md": "benchmarks.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "roles/efs_mount/README.md": "efs_mount.md",
    **{
        f"terraform/modules/{path.name}/README.md": f"terraform/{path.name}.md"
        for path in sorted((ROOT / "terraform" / "modules").iterdir())
        if path.is_dir()
    },
}
_LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
_CONTENTS = re.compile(r"^\.\. contents::\n(?: +:.*\n)*", re.MULTILINE)
# How generated tables of variables name each: an anchor, and a link to itself.
_SELF = re.compile(r'<a name="(\w+)"></a> \[([^\]]+)\]\(#\1\)')
_FENCE = re.compile(r"(^```.*?^```)", re.DOTALL | re.MULTILINE)


def stage(folder: pathlib.Path) -> None:
    """Lay the sources of the site out in an empty folder."""
    shutil.copytree(ROOT / "docs" / "docsite", folder)
    for name, page in PAGES.items():
        target = folder / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_with_links(ROOT / name, page), encoding="utf-8")
    for picture in (ROOT / "docs").glob("*.svg"):
        shutil.copy(picture, folder)
    (folder / "playbooks.md").write_text(_playbooks(), encoding="utf-8")
    (folder / "troubleshooting.md").write_text(messages_page(ROOT), encoding="utf-8")
    _plugins(folder / "plugins")


def _with_links(path: pathlib.Path, page: str) -> str:
    """Return a page with links to pages of the site where they lead to one, and to the repository where not."""

    def link(match: re.Match[str]) -> str:
        target = pathlib.Path(os.path.normpath(path.parent / match[1]))
        if not target.exists():
            raise SystemExit(f"{path.relative_to(ROOT)}: the link to {match[1]} leads nowhere")
        name = target.relative_to(ROOT).as_posix()
        name = f"{name}/README.md" if f"{name}/README.md" in PAGES else name
        if name in PAGES:
            return f"]({os.path.relpath(PAGES[name], pathlib.PurePath(page).parent)}{match[2] or ''})"
        if target.suffix == ".svg":
            return match[0]
        return f"]({SOURCE}/{name}{match[2] or ''})"

    parts = _FENCE.split(_SELF.sub(r'<span id="\1"></span>`\2`', path.read_text(encoding="utf-8")))
    return "".join(part if part.startswith("```") else _LINK.sub(link, part) for part in parts)


def _playbooks() -> str:
    """Return the page of the playbooks, from the comment that each begins with."""
    parts = ["# Playbooks\n", "Run by name, as `ansible-playbook tfbridge.aws.<name>`.\n"]
    for path in sorted((ROOT / "playbooks").glob("*.yml")):
        parts += [f"## {path.stem}\n", *_described(path)]
    return "\n".join(parts)


def _described(path: pathlib.Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = [line[1:].removeprefix(" ") for line in lines if line.startswith("#")]
    text: list[str] = []
    for line in comment:
        if line.startswith("  "):
            yield " ".join(text) + "\n" if text else ""
            text = []
            yield f"```console\n$ {line.strip()}\n```\n"
        else:
            text.append(line)
    yield " ".join(text) + "\n"


def _plugins(folder: pathlib.Path) -> None:
    """Have antsibull-docs write a page for each plugin and role."""
    folder.mkdir()
    collection.lay_link()
    words = ["collection", "--use-current", "--squash-hierarchy", "--no-add-antsibull-docs-version", "--fail-on-error"]
    _run("antsibull-docs", *words, f"--dest-dir={folder}", "tfbridge.aws")
    for page in folder.glob("*.rst"):
        # The theme has a table of contents on each page, and refuses another.
        page.write_text(_CONTENTS.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")


def _run(program: str, *words: str) -> None:
    here = pathlib.Path(sys.executable).parent
    path = f"{here}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "ANSIBLE_COLLECTIONS_PATH": str(collection.COLLECTIONS)}
    subprocess.run([str(here / program), *words], check=True, env=env)


def build(site: pathlib.Path) -> None:
    """Build the site anew."""
    source = site.with_name(f"{site.name}-source")
    for folder in (source, site):
        shutil.rmtree(folder, ignore_errors=True)
    stage(source)
    _run(
        "sphinx-build",
        "--quiet",
        "--fail-on-warning",
        "--keep-going",
        "--nitpicky",
        "-b",
        "html",
        str(source),
        str(site),
    )


def main() -> int:
    """Build where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", nargs="?", type=pathlib.Path, default=SITE, help="where to (.cache/site)")
    site = parser.parse_args().site.resolve()
    try:
        build(site)
    except subprocess.CalledProcessError as exc:
        print(f"ERROR: {exc.cmd[0]} ended with exit code {exc.returncode}; see above", file=sys.stderr)
        return 1
    print(f"Written: {site / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
