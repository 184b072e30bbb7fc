"""An attendant's handheld for tests: its key, its journal and its signed calls."""

import json
import secrets

from common_gate import Journal
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from odoo.addons.scenic_gate_iot.tools import handheld_request as protocol


class Phone:
    """Speaks the protocol of a handheld; ``post(path, headers, data)`` is the way to the server."""

    def __init__(self, post):
        self._post = post
        self._key = ec.generate_private_key(ec.SECP256R1())
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = point.hex()
        self.device = self.lane = ""
        self.journal = None

    def enrol(self, place, name="Phone"):
        params = {"name": name, "public_key": self.public_key, "place": place}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self._post(
            "/scenic/handheld/v1/enrol", {"Content-Type": "application/json"}, json.dumps(body)
        ).json()
        if "error" not in answer:
            self.device, self.lane = answer["result"]["device"], answer["result"]["lane"]
        return answer

    def begin(self, place):
        self.journal = Journal(lane=self.lane)
        return self.call(protocol.BEGIN_PATH, {"v": 1, "epoch": self.journal.epoch, "place": place})

    def redeem(self, text, seq=None, wanted=0, staff=False, **values):
        wish = {"v": 1, "code": text, "wanted": wanted, "staff": staff}
        wish |= {"epoch": self.journal.epoch, "seq": seq or len(self.journal.facts) + 1}
        return self.call(protocol.REDEEM_PATH, wish | values)

    def sync(self, **values):
        return self.call(protocol.SYNC_PATH, self.journal.message(**values))

    def call(self, path, message, **headers):
        """Make a signed call; returns (status, answer)."""
        data = json.dumps(message).encode()
        answer = self._post(path, self.headers(path, data) | headers, data)
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status_code, answer.json() if is_json else {}

    def headers(self, path, data):
        time, nonce = "1800000000", secrets.token_hex(16)
        signed = protocol.message_of(path, self.device, time, nonce, data)
        r, s = decode_dss_signature(self._key.sign(signed, ec.ECDSA(hashes.SHA256())))
        signature = (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex()
        return {
            "Content-Type": "application/json",
            protocol.H_DEVICE: self.device,
            protocol.H_TIME: time,
            protocol.H_NONCE: nonce,
            protocol.H_SIGNATURE: signature,
        }
