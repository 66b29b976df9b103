# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages as a browser shows them: headless Chromium."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.hangs import TIMEOUT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
SCHEMES = {"light": "--blink-settings=preferredColorScheme=1", "dark": "--blink-settings=preferredColorScheme=0"}
NARROWEST = 500
Browse = Callable[..., str]


def browser(folder: Path) -> Browse:
    """Return a function that runs headless Chromium once, with a profile of its own and nothing of the machine's."""
    if not CHROMIUM:
        pytest.skip("needs Chromium: apt-get install chromium")

    def run(*arguments: str) -> str:
        command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT).stdout

    return run


def measured(browse: Browse, page: Path, script: str, width: int, height: int = 900) -> Any:
    """Return what an expression of JavaScript says of a page, in a window of this size.

    A page whose policy forbids scripts is measured in a copy without the policy. A window of Chromium's is 500 wide or
    more: a narrower one is a frame in it.
    """
    text = re.sub(r"<meta http-equiv=.*?>", "", page.read_text(encoding="utf-8"))
    ask = f"""<script>
parent.document.getElementById("measured").textContent = JSON.stringify((() => {{ {script} }})());</script>"""
    place = '<pre id="measured"></pre>'
    copy = page.with_name(f"measured.{page.name}")
    if width < NARROWEST:
        inner = text.replace("</body>", f"{ask}</body>")
        copy.write_text(place + frame_of(inner, width, height), encoding="utf-8")
    else:
        copy.write_text(text.replace("</body>", f"{place}{ask}</body>"), encoding="utf-8")
    dom = browse(f"--window-size={width},{height}", "--dump-dom", copy.as_uri())
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.DOTALL)

    assert found
    return json.loads(html.unescape(found[1]))


def frame_of(text: str, width: int, height: int) -> str:
    """Return a page that shows another one in a frame of that size, at its upper left."""
    style = f"position:absolute;left:0;top:0;border:0;width:{width}px;height:{height}px"
    return f'<!doctype html><iframe style="{style}" srcdoc="{html.escape(text)}"></iframe>'
