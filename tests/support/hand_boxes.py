"""Real boxes beside a handheld's park: no lanes of their own hardware, on ports of this machine."""

import json
import time

import merged_handlers  # noqa: F401 (puts the handlers on the path)
from iot_handlers.scenic_gate.box import GateBox
from iot_handlers.scenic_gate.config import parse
from scenic_park import ports, waiting

BUDGET_MS = 1000  # the most a box may wait for another; usually 25, which a busy machine misses


class HandBoxes:
    """Boxes of the sample park's site, each with a lane into the park, paired by the server."""

    def __init__(self, park, folder, count=2):
        self.park, self.folder = park, folder
        self.ports = [ports.free() for _ in range(count)]
        self.records = park.work(self._pair)
        self.boxes = []

    def _pair(self, env):
        site = env.ref("yunlu.site_yunlu")
        records = []
        for number, port in enumerate(self.ports, 1):
            box = env["scenic.box"].create(
                {
                    "name": f"Hut {number}",
                    "site_id": site.id,
                    "identifier": f"hut-{number}",
                    "state": "paired",
                    "lan_address": "127.0.0.1",
                    "lan_port": port,
                }
            )
            env["scenic.lane"].create(
                {
                    "name": f"Hut {number}",
                    "code": f"T{number}",
                    "box_id": box.id,
                    "site_id": site.id,
                    "zone_id": env.ref("yunlu.zone_park").id,
                    "entrance_id": env.ref("yunlu.entrance_south").id,
                }
            )
            records.append(box.id)
        return records

    def _configs(self, env):
        boxes = env["scenic.box"].browse(self.records)
        return [env["scenic.gate.config"]._for_box(box)[1] for box in boxes]

    def start(self):
        """Start them with what the server says now."""
        for number, config in enumerate(self.park.work(self._configs), 1):
            box = GateBox(self.folder / f"hut{number}", lambda: None, None)
            config["lan"]["budget_ms"] = BUDGET_MS
            box.engine.configure(parse(json.loads(json.dumps(config))))
            box.engine.trusted, box.engine.contact = True, time.time()
            box.start()
            self.boxes.append(box)

    def scan(self, number, code):
        """Show a code at the lane of a box that hears the others; returns the outcome."""
        waiting.until(self._hear_each_other, "the boxes hear each other")
        return self.boxes[number - 1].engine.scan(f"T{number}", code, time.time())

    def _hear_each_other(self):
        desks = [box.lan.desk for box in self.boxes]
        return all(desk.is_settled for desk in desks) and all(
            desk.alive(peer.box)
            for desk in desks
            for peer in desk.config.peers
            if peer.port in self.ports
        )

    def report(self):
        """Bring what the boxes noted to the server."""
        told = []
        for record, box in zip(self.records, self.boxes, strict=True):
            box.engine.journal.flush()
            told.append((record, box.store.epoch, box.engine.journal.facts(0, 500)))

        def take(env):
            for record, epoch, facts in told:
                env["scenic.gate.intake"]._take(env["scenic.box"].browse(record), epoch, facts)

        self.park.work(take)

    def stop(self):
        for box in self.boxes:
            box.stop()
        self.boxes = []
