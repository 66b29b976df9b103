# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Public holidays of countries, by the Python package holidays.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest, show

_YEAR = re.compile("[0-9]{4}")
FIRST_YEAR, LAST_YEAR = 1970, 2100  # what every country of the package has; bookings end long before


def public_holidays(countries: Sequence[object], subdivision: Optional[str], years: Sequence[object]) -> list[str]:
    """Return the days, as ISO dates, on which one of the countries has a public holiday."""
    library = _library()
    supported = library.list_supported_countries()
    codes = [_country(country, supported, library) for country in countries]
    if not codes:
        raise OptionError("_terms: no country is given. Valid values: ISO 3166-1 codes like FR")
    if subdivision and len(codes) > 1:
        raise OptionError(f"subdivision: {show(subdivision)} needs one country, and {', '.join(codes)} are given")
    wanted = _checked_years(years)
    found: set[str] = set()
    for code in codes:
        part = _subdivision(code, subdivision, supported[code], library) if subdivision else None
        found.update(day.isoformat() for day in library.country_holidays(code, subdiv=part, years=wanted))
    return sorted(found)


def _library() -> Any:
    try:
        import holidays  # noqa: PLC0415  optional, and slow to import
    except ImportError as error:
        raise OptionError(
            "the Python package holidays is needed on the controller, in the Python that runs Ansible: "
            "pip install holidays"
        ) from error
    return holidays


def _country(value: object, supported: Mapping[str, Sequence[str]], library: Any) -> str:
    code = value.strip().upper() if isinstance(value, str) else ""
    if code in supported:
        return code
    names = {module: codes[1] for module, codes in library.registry.COUNTRIES.items()}
    spelled = code.lower().replace(" ", "_")
    hint = f" Did you mean {names[spelled]!r}?" if spelled in names else nearest(code, supported)
    raise OptionError(
        f"_terms: {show(value)} is not a country with known holidays. Valid values: ISO 3166-1 codes like FR.{hint}"
    )


def _subdivision(code: str, value: str, supported: Sequence[str], library: Any) -> str:
    aliases = getattr(library, code).get_subdivision_aliases()
    known = {str(name).casefold(): part for part in supported for name in (part, *aliases.get(part, ()))}
    if value.strip().casefold() in known:
        return known[value.strip().casefold()]
    if not supported:
        raise OptionError(f"subdivision: {show(value)} is given, but {code} has none")
    raise OptionError(
        f"subdivision: {show(value)} is not a part of {code}. Valid values: {', '.join(supported)}."
        f"{nearest(value.casefold(), known)}"
    )


def _checked_years(years: Sequence[object]) -> list[int]:
    """Return the years as numbers: templates make strings of them."""
    wrong = [year for year in years if not (_YEAR.fullmatch(str(year)) and FIRST_YEAR <= int(str(year)) <= LAST_YEAR)]
    if wrong or not years:
        got = ", ".join(map(show, wrong)) or "none"
        raise OptionError(f"years: {got} given. Valid values: one or more years from {FIRST_YEAR} to {LAST_YEAR}")
    return [int(str(year)) for year in years]
