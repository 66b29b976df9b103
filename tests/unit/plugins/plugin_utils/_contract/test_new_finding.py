# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which name is suggested in place of one that is wrong."""

from __future__ import annotations

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.new_finding import suggestion
from hypothesis import given
from hypothesis import strategies as st

STEMS = st.sampled_from(["", "OUTPUT_", "/prod/a-rather-long-path/web/OUTPUT_", "/prod/INPUT_"])
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True).filter(lambda name: "PUT_" not in name)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("OUTPUT_MY_IP", ["OUTPUT_WEB_IP", "OUTPUT_EFS_DNS_URL"], "OUTPUT_WEB_IP"),
        ("OUTPUT_MY_IPS", ["OUTPUT_MY_IP", "OUTPUT_MY"], "OUTPUT_MY_IP"),
        ("/prod/a/OUTPUT_FIVE", ["/prod/a/OUTPUT_IP", "/prod/a/OUTPUT_URL"], None),
        ("/prod/INPUT_MEMORY", ["/prod/INPUT_MEMORY_SIZE"], "/prod/INPUT_MEMORY_SIZE"),
        ("/prod/INPUT_MEMORY", ["/dev/INPUT_MEMORY"], "/dev/INPUT_MEMORY"),
        ("/prod/INPUT_MEMORY", ["/dev/INPUT_MEMORY", "/prod/INPUT_MEM"], "/prod/INPUT_MEM"),
        ("OUTPUT_A", [], None),
    ],
)
def test_what_is_suggested(name, known, expected):
    """A name that is like it beside it, else the same name in another path."""
    assert (f" Did you mean {expected!r}?" if expected else "") == suggestion(name, known)


@given(STEMS, NAMES, st.lists(NAMES, max_size=5))
def test_what_all_names_share_makes_none_alike(stem, name, known):
    """A name is suggested as it would be without the path and the prefix."""
    bare = suggestion(name, known)
    full = suggestion(f"{stem}{name}", [f"{stem}{one}" for one in known])

    assert bare == full.replace(f"'{stem}", "'")
