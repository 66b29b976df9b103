# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one exception family of the collection.

PRIVATE: not for use outside this collection, may change in any release.

Pure code and boto3 code raise these; a plugin or module translates them once, at its shell.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


class BridgeError(Exception):
    """What every error of this collection is. Its text is written for the person who runs the playbook."""


class OptionError(BridgeError):
    """An option has a value that can't be used: names the option, what it got and what is accepted."""


class DataError(BridgeError):
    """What AWS returned can't be used: names the parameter or object, what was found and what is accepted."""


class TornError(DataError):
    """What AWS returned is of two states, because somebody writes it right now: a moment later it may be whole."""


class ConflictError(BridgeError):
    """What is there already forbids the change: somebody else's booking, or another version than was expected."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class NothingFoundError(BridgeError):
    """Nothing is published where the reader was told to look."""


class AwsError(BridgeError):
    """AWS, or the way to it, refused; half_way where something was written before."""

    half_way = False


class DeniedError(AwsError):
    """AWS denied the call: names the IAM action that the caller needs."""


class CutAnswerError(AwsError):
    """An answer of AWS broke off on the way, or comes from something else: the call may have been done or not."""


@contextlib.contextmanager
def reported_by(module: Any) -> Iterator[None]:
    """Fail a module with the text of what is raised of this family."""
    try:
        yield
    except BridgeError as exc:
        module.fail_json(msg=str(exc))
