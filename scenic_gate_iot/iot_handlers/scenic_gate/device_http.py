"""Requests of ours to a device, with Digest. Beside transport.py the only file with ``requests``.

What matters is what is known afterwards: the device obeyed, nothing reached it, or neither.
"""

from __future__ import annotations

from collections.abc import Iterator

import requests
from requests.auth import HTTPDigestAuth
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .device import Ack
from .profile import Call

CONNECT_S, READ_S = 1.0, 2.0
STREAM_S = 60.0  # a stream has heartbeats; without any for so long it is dead
MAX_REPLY = 64 * 1024


class DeviceLost(Exception):
    """The device cannot be reached, or hung up."""


class DeviceClient:
    """Speaks to one device. Its password is in no text of an error."""

    def __init__(self, url: str, user: str, password: str, verify: bool = False) -> None:
        self._url = url.rstrip("/")
        self._auth = HTTPDigestAuth(user, password) if user else None
        self._session = requests.Session()
        self._session.trust_env = False
        # devices have certificates of their own making
        self._session.verify = verify
        self.error = ""

    def order(self, call: Call, taken) -> Ack:
        """Send an order; ``taken(body)`` tells from a 200 whether the device obeyed."""
        try:
            status, body = self._send(call)
        except requests.RequestException as err:
            self.error = type(err).__name__
            return Ack.NOT_SENT if _not_connected(err) else Ack.UNKNOWN
        self.error = "" if status == 200 else f"HTTP {status}"
        return Ack.DONE if status == 200 and taken(body) else Ack.NOT_SENT

    def _send(self, call: Call) -> tuple[int, bytes]:
        with self._session.request(
            call.method,
            self._url + call.path,
            data=call.body.encode(),
            headers={"Content-Type": call.content_type},
            auth=self._auth,
            timeout=(CONNECT_S, READ_S),
            allow_redirects=False,
            stream=True,
        ) as reply:
            return reply.status_code, reply.raw.read(MAX_REPLY, decode_content=True)

    def stream(self, path: str) -> Iterator[bytes]:
        """Return what the device says as it comes, until it hangs up.

        :raises DeviceLost: it cannot be reached, refuses, or is silent
        """
        try:
            with self._session.get(
                self._url + path,
                auth=self._auth,
                timeout=(CONNECT_S, STREAM_S),
                allow_redirects=False,
                stream=True,
            ) as reply:
                if reply.status_code != 200:
                    raise DeviceLost(f"HTTP {reply.status_code}")
                yield b""  # it is there
                # older versions of urllib3 wait until the whole amount is there
                read = getattr(reply.raw, "read1", None) or reply.raw._fp.read1
                while data := read(8192):
                    yield data
        except DeviceLost:
            raise
        except Exception as err:
            # urllib3's own errors leak out of raw.read()
            raise DeviceLost(type(err).__name__) from err
        raise DeviceLost("the device hung up")

    def close(self) -> None:
        """Hang up."""
        self._session.close()


def _not_connected(err: requests.RequestException) -> bool:
    """Whether no byte can have reached the device."""
    cause = getattr(err.args[0], "reason", None) if err.args else None
    return isinstance(cause, (NewConnectionError, ConnectTimeoutError))
