# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is answered to errors: a short reason for the caller, while the log has all that AWS said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import ExhaustedError, error_code, is_retryable
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import (
    AwsError,
    BridgeError,
    ConflictError,
    DataError,
    DeniedError,
    OptionError,
)
from deadline import OutOfTimeError
from events import Refused

Answer = tuple[int, dict[str, Any]]

RETRY_AFTER = 5
_CONFLICTS = {"not_yours": 409, "changed": 412, "exists": 409, "key_reused": 409}
_HALF_WAY = " The booking is stored, but some of its starts and stops may be missing: send the request again."


def refusal(error: BaseException) -> Answer:
    """Return the status and the body for an error. What AWS said is not part of it."""
    if isinstance(error, Refused):
        return error.status, failed(error.error, str(error))
    if isinstance(error, ConflictError):
        hint = ". Set replace to true to move it" if error.reason == "exists" else ""
        return _CONFLICTS[error.reason], failed(error.reason, f"{error}{hint}.")
    if isinstance(error, OptionError):
        return 400, failed("bad_request", str(error))
    if isinstance(error, DataError):
        return 409, failed("damaged", "A record of the instance can't be used. Cancel its booking, or ask an operator.")
    if isinstance(error, AwsError):
        return _of_aws(error)
    return 500, failed("internal", "The request failed; the function's log says why.")


def _of_aws(error: AwsError) -> Answer:
    half_way = _HALF_WAY if error.half_way else ""
    if isinstance(error, OutOfTimeError):
        message = f"AWS answers too slowly to finish in time.{half_way or ' Nothing was done.'}"
        return 503, failed("out_of_time", message)
    causes = list(_causes(error))
    if any(isinstance(cause, ExhaustedError) or is_retryable(cause) for cause in causes):
        return 503, failed("throttled", f"AWS is busy, or did not answer in time: try again later.{half_way}")
    if isinstance(error, DeniedError):
        return 502, failed("denied", f"AWS denies the API an action that it needs; the log names it.{half_way}")
    code = next(filter(None, map(error_code, causes)), "")
    return 502, failed("aws", f"AWS refused{f' ({code})' if code else ''}; the log has its answer.{half_way}")


def cause_of(error: BaseException) -> str:
    """Return what the log says of an error: all of it, except for what the caller wrote."""
    if isinstance(error, (Refused, OptionError)):
        return ""
    if not isinstance(error, BridgeError):
        return type(error).__name__
    chain = list(dict.fromkeys(f"{type(each).__name__}: {each}" for each in _causes(error)))
    return " <- ".join(chain)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def failed(error: str, message: str) -> dict[str, Any]:
    """Return the one shape that every error has; success is what the first clients of this API look at."""
    return {"success": False, "error": error, "message": message}


def combined(results: Sequence[tuple[int, dict[str, Any]]], name: str) -> Answer:
    """Return one answer for several results: where one failed, the answer is an error, and says what was done."""
    bodies = [body for _status, body in results]
    wrong = [(status, body) for status, body in results if status >= 300]
    if not wrong:
        return max(status for status, _body in results), {"success": True, name: bodies}
    status = max(status for status, _body in wrong)
    if len(wrong) == len(results) and len({body["error"] for _status, body in wrong}) == 1:
        return status, {**failed(wrong[0][1]["error"], wrong[0][1]["message"]), name: bodies}
    message = f"{len(wrong)} of {len(results)} failed; each says why. What succeeded stays."
    return status, {**failed("partial", message), name: bodies}
