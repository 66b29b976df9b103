# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the value of a hand-written C(aws_ssm_parameter) is to those who read it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import looks_like_document, parse_document
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import UNKNOWN_SHAPE, Kind, Shape
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.json_shape import shape_of_json
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Name

from .expressions import Bound
from .module import Located
from .values import Entries, Items, Value, shape_of

_STRING = Shape(Kind.STRING)


def shape_of_parameter(parameter: Located, bound: Bound) -> Shape:
    """Return the shape of a parameter's value. Of a secret's value nothing is looked at."""
    kind = parameter.value("type", bound, "String")
    if kind == "SecureString":
        return Shape(Kind.SECRET)
    if kind not in ("String", "StringList"):
        return UNKNOWN_SHAPE
    value = parameter.value("value", bound, parameter.value("insecure_value", bound))
    if isinstance(value, str):
        return shape_of_text(kind, value)
    if isinstance(value, Items) or (isinstance(value, Entries) and kind == "String"):
        return shape_of(value)
    return Shape(Kind.LIST) if kind == "StringList" else _shape_of_string(value)


def shape_of_text(kind: str, text: str) -> Shape:
    """Return the shape of a String's or a StringList's text."""
    is_list = kind == "StringList"
    if looks_like_document(text):
        try:
            shape = shape_of_json(parse_document(text))
        except DataError:
            shape = UNKNOWN_SHAPE
        if shape.kind is Kind.LIST or not is_list:
            return shape
    return Shape(Kind.LIST, (_STRING,) * len(text.split(","))) if is_list else _STRING


def _shape_of_string(value: Value) -> Shape:
    if isinstance(value, Name) and value.head.strip() and value.head.lstrip()[0] not in "[{":
        return _STRING
    return _STRING if isinstance(value, (int, float)) else UNKNOWN_SHAPE
