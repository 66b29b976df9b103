# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Public holidays, with the package and without it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._schedule.holidays import public_holidays

MISSING = (
    "the Python package holidays is needed on the controller, in the Python that runs Ansible: pip install holidays"
)
INSTALLED = find_spec("holidays") is not None


def outcome(countries: Sequence[object], subdivision: str | None = None, years: Sequence[int] = (2027,)) -> object:
    """Return the days, or the message of the refusal."""
    try:
        return public_holidays(countries, subdivision, years)
    except OptionError as error:
        return str(error)


def expect(value: object) -> object:
    """Return what is to be expected on this Python."""
    return value if INSTALLED else MISSING


FRANCE = [
    *("2027-01-01", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-08", "2027-05-17"),
    *("2027-07-14", "2027-08-15", "2027-11-01", "2027-11-11", "2027-12-25"),
]


def test_the_package_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the message says how to get it."""
    monkeypatch.setitem(sys.modules, "holidays", None)

    assert outcome(["FR"]) == MISSING


def test_a_country_has_its_days() -> None:
    """In order, also by a code in lower case."""
    assert outcome(["FR"]) == expect(FRANCE)
    assert outcome([" fr"]) == expect(FRANCE)


def test_a_part_has_more_days() -> None:
    """By its code or its name, in any case."""
    whole, bavaria = outcome(["DE"]), outcome(["DE"], "BY")

    assert outcome(["DE"], "bayern") == bavaria
    assert expect(True) == expect("2027-01-06" in str(bavaria) and "2027-01-06" not in str(whole))


def test_countries_and_years_are_united() -> None:
    """Each day once."""
    both = outcome(["FR", "DE"], years=[2026, 2027, 2027])

    assert both == expect(sorted({*outcome(["FR"], years=[2026, 2027]), *outcome(["DE"], years=[2026, 2027])}))  # type: ignore[misc]
    assert not INSTALLED or {date.fromisoformat(day).year for day in both} == {2026, 2027}  # type: ignore[attr-defined]


def test_years_may_be_strings() -> None:
    """As templates make them."""
    assert outcome(["FR"], years=["2027"]) == expect(FRANCE)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([],), "_terms: no country is given"),
        ((["XX"],), "_terms: 'XX' is not a country with known holidays. Valid values: ISO 3166-1 codes like FR."),
        ((["france"],), "Did you mean 'FR'?"),
        ((["United States"],), "Did you mean 'US'?"),
        (([7],), "_terms: 7 is not a country"),
        ((["DE"], "Bayer"), "subdivision: 'Bayer' is not a part of DE. Valid values: BB, BE, BW, BY, "),
        ((["DE"], "Bayer"), "Did you mean 'bayern'?"),
        ((["VA"], "X"), "subdivision: 'X' is given, but VA has none"),
        ((["DE", "FR"], "BY"), "subdivision: 'BY' needs one country, and DE, FR are given"),
        ((["FR"], None, ["x", True, 2027.5]), "years: 'x', True, 2027.5 given"),
        ((["FR"], None, []), "years: none given. Valid values: one or more years from 1970 to 2100"),
        ((["FR"], None, [2027, 27, 9999]), "years: 27, 9999 given. Valid values: one or more years from 1970 to 2100"),
    ],
)
def test_what_is_wrong_is_named(arguments: tuple[object, ...], said: str) -> None:
    """With what is valid, and what was probably meant."""
    assert expect(said) in str(outcome(*arguments))  # type: ignore[operator, arg-type]
