"""The grammar of names."""

from __future__ import annotations

import re

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix, output_name
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("prefix", ["OUTPUT_", "/prod/web/OUTPUT_", "/prod/web/", "a.b-c_", "/" + "a/" * 14, "X"])
def test_prefixes_that_ssm_allows_are_given_back(prefix):
    """Paths and plain beginnings both work."""
    assert prefix == check_prefix(prefix)


@pytest.mark.parametrize(
    ("prefix", "reason"),
    [
        ("", "every parameter of the account"),
        ("/", "every parameter of the account"),
        (None, "is a NoneType, not a string"),
        (["OUTPUT_"], "is a list, not a string"),
        ("OUT PUT_", "characters that SSM doesn't allow"),
        ("OUTPUT_*", "characters that SSM doesn't allow"),
        ("OUTPUT_\n", "characters that SSM doesn't allow"),
        ("prod/OUTPUT_", "doesn't begin with one"),
        ("/prod//OUTPUT_", "empty level"),
        ("aws_", "AWS keeps for itself"),
        ("/SSM/x", "AWS keeps for itself"),
        ("/" + "a/" * 15, "more than 15 levels"),
        ("A" * 901, "longer than 900"),
    ],
)
def test_other_prefixes_are_refused_with_what_is_accepted(prefix, reason):
    """The message names the option, what it got and what would do."""
    with pytest.raises(OptionError) as caught:
        check_prefix(prefix)

    assert str(caught.value).startswith("prefix: ")
    assert reason in str(caught.value)
    assert "Use letters" in str(caught.value)


@given(st.text())
def test_a_prefix_that_is_accepted_has_only_characters_of_ssm(text):
    """Whatever comes in, nothing else gets through."""
    try:
        accepted = check_prefix(text)
    except OptionError:
        return

    assert re.fullmatch(r"[A-Za-z0-9_./-]{1,900}", accepted)


@pytest.mark.parametrize(("term", "name"), [("my_ip", "MY_IP"), ("MY_IP_0", "MY_IP_0"), ("a", "A")])
def test_outputs_may_be_named_as_in_terraform(term, name):
    """Lower case is what Terraform's own names are."""
    assert name == output_name(term, "_terms")


@pytest.mark.parametrize(
    "term", ["", "9X", "a-b", "a b", None, 7, "OUTPUT/X", "\N{LATIN SMALL LETTER DOTLESS I}x", "a\n"]
)
def test_what_is_no_output_name_is_refused(term):
    """The option is named, and what it got."""
    with pytest.raises(OptionError, match=r"_terms: .* is not the name of an output"):
        output_name(term, "_terms")


@pytest.mark.parametrize("region", ["eu-central-1", "us-gov-west-1", "us-isob-east-1", "ap-southeast-5"])
def test_regions_have_a_shape(region):
    """New regions are accepted without anybody's list."""
    assert region == check_region(region, "regions")


@pytest.mark.parametrize("region", ["", "Frankfurt", "eu-central", "eu_central_1", "eu-central-1a", "evil.com/", None])
def test_what_is_no_region_is_refused(region):
    """It would be part of a host name otherwise."""
    with pytest.raises(OptionError, match=r"regions: .* is not a region"):
        check_region(region, "regions")
