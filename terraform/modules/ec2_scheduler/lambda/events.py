# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of API Gateway, parsed once: the request, its caller, its body. What can't be used is refused by name."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import BOOKING_KEYS, check_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import owner_name

MAX_BODY = 16 * 1024
MAX_INSTANCES = 20
OPTIONS = ("on_gap", "replace", "dry_run")
FIELDS = ("instance_id", "ec2_instances_id", *BOOKING_KEYS, *OPTIONS)
CHANGES = (*(key for key in BOOKING_KEYS if key != "name"), "on_gap", "dry_run")
_TYPOGRAPHIC = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ETAG = re.compile(r'(?:W/)?"?([0-9a-z]{6})"?')


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is answered with something else than what it asked for."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error


@dataclass(frozen=True)
class Caller:
    """Who calls, as the authorizer says: the IAM principal or the token's subject, and the token's scopes."""

    name: str = ""
    scopes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, authorizer: Mapping[str, Any]) -> Caller:
        """Read the authorizer's part of an event; never the token itself."""
        arn = _map(authorizer, "iam").get("userArn")
        if arn:
            return cls(owner_name(str(arn)))
        token = _map(authorizer, "jwt")
        claims = _map(token, "claims")
        subject = str(claims.get("sub") or "")
        # Whoever chooses subjects shall not choose to be an IAM principal.
        name = f"jwt:{subject}" if subject.startswith("arn:") else subject
        listed = token.get("scopes")
        scopes = [*(listed if isinstance(listed, list) else []), *str(claims.get("scope") or "").split()]
        return cls(owner_name(name), frozenset(map(str, scopes)))


@dataclass(frozen=True)
class ApiRequest:
    """The parts of an event that matter."""

    route: str = ""
    booking: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw_body: str = ""
    encoded: bool = False
    caller: Caller = field(default_factory=Caller)
    request_id: str = ""

    @classmethod
    def of(cls, event: object) -> ApiRequest:
        """Read an event of payload format 2.0. Nothing in it is an error here: the caller is known for the log."""
        known = event if isinstance(event, Mapping) else {}
        context = _map(known, "requestContext")
        body = known.get("body")
        return cls(
            str(known.get("routeKey", "")),
            str(_map(known, "pathParameters").get("id", "")),
            {str(key): str(value) for key, value in _map(known, "queryStringParameters").items()},
            {str(key).lower(): str(value) for key, value in _map(known, "headers").items()},
            body if isinstance(body, str) else "",
            known.get("isBase64Encoded") is True,
            Caller.of(_map(context, "authorizer")),
            str(context.get("requestId", "")),
        )

    @property
    def body(self) -> str:
        """The body as text."""
        if not self.encoded:
            return self.raw_body
        try:
            return base64.b64decode(self.raw_body, validate=True).decode("utf-8")
        except ValueError as error:
            raise Refused(400, "bad_request", "The body is not text in UTF-8.") from error

    @property
    def version(self) -> str:
        """The version that If-Match asks for, "" for any."""
        given = self.headers.get("if-match", "").strip()
        match = _ETAG.fullmatch(given)
        if given in ("", "*"):
            return ""
        if not match:
            raise Refused(412, "changed", "If-Match: this is not the version of a booking.")
        return match[1]

    def key_of(self, fields: Mapping[str, Any]) -> str:
        """Return the digests of the Idempotency-Key and of what is asked for, "" without a key."""
        key = self.headers.get("idempotency-key", "")
        if not key:
            return ""
        if not _IDEMPOTENCY_KEY.fullmatch(key):
            raise Refused(400, "bad_request", "Idempotency-Key: expected 1 to 255 printable ASCII characters.")
        asked = json.dumps({name: fields[name] for name in BOOKING_KEYS if name in fields}, sort_keys=True)
        return f"{_digest(f'{self.caller.name} {key}')[:10]}.{_digest(asked)[:6]}"

    def query_of(self, *valid: str) -> Mapping[str, str]:
        """Return the query, or refuse what would be ignored."""
        unknown = sorted(set(self.query) - set(valid))
        if unknown:
            names = ", ".join(valid) or "none"
            raise Refused(400, "bad_request", f"Unknown: {', '.join(unknown)}. Valid query parameters: {names}.")
        return self.query


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _map(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True)
class BookingBody:
    """The body of a request to book or, without instances, to change a booking."""

    instance_ids: tuple[str, ...]
    entry: Mapping[str, Any]
    on_gap: str = "error"
    replace: bool = False
    dry_run: bool = False

    @classmethod
    def of(cls, body: str) -> BookingBody:
        """Read the body of a POST; what it books is for the collection's parser to check."""
        fields = _fields(body, FIELDS)
        return cls(_instance_ids(fields), *_common(fields))

    @classmethod
    def change(cls, body: str) -> BookingBody:
        """Read the body of a PATCH: what shall be different."""
        fields = _fields(body, CHANGES)
        read = cls((), *_common(fields))
        if not read.entry:
            raise Refused(400, "bad_request", f"Nothing to change. Valid fields: {', '.join(CHANGES)}.")
        return read


def _common(fields: Mapping[str, Any]) -> tuple[Mapping[str, Any], str, bool, bool]:
    on_gap = fields.get("on_gap", "error")
    if on_gap not in ("error", "shift"):
        raise _bad("on_gap", on_gap, '"error" or "shift"')
    for name in ("replace", "dry_run"):
        if not isinstance(fields.get(name, False), bool):
            raise _bad(name, fields[name], "true or false")
    entry = {key: fields[key] for key in BOOKING_KEYS if key in fields}
    return entry, on_gap, fields.get("replace", False), fields.get("dry_run", False)


def _fields(body: str, valid: tuple[str, ...]) -> dict[str, Any]:
    if len(body) > MAX_BODY:
        raise Refused(413, "too_large", f"The body has more than {MAX_BODY} characters.")
    if body.startswith("\ufeff"):
        raise Refused(400, "bad_request", "The body begins with a byte order mark (BOM): send it without.")
    try:
        fields = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        typographic = next((character for character in body if character in _TYPOGRAPHIC), "")
        hint = f' It has typographic quotes ({typographic}): JSON needs straight ones (").' if typographic else ""
        reason = "it nests too deep" if isinstance(error, RecursionError) else error
        raise Refused(400, "bad_request", f"The body is not JSON: {reason}.{hint}") from error
    if not isinstance(fields, dict):
        raise Refused(400, "bad_request", "The body is not a JSON object.")
    unknown = sorted(set(fields) - set(valid))
    if unknown:
        named = ", ".join(map(show, unknown[:5]))
        raise Refused(400, "bad_request", f"Unknown: {named}. Valid fields: {', '.join(valid)}.")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _instance_ids(fields: Mapping[str, Any]) -> tuple[str, ...]:
    given = [field for field in ("instance_id", "ec2_instances_id") if field in fields]
    if len(given) != 1:
        raise Refused(400, "bad_request", "Give instance_id or ec2_instances_id, one of the two.")
    value = fields[given[0]]
    ids = [value] if isinstance(value, str) else value
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids) or len(ids) > MAX_INSTANCES:
        raise _bad(given[0], value, f"an instance id or a list of 1 to {MAX_INSTANCES}")
    return tuple(dict.fromkeys(check_instance_id(one, given[0]) for one in ids))


def _bad(name: str, got: object, valid: str) -> Refused:
    return Refused(400, "bad_request", f"{name}: got {json.dumps(got)[:200]}, expected {valid}.")
