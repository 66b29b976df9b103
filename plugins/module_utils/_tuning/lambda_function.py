# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Lambda function through its API: what it is like, its versions, its invocations. The boto3 client is passed in.

PRIVATE: not for use outside this collection, may change in any release.

An invocation is repeated only where Lambda says that it did not begin: whatever the function does, it does once.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.pages import pages
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier, error_code
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors, translated_code
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

_NOT_BEGUN = frozenset({"TooManyRequestsException", "ThrottlingException", "ResourceNotReadyException"})
# Lambda's longest timeout, in seconds.
MAX_TIMEOUT = 900.0
_TRIES = 8
_POLLS = 300


@dataclass(frozen=True)
class Answer:
    """What came of an invocation. C(payload) is what the function returned, and in no message."""

    request_id: str
    log: str
    payload: Mapping[str, Any]
    error: str = ""


@dataclass(frozen=True)
class LambdaFunction:
    """One function of one region. Every method raises the BridgeError family only.

    C(reference) is a name or an ARN, and AWS is asked for just that: an ARN may be of another account.
    """

    client: Any
    retrier: Retrier
    region: str
    reference: str
    sleep: Callable[[float], None] = time.sleep

    @property
    def name(self) -> str:
        """Its name."""
        return self.reference.rpartition(":")[2]

    def configuration(self, qualifier: Optional[str] = None) -> dict[str, Any]:
        """Return the configuration of $LATEST, or of a version."""
        arguments = {"Qualifier": qualifier} if qualifier else {}
        return self._call(
            "GetFunctionConfiguration", self.client.get_function_configuration, "reading the function", **arguments
        )

    def settled(self, qualifier: Optional[str] = None) -> dict[str, Any]:
        """Return the configuration once no update is in progress, whatever came of it."""
        for _poll in range(_POLLS):
            found = self.configuration(qualifier)
            if found.get("State") != "Pending" and found.get("LastUpdateStatus") != "InProgress":
                return found
            self.sleep(1.0)
        raise AwsError(f"{self.name}: an update is still in progress after {_POLLS} s")

    def wait(self, qualifier: Optional[str] = None) -> dict[str, Any]:
        """Return the configuration once no update is in progress; raises DataError for one that failed."""
        found = self.settled(qualifier)
        for status, reason in (("State", "StateReason"), ("LastUpdateStatus", "LastUpdateStatusReason")):
            if found.get(status) == "Failed":
                raise DataError(f"{self.name}: its {status} is Failed: {found.get(reason, 'AWS gives no reason')}")
        return found

    def configure(self, memory: int, description: str, revision: str) -> dict[str, Any]:
        """Set memory and description, if nobody has changed the function since that revision; wait until it is so."""
        self._call(
            "UpdateFunctionConfiguration",
            self.client.update_function_configuration,
            f"setting {memory} MB",
            MemorySize=memory,
            Description=description,
            RevisionId=revision,
        )
        return self.wait()

    def publish(self, description: str, revision: str) -> str:
        """Return the version that was published of that revision."""
        answer = self._call(
            "PublishVersion",
            self.client.publish_version,
            "publishing a version",
            Description=description,
            RevisionId=revision,
        )
        return str(answer["Version"])

    def versions(self) -> list[dict[str, Any]]:
        """Return all published versions."""
        found = self._pages("ListVersionsByFunction", self.client.list_versions_by_function, "Versions")
        return [one for one in found if one["Version"] != "$LATEST"]

    def delete_version(self, version: str) -> None:
        """Delete a version; one that is gone is fine."""
        try:
            self._call("DeleteFunction", self.client.delete_function, f"deleting version {version}", Qualifier=version)
        except AwsError as exc:
            if translated_code(exc) != "ResourceNotFoundException":
                raise

    def provisioned(self) -> list[str]:
        """Return the ARNs of what has provisioned concurrency."""
        method = self.client.list_provisioned_concurrency_configs
        found = self._pages("ListProvisionedConcurrencyConfigs", method, "ProvisionedConcurrencyConfigs")
        return [str(one["FunctionArn"]) for one in found]

    def reserved(self) -> Optional[int]:
        """Return how many invocations at a time are reserved for it, None where nothing is."""
        answer = self._call("GetFunctionConcurrency", self.client.get_function_concurrency, "reading its concurrency")
        return answer.get("ReservedConcurrentExecutions")

    def dry_run(self) -> None:
        """Ask whether the caller may invoke it, without doing so."""
        self._invoke(InvocationType="DryRun")

    def invoke(self, payload: bytes, qualifier: Optional[str] = None) -> Answer:
        """Invoke it and wait for its answer, with the end of its log."""
        arguments: dict[str, Any] = {"LogType": "Tail", "Payload": payload}
        if qualifier:
            arguments["Qualifier"] = qualifier
        answer = self._invoke(**arguments)
        with aws_errors("lambda:InvokeFunction", self.region, f"reading what {self.name} returned"):
            payload = answer["Payload"].read()
        try:
            returned = parse_json(payload or b"null")
        except ValueError:
            returned = None
        return Answer(
            answer["ResponseMetadata"].get("RequestId", ""),
            base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace"),
            returned if isinstance(returned, dict) else {},
            answer.get("FunctionError", ""),
        )

    def _invoke(self, **arguments: Any) -> dict[str, Any]:
        with aws_errors("lambda:InvokeFunction", self.region, f"invoking {self.name}"):
            for attempt in range(_TRIES):
                self.retrier.pace.wait()
                try:
                    return dict(self.client.invoke(FunctionName=self.reference, **arguments))
                except Exception as exc:
                    if error_code(exc) not in _NOT_BEGUN or attempt == _TRIES - 1:
                        raise
                    self.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable")

    def _call(self, operation: str, method: Callable[..., Any], what: str, **arguments: Any) -> dict[str, Any]:
        with aws_errors(f"lambda:{operation}", self.region, f"{what} ({self.name})"):
            return dict(self.retrier.call(method, FunctionName=self.reference, **arguments))

    def _pages(self, operation: str, method: Callable[..., Any], key: str) -> list[dict[str, Any]]:
        errors = partial(aws_errors, f"lambda:{operation}", self.region, f"reading the function ({self.name})")
        found = pages(self.retrier, method, errors, FunctionName=self.reference)
        return [one for page in found for one in page.get(key, [])]
