"""Commands as a user without a name, a home or rights, though what they need may be in a folder of root's own."""

from __future__ import annotations

import os
import pathlib
import shlex
import stat
import sys
from collections.abc import Mapping, Sequence

ROOT = pathlib.Path(__file__).resolve().parents[2]
# No system and no user of a Debian or Red Hat system has it.
NOBODY = 61234


def as_nobody(scratch: pathlib.Path) -> Sequence[str]:
    """Return what stands before a command that another user shall run; C(scratch) is an empty folder."""
    setpriv = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    needed = {pathlib.Path(os.path.realpath(folder)) for folder in (ROOT, sys.prefix, sys.base_prefix)}
    closed = {folder: _closed(folder) for folder in sorted(needed) if not needed & set(folder.parents)}
    if not any(closed.values()):
        return setpriv
    # mount --move needs a parent that isn't shared with other namespaces; unshare makes all private.
    return ["unshare", "--mount", "sh", "-c", _uncover(closed, scratch), "sh", *setpriv]


def _closed(folder: pathlib.Path) -> pathlib.Path | None:
    """Return the first folder on the way that not everybody may pass."""
    way = [*reversed(folder.parents), folder]
    return next((step for step in way if not step.stat().st_mode & stat.S_IXOTH), None)


def _uncover(closed: Mapping[pathlib.Path, pathlib.Path | None], scratch: pathlib.Path) -> str:
    """Return a script that runs a command in a mount namespace of its own, which ends with the command.

    Empty folders that all may pass take the places of those that they may not, with what is needed where it was.
    """
    kept = {folder: scratch / str(number) for number, folder in enumerate(closed) if closed[folder]}
    lines = ["set -e"]
    lines += [f"mkdir -p {aside}; mount --bind {shlex.quote(str(folder))} {aside}" for folder, aside in kept.items()]
    lines += [
        f"mount -t tmpfs -o mode=0755 none {shlex.quote(str(folder))}" for folder in set(closed.values()) if folder
    ]
    for folder, aside in kept.items():
        place = shlex.quote(str(folder))
        lines.append(f"mkdir -p {place}; mount --move {aside} {place}")
    return "\n".join([*lines, 'exec "$@"'])
