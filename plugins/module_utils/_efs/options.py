# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mount options: what AWS recommends, what the role verifies, and what efs-utils would refuse.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

# https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-nfs-mount-settings.html, and for fstab
# https://docs.aws.amazon.com/efs/latest/ug/nfs-automount-efs.html
RECOMMENDED = {
    "nfs4": (
        "nfsvers=4.1",
        "rsize=1048576",
        "wsize=1048576",
        "hard",
        "timeo=600",
        "retrans=2",
        "noresvport",
        "_netdev",
        "nofail",
    ),
    # mount.efs adds the options of NFS itself.
    "efs": ("noresvport", "_netdev", "nofail"),
}

VERSION = "4.1"
_OPTION = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(?:=[^\s,]+)?\Z")
# Read by mount(8) and systemd in /etc/fstab, of no meaning when a mount is made by hand.
_BOOT_ONLY = re.compile(r"(?:nofail|auto|noauto|_netdev|x-systemd\..*|comment=.*)\Z")


def split_options(value: object, option: str) -> tuple[str, ...]:
    """Return options as they were written: a list, or one string with commas. Raises OptionError."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise OptionError(f"{option}: {show(value)} must be a list of mount options, like [ro, noatime]")
    Refusals(
        f"{option}: {show(item)} must be one mount option, like nfsvers=4.1, without commas, spaces and line breaks, "
        "which would break /etc/fstab"
        for item in items
        if not isinstance(item, str) or not _OPTION.match(item) or not item.isprintable()
    ).finish()
    return tuple(dict.fromkeys(str(item) for item in items))


def by_name(options: Iterable[str]) -> dict[str, Optional[str]]:
    """Return options as names with values; an option without a value has None."""
    pairs = (option.partition("=") for option in options)
    return {name: value if mark else None for name, mark, value in pairs}


def merge(helper: str, options: Optional[Iterable[str]], extra: Iterable[str]) -> tuple[str, ...]:
    """Return the options of a mount: the caller's or else AWS's, and the extra ones, which override them."""
    base = tuple(RECOMMENDED[helper] if options is None else options)
    extra = tuple(extra)
    replaced = {name for option in extra for name in _group(option)}
    merged = [option for option in base if not replaced & set(_group(option))] + list(extra)
    if helper == "nfs4":
        names = by_name(merged)
        merged = [*([] if {"nfsvers", "vers", "minorversion"} & set(names) else [f"nfsvers={VERSION}"]), *merged]
    return tuple(dict.fromkeys(merged))


_OPPOSITES = (
    {"hard", "soft", "softerr"},
    {"ro", "rw"},
    {"resvport", "noresvport"},
    {"nfsvers", "vers", "minorversion"},
)


def _group(option: str) -> tuple[str, ...]:
    """Return the names that an option overrides, itself among them."""
    name = option.partition("=")[0]
    return tuple(next((group for group in _OPPOSITES if name in group), {name}))


def for_mount(options: Iterable[str]) -> tuple[str, ...]:
    """Return the options for mounting now, without those that only the boot reads: C(nofail) would hide an error."""
    return tuple(option for option in options if not _BOOT_ONLY.match(option))
