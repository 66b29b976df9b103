# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTML pages from templates. Whatever is filled in is text, and never markup.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import pathlib

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape


def text(value: object) -> Markup:
    """Return a value as HTML that is what it says: nothing in it is markup, invisible or a template.

    Characters that don't print (controls, direction overrides) are shown as replaced; a brace is written as a
    reference, so that no later templating of the page finds an expression in a booking's name.
    """
    if isinstance(value, Markup):
        return value
    printable = "".join(char if char.isprintable() else "\ufffd" for char in str(value))
    return Markup(str(escape(printable)).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704  # nosec B704  escaped above


def render(template: pathlib.Path, **values: object) -> str:
    """Return the page that a template makes of values; it may include files beside it."""
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        finalize=text,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    html = environment.get_template(template.name).render(values)
    # The indentation is for those who read the template.
    return "\n".join(line.strip() for line in html.splitlines() if line.strip()) + "\n"
