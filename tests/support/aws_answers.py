"""Requests to AWS and its answers, as the strict layer handles them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Request:
    """One call: the operation, and what was sent with it."""

    service: str
    operation: str
    region: str
    access_key: str
    payload: Mapping[str, Any]
    protocol: str
    path: str = "/"
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer over HTTP."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.body or b"{}")

    def with_json(self, document: Any) -> Answer:
        """Give the same answer with another body."""
        kept = tuple((key, value) for key, value in self.headers if key.lower() != "content-length")
        return Answer(self.status, json.dumps(document).encode(), kept)


class RefusedError(Exception):
    """AWS says no, with a code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status

    def answer(self, protocol: str) -> Answer:
        """Give the answer in the service's protocol."""
        if protocol in ("query", "rest-xml"):
            error = f"<Error><Code>{self.code}</Code><Message>{self}</Message></Error>"
            text = error if protocol == "rest-xml" else f"<Response><Errors>{error}</Errors></Response>"
            return Answer(self.status, text.encode(), (("Content-Type", "text/xml"),))
        body = json.dumps({"__type": self.code, "message": str(self), "Message": str(self)}).encode()
        return Answer(
            self.status, body, (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", self.code))
        )
