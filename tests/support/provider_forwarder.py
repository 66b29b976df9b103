"""Between Terraform and a provider that runs: what the provider answers alike each time is answered from memory.

Asked whether its settings are valid, twice by each command, the newest provider examines the schemas of all its types:
three seconds of a processor. Terraform takes two more to read them. So both answers are kept, and the schemas are those
of the types that the project names. All other calls, and so all that is planned and made, are the provider's own.
"""

from __future__ import annotations

import pathlib
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Where a configuration can be that a test applies.
NAMING = ("README.md", "docs/**/*.md", "terraform/**/*.md", "terraform/**/*.tf", "terraform/**/*.hcl", "tests/**/*.py")
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# Terraform asks for ten resources at a time.
THREADS = 16
SCHEMAS, SETTINGS = "/GetSchema", "/PrepareProviderConfig"
# Streams for the provider's log and for a broker, which Terraform does without.
STREAMS = ("/StreamStdio", "/StartStream")

# Of GetProviderSchema.Response in Terraform's tfplugin5.proto: maps from the name of a type to its schema.
RESOURCES, DATA_SOURCES, EPHEMERAL_RESOURCES = 2, 3, 8
KEY = 1
VARINT, BYTES = 0, 2


class Forwarder(grpc.GenericRpcHandler):
    """Passes on calls, whatever they are, as bytes."""

    def __init__(self, channel: grpc.Channel, types: set[bytes]) -> None:
        self._channel = channel
        self._types = types
        self._answers: dict[tuple[str, bytes], bytes] = {}

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """Return what answers this method."""
        method: str = details.method
        if method.endswith(STREAMS):
            return None
        answer = self._from_memory if method.endswith((SCHEMAS, SETTINGS)) else self._passed_on
        return grpc.unary_unary_rpc_method_handler(lambda request, context: answer(method, request, context))

    def _passed_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        call = self._channel.unary_unary(method).future(request)
        # Terraform that was interrupted waits no longer.
        context.add_callback(call.cancel)
        try:
            return bytes(call.result())
        except (grpc.RpcError, grpc.FutureCancelledError):
            context.abort(call.code(), call.details())
            raise

    def _from_memory(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        known = self._answers.get((method, request))
        if known is None:
            known = self._passed_on(method, request, context)
            if method.endswith(SCHEMAS):
                known = trimmed(known, self._types)
            self._answers[method, request] = known
        return known


def trimmed(response: bytes, types: set[bytes]) -> bytes:
    """Leave out the schemas of all other types."""
    return b"".join(
        raw
        for number, content, raw in _fields(response)
        if number not in {RESOURCES, DATA_SOURCES, EPHEMERAL_RESOURCES} or _key(content) in types
    )


def _key(entry: bytes) -> bytes:
    return next(content for number, content, _raw in _fields(entry) if number == KEY)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield number, content and the whole of each field of a message of Protocol Buffers."""
    at = 0
    while at < len(message):
        begin = at
        tag, at = _varint(message, at)
        if tag & 7 not in {VARINT, BYTES}:
            raise ValueError(f"a field of wire type {tag & 7}, which no schema has")
        size, start = _varint(message, at)
        at = start + size if tag & 7 == BYTES else start
        yield tag >> 3, message[start:at], message[begin:at]


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | message[at] << shift, at + 1


def named_types() -> set[bytes]:
    """Return all types of resources and data sources that the project names."""
    files = (path for pattern in NAMING for path in ROOT.glob(pattern))
    return {name for path in files for name in re.findall(rb"\baws_[a-z0-9_]+", path.read_bytes())}


def serve(provider: str, path: str) -> grpc.Server:
    """Listen on a Unix socket, in front of the one of a provider."""
    server = grpc.server(ThreadPoolExecutor(THREADS), options=UNLIMITED)
    channel = grpc.insecure_channel(f"unix:{provider}", options=[*UNLIMITED, ("grpc.default_authority", "localhost")])
    server.add_generic_rpc_handlers((Forwarder(channel, named_types()),))
    server.add_insecure_port(f"unix:{path}")
    server.start()
    sys.stderr.write(f"listening on {path}\n")
    return server


if __name__ == "__main__":
    serve(*sys.argv[1:]).wait_for_termination()
