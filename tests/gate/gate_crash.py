"""A lane whose power can go at any instruction, and a door that remembers who could enter.

``Stage`` plays a scenario on a real engine, lane and SQLite file. ``Moments`` looks at every line
of the engine that is executed: whenever the file on disk or the door differs from the moment
before, it keeps a copy of both. Each copy is what a power cut there would have left.
"""

import shutil
import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import gate_kit as kit
from iot_handlers.scenic_gate import engine as watched
from iot_handlers.scenic_gate import exposure, facts
from iot_handlers.scenic_gate.device import Ack, Signal
from iot_handlers.scenic_gate.runner import Item, LaneRunner
from iot_handlers.scenic_gate.uses import own_uses

PAX = {1: 1, 2: 1, 3: 3}  # serial -> persons of the ticket
OUT = "X1"  # leads outside
EXPOSURE = {"limit_cents": 10**9, "values": {str(kit.PRODUCT): 100}}
_WATCHED = str(Path(watched.__file__).parent)


class Door(kit.FakeBarrier):
    """``grants``: tickets (None = by command) of the persons who could still push through."""

    def __init__(self):
        super().__init__()
        self.grants, self.entered, self.ticket = [], Counter(), None

    def open(self, persons):
        ack = super().open(persons)
        if ack is not Ack.NOT_SENT:
            # an order without an answer has opened all the same: that is the bad case
            self.grants += [self.ticket] * persons
        return ack

    def close(self):
        ack = super().close()
        if ack is Ack.DONE:
            self.grants.clear()
        return ack

    def hold(self):
        return self.ack

    def could_enter(self):
        """Who entered, and who still could."""
        return self.entered + Counter(serial for serial in self.grants if serial)


class Stage:
    """One lane in, one lane out, and what people do there."""

    def __init__(self, folder, **lane):
        self.folder, self.lane_fields = folder, lane
        self.clock, self.door, self.exit = kit.FakeClock(), Door(), Door()
        self.power_on()

    def config(self):
        lanes = [kit.lane_config("G1", **self.lane_fields), kit.lane_config(OUT, zone=None)]
        return {"lanes": lanes, "exposure": EXPOSURE}

    def power_on(self):
        self.engine = kit.engine(self.folder, **self.config())
        self.engine.contact = self.clock.now()
        places = self.engine.config.lanes
        self.runner = LaneRunner(places["G1"], self.engine, self.clock, self.door)
        self.way_out = LaneRunner(places[OUT], self.engine, self.clock, self.exit)
        for runner in (self.runner, self.way_out):
            runner.turn(Item(Signal.UP.value, (0,)))

    # what happens there

    def scan(self, serial=1, ack=Ack.DONE):
        self.door.ticket, self.door.ack = serial, ack
        self.runner.turn(Item("scan", (kit.code(serial, pax=PAX[serial]),)))

    def push(self, seen=True):
        if self.door.grants:
            self.door.entered[self.door.grants.pop(0) or 0] += 1
        if seen:
            self.signal(Signal.PASSED)

    def signal(self, signal, count=1):
        self.runner.turn(Item(signal.value, (count,)))

    def wait(self, seconds=6):
        for _ in range(4):
            self.clock.t += seconds / 4
            self.runner.turn(None)

    def order(self, action, **values):
        self.door.ticket = None
        self.runner.turn(Item("command", ({"action": action, "n": 1} | values,), lambda _: None))

    def reopen(self):
        chain = self.engine.journal.facts(0, 999)
        reserved = [fact for fact in chain if fact["kind"] == facts.RESERVED]
        self.order("reopen", op=reserved[-1]["op"] if reserved else "")

    def leave(self, serial=1):
        self.way_out.turn(Item("scan", (kit.code(serial, pax=PAX[serial]),)))
        self.way_out.turn(Item(Signal.PASSED.value, (1,)))

    def flush(self):
        self.engine.journal.flush()


@dataclass(frozen=True)
class Moment:
    """What was on disk, and what the door had done, before one instruction."""

    where: str
    disk: Path
    could_enter: Counter
    entered: Counter
    now: float


class Moments:
    """Context in which every executed line of the engine is looked at."""

    def __init__(self, stage, folder):
        self.stage, self.folder = stage, folder
        self.found, self.lines, self._last = [], 0, None

    def __enter__(self):
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_error):
        sys.settrace(None)
        self._look("the end")

    def _trace(self, frame, event, _arg):
        # pure files write nothing and open nothing: their callers are looked at
        if not frame.f_code.co_filename.startswith(_WATCHED):
            return None
        if event == "line":
            self.lines += 1
            self._look(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return self._trace

    def _look(self, where):
        stage, path = self.stage, self.stage.folder / "gate.db"
        files = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
        disk = tuple(file.read_bytes() if file.exists() else b"" for file in files)
        door = stage.door
        seen = (tuple(map(hash, disk)), tuple(door.grants), tuple(sorted(door.entered.items())))
        if seen == self._last:
            return
        self._last = seen
        folder = self.folder / f"moment-{len(self.found)}"
        folder.mkdir()
        for file, data in zip(files, disk, strict=True):
            (folder / file.name).write_bytes(data)
        self.found.append(
            Moment(where, folder, door.could_enter(), Counter(door.entered), stage.clock.now())
        )


def check(engine, could_enter, entered, trusts_the_lane=True):
    """Assert that a journal without a passage under way tells the truth, and nothing else."""
    chain = engine.journal.facts(0, 9999)
    assert facts.first_break(chain, facts.genesis(engine.store.epoch)) is None
    reserved = {fact["op"]: fact for fact in chain if fact["kind"] == facts.RESERVED}
    ends, back = Counter(), Counter()
    for fact in chain:
        if fact["op"] in reserved and fact["kind"] in facts.ENDINGS:
            given_back = fact["kind"] == facts.RELEASED
            back[fact["op"]] += fact["pax"] * given_back
            if not (given_back and fact["reason"] == facts.GIVEN_BACK_UNSEEN):
                ends[fact["op"]] += fact["pax"]
    assert ends == Counter({op: fact["pax"] for op, fact in reserved.items()}), "no end, or two"
    for serial, pax in PAX.items():
        uid = f"{kit.uid(serial):016x}"
        used = sum(f["pax"] - back[op] for op, f in reserved.items() if f["uid"] == uid)
        own = own_uses(engine.store, kit.uid(serial), engine.config.tz)
        assert (own[kit.ZONE].used if own else 0) == used, "a right is consumed without a fact"
        assert used <= pax
        if trusts_the_lane:
            assert could_enter[serial] <= used, "somebody could enter whose right is still good"
        passed = [f["pax"] for f in chain if f["kind"] == facts.PASSED and f["uid"] == uid]
        zoned = [f for f in chain if f["kind"] == facts.PASSED and f["uid"] == uid and f["op"]]
        assert sum(f["pax"] for f in zoned) <= entered[serial], "a passage that nobody made"
        assert sum(passed) >= 0
    total = sum(100 * (fact["pax"] - back[op]) for op, fact in reserved.items())
    assert engine.exposed == total == engine.store.rows(exposure.TOTAL)[0][0]
    return chain


def restart(moment, config, trusts_the_lane=True):
    """Start a box on what a power cut left; returns its journal."""
    engine = kit.engine(moment.disk, **config)
    try:
        before = _under_way(engine)
        engine.boot(moment.now)
        assert not _under_way(engine)
        chain = check(engine, moment.could_enter, moment.entered, trusts_the_lane)
        told = Counter()
        for fact in chain[-1 - len(chain) :]:
            if fact["kind"] == facts.UNKNOWN and fact["seq"] > before["seq"]:
                told[fact["op"]] += fact["pax"]
        assert told == before["left"], "what was under way is unknown, and nothing else"
        # the visitors try again at once: never more entries than rights
        entries = Counter(moment.could_enter)
        for serial, pax in PAX.items():
            again = engine.scan("G1", kit.code(serial, pax=pax), moment.now + 60)
            entries[serial] += again.admit
            assert entries[serial] <= pax or not trusts_the_lane
        return chain
    finally:
        engine.store.close()
        shutil.rmtree(moment.disk)


class Under(dict):
    """What was under way: empty when nothing was."""

    def __bool__(self):
        return bool(self["left"])


def _under_way(engine):
    rows = engine.store.rows("SELECT op, left FROM passage")
    return Under(left=Counter(dict(rows)), seq=engine.journal.seq)


class Failing:
    """A database whose statement number ``at`` (and ``more`` after it) fails.

    ``late``: the first of them is carried out all the same, and only its answer is lost.
    """

    def __init__(self, db, at, more=0, late=False):
        self._db, self._at, self._more, self._late = db, at, more, late
        self.count = 0

    def _run(self, run, *args):
        self.count += 1
        if self._at <= self.count <= self._at + self._more:
            if self._late and self.count == self._at:
                run(*args)
            raise sqlite3.OperationalError("disk I/O error")
        return run(*args)

    def execute(self, *args):
        return self._run(self._db.execute, *args)

    def executemany(self, *args):
        return self._run(self._db.executemany, *args)

    def __getattr__(self, name):
        return getattr(self._db, name)
