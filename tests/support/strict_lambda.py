"""What Lambda runs and refuses, where moto doesn't: invocations with a REPORT, revisions, bounds, versions in use.

An invocation takes what :class:`~tests.support.lambda_memory.Workload` says of its memory size.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.aws_answers import Answer, RefusedError, Request
from tests.support.lambda_memory import MEMORY_LIMIT, Workload, report_line

SERVICE = "lambda"
_PATH = re.compile(r"/[0-9-]+/functions/(?P<name>[^/]+)(?P<rest>/[^?]*)?\Z")
# arn:aws:lambda:eu-central-1:123456789012:function:worker, and a version or an alias where there is one.
_REGION_OF_ARN, _NAME_OF_ARN = 3, 6

Fetch = Callable[[str], Any]


def serve(
    request: Request, environ: dict[str, Any], ask: Callable[[], Answer], fetch: Fetch, workload: Workload
) -> Answer:
    """Answer an invocation, refuse what AWS refuses, pass on the rest."""
    method, match = environ["REQUEST_METHOD"], _PATH.match(request.path)
    if not match:
        return ask()
    name, rest = match.group("name"), match.group("rest") or ""
    arn = name.split(":")
    if len(arn) > _NAME_OF_ARN:
        _check_region(arn[_REGION_OF_ARN], request.region)
        name = arn[_NAME_OF_ARN]
        if len(arn) == _NAME_OF_ARN + 1:  # moto lists no versions of an ARN
            by_name = request.path.replace(match.group("name"), name)
            environ.update(dict.fromkeys(("PATH_INFO", "RAW_URI", "REQUEST_URI"), by_name))
    if rest == "/invocations":
        return _invoke(name, request, environ.get("HTTP_X_AMZ_INVOCATION_TYPE", ""), fetch, workload)
    if rest == "/provisioned-concurrency":
        return Answer(200, json.dumps({"ProvisionedConcurrencyConfigs": []}).encode())
    if (method == "PUT" and rest == "/configuration") or (method == "POST" and rest == "/versions"):
        _check_revision(request.payload, fetch(f"/2015-03-31/functions/{name}/configuration"))
    if method == "PUT" and not 128 <= request.payload.get("MemorySize", 128) <= MEMORY_LIMIT:
        raise RefusedError("InvalidParameterValueException", f"'MemorySize' value must be at most {MEMORY_LIMIT}")
    if method == "DELETE" and not rest and request.query.get("Qualifier"):
        _check_unused(request.query["Qualifier"], fetch(f"/2015-03-31/functions/{name}/aliases"))
    answer = ask()
    if rest == "/configuration" and answer.status < 300:
        document = answer.json()
        return answer.with_json({**document, "RevisionId": _revision(document)})
    return answer


def _check_region(there: str, here: str) -> None:
    if there != here:
        text = f"Functions from '{there}' are not reachable in this region ('{here}')"
        raise RefusedError("ResourceNotFoundException", text, 404)


def _revision(found: Mapping[str, Any]) -> str:
    """Return a revision, which moto has none of: it differs as soon as anything differs."""
    kept = {key: value for key, value in found.items() if key not in {"RevisionId", "LastModified"}}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:32]


def _check_revision(payload: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    asked = payload.get("RevisionId")
    if asked and asked != _revision(found):
        raise RefusedError("PreconditionFailedException", "The Revision Id provided does not match the latest", 412)


def _check_unused(version: str, found: Mapping[str, Any]) -> None:
    users = [alias["Name"] for alias in found.get("Aliases", []) if alias["FunctionVersion"] == version]
    if users:
        raise RefusedError("ResourceConflictException", f"the version is referenced by aliases: {users}", 409)


def _invoke(name: str, request: Request, kind: str, fetch: Fetch, workload: Workload) -> Answer:
    qualifier = request.query.get("Qualifier", "$LATEST")
    found = fetch(f"/2015-03-31/functions/{name}/configuration?Qualifier={qualifier}")
    if "MemorySize" not in found:
        raise RefusedError("ResourceNotFoundException", f"Function not found: {name}:{qualifier}", 404)
    if kind == "DryRun":
        return Answer(204, b"")
    place = f"{name}:{qualifier}"
    cold, payload = place not in workload.warm, json.dumps(dict(request.payload)).encode()
    duration, init, peak, error = workload.invoke(payload, found["MemorySize"], found["Timeout"], cold=cold)
    workload.warm.add(place)
    workload.payloads.append(dict(request.payload))
    request_id = str(uuid.uuid4())
    log = report_line(request_id, found["MemorySize"], duration, init, peak)
    headers = [
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", request_id),
        ("X-Amz-Executed-Version", qualifier),
        ("X-Amz-Log-Result", base64.b64encode(log.encode()).decode()),
    ]
    if error:
        headers.append(("X-Amz-Function-Error", "Unhandled"))
    return Answer(200, json.dumps(error or {"ok": True}).encode(), tuple(headers))
