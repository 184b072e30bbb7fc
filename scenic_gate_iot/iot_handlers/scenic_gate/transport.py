"""HTTP to the server; the only file that knows ``requests``.

Until its signature is verified, whoever stands in the way may have written the reply: it costs a
limited time, a limited memory, and leaves nothing behind for the next request.
"""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy

import requests

from .auth import MAX_BODY

CONNECT_S, READ_S = 3.0, 15.0
WHOLE_S = 90.0  # for a whole reply: a byte now and then must not hold up the box for ever
PART = 65_536
GZIP = 16 + zlib.MAX_WBITS


class Offline(Exception):
    """The server cannot be reached, or what answered was not it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP reply, not yet trusted."""

    status: int
    signature: str
    body: bytes


class HttpTransport:
    """Posts bodies to a server. A session of its own: its connection is kept between calls."""

    def __init__(self) -> None:
        self._session = requests.Session()
        # the protocol has no cookies; a stranger's would be told to the server until it refuses us
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send one request.

        :raises Offline: no reply, or one larger or slower than the protocol allows
        """
        until = time.monotonic() + WHOLE_S
        try:
            with self._session.post(
                url,
                data=body,
                headers={
                    "Content-Type": "application/json",
                    "Accept-Encoding": "gzip",
                    **headers,
                },
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                stream=True,
            ) as reply:
                data = _body(reply, until)
                signature = reply.headers.get("X-Scenic-Signature", "")
                return Answer(reply.status_code, signature, data)
        except Offline:
            raise
        except Exception as err:
            # urllib3's own errors leak out of raw.read()
            raise Offline(f"{type(err).__name__}: {err}") from err


def _body(reply: requests.Response, until: float) -> bytes:
    """Return the body; what is packed is unpacked here, since a few kilobytes may become many."""
    packed = reply.headers.get("Content-Encoding", "identity").lower()
    if packed not in ("identity", "gzip", ""):
        raise Offline(f"reply in {packed[:20]!r}")
    unpack = zlib.decompressobj(GZIP) if packed == "gzip" else None
    # older versions of urllib3 wait until the whole amount is there
    read = getattr(reply.raw, "read1", None) or reply.raw._fp.read1
    data = bytearray()
    while part := read(PART):
        data += unpack.decompress(part, MAX_BODY + 1 - len(data)) if unpack else part
        if len(data) > MAX_BODY:
            raise Offline("reply too large")
        if time.monotonic() > until:
            raise Offline("reply too slow")
    reply.raw.read(1, decode_content=False)  # its end: the connection can be used again
    return bytes(data)
