# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of parameters: which are JSON documents, and how strictly those are read.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError

# "[::1]:8080", "[section]" and "{name}" are strings that people publish. A document is what goes on like JSON
# after its first bracket; from there on a mistake is reported, not taken for a string.
_DOCUMENT = re.compile(
    r"\s*(?:\{\s*(?:\"|\})"
    r"|\[\s*(?:[\"{\]\[]|(?:-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)\s*[,\]]))"
)


def looks_like_document(value: str) -> bool:
    """Tell whether a value claims to be a JSON array or object."""
    return _DOCUMENT.match(value) is not None


def parse_document(text: str) -> Any:
    """Parse JSON, strictly: no duplicate keys, no NaN, no lone surrogates. Raises DataError that says what is wrong."""
    try:
        document = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
        # A lone surrogate ("\ud800") parses but can be written nowhere: not to a cache, not to a terminal.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except DataError:
        raise
    except RecursionError as exc:
        raise DataError("it is nested too deeply") from exc
    except UnicodeError as exc:
        raise DataError("it has half of a surrogate pair in a string") from exc
    except ValueError as exc:
        raise DataError(str(exc)) from exc
    return document


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [key for key, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"the key {twice!r} is there twice in one object")
    return result


def _refuse_constant(name: str) -> Any:
    raise DataError(f"{name} is not JSON")
