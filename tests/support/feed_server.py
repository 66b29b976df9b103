# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server of calendars on loopback, over TLS with a certificate of its own authority."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import ipaddress
import pathlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class FeedServer:
    """What it is asked, and what it answers."""

    port: int
    ca_path: pathlib.Path
    answer: Handler
    requests: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """An address with a secret in it."""
        return f"https://localhost:{self.port}/s3cret-path/basic.ics?token=s3cret-token"


def send(body: bytes, status: int = 200, **headers: str) -> Handler:
    """Return a handler that sends this."""

    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return handle


def unless_known(body: bytes, etag: str) -> Handler:
    """Return a handler that sends a calendar to whoever doesn't have it."""

    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        if request.headers["If-None-Match"] == etag:
            send(b"", 304)(request)
        else:
            send(body, ETag=etag, Last_Modified="Wed, 10 Feb 2027 09:00:00 GMT")(request)

    return handle


@contextlib.contextmanager
def feed_server(folder: pathlib.Path, answer: Handler) -> Iterator[FeedServer]:
    """Run a server while it is needed."""

    class Request(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serving.requests.append({"path": self.path, **{key.lower(): value for key, value in self.headers.items()}})
            with contextlib.suppress(OSError):
                serving.answer(self)

        def log_message(self, *_arguments: object) -> None:
            """Print nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """Print nothing: clients leave that don't trust the certificate."""

    server = Server(("127.0.0.1", 0), Request)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    serving = FeedServer(server.server_address[1], folder / "feed.pem", answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        server.server_close()


def _certificate(folder: pathlib.Path) -> pathlib.Path:
    """Write a key and a certificate for this machine into one file, and return it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=2))
    made = builder.sign(key, hashes.SHA256())
    path = folder / "feed.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
