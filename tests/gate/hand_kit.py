"""A handheld for tests: the brain that browsers run, its stores in memory, and its way to boxes.

What the page does in `static/worker/boxes.js`, in Python.
"""

import secrets
from types import SimpleNamespace

import gate_kit as kit
from gate_kit import NOW
from iot_handlers.scenic_gate import hand_wire
from iot_handlers.scenic_gate.hand_desk import HandDesk
from iot_handlers.scenic_gate.handheld import Handheld
from iot_handlers.scenic_gate.http_message import BadRequest, Request

HAND_KEY = "a7" * 32
RIGHTS = ("reserved", "released", "passed", "closed")


def hands(*devices, port=7469):
    """Member `hands` of `lan` in the configuration of a box."""
    return {"key": HAND_KEY, "port": port, "devices": list(devices)}


def post(body, origin="https://park.example", method="POST"):
    return Request(method, hand_wire.PATH, headers={"origin": origin}, body=body)


class Talk:
    """The sealed talk of one device with one box. `carry(bytes)` gives bytes, or None."""

    def __init__(self, device, carry, key=None):
        self.device, self.carry = device, carry
        self.key = key or hand_wire.device_key(bytes.fromhex(HAND_KEY), device)
        self.run, self.number, self.known = "", 0, 0

    def say(self, **parts):
        """Return the answer, None where there is none."""
        for _ in range(2):
            self.number += 1
            message = {"v": 1, "d": self.device, "r": self.run, "n": self.number, **parts}
            body = hand_wire.seal(self.key, message)
            data = self.carry(body)
            told = data and hand_wire.unseal_reply(self.key, body[-64:], data)
            if not told:
                return None
            self.run, self.number = told["r"], told["n"]
            if not told.get("again"):
                self.known = told["k"]
                return told
        return None


class Hand:
    """One handheld; `carry(box, bytes)` may give None."""

    def __init__(self, device, boxes, carry):
        self.device, self.lane = device, f"H{device}"
        self.epoch, self.facts, self.own = secrets.token_hex(8), [], {}
        self.rows = {}
        self.t = 600.0
        self.asked = None
        entrances = dict(boxes) if isinstance(boxes, dict) else dict.fromkeys(boxes, 0xFFFF)
        self.talks = {
            box: Talk(device, lambda body, box=box: carry(box, body)) for box in entrances
        }
        told = [{"box": box, "entrances": mask} for box, mask in entrances.items()]
        self.brain = Handheld(lambda: NOW + self.t, lambda: self.t)
        config = kit.config(lanes=[kit.lane_config(self.lane)]) | {"boxes": {"boxes": told}}
        assert self.brain.setup(config)["error"] == ""
        self.brain.heard(NOW + self.t)

    # ----------------------------------------------------------------- stores

    @property
    def place(self):
        head = self.facts[-1]["hash"] if self.facts else ""
        return {"epoch": self.epoch, "seq": len(self.facts), "head": head}

    def found(self, serial):
        number = f"{kit.uid(serial):016x}"
        own = sorted((u for u in self.own.values() if u["uid"] == number), key=lambda u: u["t"])
        return {
            "row": self.rows.get(number),
            "own": [[u["zone"], u["pax"], u["t"], u["lane"]] for u in own],
            "uses": [[u["op"], u["zone"], u["pax"], u["t"], u["lane"]] for u in own],
            "out_t": None,
            "exposed": 0,
        }

    def keep(self, fact):
        if fact:
            self.facts.append(fact)
            if fact["kind"] == "reserved":
                self.own[fact["op"]] = fact
            elif fact["kind"] == "released":
                self.own.pop(fact["op"], None)

    # ----------------------------------------------------------------- boxes

    def news(self, talk):
        """Member `f`: what a box does not know of this journal."""
        rows = [
            [f["seq"], f["kind"], f["t"], f["lane"], f["zone"], f["uid"], f["pax"], f["op"]]
            for f in self.facts[talk.known:]
            if f["uid"] and f["kind"] in RIGHTS
        ][:20]  # fmt: skip
        upto = rows[-1][0] if len(rows) == 20 else len(self.facts)
        told = {"e": self.epoch, "a": talk.known, "u": upto, "f": rows}
        return {"f": told} if upto > talk.known else {}

    def tell(self, *boxes):
        for box in boxes or self.talks:
            talk = self.talks[box]
            talk.say(e=self.epoch, **self.news(talk))

    def claim(self, plan, boxes):
        """Ask the boxes in their order; returns the answer of the first that gives one."""
        for box in plan["order"]:
            if boxes is None or box in boxes:
                talk = self.talks[box]
                told = talk.say(e=self.epoch, q=plan["question"], **self.news(talk))
                if told and told["a"]["r"] != "NOT_MINE":
                    return told
        return None

    def scan(self, serial, at=600.0, boxes=None, dies=False, **fields):
        """Scan a code; `boxes`: those that are reached; `dies`: the page shuts while it asks."""
        self.t = at
        ask = {"text": kit.code(serial, **fields), "persons": 0, "staff": False}
        ask["op"] = secrets.token_hex(16)
        found = self.found(serial)
        plan = self.brain.question(ask, found, self.place)
        if plan:
            told = self.claim(plan, boxes)
            if dies:
                uid = f"{kit.uid(serial):016x}"
                values = {"uid": uid, "reason": "E_FAULT"}
                self.keep(self.brain.event("refused", values, self.place)["fact"])
                return None
            ask["claim"] = {"n": told and told["a"]["n"], "owner": bool(told and told["o"])}
            if told and not told["a"]["n"]:
                ask["ticket"] = plan["question"]["k"]
                answer = self.brain.refuse(ask, told["a"], self.place)
                self.keep(answer["fact"])
                return SimpleNamespace(**answer["answer"], op=None, mode="")
        answer = self.brain.scan(ask, found, self.place)
        self.keep(answer["fact"])
        kept = answer["answer"]["uses"]
        mode = answer["fact"]["mode"] if kept else ""
        return SimpleNamespace(**answer["answer"], op=ask["op"] if kept else None, mode=mode)

    def release(self, told):
        values = {"op": told.op, "uid": told.uid, "pax": told.uses}
        self.keep(self.brain.event("released", values, self.place)["fact"])


def door(box):
    """The way of handhelds into a box of `lan_kit`: bytes in, bytes out."""
    desk = HandDesk(box.desk)
    config = box.engine.config.lan.hands
    desk._keys = {n: hand_wire.device_key(config.key, n) for n in config.devices}
    desk.handle_bytes = lambda body: _carry(desk, body)
    return desk


def _carry(desk, body):
    try:
        reply = desk.handle(post(body))
    except BadRequest:
        return None
    return reply.body.encode() if reply.status == 200 else None
