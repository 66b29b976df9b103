# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What decides which account and endpoint answer: an entry of a cache for one must not serve another.

PRIVATE: not for use outside this collection, may change in any release.

Sources are the configuration chapter of the AWS SDK reference guide and amazon.aws's fragments, whose options have the
environment's access key, profile, region and endpoint already.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any

# Kept out of keys and of files. An access key's id names its secret key and its session.
SECRET_OPTIONS = frozenset(("secret_key", "session_token"))

_VARIABLES = (
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_ROLE_ARN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HOME",
)
_FILES = (("AWS_CONFIG_FILE", "~/.aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"))


def account_of(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what the environment says about the account, beside the options. No secret is in it."""
    return {name: environment[name] for name in _VARIABLES if name in environment}


def account_files(environment: Mapping[str, str]) -> list[list[int]]:
    """Return the state of the files with profiles and credentials: one that was changed may name another account."""
    return [_state(environment.get(variable) or default) for variable, default in _FILES]


def _state(path: str) -> list[int]:
    try:
        found = pathlib.Path(path).expanduser().stat()
    except (OSError, RuntimeError):  # it is not there, or nobody knows where home is
        return []
    return [found.st_mtime_ns, found.st_size]
