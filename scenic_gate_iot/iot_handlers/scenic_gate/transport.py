"""HTTP to the server; the only file that knows ``requests``."""

from __future__ import annotations

from dataclasses import dataclass

import requests

from .auth import MAX_BODY

CONNECT_S, READ_S = 3.0, 15.0


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

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send one request.

        :raises Offline: no reply, or one larger than the protocol allows
        """
        try:
            with self._session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", **headers},
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                stream=True,
            ) as reply:
                data = reply.raw.read(MAX_BODY + 1, decode_content=True)
                signature = reply.headers.get("X-Scenic-Signature", "")
                status = reply.status_code
        except (requests.RequestException, OSError, ValueError) as err:
            raise Offline(f"{type(err).__name__}: {err}") from err
        except Exception as err:
            # urllib3's own errors leak out of raw.read()
            raise Offline(f"{type(err).__name__}: {err}") from err
        if len(data) > MAX_BODY:
            raise Offline("reply too large")
        return Answer(status, signature, data)
