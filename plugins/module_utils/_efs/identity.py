# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what is mounted is what is wanted: source, type, version, options.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Optional

from .entry import Mount
from .mount_table import Layer
from .options import VERSION
from .source import file_system_of, parse_remote

# Where the proxy of efs-utils listens.
LOOPBACK = ("127.0.0.1", "::1")
NFS_TYPES = ("nfs4", "nfs")


@dataclass(frozen=True)
class Tunnel:
    """A mount of efs-utils, as its state file in /var/run/efs has it."""

    file_system_id: str
    tls: bool
    access_point: Optional[str]


@dataclass(frozen=True)
class Network:
    """What else is known on the host: addresses of the wanted server, and tunnels by C(tunnel_key)."""

    addresses: Collection[str] = ()
    tunnels: Mapping[str, Tunnel] = field(default_factory=dict)


def tunnel_key(path: str, port: str) -> str:
    """Return what efs-utils calls a mount in the names of its files: C(mnt.efs.20049), behind the file system's id."""
    return f"{path.replace('/', '.').lstrip('.')}.{port}"


def tunnel_of(layer: Layer, network: Network) -> Optional[Tunnel]:
    """Return the tunnel of efs-utils that a mount goes through; None for one that asks its server directly."""
    return network.tunnels.get(tunnel_key(layer.path, layer.option("port") or "")) if is_proxied(layer) else None


def is_proxied(layer: Layer) -> bool:
    """Return whether a mount goes through a proxy on the host itself."""
    remote = parse_remote(layer.source) if layer.fstype in NFS_TYPES else None
    return remote is not None and remote.host in LOOPBACK and layer.option("port") not in (None, "", "2049")


def same_source(mount: Mount, layer: Layer, network: Network) -> bool:
    """Return whether a mount is of the wanted file system and export.

    A file system's id decides where both sides have one. Without it, it is the same server: by its address, or by the
    name where no address is known. The address of a mount target belongs to one file system.
    """
    if layer.fstype not in NFS_TYPES or mount.remote is None:
        return False
    remote = parse_remote(layer.source)
    if remote is None or remote.export != mount.remote.export:
        return False
    if is_proxied(layer):
        tunnel = tunnel_of(layer, network)
        return (
            tunnel is not None
            and tunnel.file_system_id == mount.file_system_id
            and tunnel.access_point == mount.access_point
        )
    found_id = file_system_of(remote.host)
    if found_id and mount.file_system_id:
        return found_id == mount.file_system_id
    address = layer.option("addr") or ""
    if address and network.addresses:
        return address in network.addresses
    return remote.host in (mount.remote.host, mount.server)


def wrong_option(mount: Mount, layer: Layer) -> Optional[str]:
    """Return what is wrong with a mount of the right source, in words; None where nothing that matters is.

    Sizes and timeouts are left out: the server negotiates the first, and both take effect at the next mount.
    """
    version = layer.option("vers")
    checks = (
        (layer.fstype != "nfs4", f"its type is {layer.fstype}, not nfs4"),
        (version != VERSION, f"its version is {version}, not {VERSION}"),
        (layer.option("hard") is None, "it is mounted soft, not hard"),
        (
            (layer.option("ro") is not None) != mount.read_only,
            f"it is {'read-write' if mount.read_only else 'read-only'}",
        ),
    )
    return next((text for wrong, text in checks if wrong), None)


def wrong_transport(mount: Mount, layer: Layer, network: Network) -> Optional[str]:
    """Return what is wrong with the way to the right source, in words."""
    tunnel = tunnel_of(layer, network)
    if mount.helper == "nfs4":
        return "it is mounted through efs-utils" if is_proxied(layer) else None
    tls = tunnel is not None and tunnel.tls
    return None if tls == mount.tls else f"it is mounted {'with' if tls else 'without'} TLS"
