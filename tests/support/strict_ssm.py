"""What SSM Parameter Store refuses and pages, where moto does otherwise. Limits are those of its API reference."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unittest import mock

from moto.ssm.models import SimpleSystemManagerBackend

from tests.support.aws_answers import Answer, Request
from tests.support.since_last_write import SinceLastWrite
from tests.support.strict_ssm_writes import check_put, check_tag, invalid

SERVICE = "ssm"

_NAME = re.compile(r"[a-zA-Z0-9_.\-/]+\Z")
_PAGED = {"DescribeParameters": (50, 50), "GetParametersByPath": (10, 10)}

_SEARCH = SimpleSystemManagerBackend.describe_parameters
_GATHERING = threading.Lock()

Ask = Callable[[Mapping[str, Any] | None], Answer]


def serve(request: Request, ask: Ask, settings: Any) -> Answer:
    """Refuse what AWS refuses, page as AWS does, and show nothing of secrets."""
    check = {
        "PutParameter": check_put,
        "AddTagsToResource": check_tag,
        "GetParameters": _check_get,
        "GetParametersByPath": _check_by_path,
        "DescribeParameters": _check_describe,
    }.get(request.operation)
    if check and settings.refuse:
        check(request)
    if request.operation in _PAGED:
        return _paged(request, ask, settings)
    answer = ask(None)
    return _masked(answer, request) if request.operation in {"GetParameter", "GetParameters"} else answer


def _check_get(request: Request) -> None:
    names = request.payload["Names"]
    if not 1 <= len(names) <= 10:
        raise invalid(f"Value at 'names' failed to satisfy constraint: length between 1 and 10, got {len(names)}")
    if len(set(names)) != len(names):
        raise invalid("Duplicate parameter names")
    if not all(_NAME.match(name) for name in names):
        raise invalid("Parameter name has characters that are not allowed")


def _check_by_path(request: Request) -> None:
    payload = request.payload
    if not payload["Path"].startswith("/"):
        raise invalid(
            'The parameter doesn\'t meet the parameter name requirements. It must begin with a forward slash "/".'
        )
    if not 1 <= payload.get("MaxResults", 10) <= 10:
        raise invalid("Value at 'maxResults' failed to satisfy constraint: between 1 and 10")


def _check_describe(request: Request) -> None:
    payload = request.payload
    if not 1 <= payload.get("MaxResults", 50) <= 50:
        raise invalid("Value at 'maxResults' failed to satisfy constraint: between 1 and 50")


def _paged(request: Request, ask: Ask, settings: Any) -> Answer:
    """Gather moto's pages, which are of its own size, and cut AWS's from them."""
    default, most = _PAGED[request.operation]
    size = min(request.payload.get("MaxResults", default), most)
    kind, _colon, offset_text = request.payload.get("NextToken", "page:0").partition(":")
    offset = int(offset_text)
    answer, items = _gather(request, ask, settings.pages)
    if answer.status >= 400:
        return answer
    if settings.empty_pages and kind == "page":
        return answer.with_json({"Parameters": [], "NextToken": f"full:{offset}"})
    document: dict[str, Any] = {"Parameters": items[offset : offset + size]}
    if offset + size < len(items):
        document["NextToken"] = f"page:{offset + size}"
    answer = answer.with_json(document)
    return _masked(answer, request) if request.operation == "GetParametersByPath" else answer


def _gather(request: Request, ask: Ask, known: SinceLastWrite) -> tuple[Answer, list[Any]]:
    payload = {key: value for key, value in request.payload.items() if key not in {"NextToken", "MaxResults"}}
    key = json.dumps([request.operation, request.region, request.access_key, payload], sort_keys=True)
    return known.get(key, lambda: _gather_all(payload, ask))


@contextlib.contextmanager
def _filtered_once() -> Iterator[None]:
    """Keep moto's list while its pages of ten are gathered: it filters all parameters again for each of them."""
    found: dict[str, Any] = {}

    def search_once(backend: Any, filters: Any, parameter_filters: Any) -> Any:
        key = json.dumps([id(backend), filters, parameter_filters], sort_keys=True)
        if key not in found:
            found[key] = _SEARCH(backend, filters, parameter_filters)
        return found[key]

    with _GATHERING, mock.patch.object(SimpleSystemManagerBackend, "describe_parameters", search_once):
        yield


@_filtered_once()
def _gather_all(payload: dict[str, Any], ask: Ask) -> tuple[Answer, list[Any]]:
    items: list[Any] = []
    while True:
        answer = ask(payload)
        if answer.status >= 400:
            return answer, []
        document = answer.json()
        items += document["Parameters"]
        if not document.get("NextToken"):
            return answer, items
        payload["NextToken"] = document["NextToken"]


def _masked(answer: Answer, request: Request) -> Answer:
    """Hide the values of secrets that were not asked for in clear; moto shows them after 'kms:'."""
    if answer.status >= 400 or request.payload.get("WithDecryption"):
        return answer
    document = json.loads(answer.body)
    parameters = document.get("Parameters", [document["Parameter"]] if "Parameter" in document else [])
    for parameter in parameters:
        if parameter["Type"] == "SecureString":
            digest = hashlib.sha512(parameter["Name"].encode()).digest()
            parameter["Value"] = base64.b64encode(digest * 2).decode()
    return answer.with_json(document)
