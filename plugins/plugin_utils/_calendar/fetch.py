# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A calendar from an https address, within bounds of size and time.

No message shows the address, a password or a header.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Optional
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError

from .addresses import PinnedConnection, resolve_host
from .text import MAX_BYTES

# A feed that is not there by then never will be.
FETCH_SECONDS = 10.0
MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Access:
    """What servers may be asked, how they are trusted, and for how long they are waited for."""

    allow_local: bool = False
    ca_path: Optional[str] = None
    seconds: float = FETCH_SECONDS


@dataclass(frozen=True)
class Feed:
    """Where a calendar is, and how to get in. Address and headers are secret."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    access: Access = field(default_factory=Access)


@dataclass(frozen=True)
class Copy:
    """A calendar as it was fetched, and what tells the server that we have it."""

    body: bytes = field(repr=False)
    etag: str = ""
    modified: str = ""


def parse_feed(
    url: str, credentials: tuple[Optional[str], Optional[str]], headers: Mapping[str, object], access: Access
) -> Feed:
    """Return a feed from what a person wrote; raises OptionError without a word of it."""
    scheme, colon, rest = url.strip().partition("://")
    if not colon or scheme.lower() not in ("https", "webcal", "webcals"):
        raise OptionError("_terms: the address of a calendar must begin with https:// or webcal://")
    try:
        parts = urlsplit(f"https://{rest}")
        port = parts.port
    except ValueError as error:
        raise OptionError("_terms: the address of the calendar is not a valid URL") from error
    if not parts.hostname or port == 0 or any(ord(one) <= 0x20 for one in url.strip()):
        raise OptionError("_terms: the address of the calendar is not a valid URL")
    user = unquote(parts.username) if parts.username else credentials[0]
    secret = unquote(parts.password) if parts.password else credentials[1]
    sent = {str(name): str(value) for name, value in headers.items()}
    if any(one in text for name, value in sent.items() for text in (name, value) for one in "\r\n"):
        raise OptionError("headers: a header has a line break")
    if user:
        sent["Authorization"] = "Basic " + base64.b64encode(f"{user}:{secret or ''}".encode()).decode()
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    return Feed(bare, sent, access)


def fetch(feed: Feed, known: Optional[Copy] = None) -> Copy:
    """Return the calendar; what is known comes back itself where the server says that it hasn't changed."""
    url, deadline = feed.url, time.monotonic() + feed.access.seconds
    for _hop in range(MAX_REDIRECTS + 1):
        answer = _get(feed, urlsplit(url), known, deadline)
        if isinstance(answer, Copy):
            return answer
        url = _redirected(feed, url, answer)
    raise DataError(f"the server of the calendar redirects more than {MAX_REDIRECTS} times")


def _redirected(feed: Feed, url: str, location: str) -> str:
    """Return where a redirect leads, or refuse to follow it."""
    try:
        old, new = urlsplit(url), urlsplit(urljoin(url, location))
        same = (old.hostname, old.port or 443) == (new.hostname, new.port or 443)
    except ValueError as error:
        raise DataError("the server of the calendar redirects to what is not a valid URL") from error
    if new.scheme != "https" or not new.hostname:
        raise DataError("the server of the calendar redirects to an address that is not https")
    if feed.headers and not same:
        raise DataError(
            f"the server of the calendar redirects to another host, {new.hostname!r}, which would get the password or "
            "headers. Use the calendar's address there"
        )
    return new.geturl()


def _get(feed: Feed, url: SplitResult, known: Optional[Copy], deadline: float) -> Copy | str:
    """Return what one request gives: a calendar, or where to ask instead."""
    host, port = str(url.hostname), url.port or 443
    addresses = resolve_host(host, port, allow_local=feed.access.allow_local)
    connection = PinnedConnection(host, port, addresses, _context(feed.access.ca_path), deadline)
    with _within(connection, deadline) as expired:
        try:
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request("GET", path, headers=_headers(feed, known))
            response = connection.getresponse()
            return _answer(response, known, expired)
        except ssl.SSLCertVerificationError as error:
            raise DataError(
                f"the certificate of {host!r} can't be verified: {error.verify_message}. For certificate "
                "authorities of your own, set ca_path"
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            if expired.is_set() or time.monotonic() >= deadline:
                raise DataError(
                    f"the calendar was not received from {host!r} within {feed.access.seconds:g} seconds"
                ) from None
            # The text of these may hold the address.
            what = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise DataError(f"the calendar can't be read from {host!r}: {what}") from None


def _context(ca_path: Optional[str]) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_path)
    except OSError as error:
        raise OptionError(f"ca_path: {ca_path!r} can't be read as certificates: {error.strerror or error}") from error


def _headers(feed: Feed, known: Optional[Copy]) -> dict[str, str]:
    headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "tfbridge.aws"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.modified:
        headers["If-Modified-Since"] = known.modified
    return {**headers, **feed.headers}


@contextlib.contextmanager
def _within(connection: PinnedConnection, deadline: float) -> Iterator[threading.Event]:
    """End a connection at the deadline, whatever it is at: a server may send a byte now and then for ever."""
    expired = threading.Event()

    def end() -> None:
        expired.set()
        connection.end()

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
        connection.close()


def _answer(response: http.client.HTTPResponse, known: Optional[Copy], expired: threading.Event) -> Copy | str:
    if response.status in _REDIRECTS:
        return response.getheader("Location", "")
    if response.status == http.client.NOT_MODIFIED and known is not None:
        return known
    if response.status in (401, 403):
        raise DataError(
            f"the server of the calendar answers {response.status}: its address has changed, or username, password or "
            "headers are missing or wrong"
        )
    if response.status != http.client.OK:
        raise DataError(f"the server of the calendar answers {response.status} {response.reason}"[:120])
    if response.getheader("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise DataError("the server of the calendar sends it compressed, though it was asked not to")
    return Copy(_body(response, expired), response.getheader("ETag", ""), response.getheader("Last-Modified", ""))


def _body(response: http.client.HTTPResponse, expired: threading.Event) -> bytes:
    """Return the body, streamed up to the maximum; raises DataError where it is longer, or shorter than announced."""
    announced = response.length
    chunks, size = [], 0
    while chunk := response.read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise DataError(f"the calendar is larger than {MAX_BYTES // 1024 // 1024} MB, which is the maximum")
    if expired.is_set():
        raise TimeoutError
    if announced is not None and size != announced:
        raise DataError(f"the calendar is cut off: {size:,} of {announced:,} bytes were received")
    return b"".join(chunks)
