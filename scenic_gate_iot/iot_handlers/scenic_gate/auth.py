"""Signatures between box and server: requests, replies and commands.

The same file runs on both sides, so that the two can never disagree about the bytes that are
signed. Standard library only, no clock and no randomness: the caller passes both in.
The key is the token that the box received when it was paired; it never travels again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

SYNC_PATH = "/scenic/gate/v1/sync"
REDEEM_PATH = "/scenic/gate/v1/redeem"
HANDLERS_PATH = "/scenic/gate/v1/handlers"
SOUND_PATH = "/scenic/gate/v1/sound"

H_BOX = "X-Scenic-Box"
H_TIME = "X-Scenic-Time"
H_NONCE = "X-Scenic-Nonce"
H_SIGNATURE = "X-Scenic-Signature"

MAX_BODY = 4 * 1024 * 1024  # bytes of a request or reply
MAX_FACTS = 500  # facts in one request

COMMAND_FIELDS = ("uid", "lane", "action", "n", "expires", "op", "code", "sig")

_REQUEST = b"scenic-sync-v1\n"
_REPLY = b"scenic-sync-v1-reply\n"
_COMMAND = b"scenic-command-v1\n"
_NONCE = re.compile(r"[0-9a-f]{32}\Z")
_UID = re.compile(r"[0-9a-f]{32}\Z")
_HEADER = re.compile(r"[\x21-\x7e]{1,128}\Z")  # no line feed: it separates the signed parts


def _mac(token: str, context: bytes, *parts: str) -> str:
    message = context + "\n".join(parts).encode()
    return hmac.new(token.encode(), message, hashlib.sha256).hexdigest()


def _same(expected: str, given: object) -> bool:
    # compare_digest refuses non-ASCII str, which a stranger may well send
    if not isinstance(given, str):
        return False
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def _request_mac(token, method, path, box, time_text, nonce, body) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return _mac(token, _REQUEST, method, path, box, time_text, nonce, digest)


def request_headers(
    token: str, method: str, path: str, box: str, now: int, nonce: str, body: bytes
) -> dict[str, str]:
    """Return the four headers of a signed request.

    ``path`` is the path without query, ``now`` Unix seconds as the sender believes, ``nonce``
    32 fresh random hex digits.
    """
    time_text = str(int(now))
    return {
        H_BOX: box,
        H_TIME: time_text,
        H_NONCE: nonce,
        H_SIGNATURE: _request_mac(token, method, path, box, time_text, nonce, body),
    }


def verify_request(
    token: str, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> str | None:
    """Return the nonce of a request that the holder of ``token`` signed, else None.

    The time is signed but not judged: a box without battery clock may be years off, and a
    replayed request only repeats facts that are stored once.
    """
    box, time_text = headers.get(H_BOX) or "", headers.get(H_TIME) or ""
    nonce, signature = headers.get(H_NONCE) or "", headers.get(H_SIGNATURE) or ""
    if not (token and _HEADER.match(box) and _HEADER.match(time_text) and _NONCE.match(nonce)):
        return None
    expected = _request_mac(token, method, path, box, time_text, nonce, body)
    return nonce if _same(expected, signature) else None


def reply_signature(token: str, nonce: str, status: int, body: bytes) -> str:
    """Return the ``X-Scenic-Signature`` of the reply to the request that carried ``nonce``."""
    return _mac(token, _REPLY, nonce, str(int(status)), hashlib.sha256(body).hexdigest())


def verify_reply(token: str, nonce: str, status: int, body: bytes, signature: object) -> bool:
    """Tell whether the server that holds ``token`` gave this reply to this very request."""
    return bool(token) and _same(reply_signature(token, nonce, status, body), signature)


def command_signature(token: str, box: str, command: Mapping) -> str:
    """Return the ``sig`` of a command; see the README for its fields.

    ``box`` is the identifier of the box that must obey. Absent optional fields count as empty,
    so that every field which changes what happens is always under the signature.
    """
    parts = (
        box,
        str(command["uid"]),
        str(command["lane"]),
        str(command["action"]),
        str(int(command.get("n") or 0)),
        str(int(command["expires"])),
        str(command.get("op") or ""),
        str(command.get("code") or ""),
    )
    if any("\n" in part for part in parts):
        raise ValueError("A field of a command contains a line feed.")
    return _mac(token, _COMMAND, *parts)


def is_uid(value: object) -> bool:
    """Tell whether this may name a command."""
    return isinstance(value, str) and bool(_UID.match(value))


def verify_command(token: str, box: str, command: object) -> bool:
    """Tell whether ``command`` is well formed and was signed for this box.

    Expiry and "only once" are the engine's part: they need its clock and its journal.
    """
    if not token or not isinstance(command, Mapping):
        return False
    if not is_uid(command.get("uid")):
        return False
    try:
        expected = command_signature(token, box, command)
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
    return _same(expected, command.get("sig"))
