"""The server's side of the sync protocol as the box sees it: stores facts once, signs replies."""

import json

from gate_kit import BOX, NOW, TOKEN
from iot_handlers.scenic_gate import auth, facts
from iot_handlers.scenic_gate.sync import Pairing
from iot_handlers.scenic_gate.transport import Answer

PAIRING = Pairing("http://127.0.0.1:1", TOKEN, BOX, "db")


class FakeServer:
    """Transport and server in one. ``lose``: scripted losses, each "request" or "reply"."""

    def __init__(self, config=None):
        self.facts = {}  # (epoch, seq) -> fact
        self.config, self.config_rev = config, "1"
        self.tickets = []  # the feed; cursor = index
        self.commands = []
        self.acks = {}
        self.lose = []
        self.now = NOW
        self.box = BOX  # the identifier that may talk
        self.batch = 2
        self.requests = 0
        self.sounds = {}  # hash -> bytes
        self.tamper = lambda reply: reply  # changes the reply before it is signed
        self.after = lambda answer: answer  # changes the answer after it was signed

    def post(self, url, headers, body):
        loss = self.lose.pop(0) if self.lose else None
        if loss == "request":
            raise ConnectionError("lost on the way up")
        answer = self._answer(url, headers, body)
        if loss == "reply":
            raise ConnectionError("lost on the way down")
        return self.after(answer)

    def _answer(self, url, headers, body):
        self.requests += 1
        path = url.removeprefix(PAIRING.server)
        nonce = auth.verify_request(TOKEN, "POST", path, headers, body)
        if not nonce or headers[auth.H_BOX] != self.box:
            return Answer(401, "", b"{}")
        if path == auth.SOUND_PATH:
            sound = self.sounds.get(json.loads(body)["hash"], b"")
            status = 200 if sound else 400
            return Answer(status, auth.reply_signature(TOKEN, nonce, status, sound), sound)
        data = json.dumps(self.tamper(self._reply(json.loads(body)))).encode()
        return Answer(200, auth.reply_signature(TOKEN, nonce, 200, data), data)

    def _reply(self, request):
        epoch = request["epoch"]
        for fact in request["facts"]:
            known = self.facts.setdefault((epoch, fact["seq"]), fact)
            assert known == fact, "the same identity came with another content"
        self.acks |= {ack["uid"]: ack["result"] for ack in request["acks"]}
        cursor = request["cursor"]
        tickets = self.tickets[cursor : cursor + self.batch]
        commands = [c for c in self.commands if c["uid"] not in self.acks]
        new_config = self.config is not None and request["config_rev"] != self.config_rev
        return {
            "v": 1,
            "now": self.now,
            "acked_to": self._acked_to(epoch, request["oldest"]),
            "config": self.config if new_config else None,
            "config_rev": self.config_rev,
            "tickets": tickets,
            "cursor": cursor + len(tickets),
            "more": cursor + len(tickets) < len(self.tickets),
            "commands": commands,
        }

    def _acked_to(self, epoch, oldest):
        seq = oldest - 1
        while (epoch, seq + 1) in self.facts:
            seq += 1
        return seq

    def chain(self, epoch):
        """Facts of one epoch in order; asserts that the chain is whole."""
        chain = [fact for (of, _), fact in sorted(self.facts.items()) if of == epoch]
        assert facts.first_break(chain) is None
        return chain


def command(
    action="open", lane="G1", uid="a" * 32, expires=NOW + 10, token=TOKEN, box=BOX, **fields
):
    """A signed command."""
    made = {"uid": uid, "lane": lane, "action": action, "n": 1, "expires": int(expires), **fields}
    return made | {"sig": auth.command_signature(token, box, made)}
