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

from .entry import NFS_PORT, Mount
from .mount_table import Layer
from .options import VERSION
from .source import Remote, file_system_of, parse_remote

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
    return remote is not None and remote.host in LOOPBACK and port_of(layer) != NFS_PORT


def port_of(layer: Layer) -> int:
    """Return the port of the server that a mount asks."""
    given = layer.option("port") or ""
    return int(given) if given.isdigit() and int(given) else NFS_PORT


def same_source(mount: Mount, layer: Layer, network: Network) -> bool:
    """Return whether a mount is of the wanted file system and export.

    A file system's id decides where both sides have one. Without it, it is the same server: by its address, or by the
    name where no address is known. The address of a mount target belongs to one file system.
    """
    remote = parse_remote(layer.source) if layer.fstype in NFS_TYPES else None
    if remote is None or mount.remote is None or remote.export != mount.remote.export:
        return False
    tunnel = tunnel_of(layer, network)
    if tunnel is not None:
        return tunnel.file_system_id == mount.file_system_id and tunnel.access_point == mount.access_point
    return port_of(layer) == mount.port and _same_server(mount, remote, layer, network)


def _same_server(mount: Mount, remote: Remote, layer: Layer, network: Network) -> bool:
    found_id = file_system_of(remote.host)
    if found_id and mount.file_system_id:
        return found_id == mount.file_system_id
    address = layer.option("addr") or ""
    if address and network.addresses:
        return address in network.addresses
    return remote.host in (mount.remote.host if mount.remote else None, mount.server)


def wrong_option(mount: Mount, layer: Layer) -> Optional[str]:
    """Return what is wrong with a mount of the right source, in words; None where a remount can set what differs."""
    version = layer.option("vers")
    checks = (
        (layer.fstype != "nfs4", f"its type is {layer.fstype}, not nfs4"),
        (version != VERSION, f"its version is {version}, not {VERSION}"),
        (layer.option("hard") is None, "it is mounted soft, not hard"),
        ("ro" in layer.super_options and not mount.read_only, "it is read-only"),
    )
    return next((text for wrong, text in checks if wrong), None)


def wrong_transport(mount: Mount, layer: Layer, network: Network) -> Optional[str]:
    """Return what is wrong with the way to the right source, in words."""
    tunnel = tunnel_of(layer, network)
    if mount.helper == "nfs4":
        return "it is mounted through efs-utils" if tunnel is not None else None
    tls = tunnel is not None and tunnel.tls
    return None if tls == mount.tls else f"it is mounted {'with' if tls else 'without'} TLS"


def is_submount(layer: Layer, parent: Layer) -> bool:
    """Return whether the NFS client mounted something by itself, where one export lies in another; it goes with it."""
    remote, above = parse_remote(layer.source), parse_remote(parent.source)
    if not remote or not above or not {layer.fstype, parent.fstype} <= set(NFS_TYPES):
        return False
    export = above.export.rstrip("/") + layer.path[len(parent.path) :]
    return layer.parent_id == parent.mount_id and (remote.host, remote.export) == (above.host, export)


def describe(layer: Layer, network: Network) -> str:
    """Return a mount in words."""
    tunnel = tunnel_of(layer, network)
    if tunnel:
        return f"{tunnel.file_system_id} through efs-utils ({layer.source}, {_traits(layer)})"
    return f"{layer.source} ({_traits(layer)})"


def _traits(layer: Layer) -> str:
    """Return what is verified of a mount."""
    traits = [layer.fstype]
    if layer.fstype in NFS_TYPES:
        traits.append(f"vers={layer.option('vers')}")
        traits += [name for name in ("hard", "soft", "softerr", "ro") if layer.option(name) is not None]
    return ", ".join(traits)
