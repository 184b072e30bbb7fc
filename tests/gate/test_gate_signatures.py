"""The signatures are those of the README: computed here by its words, by none of our code.

Box and server share one file, so a part that it forgot to sign would be missed by both alike.
"""

import hashlib
import hmac

import pytest
from iot_handlers.scenic_gate import auth

TOKEN, BOX, NONCE, BODY = "pairing-secret", "box-1", "0f" * 16, b'{"v":1}'
ORDER = {
    "uid": "ab" * 16,
    "lane": "G1",
    "action": "admit",
    "n": 3,
    "expires": 1_790_000_010,
    "op": "cd" * 16,
    "code": "ST1:X",
}


def mac(*lines):
    return hmac.new(TOKEN.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def sha(body):
    return hashlib.sha256(body).hexdigest()


def test_a_request_is_signed_as_written():
    path = "/scenic/gate/v1/sync"
    parts = ("POST", path, BOX, "1790000000", NONCE, sha(BODY))
    headers = auth.request_headers(TOKEN, "POST", path, BOX, 1_790_000_000, NONCE, BODY)
    assert headers["X-Scenic-Signature"] == mac("scenic-sync-v1", *parts)
    assert auth.verify_request(TOKEN, "POST", path, headers, BODY) == NONCE


@pytest.mark.parametrize("status", [200, 400])
def test_a_reply_is_signed_as_written(status):
    signature = mac("scenic-sync-v1-reply", NONCE, str(status), sha(BODY))
    assert auth.reply_signature(TOKEN, NONCE, status, BODY) == signature
    assert auth.verify_reply(TOKEN, NONCE, status, BODY, signature)
    assert not auth.verify_reply(TOKEN, NONCE, status + 1, BODY, signature)


@pytest.mark.parametrize("missing", [(), ("n",), ("op", "code")])
def test_an_order_is_signed_as_written(missing):
    order = {name: value for name, value in ORDER.items() if name not in missing}
    named = {"n": 0, "op": "", "code": ""} | order
    fields = ("uid", "lane", "action", "n", "expires", "op", "code")
    signature = mac("scenic-command-v1", BOX, *(str(named[name]) for name in fields))
    assert auth.command_signature(TOKEN, BOX, order) == signature
    assert auth.verify_command(TOKEN, BOX, order | {"sig": signature})
    assert not auth.verify_command(TOKEN, "box-2", order | {"sig": signature})
