"""Commands as a user without a name, a home or rights, though this user's Python may be in a folder of root's own."""

from __future__ import annotations

import os
import pathlib
import stat
import sys
from collections.abc import Sequence

# No system and no user of a Debian or Red Hat system has it.
NOBODY = 61234

# In a mount namespace of its own, which ends with the command: an empty folder that all may pass takes the place of the
# one that they may not, with Python's files where they were.
_UNCOVER = """
set -e
python=$1 closed=$2 kept=$3
shift 3
mount --bind "$python" "$kept"
mount -t tmpfs -o mode=0755 none "$closed"
mkdir -p "$python"
mount --move "$kept" "$python"
exec "$@"
"""


def as_nobody(scratch: pathlib.Path) -> Sequence[str]:
    """Return what stands before a command that another user shall run; C(scratch) is an empty folder."""
    setpriv = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    python = pathlib.Path(os.path.realpath(sys.base_prefix))
    closed = next((folder for folder in [*reversed(python.parents), python] if not _may_be_passed(folder)), None)
    if not closed:
        return setpriv
    # mount --move needs a parent that isn't shared with other namespaces; unshare makes all private.
    return ["unshare", "--mount", "sh", "-c", _UNCOVER, "sh", str(python), str(closed), str(scratch), *setpriv]


def _may_be_passed(folder: pathlib.Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
