# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of fstab: one path changes, and nothing else, to the byte."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.fstab import Line, lines_of, parse_line, replace
from hypothesis import given
from hypothesis import strategies as st

LINE = Line("fs-1:/", "/mnt/efs", "nfs4", "hard,_netdev")

field = st.text(alphabet="abc/:=,.-_ \t\\#", min_size=1, max_size=8).filter(lambda text: not text.startswith("#"))
lines = st.builds(Line, field, field.map(lambda text: f"/{text.strip('/')}"), field, field, st.just("0"), st.just("0"))
raw = st.one_of(
    lines.map(str),
    st.sampled_from(
        ["", "# a comment", "   ", "broken", "/dev/sda1 / ext4 errors=remount-ro 0 1", "UUID=1\t/boot  ext4 defaults"]
    ),
    # Only a line feed ends a line, of all that Python splits at.
    st.sampled_from(
        ["# one\r/dev/sdb1 /data ext4", "# two\x0b/dev/sdb1 /data ext4\u2028", "b /b ext4 ro 0 2\r", "\r", "#\r"]
    ),
    st.sampled_from(["c:/ /mnt/efs nfs4 hard 0 0\r", "fs-1:/ /mnt/efs nfs4 hard,_netdev 0 0\r"]),
    st.sampled_from(["a:/ /mnt/efs nfs4 hard 0 0", "b:/\t/mnt/efs/ nfs", "tmpfs /mnt/efs tmpfs", "x /mnt/efsx ext4"]),
)


@st.composite
def texts(draw):
    """Return a whole file, whose last line may have no end."""
    text = "".join(f"{line}\n" for line in draw(st.lists(raw, max_size=6)))
    return text[:-1] if draw(st.booleans()) else text


def others(text: str, path: str) -> list[str]:
    """Return the lines that aren't of a path."""
    return [line for line in text.split("\n") if line and not lines_of(line, path)]


@given(texts())
def test_there_is_exactly_one_line_and_everything_else_stays(text):
    """The line is there once, what is of other paths is as it was, and a second time changes nothing."""
    changed = replace(text, LINE.path, LINE)

    assert (LINE,) == lines_of(changed, LINE.path)
    assert others(text, LINE.path) == others(changed, LINE.path)
    assert changed == replace(changed, LINE.path, LINE)


@given(texts())
def test_a_line_is_removed_with_all_its_doubles(text):
    """What is left is what was of other paths."""
    changed = replace(text, LINE.path, None)

    assert () == lines_of(changed, LINE.path)
    assert others(text, LINE.path) == others(changed, LINE.path)


@given(lines)
def test_a_line_reads_as_it_was_written(line):
    """Blanks and backslashes in fields are escaped."""
    assert line == parse_line(str(line))
    assert 6 == len(str(line).split(" "))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a /m nfs", Line("a", "/m", "nfs", "defaults")),
        ("a\t/m  nfs4 ro 1", Line("a", "/m", "nfs4", "ro", "1")),
        (r"a /my\040mount nfs4 ro 1 2 # said", Line("a", "/my mount", "nfs4", "ro", "1", "2")),
        ("#a /m nfs4 ro", None),
        ("a /m", None),
    ],
)
def test_short_lines_are_lines(text, line):
    """As mount(8) reads them."""
    assert line == parse_line(text)


def test_a_right_line_stays_as_somebody_wrote_it():
    """Other white space, and a comment behind it, are no difference."""
    text = "fs-1:/\t/mnt/efs   nfs4  hard,_netdev 0 0 # ours\n"

    assert text == replace(text, LINE.path, LINE)


def test_the_place_of_the_first_line_is_kept():
    """The order of mounts at boot can matter."""
    text = "a /a ext4\nold:/ /mnt/efs nfs4 soft 0 0\nb /b ext4\nolder:/ /mnt/efs nfs4\n"

    assert f"a /a ext4\n{LINE}\nb /b ext4\n" == replace(text, "/mnt/efs", LINE)
