# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checkout as an Ansible collection, wherever it is."""

from __future__ import annotations

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What ANSIBLE_COLLECTIONS_PATH has to be.
COLLECTIONS = ROOT / ".cache" / "collections"


def lay_link() -> None:
    """Make the checkout importable as ansible_collections.tfbridge.aws."""
    link = COLLECTIONS / "ansible_collections" / "tfbridge" / "aws"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        # Several may start at the same time; whoever comes second finds it done.
        try:
            link.symlink_to(os.path.relpath(ROOT, link.parent), target_is_directory=True)
        except FileExistsError:
            if not link.exists():
                raise
