# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be seen in a screenshot of a page."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

Colour = tuple[int, int, int]


def colours(path: Path) -> dict[Colour, int]:
    """Return how many pixels have which colour, the most frequent one first."""
    with Image.open(path) as image:
        found = image.convert("RGB").getcolors(image.width * image.height)
    return {colour: count for count, colour in sorted(found, reverse=True)}


def colour_at(path: Path, x: int, y: int) -> Colour:
    """Return the colour of a pixel; a negative number counts from the right or from below."""
    with Image.open(path) as image:
        return image.convert("RGB").getpixel((x % image.width, y % image.height))
