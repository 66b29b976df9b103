# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform's operators on values of which some are not known.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, Callable

from .values import Unknown, Value, is_known, reason_of

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "&&": lambda one, other: one and other,
    "||": lambda one, other: one or other,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}
# What decides the result, whatever the other operand is.
_DECIDING = {"&&": False, "||": True}


def negated(value: Value) -> Value:
    """Return a condition's opposite."""
    return not value if isinstance(value, bool) else Unknown(reason_of(value, "a condition"))


def minus(value: Value) -> Value:
    """Return a number with the other sign."""
    return 0 - value if isinstance(value, (int, float)) else Unknown(reason_of(value, "a number"))


def combined(one: Value, sign: str, other: Value) -> Value:
    """Return what an operator makes of two operands."""
    decided = _DECIDING.get(sign)
    if decided is not None and decided in (one, other):
        return decided
    for value in (one, other):
        if not is_known(value):
            return Unknown(reason_of(value, "an operand that isn't known"))
    try:
        return _OPERATORS[sign](one, other)
    except (TypeError, ValueError, ArithmeticError):
        return Unknown("an operation that Terraform would refuse")
