# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for a Galaxy server: version 3 of its API, as much of it as installing by name asks for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import pathlib
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextlib.contextmanager
def serve(artifact: pathlib.Path) -> Iterator[str]:
    """Serve one collection from its artifact, on a free port of loopback."""
    with tarfile.open(artifact) as archive:
        info = json.load(archive.extractfile("MANIFEST.json"))["collection_info"]  # type: ignore[arg-type]

    class Galaxy(BaseHTTPRequestHandler):
        """Answers, and logs nothing."""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == f"/{artifact.name}":
                self._send(artifact.read_bytes(), "application/gzip")
                return
            base = f"http://{self.headers['Host']}"
            document = documents(base, artifact, info).get(path)
            self._send(
                json.dumps(document or {"errors": [{"code": "not_found"}]}).encode(), status=200 if document else 404
            )

        def _send(self, body: bytes, kind: str = "application/json", status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Galaxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/"
    finally:
        server.shutdown()
        server.server_close()


def documents(base: str, artifact: pathlib.Path, info: dict[str, Any]) -> dict[str, Any]:
    """Return what each address answers."""
    index = f"/api/v3/collections/{info['namespace']}/{info['name']}/"
    versions = f"{index}versions/"
    one = f"{versions}{info['version']}/"
    return {
        "/api/": {"available_versions": {"v3": "v3/"}},
        index: {
            "namespace": info["namespace"],
            "name": info["name"],
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "highest_version": {"version": info["version"], "href": one},
        },
        versions: {
            "meta": {"count": 1},
            "links": {"next": None},
            "data": [{"version": info["version"], "href": one, "requires_ansible": ">=2.17.0"}],
        },
        one: {
            "version": info["version"],
            "href": one,
            "namespace": {"name": info["namespace"]},
            "collection": {"name": info["name"]},
            "download_url": f"{base}/{artifact.name}",
            "artifact": {
                "filename": artifact.name,
                "size": artifact.stat().st_size,
                "sha256": hashlib.sha256(artifact.read_bytes()).hexdigest(),
            },
            "metadata": {"dependencies": info["dependencies"]},
            "signatures": [],
        },
    }
