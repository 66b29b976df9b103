"""A Lambda function and Parameter Store in memory, as strict as AWS, on a clock that only work moves.

An invocation takes ``a + b / memory`` milliseconds with noise from a seed: the same run gives the same figures.
"""

# ruff: noqa: N803  boto3's names

from __future__ import annotations

import base64
import collections
import copy
import io
import json
import random
import threading
from collections.abc import Callable
from typing import Any

MEMORY_LIMIT = 3008  # of a new account; AWS allows 10,240 on request
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:worker"


# Duration and init in milliseconds, peak memory in megabytes, the error.
Outcome = tuple[float, float | None, int, dict[str, Any] | None]


class AwsRefusalError(Exception):
    """What botocore raises."""

    def __init__(self, code: str, message: str = "injected") -> None:
        super().__init__(f"{code}: {message}")
        self.response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}


class KilledError(BaseException):
    """The process is gone: nothing in it may catch this and call AWS again."""


class Clock:
    """Seconds of the epoch."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.moved: Callable[[], None] = lambda: None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.moved()


def report_line(request_id: str, memory: int, duration: float, init: float | None, peak: int) -> str:
    """Return the end of a log, as Lambda writes it."""
    started = f"\tInit Duration: {init:.2f} ms" if init is not None else ""
    billed = -int(-(duration + (init or 0)) // 1)
    return (
        f"START RequestId: {request_id} Version: 1\nEND RequestId: {request_id}\n"
        f"REPORT RequestId: {request_id}\tDuration: {duration:.2f} ms\tBilled Duration: {billed} ms\t"
        f"Memory Size: {memory} MB\tMax Memory Used: {peak} MB{started}\t\n"
    )


class Workload:
    """How long an invocation takes, and how it ends: from its size alone, and a seed."""

    def __init__(self, fixed: float = 40, per_memory: float = 100_000, noise: float = 0.02, needs: int = 100) -> None:
        self.fixed, self.per_memory, self.noise, self.needs = fixed, per_memory, noise, needs
        self.random = random.Random(7)
        self.warm: set[str] = set()  # the versions that have been invoked
        self.payloads: list[dict[str, Any]] = []  # what they were invoked with

    def invoke(self, _payload: bytes, memory: int, timeout: float, *, cold: bool) -> Outcome:
        """Return what comes of an invocation: here, whatever the payload."""
        return self.run(memory, timeout, cold=cold)

    def run(self, memory: int, timeout: float, *, cold: bool) -> Outcome:
        """Return duration, init, peak memory and the error."""
        duration = (self.fixed + self.per_memory / memory) * self.random.lognormvariate(0, self.noise)
        init = 180.0 if cold else None
        if self.needs > memory:
            return duration, init, memory, {"errorType": "Runtime.OutOfMemory", "errorMessage": "signal: killed"}
        if duration > timeout * 1000:
            error = {"errorType": "Sandbox.Timedout", "errorMessage": f"Task timed out after {timeout:.2f} seconds"}
            return timeout * 1000, init, self.needs, error
        return duration, init, self.needs, None


class LambdaMemory:
    """The API of Lambda and SSM for one function, with boto3's names. ``before`` is told of each call beforehand."""

    def __init__(self, clock: Clock, workload: Workload | None = None) -> None:
        self.clock, self.workload = clock, workload or Workload()
        self.latest = {
            "FunctionArn": ARN, "MemorySize": 512, "Description": "mine", "Timeout": 3, "State": "Active",
            "LastUpdateStatus": "Successful", "Architectures": ["arm64"], "Version": "$LATEST",
            "Environment": {"Variables": {"PASSWORD": "hunter2"}},
        }  # fmt: skip
        self.published: dict[str, dict[str, Any]] = {"1": {**self.latest, "Version": "1", "Description": "first"}}
        self.aliases = {"live": "1"}
        self.parameters: dict[str, str] = {}
        self.provisioned: list[str] = []
        self.reserved: int | None = None
        self.next_version, self.revision, self.busy_until = 2, 1, 0.0
        self.update_takes, self.updates, self.failing = 2.0, 0, set[int]()  # seconds; which of the updates fail
        self.at_a_time = threading.Barrier(1)  # how many invocations there are at any time
        self.environments: collections.Counter[str] = collections.Counter()
        self.calls: list[str] = []
        self.invocations: list[tuple[str, bytes]] = []
        self.before: Callable[[str], None] = lambda _call: None
        self.quiet = False

    def state(self) -> Any:
        """Return all that Terraform or a person would see of it."""
        return copy.deepcopy((self.latest, self.published, self.aliases, self.parameters))

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.before(name)
        self.clock.sleep(0.05)

    def _is_busy(self) -> bool:
        return self.clock.now < self.busy_until

    def _revised(self, revision: str | None) -> None:
        if revision is not None and revision != str(self.revision):
            raise AwsRefusalError("PreconditionFailedException", "The Revision Id provided does not match the latest")
        if self._is_busy():
            raise AwsRefusalError("ResourceConflictException", "An update is in progress for resource")

    def get_function_configuration(self, FunctionName: str, Qualifier: str | None = None) -> Any:
        self._called("get_function_configuration")
        if Qualifier and Qualifier not in self.published:
            raise AwsRefusalError("ResourceNotFoundException", "Function not found")
        found = self.published[Qualifier] if Qualifier else self.latest
        status = "InProgress" if self._is_busy() and not Qualifier else found["LastUpdateStatus"]
        return {**found, "LastUpdateStatus": status, "RevisionId": str(self.revision)}

    def update_function_configuration(
        self,
        FunctionName: str,
        MemorySize: int,
        Description: str,
        RevisionId: str,
    ) -> Any:
        self._called("update_function_configuration")
        self._revised(RevisionId)
        if not 128 <= MemorySize <= MEMORY_LIMIT:
            limit = f"Member must have value less than or equal to {MEMORY_LIMIT}"
            raise AwsRefusalError("InvalidParameterValueException", f"'MemorySize' value failed to satisfy: {limit}")
        self.updates += 1
        status = "Failed" if self.updates in self.failing else "Successful"
        self.latest.update(MemorySize=MemorySize, Description=Description, LastUpdateStatus=status)
        self.revision += 1
        self.busy_until = self.clock.now + self.update_takes
        return {**self.latest, "RevisionId": str(self.revision)}

    def publish_version(self, FunctionName: str, Description: str, RevisionId: str) -> Any:
        self._called("publish_version")
        self._revised(RevisionId)
        last = max(self.published, key=int)
        if {**self.published[last], "Version": "$LATEST"} == self.latest:
            return self.published[last]  # AWS makes no version of what hasn't changed
        version = str(self.next_version)
        self.next_version += 1
        self.published[version] = {**self.latest, "Version": version, "Description": Description}
        return self.published[version]

    def list_versions_by_function(self, FunctionName: str, Marker: str | None = None) -> Any:
        self._called("list_versions_by_function")
        found = [self.latest, *self.published.values()]
        at = int(Marker or 0)
        return {"Versions": found[at : at + 2], **({"NextMarker": str(at + 2)} if at + 2 < len(found) else {})}

    def delete_function(self, FunctionName: str, Qualifier: str) -> Any:
        self._called("delete_function")
        if Qualifier in self.aliases.values():
            raise AwsRefusalError("ResourceConflictException", "because it is referenced by aliases")
        self.published.pop(Qualifier, None)
        return {}

    def list_provisioned_concurrency_configs(self, FunctionName: str) -> Any:
        self._called("list_provisioned_concurrency_configs")
        return {"ProvisionedConcurrencyConfigs": [{"FunctionArn": arn} for arn in self.provisioned]}

    def get_function_concurrency(self, FunctionName: str) -> Any:
        self._called("get_function_concurrency")
        return {} if self.reserved is None else {"ReservedConcurrentExecutions": self.reserved}

    def invoke(self, FunctionName: str, **others: Any) -> Any:
        self._called("invoke")
        if others.get("InvocationType") == "DryRun":
            return {"StatusCode": 204}
        qualifier = others.get("Qualifier", "$LATEST")
        if qualifier != "$LATEST" and qualifier not in self.published:
            raise AwsRefusalError("ResourceNotFoundException", "Function not found")
        self.invocations.append((qualifier, others["Payload"]))
        # As many environments are needed as there are invocations at a time: those that are new are cold.
        number = self.at_a_time.wait(10)
        cold = number >= self.environments[qualifier]
        self.at_a_time.wait(10)
        self.environments[qualifier] = max(self.environments[qualifier], number + 1)
        one = self.published.get(qualifier, self.latest)
        duration, init, peak, error = self.workload.run(one["MemorySize"], one["Timeout"], cold=cold)
        self.clock.sleep(duration / 1000)
        request_id = f"r-{len(self.invocations)}"
        log = "" if self.quiet else report_line(request_id, one["MemorySize"], duration, init, peak)
        return {
            "StatusCode": 200,
            "Payload": io.BytesIO(json.dumps(error or {"ok": True}).encode()),
            "LogResult": base64.b64encode(log.encode()).decode(),
            "ResponseMetadata": {"RequestId": request_id},
            **({"FunctionError": "Unhandled"} if error else {}),
        }

    def get_parameters(self, Names: list[str], WithDecryption: bool = False) -> Any:
        self._called("get_parameters")
        return {"Parameters": [{"Name": n, "Value": self.parameters[n]} for n in Names if n in self.parameters]}

    def put_parameter(self, Name: str, Value: str, Overwrite: bool, **_others: Any) -> Any:
        self._called("put_parameter")
        if "{{" in Value:
            raise AwsRefusalError("ValidationException", "Parameter value can't nest another parameter")
        if Name in self.parameters and not Overwrite:
            raise AwsRefusalError("ParameterAlreadyExists")
        self.parameters[Name] = Value
        return {"Version": 1}

    def delete_parameter(self, Name: str) -> Any:
        self._called("delete_parameter")
        if self.parameters.pop(Name, None) is None:
            raise AwsRefusalError("ParameterNotFound")
        return {}
