# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit files of systemd that mount at boot, instead of lines of C(/etc/fstab).

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from dataclasses import dataclass

from .entry import Mount
from .options import for_mount

_MARK = "# Written by tfbridge.aws.efs_mount, which replaces it.\n"
TARGET = "remote-fs.target"


@dataclass(frozen=True)
class Unit:
    """What is known of the unit file of a path; its text is empty where there is none."""

    text: str = ""
    # Whether the boot wants it.
    enabled: bool = False

    @property
    def ours(self) -> bool:
        """Whether this collection wrote it."""
        return self.text.startswith(_MARK)


def unit_of(mount: Mount) -> Unit:
    """Return the unit that a mount has with C(persist=systemd)."""
    # _netdev, for systemd knows neither efs nor that it needs the network. A boot wants the mount without requiring it,
    # which is what nofail says in fstab.
    options = ",".join((*for_mount(mount.options), "_netdev"))
    text = f"""[Unit]
Description=EFS on {mount.path}

[Mount]
What={mount.source}
Where={mount.path}
Type={mount.helper}
Options={options}

[Install]
WantedBy={TARGET}
"""
    return Unit(_MARK + text.replace("%", "%%"), enabled=True)
