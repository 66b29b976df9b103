# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients that tell an answer that was cut on the way, or that is no answer of AWS, from an empty one.

PRIVATE: not for use outside this collection, may change in any release.

botocore takes JSON that it can't parse for an answer without members, and does not compare the length of an answer
with what its header says: a connection that ends early, or the page of a proxy, would be a stack without outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import CutAnswerError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

from .retry import BOTOCORE_CONFIG

# Of the others, which are XML, botocore's parser refuses what isn't whole.
_JSON = ("json", "rest-json")
# The first is before the parser stumbles over what isn't an object; botocore 1.35 has the second only.
_MOMENTS = ("before-parse", "response-received")


def client_of(module: Any, service: str, **config: Any) -> Any:
    """Return an AnsibleAWSModule's client of a service, with these of botocore's settings."""
    return require_whole_answers(module.client(service, config={**BOTOCORE_CONFIG, **config}))


def require_whole_answers(client: Any) -> Any:
    """Let a boto3 client raise CutAnswerError for an answer that isn't whole, and return the client."""
    if client.meta.service_model.metadata.get("protocol") in _JSON:
        for moment in _MOMENTS:
            client.meta.events.register(moment, _check)
    return client


def _check(response_dict: Optional[Mapping[str, Any]] = None, **_others: Any) -> None:
    body = response_dict["body"] if response_dict and response_dict["status_code"] < 300 else None
    if not isinstance(body, bytes):  # a stream checks its length itself
        return
    length = response_dict["headers"].get("content-length") if response_dict else None
    if length is not None and int(length) != len(body):
        raise CutAnswerError(f"the answer ended after {len(body)} of {length} bytes")
    if body and not _is_object(body):
        raise CutAnswerError(f"the answer is not JSON: {body[:40]!r}")


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(parse_json(body), dict)
    except ValueError:
        return False
