# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grammar of names: prefixes, outputs, elements of a list.

PRIVATE: not for use outside this collection, may change in any release.

Limits of parameter names are those of the PutParameter API reference: letters, digits and C(_.-/),
fully qualified when there is a slash, 15 levels at most, not below C(aws) or C(ssm).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest, show

DEFAULT_PREFIX = "OUTPUT_"
MAX_LEVELS = 15
# The whole name with its ARN may have 1,011 characters; what is left for a prefix is less than that.
MAX_PREFIX = 900

_OUTPUT = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_ELEMENT = re.compile(r"([A-Z][A-Z0-9_]*)_(0|[1-9][0-9]{0,4})\Z")
_SNAPSHOT = re.compile(r"SNAPSHOT\.(0|[1-9][0-9]*)\Z")
_PREFIX = re.compile(r"[A-Za-z0-9_./-]+\Z")
_RESERVED = re.compile(r"/?(aws|ssm)", re.IGNORECASE)


class NumberedName(NamedTuple):
    """Where a parameter C(X_3) stands: the list's name and the position in it."""

    name: str
    position: int


def is_output_name(name: str) -> bool:
    """Return whether a name can be an output's: upper-case letters, digits and underscores, a letter first."""
    return _OUTPUT.match(name) is not None


def is_snapshot_name(name: str) -> bool:
    """Return whether a name (without the prefix) is reserved for a slice of a snapshot."""
    return _SNAPSHOT.match(name) is not None


def is_input(parameter: str) -> bool:
    """Return whether a parameter is an input for Terraform, C(<path>/INPUT_<NAME>), and so no output of it."""
    path, slash, name = parameter.rpartition("/")
    return bool(path and slash) and name.startswith("INPUT_")


def numbered_name(name: str) -> Optional[NumberedName]:
    """Return the list and the position that a name like C(MY_IP_0) stands for, or None."""
    match = _ELEMENT.match(name)
    return NumberedName(match.group(1), int(match.group(2))) if match else None


def output_name(term: object, option: str) -> str:
    """Return the output's name for what a user wrote, who may write it in lower case as in Terraform."""
    # Beyond ASCII, upper() makes letters of other letters.
    if isinstance(term, str) and term.isascii() and is_output_name(term.upper()):
        return str(term.upper())
    raise OptionError(
        f"{option}: {show(term)} is not the name of an output. "
        "Use letters, digits and underscores, starting with a letter, without the prefix: MY_IP"
    )


def nearest_output(name: str, published: Collection[str], prefix: str) -> str:
    """Return " Leave out the prefix: X" or " Did you mean 'X'?" for a name that isn't published, else nothing."""
    begin = prefix.rsplit("/", 1)[-1].upper()
    if begin and name.startswith(begin) and name[len(begin) :] in published:
        return f" Leave out the prefix: {name[len(begin) :]}"
    return nearest(name, published)


def why_no_output(name: str) -> str:
    """Return what keeps a name, without its prefix, from being an output's."""
    wrong = sorted(set(re.sub("[A-Z0-9_]", "", name)), key=lambda character: (character.isalnum(), character))
    if wrong:
        return f"it has {wrong[0]!r}" if not wrong[0].islower() else "it has lower-case letters"
    return "it doesn't begin with a letter" if name else "it is the prefix alone"


def check_prefix(prefix: object, option: str = "prefix") -> str:
    """Return the prefix back if SSM accepts names that begin with it, else raise OptionError."""
    problem = _prefix_problem(prefix)
    if problem:
        raise OptionError(
            f"{option}: {show(prefix)} {problem}. Use letters, digits and '_.-', "
            "or a path of them that begins with a slash: OUTPUT_, /prod/web/OUTPUT_ or /prod/web/"
        )
    return str(prefix)


def _prefix_problem(prefix: object) -> str:
    if not isinstance(prefix, str):
        return f"is a {type(prefix).__name__}, not a string"
    if not prefix.strip("/"):
        return "would read every parameter of the account"
    rules = (
        (not _PREFIX.match(prefix), "has characters that SSM doesn't allow in a parameter's name"),
        ("/" in prefix and not prefix.startswith("/"), "has a slash but doesn't begin with one"),
        ("//" in prefix, "has an empty level"),
        (_RESERVED.match(prefix), "begins with 'aws' or 'ssm', which AWS keeps for itself"),
        (prefix.count("/") > MAX_LEVELS, f"has more than {MAX_LEVELS} levels"),
        (len(prefix) > MAX_PREFIX, f"is longer than {MAX_PREFIX} characters"),
    )
    return next((text for broken, text in rules if broken), "")
