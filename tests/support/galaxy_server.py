# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for a Galaxy server: version 3 of its API, as much of it as installing by name asks for."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import pathlib
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextlib.contextmanager
def serve(*artifacts: pathlib.Path) -> Iterator[str]:
    """Serve collections from their artifacts, on a free port of loopback."""

    class Galaxy(BaseHTTPRequestHandler):
        """Answers, and logs nothing."""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            for artifact in artifacts:
                if path == f"/{artifact.name}":
                    self._send(artifact.read_bytes(), "application/gzip")
                    return
                document = documents(f"http://{self.headers['Host']}", artifact).get(path)
                if document:
                    self._send(json.dumps(document).encode())
                    return
            self._send(b'{"errors": [{"code": "not_found"}]}', status=404)

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


def documents(base: str, artifact: pathlib.Path) -> dict[str, Any]:
    """Return what each address answers."""
    with tarfile.open(artifact) as archive:
        manifest = archive.extractfile("MANIFEST.json")
        assert manifest
        info = json.load(manifest)["collection_info"]
    namespace, name, version = info["namespace"], info["name"], info["version"]
    index = f"/api/v3/collections/{namespace}/{name}/"
    one = f"{index}versions/{version}/"
    dates = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    listed = {"version": version, "href": one}
    download = {
        "download_url": f"{base}/{artifact.name}",
        "artifact": {"filename": artifact.name, "sha256": hashlib.sha256(artifact.read_bytes()).hexdigest()},
        "metadata": {"dependencies": info["dependencies"]},
        "signatures": [],
    }
    return {
        "/api/": {"available_versions": {"v3": "v3/"}},
        index: {"namespace": namespace, "name": name, "highest_version": listed, **dates},
        f"{index}versions/": {"meta": {"count": 1}, "links": {"next": None}, "data": [listed]},
        one: {**listed, "namespace": {"name": namespace}, "collection": {"name": name}, **download},
    }


def pack(installed: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Make an artifact of an installed collection, with what is there of it, and return its path."""
    info = json.loads((installed / "MANIFEST.json").read_text())["collection_info"]
    paths = [path for path in sorted(installed.rglob("*")) if "__pycache__" not in path.parts]
    paths = [path for path in paths if path.parent != installed or path.name not in {"MANIFEST.json", "FILES.json"}]
    entries = [_entry(".", None), *(_entry(str(path.relative_to(installed)), path) for path in paths)]
    files = json.dumps({"files": entries, "format": 1}).encode()
    described = {**_entry("FILES.json", None), "ftype": "file", "chksum_sha256": hashlib.sha256(files).hexdigest()}
    manifest = {"collection_info": info, "file_manifest_file": {**described, "chksum_type": "sha256"}, "format": 1}
    artifact = folder / f"{info['namespace']}-{info['name']}-{info['version']}.tar.gz"
    with tarfile.open(artifact, "w:gz", compresslevel=1) as archive:
        for name, content in (("MANIFEST.json", json.dumps(manifest).encode()), ("FILES.json", files)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for path in paths:
            archive.add(path, path.relative_to(installed), recursive=False)
    return artifact


def _entry(name: str, path: pathlib.Path | None) -> dict[str, Any]:
    file = path if path and path.is_file() else None
    return {
        "name": name,
        "ftype": "file" if file else "dir",
        "chksum_type": "sha256" if file else None,
        "chksum_sha256": hashlib.sha256(file.read_bytes()).hexdigest() if file else None,
        "format": 1,
    }
