"""What SSM refuses to write or to tag, where moto takes it. Limits are those of its API reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ssm.models import ssm_backends

from tests.support.aws_answers import RefusedError, Request

_NAME = re.compile(r"[a-zA-Z0-9_.\-/]+\Z")
_TIER_LIMIT = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}
_NAME_WITH_ARN = 1011
_TAGS = 50
# The API's pattern has \p{L}, \p{Z} and \p{N}, which `re` lacks: letters, digits and spaces of any script.
_TAG_TEXT = re.compile(r"(?:[^\W_]|[\s_.:/=+\-@])*\Z")
_KEY_ID = re.compile(r"[a-zA-Z0-9:/_-]{1,256}\Z")


def check_put(request: Request) -> None:
    """Refuse a PutParameter that AWS refuses."""
    payload = request.payload
    _check_name(payload["Name"], request.region)
    _check_value(payload)
    _check_tags(payload.get("Tags", []))
    if len(payload.get("Description", "")) > 1024:
        raise invalid("Value at 'description' failed to satisfy constraint: length less than or equal to 1024")
    if "KeyId" in payload and not _KEY_ID.match(payload["KeyId"]):
        raise invalid("Value at 'keyId' failed to satisfy constraint: regular expression pattern")
    _check_against_what_is_there(request)


def check_tag(request: Request) -> None:
    """Refuse an AddTagsToResource that AWS refuses."""
    tags = request.payload["Tags"]
    _check_tags(tags)
    if request.payload["ResourceType"] != "Parameter":
        return
    there = _backend(request)._resource_tags["Parameter"][request.payload["ResourceId"]]
    if len({*there, *(tag["Key"] for tag in tags)}) > _TAGS:
        raise RefusedError("TooManyTagsError", f"A resource can have up to {_TAGS} tags.")


def invalid(message: str) -> RefusedError:
    """Return the refusal of a value that isn't valid."""
    return RefusedError("ValidationException", message)


def _backend(request: Request) -> Any:
    return ssm_backends[DEFAULT_ACCOUNT_ID][request.region]


def _check_name(name: str, region: str) -> None:
    if not _NAME.match(name):
        raise invalid(
            f'Parameter name: can\'t be prefixed with "ssm" (case-insensitive) or have other characters: {name}'
        )
    if "/" in name and not name.startswith("/"):
        raise invalid("Parameter name must be a fully qualified name.")
    if re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        raise RefusedError("AccessDeniedException", f"No access to reserved parameter name: {name}.")
    if name.count("/") > 15:
        raise RefusedError("HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of 15 levels.")
    arn = f"arn:aws:ssm:{region}:{DEFAULT_ACCOUNT_ID}:parameter/{name.removeprefix('/')}"
    if len(arn) > _NAME_WITH_ARN:
        raise invalid(f"Parameter name with its ARN can have {_NAME_WITH_ARN} characters, and has {len(arn)}.")


def _check_value(payload: Mapping[str, Any]) -> None:
    value, tier = payload.get("Value", ""), payload.get("Tier", "Standard")
    if not value:
        raise invalid("Value of parameter must have a length of at least 1.")
    if "{{" in value:
        raise invalid(f'Parameter value: {value} can\'t nest another parameter. Do not use "{{{{}}}}" in the value.')
    if "\0" in value:
        raise invalid("Parameter value has a character that isn't allowed: U+0000.")
    if len(value.encode()) > _TIER_LIMIT[tier]:
        raise invalid(f"{tier} tier parameters support a maximum parameter value of {_TIER_LIMIT[tier]} characters.")
    pattern = payload.get("AllowedPattern")
    if pattern and not re.search(pattern, value):
        raise RefusedError(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )


def _check_tags(tags: Iterable[Mapping[str, str]]) -> None:
    keys = [tag["Key"] for tag in tags]
    if len(keys) > _TAGS:
        raise invalid(f"A resource can have up to {_TAGS} tags.")
    for key in keys:
        if not 1 <= len(key) <= 128 or not _TAG_TEXT.match(key):
            raise invalid(f"Value '{key}' at 'tags.key' failed to satisfy constraint: length 1 to 128, pattern")
        if key.lower().startswith("aws:"):
            raise invalid(f"Tag keys beginning with aws: are reserved for system use: {key}")
    for value in (tag["Value"] for tag in tags):
        if len(value) > 256 or not _TAG_TEXT.match(value):
            raise invalid(f"Value '{value}' at 'tags.value' failed to satisfy constraint: length up to 256, pattern")


def _check_against_what_is_there(request: Request) -> None:
    """Refuse what SSM can't undo; a parameter goes back to Standard by being made anew only."""
    payload = request.payload
    there = _backend(request)._parameters.get(payload["Name"])
    if there and payload.get("Overwrite") and there[-1].tier == "Advanced" and payload.get("Tier") == "Standard":
        raise invalid(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
            "advanced-parameter tier to the standard-parameter tier."
        )
