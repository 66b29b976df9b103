# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What botocore raises, as errors for the person who runs the playbook.

PRIVATE: not for use outside this collection, may change in any release.

botocore's exceptions are told apart by name: this file is also read where botocore is missing.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, BridgeError, DeniedError

from .retry import DEFAULT_BUDGET, ExhaustedError, error_code

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess"})
_BAD_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_NO_CREDENTIALS = {
    "NoCredentialsError": "no credentials were found",
    "PartialCredentialsError": "the credentials are incomplete",
    "CredentialRetrievalError": "the credentials could not be retrieved",
    "ProfileNotFound": "the profile does not exist",
    "SSOTokenLoadError": "the SSO session is missing or has expired",
    "UnauthorizedSSOTokenError": "the SSO session has expired",
    "TokenRetrievalError": "the SSO session has expired",
}
_UNREACHABLE = frozenset(
    {
        "ConnectionClosedError",
        "ConnectTimeoutError",
        "EndpointConnectionError",
        "HTTPClientError",
        "ProxyConnectionError",
        "ReadTimeoutError",
        "SSLError",
    }
)
# AWS says which action it denied, where that isn't the call: kms:Decrypt behind ssm:GetParameters.
_DENIED_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+)")
_DENIED_KEY = "The ciphertext refers to a customer master key"
NO_REGION = "no region is known. Set the option region, or AWS_REGION"
_CREDENTIALS_HINT = (
    "They may come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), a profile, an instance role "
    "or the options access_key and secret_key"
)


def translated_code(exc: BaseException) -> str:
    """Return AWS's code of an error that C(aws_errors()) has translated."""
    return error_code(exc.__cause__ or exc)


def no_hint() -> str:
    """Return nothing to add to an error: the default for hints."""
    return ""


@contextlib.contextmanager
def aws_errors(action: str, region: Optional[str], what: str, hint: Callable[[], str] = no_hint) -> Iterator[None]:
    """Translate what botocore raises inside. The action is IAM's name for the call, like ssm:GetParameters."""
    try:
        yield
    except BridgeError:
        raise
    except Exception as exc:
        raise translate(exc, action, region, what, hint) from exc


def translate(
    exc: Exception, action: str, region: Optional[str], what: str, hint: Callable[[], str] = no_hint
) -> BridgeError:
    """Return the error of ours for one of botocore's. The hint is for failures to reach the region."""
    place = f" in {region}" if region else ""
    if isinstance(exc, ExhaustedError):
        return _exhausted(exc, f"{action}{place}", what, hint())
    code = error_code(exc)
    if code in _DENIED:
        return DeniedError(
            f"access denied: {what} needs the IAM action {_denied_action(exc) or action}{place}, which the caller's "
            f"policies don't allow. AWS says: {_answer(exc)}"
        )
    if code in _BAD_CREDENTIALS:
        # AWS answers so too where the region is one that the account has to enable, and hasn't.
        disabled = f" If they work elsewhere, is {region} enabled in the account?" if region else ""
        return AwsError(
            f"AWS refused the credentials for {action}{place}: {_answer(exc)}.{hint()} {_CREDENTIALS_HINT}.{disabled}"
        )
    if code:
        return AwsError(f"{what}: {action}{place} failed with {code}: {_answer(exc)}")
    return _without_answer(exc, f"{action}{place}", what, hint())


def _without_answer(exc: Exception, call: str, what: str, hint: str) -> AwsError:
    for parent in type(exc).__mro__:
        if parent.__name__ in _NO_CREDENTIALS:
            return AwsError(f"{what}: {_NO_CREDENTIALS[parent.__name__]} for {call}: {exc}. {_CREDENTIALS_HINT}")
        if parent.__name__ in _UNREACHABLE:
            return AwsError(
                f"{what}: {call} got no answer: {exc}.{hint} Check the region, endpoint_url and the network"
            )
        if parent.__name__ == "NoRegionError":
            return AwsError(f"{what}: {NO_REGION}")
    return AwsError(f"{what}: {call} failed: {type(exc).__name__}: {exc}")


def _denied_action(exc: Exception) -> str:
    """Return the action that AWS names in its answer, if it does."""
    answer = _answer(exc)
    named = _DENIED_ACTION.search(answer)
    if named:
        return named.group(1)
    return "kms:Decrypt" if answer.startswith(_DENIED_KEY) else ""


def _exhausted(exc: ExhaustedError, call: str, what: str, hint: str) -> AwsError:
    last = exc.__cause__
    if not last:
        return AwsError(f"{what}: there was no time left for {call}.{hint} Raise retry_budget or the task's timeout")
    attempts = "1 attempt" if exc.attempts == 1 else f"{exc.attempts} attempts"
    return AwsError(
        f"{what}: AWS did not answer {call} in {attempts} during {exc.seconds:.0f} s, the last time with "
        f"{name_of(last)}.{hint} Run again when the account is less busy, or raise retry_budget (seconds for one call, "
        f"default {DEFAULT_BUDGET:.0f})"
    )


def name_of(exc: BaseException) -> str:
    """Return AWS's code of an error, or the kind of error where AWS did not answer."""
    return error_code(exc) or type(exc).__name__


def _answer(exc: Any) -> str:
    return str(exc.response.get("Error", {}).get("Message", "")).rstrip(". ") or "nothing more"
