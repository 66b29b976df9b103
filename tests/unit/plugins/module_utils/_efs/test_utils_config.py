# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""efs-utils.conf, as Python's ConfigParser reads it, which efs-utils uses."""

from __future__ import annotations

import configparser

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.utils_config import check_settings, with_settings
from hypothesis import given
from hypothesis import strategies as st

SECTIONS = ["DEFAULT", "mount", "cloudwatch-log", "mount.cn-north-1"]
NAMES = ["region", "enabled", "Log_Group_Name", "dns_name_format"]
values = st.sampled_from(["", "true", "eu-central-1", "{az}.{fs_id}.efs", "a = b", "# x"])
wanted = st.dictionaries(st.sampled_from(SECTIONS[1:]), st.dictionaries(st.sampled_from(NAMES), values, max_size=3))


@st.composite
def texts(draw):
    """Return a file as people leave it: comments, blank lines, values on several lines, either separator."""
    text = draw(st.sampled_from(["", "# Copyright\n\n", "\n"]))
    for section in draw(st.lists(st.sampled_from(SECTIONS), unique=True)):
        text += f"[{section}]\n"
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
            separator = draw(st.sampled_from([" = ", "=", ": "]))
            more = draw(st.sampled_from(["", "", "\n  and more", "\n# comment", "\n#region = us-east-1", "\n"]))
            text += f"{name}{separator}{draw(values)}{more}\n"
        text += draw(st.sampled_from(["", "\n", "; end\n\n"]))
    return text[:-1] if text and draw(st.booleans()) else text


def read(text):
    """Return all that ConfigParser finds, by section and name."""
    parser = configparser.ConfigParser(interpolation=None, default_section="nothing")
    parser.read_string(text)
    return {(section, name): value for section in parser.sections() for name, value in parser.items(section)}


@given(texts(), wanted)
def test_the_settings_are_in_effect_and_nothing_else_is_changed(text, settings):
    """A second time changes nothing; comments stay."""
    checked = check_settings(settings, "settings")
    changed = with_settings(text, checked)
    expected = {(section, name): value for section, named in checked.items() for name, value in named.items()}

    assert {**read(text), **expected} == read(changed)
    assert changed == with_settings(changed, checked)
    assert [line for line in text.split("\n") if line.startswith(("#", ";"))] == [
        line for line in changed.split("\n") if line.startswith(("#", ";"))
    ]


def test_what_is_right_stays_as_somebody_wrote_it():
    """Other white space is no difference."""
    text = "[mount]\nRegion:eu-central-1\n"

    assert text == with_settings(text, {"mount": {"region": "eu-central-1"}})


def test_values_have_one_form():
    """As YAML reads them."""
    assert {"a": {"b": "true", "c": "14", "d": "x"}} == check_settings(
        {"a": {"B": True, "c": 14, "d": "x"}}, "settings"
    )


def test_what_cannot_be_written_is_named_all_at_once():
    """Line breaks would be settings of their own, and ConfigParser fails on a percent sign."""
    settings = {"a": {"b": "x\n[c]", "c": "50%", "d": ["x"]}, "e": "f", "g]": {}}
    with pytest.raises(OptionError) as refused:
        check_settings(settings, "settings")

    said = str(refused.value)
    assert all(f"settings: {name}" in said for name in ("a.b", "a.c", "a.d", "'e'", "'g]'"))
