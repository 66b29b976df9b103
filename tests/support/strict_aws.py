"""AWS as the tests see it: moto's server behind a layer that is as strict as AWS where moto is kinder.

The layer enforces AWS's page sizes and refusals, hides what moto shows of undecrypted secrets, counts calls,
and throttles, delays or fails them on request. ``python -m tests.support.strict_aws`` runs it on its own.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import io
import json
import os
import pathlib
import re
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from tests.support import strict_iam, strict_lambda, strict_scheduler, strict_ssm
from tests.support.aws_answers import Answer, RefusedError, Request
from tests.support.lambda_memory import Workload
from tests.support.planted_secrets import PLANTED
from tests.support.since_last_write import SinceLastWrite

# moto would make its 1,285 images anew for each test that asks EC2: twice as long as all else that such a test asks.
os.environ["MOTO_AMIS_PATH"] = str(pathlib.Path(__file__).with_name("images.json"))
# What a request has that comes from no network.
_LOCAL = {
    "REQUEST_METHOD": "POST",
    "HTTP_HOST": "localhost",
    "wsgi.url_scheme": "http",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
}
_CREDENTIAL = re.compile(r"Credential=([^/]+)/[0-9]+/([^/]+)/([^/]+)/")


@dataclasses.dataclass
class Fault:
    """A failure that the next calls of one operation get. ``times`` below zero means all of them."""

    operation: str
    code: str
    times: int = 1
    status: int = 400
    message: str = "injected by the test"


@dataclasses.dataclass
class Settings:
    """How the layer behaves beyond refusing what AWS refuses."""

    latency: float = 0.0  # seconds before each answer
    rate: float = 0.0  # calls a second and account before throttling sets in; 0 is without limit
    refuse: bool = True  # whether what AWS refuses is refused
    role_known_after: int = 0  # tries of CreateSchedule that Scheduler refuses, as it does while a role is new
    schedules_left: int = -1  # how many schedules the quota still has room for; below zero it is without limit
    empty_pages: bool = False  # put an empty page with a token before each page
    policy: Mapping[str, Any] | None = None  # what IAM allows; everything where there is none
    remember: bool = False  # answer reads as they were answered since the last write, without asking moto again
    now: Callable[[], datetime] = dataclasses.field(default=lambda: datetime.now(timezone.utc), repr=False)
    workload: Workload = dataclasses.field(default_factory=Workload, repr=False)  # what Lambda functions take
    pages: SinceLastWrite = dataclasses.field(default_factory=SinceLastWrite, repr=False)  # what moto listed


class StrictAws:
    """A WSGI application in front of moto's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.RLock()
        self._clock = clock
        self._calls: list[Request] = []
        self._faults: list[Fault] = []
        self._recent: collections.deque[float] = collections.deque()
        self._answers = SinceLastWrite()
        self.settings = Settings()

    def reset(self) -> None:
        """Forget everything: calls, faults, settings and what moto holds."""
        with self._lock:
            self._calls, self._faults, self.settings = [], [], Settings()
            self._recent.clear()
            self._answers.forget()
            self._ask_moto({**_LOCAL, "PATH_INFO": "/moto-api/reset"}, b"")

    def forget_calls(self) -> None:
        """Start counting anew."""
        self._calls = []

    def calls(self) -> collections.Counter[str]:
        """Count the calls since the last reset, by service:Operation."""
        return collections.Counter(f"{request.service}:{request.operation}" for request in self._calls)

    def requests(self, name: str) -> list[Mapping[str, Any]]:
        """Give what was sent in the calls of one service:Operation."""
        return [request.payload for request in self._calls if f"{request.service}:{request.operation}" == name]

    def access_keys(self, service: str) -> set[str]:
        """Give the access keys that the calls of a service were signed with."""
        return {request.access_key for request in self._calls if request.service == service}

    def fault(self, operation: str, code: str, times: int = 1, status: int = 400, message: str = "injected") -> None:
        """Fail the next calls of an operation (ssm:GetParameters, or * for any)."""
        self._faults.append(Fault(operation, code, times, status, message))

    def heal(self) -> None:
        """End all faults."""
        self._faults.clear()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one HTTP request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_strict/"):
            answer = self._control(path.removeprefix("/_strict/"), body)
        elif path.startswith("/moto-api"):
            answer = self._ask_moto(environ, body)
        else:
            answer = self._serve(environ, body)
        start_response(f"{answer.status} {'OK' if answer.status < 400 else 'Error'}", list(answer.headers))
        return [answer.body]

    def put_parameter(self, region: str, **parameter: str | bool) -> None:
        """Answer ssm:PutParameter without a client and a network, which take three quarters of its time."""
        body = json.dumps(parameter).encode()
        environ = {
            **_LOCAL,
            "PATH_INFO": "/",
            "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=AKIATESTS/20260101/{region}/ssm/aws4_request, x",
            "HTTP_X_AMZ_TARGET": "AmazonSSM.PutParameter",
            "CONTENT_TYPE": "application/x-amz-json-1.1",
        }
        answer = self._serve(environ, body)
        assert answer.status == 200, answer.body

    def _serve(self, environ: dict[str, Any], body: bytes) -> Answer:
        request = parse_request(environ, body)
        with self._lock:
            self._calls.append(request)
        if request.operation == "PutParameter" and request.payload.get("Type") == "SecureString":
            PLANTED.plant(request.payload["Value"])
        if self.settings.latency:
            time.sleep(self.settings.latency)
        try:
            self._inject(request)
            if self.settings.policy:
                strict_iam.check(request, self.settings.policy)
            if not request.operation.startswith(("Get", "Describe", "List")):
                return self._write(request, environ, body)
            if self.settings.remember:
                return self._remembered(request, environ, body)
            return self._ask(request, environ, body)
        except RefusedError as refusal:
            return refusal.answer(request.protocol)

    def _write(self, request: Request, environ: dict[str, Any], body: bytes) -> Answer:
        self._forget_reads()
        try:
            return self._ask(request, environ, body)
        finally:
            self._forget_reads()

    def _forget_reads(self) -> None:
        self.settings.pages.forget()
        self._answers.forget()

    def _remembered(self, request: Request, environ: dict[str, Any], body: bytes) -> Answer:
        key = (request.service, request.operation, request.region, request.path, environ.get("QUERY_STRING"), body)
        return self._answers.get(key, lambda: self._ask(request, environ, body))

    def _ask(self, request: Request, environ: dict[str, Any], body: bytes) -> Answer:
        if request.service == strict_lambda.SERVICE and self.settings.refuse:
            return strict_lambda.serve(
                request,
                environ,
                lambda: self._again(environ, None),
                lambda path: self._fetch(environ, path),
                self.settings.workload,
            )
        for strict in (strict_ssm, strict_scheduler):
            if request.service == strict.SERVICE:
                return strict.serve(request, lambda payload: self._again(environ, payload), self.settings)
        return self._ask_moto(environ, body)

    def _inject(self, request: Request) -> None:
        with self._lock:
            if self.settings.rate:
                self._throttle(self._clock())
            for fault in self._faults:
                if fault.times and fault.operation in ("*", f"{request.service}:{request.operation}"):
                    fault.times -= 1
                    raise RefusedError(fault.code, fault.message, fault.status)

    def _throttle(self, now: float) -> None:
        """Refuse what is more than the rate in the last second; calls from before there was a rate don't count."""
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= self.settings.rate:
            raise RefusedError("ThrottlingException", "Rate exceeded")
        self._recent.append(now)

    def _again(self, environ: dict[str, Any], payload: Mapping[str, Any] | None) -> Answer:
        """Ask moto with another payload; None means the one that came."""
        if payload is None:
            return self._ask_moto(environ, environ["tests.body"])
        return self._ask_moto(environ, json.dumps(payload).encode())

    def _fetch(self, environ: dict[str, Any], path: str) -> Any:
        """Ask moto for something else than the request did, and return it parsed."""
        path, _mark, query = path.partition("?")
        others = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "RAW_URI": path,
            "REQUEST_URI": path,
        }
        return self._ask_moto({**environ, **others}, b"").json()

    def _ask_moto(self, environ: dict[str, Any], body: bytes) -> Answer:
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        started: list[Any] = []
        with self._lock:  # moto's backends are not made for threads
            chunks = self._moto(environ, lambda status, headers, *_info: started.extend((status, headers)))
            content = b"".join(chunks)
        return Answer(int(started[0].split()[0]), content, tuple(started[1]))

    def _control(self, what: str, body: bytes) -> Answer:
        arguments = json.loads(body) if body else {}
        if what == "reset":
            self.reset()
        elif what == "forget":
            self.forget_calls()
        elif what == "fault":
            self.fault(**arguments)
        elif what == "settings":
            self.settings = dataclasses.replace(self.settings, **arguments)
        elif what != "calls":
            return Answer(404, b"{}")
        return Answer(200, json.dumps(self.calls()).encode(), (("Content-Type", "application/json"),))


def parse_request(environ: dict[str, Any], body: bytes) -> Request:
    """Tell which operation of which service a request is, for the protocols that AWS uses."""
    environ["tests.body"] = body
    match = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    access_key, region, service = match.groups() if match else ("", "", "")
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return Request(service, target.rsplit(".", 1)[-1], region, access_key, json.loads(body or b"{}"), "json")
    form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"))) if b"Action=" in body else {}
    if form:
        return Request(service, form["Action"], region, access_key, form, "query")
    payload = json.loads(body) if body[:1] == b"{" else {}
    operation = strict_scheduler.operation(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    path = urllib.parse.unquote(environ.get("PATH_INFO", ""))
    protocol = "rest-xml" if service == "s3" else "rest-json"
    return Request(service, operation, region, access_key, payload, protocol, path, query)


def serve(app: StrictAws, port: int = 0) -> tuple[BaseWSGIServer, str]:
    """Start the server on loopback, in a thread; gives it and its URL."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.port}"


def main() -> None:
    """Run in the foreground and print the URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--rate", type=float, default=0.0, help="calls a second before throttling")
    arguments = parser.parse_args()
    app = StrictAws()
    app.settings = Settings(arguments.latency, arguments.rate)
    server = make_server("127.0.0.1", arguments.port, app, threaded=True)
    print(f"http://127.0.0.1:{server.port}", flush=True)  # noqa: T201  its caller reads it
    server.serve_forever()


if __name__ == "__main__":
    main()
