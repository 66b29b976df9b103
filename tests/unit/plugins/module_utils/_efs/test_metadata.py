# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The zone of the instance, from a server that answers as the instance metadata service does."""

from __future__ import annotations

import http.server
import threading

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.errors import MountError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.metadata import zone_of_instance


@pytest.fixture
def metadata():
    """Return a function that starts a server which says a zone, to whom asks with a token."""
    servers = []

    def start(zone):
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_arguments):
                pass

            def answer(self, status, text=""):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_PUT(self):
                right = (
                    self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"] == "60"
                )
                self.answer(*((200, "token") if right else (400,)))

            def do_GET(self):
                right = self.path == "/latest/meta-data/placement/availability-zone"
                self.answer(*((200, zone) if right and self.headers["X-aws-ec2-metadata-token"] == "token" else (401,)))

        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_zone_is_asked_for_with_a_token(metadata, monkeypatch):
    """As IMDSv2 wants it, and not through a proxy."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert "eu-central-1a" == zone_of_instance(metadata("eu-central-1a\n"))


@pytest.mark.parametrize("zone", ["", "somewhere", "eu-central-1a\nx", "\xe9", "a" * 9000])
def test_what_is_no_zone_is_refused(metadata, zone):
    """It would become part of a name and of fstab."""
    with pytest.raises(MountError, match=r"the instance's metadata at \S+ doesn't say its zone: "):
        zone_of_instance(metadata(zone))


def test_no_metadata_is_an_error():
    """On a machine that is no instance; it says what to do."""
    with pytest.raises(MountError, match=r"Connection refused. Is this an EC2 instance.* Otherwise set az to a zone"):
        zone_of_instance("127.0.0.1:1")
