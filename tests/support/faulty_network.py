"""A network between a command and AWS that loses, cuts, delays and refuses calls, as it is told.

Each HTTP request comes on a connection of its own, and is passed on as it is. A fault is what people see of real
networks: the connection is reset before or after AWS has done what was asked, the answer ends in the middle or comes
late, a load balancer answers 502 or 503 in HTML, AWS throttles for a while, or finds the caller's clock wrong.
"""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.aws_answers import RefusedError

LATE = 1.0  # seconds
STORM = 4  # calls that are throttled in a row
PAGE = b"<html><body><h1>The server is not available</h1></body></html>"
SKEWED = ("InvalidSignatureException", "Signature expired: 20261125T100000Z is now earlier")
THROTTLED = ("ThrottlingException", "Rate exceeded")

FAULTS = ("late", "reset", "reset_after", "cut", "unavailable", "bad_gateway", "storm", "skewed")


class FaultyNetwork:
    """A server on loopback in front of another one."""

    def __init__(self, url: str) -> None:
        self.target = urllib.parse.urlsplit(url).netloc
        self.calls = 0
        self.faults: dict[int, str] = {}
        self._lock = threading.Lock()
        network = self

        class Handler(_Handler):
            """Knows its network."""

            def fault(self) -> str:
                return network.next_fault()

            target = network.target

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def plan(self, faults: Mapping[int, str]) -> None:
        """Count calls from 0 on, and give these of them a fault."""
        self.calls, self.faults = 0, {}
        for call, fault in faults.items():
            self.faults.update(dict.fromkeys(range(call, call + (STORM if fault == "storm" else 1)), fault))

    def next_fault(self) -> str:
        """Return the fault of the call that has come, if it has one."""
        with self._lock:
            self.calls += 1
            return self.faults.get(self.calls - 1, "")

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    target = ""

    def fault(self) -> str:
        """Return the fault of this call."""
        raise NotImplementedError

    def do_POST(self) -> None:
        """Carry one request, as far as its fault lets it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.fault()
        self.close_connection = True
        if fault == "reset":
            self._reset()
        elif fault == "unavailable":
            self._answer(503, PAGE)
        elif fault == "storm":
            self._refuse(*THROTTLED)
        elif fault == "skewed":
            self._refuse(*SKEWED)
        else:
            self._carry(body, fault)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815  as above

    def _carry(self, body: bytes, fault: str) -> None:
        connection = http.client.HTTPConnection(self.target, timeout=30)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if fault == "reset_after":
            self._reset()
            return
        if fault == "bad_gateway":
            self._answer(502, PAGE)
            return
        if fault == "late":
            time.sleep(LATE)
        self._answer(answer.status, content, cut=fault == "cut", headers=answer.getheaders())

    def _refuse(self, code: str, message: str) -> None:
        """Answer as the service that was asked does: the query protocol of EC2 has XML."""
        asked = self.headers.get("Content-Type", "")
        protocol = "query" if asked.startswith("application/x-www-form-urlencoded") else "json"
        refusal = RefusedError(code, message).answer(protocol)
        self._answer(refusal.status, refusal.body, headers=list(refusal.headers))

    def _answer(
        self,
        status: int,
        content: bytes,
        kind: str = "text/html",
        *,
        headers: list[tuple[str, str]] | None = None,
        cut: bool = False,
    ) -> None:
        self.send_response_only(status)
        own = {"content-length", "connection", "transfer-encoding"}
        for name, value in headers or [("Content-Type", kind)]:
            if name.lower() not in own:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)

    def _reset(self) -> None:
        """Close the connection by RST, and not by FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
