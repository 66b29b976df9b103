# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of lookup plugins that read parameters, as uses.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import By, Place, Use
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name

from .templates import LookupCall

_PARAMETERS = ("aws_ssm", "ssm_parameter")
# By the full name, or short where a play names the collection.
READERS: Mapping[str, By] = {
    **{f"{space}{name}": By.PARAMETER for space in ("", "amazon.aws.", "community.aws.") for name in _PARAMETERS},
    "ssm_output": By.OUTPUT,
    "tfbridge.aws.ssm_output": By.OUTPUT,
}
_VARIABLES = ("vars", "ansible.builtin.vars")
_FORGIVING = {"on_missing": ("skip", "warn"), "errors": ("ignore", "warn")}


def uses_of(call: LookupCall, place: Place) -> Iterator[Use]:
    """Yield what a call reads; nothing, where it is another plugin's."""
    plugin = call.plugin.literal
    if plugin is None:
        yield Use(By.PARAMETER, Name.of(Hole("a plugin's name that is computed")), place, certain=False)
    elif plugin in _VARIABLES:
        for term in call.terms:
            optional = "default" in call.options
            yield Use(By.VARIABLE, term, place, path=call.reference.path, optional=optional)
    elif plugin in READERS:
        terms = call.terms or (Name.of(Hole("no term")),)
        for term in terms:
            yield _use_of_term(plugin, term, call, place, single=len(terms) == 1)


def _use_of_term(plugin: str, term: Name, call: LookupCall, place: Place, *, single: bool) -> Use:
    """Return the use that one term is."""
    by = READERS[plugin]
    options = call.options
    if by is By.PARAMETER and _truth(options.get("bypath")):
        by = By.PATH
    return Use(
        by,
        term.mapped(str.upper) if by is By.OUTPUT else term,
        place,
        prefix=options.get("prefix"),
        path=call.reference.path if single and by is By.OUTPUT else (),
        iterates=call.reference.iterates and single,
        optional=_optional(call),
    )


def _optional(call: LookupCall) -> bool:
    forgiving = any(
        name in call.options and call.options[name].literal in values for name, values in _FORGIVING.items()
    )
    return forgiving or "default" in call.options or call.reference.optional


def _truth(value: object) -> bool:
    return isinstance(value, Name) and str(value.literal).lower() in ("true", "yes", "1")
