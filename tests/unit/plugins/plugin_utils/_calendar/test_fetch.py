# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Feeds are fetched within bounds, from where they may be, and nothing secret is in a message."""

from __future__ import annotations

import itertools
import pathlib
import stat
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.addresses import is_local
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.feed_cache import FeedCache
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.fetch import Access, Copy, Feed, fetch, parse_feed
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.text import MAX_BYTES

from tests.support.feed_server import FeedServer, feed_server, send, unless_known
from tests.support.ics import styled

BODY = styled("google")


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[FeedServer]:
    """Serve a calendar."""
    with feed_server(tmp_path, send(BODY)) as serving:
        yield serving


def feed(server: FeedServer, *, seconds: float = 5, user: str | None = None, **headers: str) -> Feed:
    """Return the feed of a server on loopback."""
    access = Access(allow_local=True, ca_path=str(server.ca_path), seconds=seconds)
    return parse_feed(server.url, (user, "s3cret-password"), headers, access)


def refusal(one: Feed) -> str:
    """Return the message with which a fetch fails; no part of it is secret."""
    with pytest.raises(BridgeError) as caught:
        fetch(one)
    for error in (caught.value, caught.value.__cause__, caught.value.__context__ if caught.value.__cause__ else None):
        assert "s3cret" not in f"{error} {error!r}"
    return str(caught.value)


def test_a_calendar_comes_as_it_is(server: FeedServer) -> None:
    """One request; an address for calendar applications is the same one."""
    assert fetch(feed(server)).body == BODY
    server_url = server.url.replace("https:", "webcal:")
    access = Access(allow_local=True, ca_path=str(server.ca_path))
    assert fetch(parse_feed(server_url, (None, None), {}, access)).body == BODY
    assert len(server.requests) == 2


def test_without_news_nothing_is_sent_again(server: FeedServer, tmp_path: pathlib.Path) -> None:
    """The last copy is kept for its owner alone, under a name that says nothing."""
    server.answer, cache, one = unless_known(BODY, '"v1"'), FeedCache(str(tmp_path / "cache")), feed(server)
    assert cache.load(one) is None
    first = fetch(one)
    cache.save(one, first)

    known = cache.load(one)
    assert known is not None
    assert fetch(one, known) is known
    assert server.requests[1]["if-none-match"] == '"v1"'
    assert server.requests[1]["if-modified-since"] == "Wed, 10 Feb 2027 09:00:00 GMT"
    (file,) = (tmp_path / "cache").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "s3cret" not in file.name + file.read_text()


@pytest.mark.parametrize("damage", ["", "{}", '{"body": "AAAA", "sha256": "0", "etag": "", "modified": ""}', "\xff"])
def test_a_damaged_copy_is_none(server: FeedServer, tmp_path: pathlib.Path, damage: str) -> None:
    """It is fetched anew."""
    cache, one = FeedCache(str(tmp_path / "cache")), feed(server)
    cache.save(one, Copy(BODY, "etag"))
    (file,) = (tmp_path / "cache").iterdir()
    file.write_text(damage)

    assert cache.load(one) is None


def test_user_and_password_are_sent_to_the_host_and_to_no_other(server: FeedServer) -> None:
    """By option or in the address; a redirect to another host would give them away."""
    fetch(feed(server, user="me"))
    assert server.requests[0]["authorization"] == "Basic bWU6czNjcmV0LXBhc3N3b3Jk"
    inside = server.url.replace("https://", "https://me:s3cret-password@")
    fetch(parse_feed(inside, (None, None), {}, Access(allow_local=True, ca_path=str(server.ca_path))))
    assert server.requests[1]["authorization"] == "Basic bWU6czNjcmV0LXBhc3N3b3Jk"

    server.answer = send(b"", 302, Location=f"https://127.0.0.1:{server.port}/s3cret-elsewhere")
    assert "redirects to another host, '127.0.0.1'" in refusal(feed(server, user="me"))
    assert "redirects to another host" in refusal(feed(server, Cookie="s3cret"))
    assert len(server.requests) == 4


def test_redirects_are_followed_within_https(server: FeedServer) -> None:
    """To the same host with credentials, to any without; five times at most."""
    hops = itertools.count()
    server.answer = lambda request: send(b"", 307, Location="/next")(request) if not next(hops) else send(BODY)(request)
    assert fetch(feed(server, user="me")).body == BODY
    server.answer = send(b"", 302, Location="http://localhost/plain")
    assert "not https" in refusal(feed(server))
    server.answer = send(b"", 302, Location="/again")
    assert "more than 5 times" in refusal(feed(server))
    server.answer = send(b"", 302, Location="https://[broken")
    assert "not a valid URL" in refusal(feed(server))


ANSWERS: dict[str, tuple[Any, str]] = {
    "too large": (send(b"x" * (MAX_BYTES + 1)), "larger than 5 MB"),
    "announced larger": (send(BODY, Content_Length=str(len(BODY) + 10), Connection="close"), "cut off|IncompleteRead"),
    "compressed": (send(BODY, Content_Encoding="gzip"), "compressed"),
    "unauthorised": (send(b"", 401), "answers 401: its address has changed"),
    "not found": (send(b"", 404), "answers 404 Not Found"),
    "server error": (send(b"", 500), "answers 500"),
    "304 to a first request": (send(b"", 304), "answers 304"),
    "no http": (lambda request: request.wfile.write(b"nonsense s3cret\r\n\r\n"), "can't be read from 'localhost'"),
}


@pytest.mark.parametrize(("answer", "message"), ANSWERS.values(), ids=ANSWERS)
def test_what_is_not_the_whole_calendar_is_refused(server: FeedServer, answer: Any, message: str) -> None:
    """In a sentence that names the host alone."""
    server.answer = answer

    said = refusal(feed(server))

    assert any(part in said for part in message.split("|"))


def test_a_server_that_dribbles_is_left_in_time(server: FeedServer) -> None:
    """Headers or a body that never end, a byte now and then."""

    def dribble(request: Any) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"X")
            time.sleep(0.1)

    def headers(request: Any) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            request.wfile.write(b"X")
            request.wfile.flush()
            time.sleep(0.1)

    for answer in (dribble, headers):
        server.answer = answer
        begun = time.monotonic()
        assert "within 1 seconds" in refusal(feed(server, seconds=1))
        assert time.monotonic() - begun < 4


def test_this_machine_and_its_link_are_no_servers_of_calendars(server: FeedServer) -> None:
    """Not by name, not by number, not by a redirect, unless it is allowed."""
    closed = Access(ca_path=str(server.ca_path))
    assert "allow_local: true" in refusal(parse_feed(server.url, (None, None), {}, closed))
    for host in (
        "127.0.0.1",
        "[::1]",
        "169.254.169.254",
        "[fe80::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[fd00:ec2::254]",
    ):
        assert "allow_local: true" in refusal(parse_feed(f"https://{host}/x", (None, None), {}, closed))
    assert not server.requests
    assert not is_local("10.0.0.1")
    assert not is_local("93.184.216.34")
    assert not is_local("2606:2800:220:1::1")


def test_a_certificate_that_nobody_vouches_for_is_refused(server: FeedServer) -> None:
    """And a file that holds none is named."""
    unknown = parse_feed(server.url, (None, None), {}, Access(allow_local=True))
    assert "the certificate of 'localhost' can't be verified" in refusal(unknown)
    missing = parse_feed(server.url, (None, None), {}, Access(allow_local=True, ca_path="/nowhere.pem"))
    assert "ca_path: '/nowhere.pem'" in refusal(missing)
    assert not server.requests


@pytest.mark.parametrize(
    "url",
    [
        "http://s3cret/",
        "ftp://s3cret/",
        "https://",
        "https://s3cret:port/",
        "https://s3cret/\r\nHost: x",
        "file:///s3cret",
    ],
)
def test_no_other_address_is_taken(url: str) -> None:
    """And the message doesn't show it."""
    with pytest.raises(OptionError) as caught:
        parse_feed(url, (None, None), {}, Access())
    assert "s3cret" not in str(caught.value)


def test_a_host_that_is_not_there_is_named() -> None:
    """By its name, of all the address."""
    said = refusal(parse_feed("https://calendar.invalid/s3cret", (None, None), {}, Access(seconds=5)))

    assert "'calendar.invalid'" in said


def test_a_header_with_a_line_break_is_refused() -> None:
    """It would be another header."""
    with pytest.raises(OptionError, match="headers"):
        parse_feed("https://host/x", (None, None), {"X": "s3cret\r\nY: 1"}, Access())


def test_a_feed_shows_no_secret() -> None:
    """Whatever prints it."""
    one = parse_feed("https://host/s3cret", ("me", "s3cret"), {"X": "s3cret"}, Access())

    assert "s3cret" not in repr(one)
