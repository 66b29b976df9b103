# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs for Terraform, compared with what is published, and written where they differ.

PRIVATE: not for use outside this collection, may change in any release.

Parameter Store has no conditional write. A new input is written without C(Overwrite), so that only one of two writers
succeeds; an update that met another one is seen by the version that AWS returns, and reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.pages import batches
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import error_code
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, DataError

from .input import Input
from .output import SECURE_STRING, Parameter
from .parameters import DESCRIBE_PAGE, Reader

# PutParameter's limit for Description.
MAX_DESCRIPTION = 1024
_HISTORY = "Written: "


@dataclass(frozen=True)
class InputChange:
    """What is, or in check mode would be, done to one input."""

    input: Input
    parameter: str
    before: Optional[Parameter]
    absent: bool = False
    version: Optional[int] = None

    @property
    def changed(self) -> bool:
        """Whether the parameter differs from what is wanted."""
        if self.absent:
            return self.before is not None
        return self.before is None or self.before.value != self.input.text

    def as_dict(self) -> dict[str, Any]:
        """Return it as the module does. A secret is without its value."""
        return {
            "name": self.input.name,
            "parameter": self.parameter,
            "type": self.input.type,
            "value": None if self.input.secret or self.absent else self.input.text,
            "version": self.version,
            "changed": self.changed,
        }

    def shown(self, after: bool) -> Optional[str]:
        """Return one side of a diff, None where there is nothing."""
        if not after:
            return None if self.before is None else self._masked(self.before.value, "as it is published")
        if self.absent:
            return None
        return self._masked(self.input.text, "as it is wanted" if self.changed else "as it is published")

    def _masked(self, text: str, instead: str) -> str:
        secret = self.input.secret or (self.before is not None and self.before.type == SECURE_STRING)
        return f"(secret, {instead})" if secret else text


@dataclass(frozen=True)
class InputStore:
    """Publishes inputs under one prefix. C(caller) returns who writes: an ARN; C(now) is the clock."""

    reader: Reader
    prefix: str
    caller: Callable[[], str]
    now: Callable[[], dt.datetime]
    kms_key_id: Optional[str] = None

    def plan(self, inputs: Sequence[Input], absent: bool = False) -> list[InputChange]:
        """Return what to do for each input; raises one DataError with all that stands against it."""
        names = {one.name: f"{self.prefix}{one.name}" for one in inputs}
        found = self.reader.get([names[one.name] for one in inputs if not one.secret], what="reading inputs")
        secrets = [names[one.name] for one in inputs if one.secret]
        # A secret is deleted without being read.
        found.update(self.reader.get(secrets, decrypt=not absent, what="reading inputs"))
        changes = [
            InputChange(one, names[one.name], before, absent, before.version if before else None)
            for one in inputs
            for before in (found.get(names[one.name]),)
        ]
        problems = [problem for change in changes for problem in _problems(change)]
        if problems:
            raise DataError(". ".join(problems))
        return changes

    def apply(self, changes: Sequence[InputChange]) -> list[InputChange]:
        """Write what differs. An error says what was written before it."""
        pending = [change for change in changes if change.changed]
        if not pending:
            return list(changes)
        written: list[str] = []
        done = {change.parameter: change for change in changes}
        gone = all(change.absent for change in pending)
        history = {} if gone else self._descriptions([change.parameter for change in pending if change.before])
        by = "" if gone else self.caller()
        try:
            for change in pending:
                done[change.parameter] = self._write(change, history.get(change.parameter, ""), by)
                written.append(change.parameter)
        except BridgeError as exc:
            already = f". Written before: {', '.join(written)}" if written else ". Nothing was written before"
            raise type(exc)(f"{exc}{already}") from exc
        return list(done.values())

    def _descriptions(self, names: Sequence[str]) -> dict[str, str]:
        """Return the descriptions of parameters, which name those who wrote them before."""
        found: dict[str, str] = {}
        method, what = self.reader.client.describe_parameters, "reading the history of inputs"
        for batch in batches(names, DESCRIBE_PAGE):
            filters = [{"Key": "Name", "Option": "Equals", "Values": batch}]
            arguments: dict[str, Any] = {"ParameterFilters": filters, "MaxResults": DESCRIBE_PAGE}
            for page in self.reader.pages("ssm:DescribeParameters", method, what, **arguments):
                found.update({item["Name"]: item.get("Description", "") for item in page.get("Parameters", [])})
        return found

    def _write(self, change: InputChange, history: str, by: str) -> InputChange:
        if change.absent:
            self._delete(change)
            return InputChange(change.input, change.parameter, change.before, absent=True)
        one, expected = change.input, change.input.expected_version
        arguments: dict[str, Any] = {
            "Name": change.parameter,
            "Value": one.text,
            "Type": one.stored_type,
            "Description": description(one, history, by, self.now()),
            "Overwrite": not (change.before is None and expected == 0),
        }
        if one.secret and self.kms_key_id:
            arguments["KeyId"] = self.kms_key_id
        with aws_errors("ssm:PutParameter", self.reader.region, f"publishing {change.parameter}"):
            try:
                version = self.reader.retrier.call(self.reader.client.put_parameter, **arguments)["Version"]
            except Exception as exc:
                if error_code(exc) == "ParameterAlreadyExists":
                    raise DataError(
                        f"{change.parameter}: expected_version is 0, and somebody published it just now"
                    ) from exc
                raise
        if expected is not None and version != expected + 1:
            raise DataError(
                f"{change.parameter}: somebody else wrote it at the same time: this is version {version}, and "
                f"expected_version was {expected}. Version {version - 1} in its history holds what was overwritten"
            )
        return InputChange(one, change.parameter, change.before, version=version)

    def _delete(self, change: InputChange) -> None:
        with aws_errors("ssm:DeleteParameter", self.reader.region, f"deleting {change.parameter}"):
            try:
                self.reader.retrier.call(self.reader.client.delete_parameter, Name=change.parameter)
            except Exception as exc:
                if error_code(exc) != "ParameterNotFound":
                    raise


def _problems(change: InputChange) -> list[str]:
    """Return what stands against writing an input, given what is published."""
    before, wanted = change.before, change.input
    found = before.version if before else 0
    problems = []
    if wanted.expected_version is not None and found != wanted.expected_version:
        now = f"it has version {found}" if found else "it isn't published"
        problems.append(f"{change.parameter}: expected_version is {wanted.expected_version}, and {now}")
    if before and before.type != wanted.stored_type and not change.absent:
        problems.append(
            f"{change.parameter} is a {before.type}, and would be a {wanted.stored_type}: Parameter Store changes "
            "no type of a parameter. Delete it first, with state absent"
        )
    return problems


def description(one: Input, before: str, by: str, now: dt.datetime) -> str:
    """Return the description of an input: its type, why it was written, and who wrote it when, the latest first."""
    who = by.split(":", 5)[-1]
    entry = f"{now.astimezone(dt.timezone.utc):%Y-%m-%dT%H:%M:%SZ} {who}"
    earlier = before.split(_HISTORY, 1)[1].split("; ") if _HISTORY in before else []
    reason = f" {one.reason.strip()[:400]}." if one.reason.strip() else ""
    text = f"Input for Terraform, {one.type}.{reason} {_HISTORY}{entry}"
    for line in earlier:
        if len(text) + len(line) + 2 > MAX_DESCRIPTION:
            break
        text += f"; {line}"
    return text[:MAX_DESCRIPTION]


def diff_of(changes: Sequence[InputChange]) -> dict[str, dict[str, str]]:
    """Return before and after for Ansible's diff, secrets masked."""
    return {
        side: {change.parameter: shown for change in changes if (shown := change.shown(after)) is not None}
        for side, after in (("before", False), ("after", True))
    }
