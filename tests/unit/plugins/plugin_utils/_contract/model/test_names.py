# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names with holes: what they can stand for, and whether two can stand for the same."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name
from hypothesis import given
from hypothesis import strategies as st

HOLE = Hole("var.x")
NUMBER = Hole("count.index", number=True)
parts = st.lists(st.one_of(st.text("ab_1", max_size=3), st.just(HOLE), st.just(NUMBER)), max_size=5)
names = parts.map(lambda given: Name.of(*given))


@st.composite
def filled(draw, name):
    """Return a text that a name can stand for."""
    return "".join(
        part if isinstance(part, str) else draw(st.text("1", min_size=1) if part.number else st.text("ab_1"))
        for part in name.parts
    )


@given(st.data(), names, names)
def test_two_that_can_stand_for_one_text_overlap(data, one, other):
    """In either order, and a name can stand for what it is filled with."""
    text = data.draw(filled(one))

    assert one.fits(text)
    if other.fits(text):
        assert one.overlaps(other)
        assert other.overlaps(one)


@given(names, names)
def test_overlapping_is_symmetric(one, other):
    """Whichever is asked."""
    assert one.overlaps(other) == other.overlaps(one)


@given(parts)
def test_the_form_is_normal(given_parts):
    """No empty text, no two texts side by side: equal names compare as equal."""
    name = Name.of(*given_parts)

    assert "" not in name.parts
    assert not any(isinstance(one, str) and isinstance(two, str) for one, two in zip(name.parts, name.parts[1:]))
    assert name == Name.of(*name.parts)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("OUTPUT_", HOLE), ("OUTPUT_MY_IP",), True),
        (("OUTPUT_", HOLE), ("INPUT_MY_IP",), False),
        (("OUTPUT_MY_IP_", NUMBER), ("OUTPUT_MY_IP_10",), True),
        (("OUTPUT_MY_IP_", NUMBER), ("OUTPUT_MY_IP_X",), False),
        (("a.", HOLE, ".x"), ("a.prod.x",), True),
        (("a.", HOLE, ".x"), ("a.", HOLE, ".y"), False),
        (("a.", HOLE, ".x"), (HOLE, ".b.x"), True),
        (("ab",), ("a",), False),
        ((HOLE, "a"), (HOLE, "b"), False),
    ],
)
def test_whether_two_overlap(one, other, expected):
    """Examples that people meet."""
    assert expected == Name.of(*one).overlaps(Name.of(*other))


def test_prefixes():
    """What is known to begin so, and what isn't."""
    name = Name.of("OUTPUT_", HOLE)

    assert Name.of(HOLE) == name.without("OUTPUT_")
    assert None is name.without("OUTPUT_X")
    assert "OUTPUT_<var.x>" == str(name)
