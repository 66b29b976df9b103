# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for /sbin/mount.efs of amazon-efs-utils, which can't be installed without its repository.

Refuses what efs-utils 3.2 refuses: its check_options_validity, check_unsupported_options and match_device. Then it does
what efs-utils does around the mount: it listens on a port of the loopback, writes the state file
C(/var/run/efs/<file system>.<path>.<port>), and mounts C(127.0.0.1:<export>) through that port as NFS 4.1.

With MOUNT_EFS_RECORD=<folder> nothing is mounted: the command line goes to C(<folder>/calls), and the line that the
kernel's table of mounts would have to C(<folder>/mountinfo).
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading

# efs-utils 3.2: constants.NON_NFS_OPTIONS, UNSUPPORTED_OPTIONS, mount_efs.MOUNT_TYPE_SPECIFIC_UNSUPPORTED_OPTIONS
NOT_OF_NFS = {
    "accesspoint",
    "awscredsuri",
    "awsprofile",
    "az",
    "azid",
    "cafile",
    "iam",
    "mounttargetip",
    "netns",
    "noocsp",
    "notls",
    "ocsp",
    "region",
    "tls",
    "tlsport",
    "verify",
    "rolearn",
    "jwtpath",
    "crossaccount",
    "stunnel",
    "nodirects3read",
    "nos3readcache",
}
UNSUPPORTED = ("capath", "azid")
NFS = {
    "nfsvers": "4.1",
    "rsize": "1048576",
    "wsize": "1048576",
    "hard": None,
    "timeo": "600",
    "retrans": "2",
    "noresvport": None,
}
STATE = pathlib.Path(os.environ.get("MOUNT_EFS_STATE", "/var/run/efs"))


def parse(text: str) -> dict[str, str | None]:
    """Read options as efs-utils does; two equals signs in one make it fall over there too."""
    options: dict[str, str | None] = {}
    for option in filter(None, text.split(",")):
        name, *value = option.split("=")
        if len(value) > 1:
            sys.exit("ValueError: too many values to unpack (expected 2)")
        options[name] = value[0] if value else None
    return options


def check(source: str, options: dict[str, str | None]) -> tuple[str, str]:
    """Return file system and export, or end with what efs-utils says."""
    remote, _mark, export = source.partition(":")
    if not re.match(r"fs-[0-9a-f]+\Z", remote):
        match = re.match(r"(?:([a-z0-9-]+)\.)?(fs-[0-9a-f]+)\.(?:[a-z-]+\.)+[a-z0-9-]+\.[a-z0-9.-]+\Z", remote)
        if not match:
            sys.exit(f'Failed to resolve "{remote}" - check that the specified DNS name is a CNAME record')
        if match.group(1) and options.setdefault("az", match.group(1)) != match.group(1):
            sys.exit("does not match the az provided in the mount options")
        remote = match.group(2)
    rules = {
        "Unsupported mount options detected": any(name in options for name in UNSUPPORTED),
        'The "port" and "tls" options are mutually exclusive': {"port", "tls"} <= set(options),
        "tlsport option is not an integer": "tls" in options and not (options.get("tlsport") or "0").isdigit(),
        'The "ocsp" and "noocsp" options are mutually exclusive': "tls" in options
        and {"ocsp", "noocsp"} <= set(options),
        'The "tls" and "notls" options are mutually exclusive': {"tls", "notls"} <= set(options),
        'The "tls" option is required when mounting via "accesspoint"': "accesspoint" in options
        and "tls" not in options,
        "Access Point ID is malformed": "accesspoint" in options
        and not re.match(r"fsap-[0-9a-f]{17}\Z", options["accesspoint"] or ""),
        'The "tls" option is required when mounting via "iam"': "iam" in options and "tls" not in options,
        'The "iam" option is required when mounting with named profile': "awsprofile" in options
        and "iam" not in options,
        'The "iam" option is required when mounting with "awscredsuri"': "awscredsuri" in options
        and "iam" not in options,
        'The "awscredsuri" and "awsprofile" options are mutually exclusive': {"awscredsuri", "awsprofile"}
        <= set(options),
        "awscredsuri is malformed": not (options.get("awscredsuri") or "/").startswith("/"),
        "mounttargetip option is incompatible with crossaccount option.": {"mounttargetip", "crossaccount"}
        <= set(options),
    }
    for said, broken in rules.items():
        if broken:
            sys.exit(said)
    return remote, export or "/"


def write_state(file_system: str, path: str, port: int, options: dict[str, str | None]) -> None:
    """Write what the watchdog of efs-utils would work with."""
    STATE.mkdir(parents=True, exist_ok=True)
    state: dict[str, object] = {"pid": os.getpid(), "cmd": ["efs-proxy"], "files": [], "mountpoint": path}
    if "tls" in options:
        state["commonName"] = socket.gethostname()[:64]
        state["mountStateDir"] = f"{file_system}{path.replace('/', '.')}.{port}+"
    if "accesspoint" in options:
        state["accessPoint"] = options["accesspoint"]
    (STATE / f"{file_system}.{path.replace('/', '.').lstrip('.')}.{port}").write_text(json.dumps(state))


def forward(listener: socket.socket, server: str) -> None:
    """Pass what comes to the port on to the server, for as long as the host is up. What TLS would do is left out."""
    while True:
        near, _address = listener.accept()
        far = socket.create_connection((server, 2049))
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=shutil.copyfileobj, args=(one.makefile("rb", 0), other.makefile("wb", 0))).start()


def main() -> int:
    """Mount as mount(8) asks for it: mount.efs SOURCE PATH -o OPTIONS."""
    source, path = sys.argv[1:3]
    options = parse(sys.argv[sys.argv.index("-o") + 1] if "-o" in sys.argv else "")
    file_system, export = check(source, options)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    nfs = {**NFS, **{name: value for name, value in options.items() if name not in NOT_OF_NFS}, "port": str(port)}
    flat = ",".join(name if value is None else f"{name}={value}" for name, value in nfs.items())
    write_state(file_system, path, port, options)
    record = os.environ.get("MOUNT_EFS_RECORD")
    if record:
        with (pathlib.Path(record) / "calls").open("a") as calls:
            calls.write(json.dumps(sys.argv[1:]) + "\n")
        with (pathlib.Path(record) / "mountinfo").open("a") as table:
            table.write(
                f"{port} 1 0:9 / {path} {'ro' if 'ro' in options else 'rw'} - nfs4 127.0.0.1:{export} "
                f"rw,vers={nfs['nfsvers']},{flat},addr=127.0.0.1\n"
            )
        return 0
    region = options.get("region")
    zone = f"{options['az']}." if "az" in options else ""
    server = options.get("mounttargetip") or (
        f"{zone}{file_system}.efs.{region}.amazonaws.com" if region else source.split(":")[0]
    )
    if os.fork() == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        forward(listener, str(server))
    return subprocess.run(["/sbin/mount.nfs4", f"127.0.0.1:{export}", path, "-o", flat], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
