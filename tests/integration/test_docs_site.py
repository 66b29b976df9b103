# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make docs`: a page for everything there is, no link that leads nowhere, and nothing that a phone has to scroll."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from scripts.messages import explained
from tests.conftest import ROOT
from tests.support.browser import SCHEMES, Browse, measured
from tests.support.screenshots import colour_at

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site once."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "docs.py"), str(folder)], capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    return folder


def test_everything_has_its_page(site: Path) -> None:
    """Plugins with their options, roles and modules with their variables, playbooks, and every error."""
    for kind in ("modules", "lookup", "filter", "inventory"):
        for path in (ROOT / "plugins" / kind).glob("[!_]*.py"):
            documented = re.search(r'DOCUMENTATION = r?"""(.*?)"""', path.read_text(), re.DOTALL)
            options = yaml.safe_load(documented[1]).get("options", ()) if documented else ()
            (page,) = site.glob(f"plugins/{path.stem}_{kind.removesuffix('s')}.html")
            assert set(options) <= set(re.findall(r"parameter-([a-z0-9_]+)", page.read_text()))
    assert "parameter-main--efs_mount_" in (site / "plugins" / "efs_mount_role.html").read_text()
    for module in (ROOT / "terraform" / "modules").iterdir():
        assert (site / "terraform" / f"{module.name}.html").exists()
    playbooks = (site / "playbooks.html").read_text()
    assert all(f">{path.stem}<a" in playbooks for path in (ROOT / "playbooks").glob("*.yml"))
    assert not any(
        "contents-error" in path.read_text() or "ERROR: " in path.read_text() for path in site.glob("plugins/*.html")
    )
    listed = sum(map(len, explained(ROOT).values()))
    assert listed == (site / "troubleshooting.html").read_text().count(">source</a>")


def test_links_and_anchors(site: Path) -> None:
    """Each link inside the site leads to a page, and each anchor is on it."""
    pages = {path: path.read_text() for path in site.rglob("*.html")}
    anchors = {path: set(re.findall(r'\sid="([^"]+)"', text)) for path, text in pages.items()}
    checked = 0
    for path, text in pages.items():
        for link in re.findall(r'<a [^>]*href="([^"]+)"', text):
            parts = urlsplit(link)
            if parts.scheme or path.name in ("search.html", "genindex.html"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), f"{path.name}: {link}"
            assert not parts.fragment or target not in anchors or parts.fragment in anchors[target], link
            checked += 1
    assert checked > 1_000


PAGES = ("index", "getting_started", "troubleshooting", "plugins/ssm_outputs_inventory", "terraform/ssm_outputs")
MEASURE = """
const root = document.documentElement;
return {wide: root.scrollWidth - root.clientWidth, title: document.querySelector("h1").textContent};
"""


@pytest.mark.parametrize("width", [1280, 500])
@pytest.mark.parametrize("page", PAGES)
def test_pages_fit_the_window(browse: Browse, site: Path, page: str, width: int) -> None:
    """No page scrolls sideways: wide tables and code do so by themselves. Headless Chromium is no narrower than 500."""
    seen = measured(browse, site / f"{page}.html", MEASURE, width)

    assert seen["title"]
    assert seen["wide"] <= 0


@pytest.mark.parametrize(("scheme", "bright"), [("light", True), ("dark", False)])
def test_light_and_dark(browse: Browse, site: Path, tmp_path: Path, scheme: str, *, bright: bool) -> None:
    """The ground is that of the reader's scheme."""
    shot = tmp_path / "shot.png"
    browse(SCHEMES[scheme], "--window-size=1280,900", f"--screenshot={shot}", (site / "index.html").as_uri())

    assert bright == (min(colour_at(shot, -1, -1)) > 200)
