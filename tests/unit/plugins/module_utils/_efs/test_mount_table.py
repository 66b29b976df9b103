# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's table of mounts, read as the kernel walks it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.mount_table import parse_mountinfo, view
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOT_HERE

HEAD = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
NFS = (
    r"40 22 0:44 / /mnt/my\040efs ro,noatime shared:9 master:2 - nfs4 fs-1:/a\040b "
    "rw,vers=4.1,rsize=1048576,hard,noresvport,addr=10.0.0.5\n"
)


def test_a_line_has_both_kinds_of_options():
    """Of the mount and of the file system; read-only is read-only, whichever says so."""
    layer = parse_mountinfo(HEAD + NFS)[1]

    assert ("/mnt/my efs", "fs-1:/a b", "nfs4") == (layer.path, layer.source, layer.fstype)
    assert ("4.1", "", "10.0.0.5") == (layer.option("vers"), layer.option("hard"), layer.option("addr"))
    assert layer.option("ro") == ""
    assert layer.option("rw") is None
    assert layer.option("soft") is None


@pytest.mark.parametrize("line", ["", "garbage", "1 2 3 / /mnt rw", "1 2 3 / /mnt rw - nfs4"])
def test_what_is_no_mount_is_left_out(line):
    """A line that can't be read is nobody's mount."""
    assert 1 == len(parse_mountinfo(f"{HEAD}{line}\n"))


def test_a_chroot_has_no_parent_of_its_first_mount():
    """There the first line's parent isn't in the table, and neither need be a root."""
    table = parse_mountinfo("50 49 0:30 / / rw - overlay overlay rw\n51 50 0:31 / /mnt rw - tmpfs tmpfs rw\n")
    bare = parse_mountinfo("51 50 0:31 / /mnt rw - tmpfs tmpfs rw\n")

    assert ["tmpfs"] == [layer.fstype for layer in view(table, "/mnt").stack]
    assert ["tmpfs"] == [layer.fstype for layer in view(bare, "/mnt").stack]


PATHS = ("/a", "/a/b", "/a/b/c", "/a/bc", "/d")


def mounted(paths):
    """Return the table after mounts on these paths in this order, and what is mounted where, as the kernel keeps it."""
    lines, roots = [HEAD], {"22": "/"}
    tree: dict[tuple[str, str], str] = {}
    for number, path in enumerate(paths, 100):
        # The kernel walks name by name, and crosses whatever is mounted on where it stands.
        at = ("22", "/")
        for name in path.strip("/").split("/"):
            at = (at[0], f"{at[1].rstrip('/')}/{name}")
            while at in tree:
                at = (tree[at], at[1])
        tree[at] = str(number)
        roots[str(number)] = path
        lines.append(f"{number} {at[0]} 0:{number} / {path} rw - tmpfs m{number} rw\n")
    return "".join(lines), tree


def seen(tree, path):
    """Return the mount that a walk to a path ends on, and all of those on the path itself."""
    at, on = ("22", "/"), []
    for name in path.strip("/").split("/"):
        at = (at[0], f"{at[1].rstrip('/')}/{name}")
        on = []
        while at in tree:
            at = (tree[at], at[1])
            on.append(at[0])
    return on


@given(st.lists(st.sampled_from(PATHS), max_size=7), st.sampled_from(PATHS))
def test_what_is_seen_is_what_a_walk_meets(paths, path):
    """Stacked, covered from above, covered from further above: as a walk name by name has it."""
    text, tree = mounted(paths)
    found = view(parse_mountinfo(text), path)
    every = [str(number) for number, other in enumerate(paths, 100) if other == path]

    assert seen(tree, path) == [str(layer.mount_id) for layer in found.stack]
    assert set(every) - set(seen(tree, path)) == {str(layer.mount_id) for layer in found.hidden}
    below = [layer.path for layer in found.below]
    assert below == sorted(below, key=lambda other: -other.count("/"))
    assert {other for other in paths if other.startswith(path + "/") and seen(tree, other)} == set(below)


SCRIPT = """
import json, os, pathlib, subprocess, sys
for number, path in enumerate(sys.argv[1:]):
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", f"m{number}", path], check=True)
devices = {path: os.stat(path).st_dev for path in set(sys.argv[1:]) if os.path.exists(path)}
print(json.dumps([devices, pathlib.Path("/proc/self/mountinfo").read_text()]))
"""


@pytest.mark.parametrize(
    "order", [("/a", "/a"), ("/a/b", "/a"), ("/a", "/a/b", "/a/b"), ("/a/b", "/a", "/a/b"), ("/a/b/c", "/a/b", "/a")]
)
def test_the_kernel_agrees(order, tmp_path):
    """In a mount namespace of its own, what stat sees is on the mount that the view shows."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{NOT_HERE}user namespaces are off")
    paths = [f"{tmp_path}{path}" for path in order]
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", SCRIPT, *paths], capture_output=True, text=True, check=True
    )
    devices, text = json.loads(done.stdout)
    numbers = {line.split(" ")[0]: line.split(" ")[2] for line in text.splitlines()}

    for path in paths:
        found = view(parse_mountinfo(text), path)
        if found.stack:
            device = devices[path]
            assert f"{os.major(device)}:{os.minor(device)}" == numbers[str(found.stack[-1].mount_id)]
        else:
            # Covered from above by an empty file system.
            assert found.hidden
            assert path not in devices
