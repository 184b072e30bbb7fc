"""What goes wrong on the random day, drawn from its seed."""

import os
import threading
from collections import Counter
from contextlib import suppress

from day_park import stand_still
from day_sales import Busy
from scenic_park import waiting

# what happens, and how often
EVENTS = {
    "wan cut": 10,
    "wan frozen": 5,
    "lan cut": 7,
    "box killed": 9,
    "box killed, wrong clock": 3,
    "worker killed": 6,
    "server killed": 2,
    "database killed": 1,
    "clock jumps": 6,
    "box stands still": 4,
    "hardware stands still": 4,
}
STILL = (0.3, 0.8, 1.2, 2.5)  # seconds; a board has one to answer
JUMPS = (-86400 * 3, -7200, -90, -5, 5, 90, 7200, 86400 * 3)  # seconds


class Director:
    """Draws events and lets them happen, one after another; what lasts is ended later."""

    def __init__(self, park, crowd, chance):
        self.park, self.crowd, self.chance = park, crowd, chance
        self.done = Counter()
        self.say = print
        self.ends = []  # [(at scan, what to do)]

    def run(self, scans, events):
        """Let ``events`` happen, spread at random over ``scans`` visits."""
        moments = sorted(self.chance.sample(range(scans // 50, scans * 9 // 10), events))
        names = self._names(events)
        slack = max(20, scans // events)
        for moment, name in zip(moments, names, strict=True):
            # what takes long (a server starts) must not find the day over: visitors wait for it
            self.crowd.limit = moment + slack
            self._wait_until(moment)
            self.happen(name, scans)
        self.crowd.limit = scans
        self._wait_until(scans)
        self.end_all()

    def _names(self, count):
        """Draw what happens; each kind at least once where there are enough."""
        names = list(EVENTS)[:count]
        names += self.chance.choices(list(EVENTS), EVENTS.values(), k=count - len(names))
        self.chance.shuffle(names)
        return names

    def _wait_until(self, scan):
        def reached():
            if self.crowd.errors:
                return True
            if self.park.server.watch():
                self.done["server started by its supervisor"] += 1
            self._end(self.crowd.scans)
            return self.crowd.scans >= scan

        waiting.until(reached, f"{scan} visitors have come ({self.crowd.scans})", 600, 0.01)
        if self.crowd.errors:
            raise self.crowd.errors[0]

    def _end(self, now):
        for item in [item for item in self.ends if item[0] <= now]:
            self.ends.remove(item)
            item[1]()

    def end_all(self):
        self._end(float("inf"))

    def _later(self, scans, share, end):
        """Let something end after a while."""
        low, high = share
        after = self.chance.randint(int(scans * low) + 1, int(scans * high) + 2)
        self.ends.append((self.crowd.scans + after, end))

    def happen(self, name, scans):
        self.done[name] += 1
        self.say(f"{self.crowd.scans} scans: {name}")
        box, server = self.chance.choice(self.park.boxes), self.park.server
        if name == "wan cut":
            box.wan.cut()
            self._later(scans, (0.01, 0.08), box.wan.join)
        elif name == "wan frozen":
            box.wan.freeze()
            self._later(scans, (0.01, 0.05), box.wan.join)
        elif name == "lan cut":
            box.cut_lan()
            self._later(scans, (0.02, 0.06), box.join_lan)
        elif name.startswith("box killed"):
            box.kill()
            if name.endswith("clock"):
                box.offset = self.chance.choice(JUMPS)
            box.start()
            box.rest()
        elif name == "worker killed":
            server.kill_worker(self.chance)
        elif name == "server killed":
            server.kill()
        elif name == "database killed":
            server.kill_database(self.chance)
        elif name == "clock jumps":
            box.set_clock(self.chance.choice(JUMPS))
        elif name == "box stands still":
            box.stand_still(self.chance.choice(STILL))
        elif name == "hardware stands still":
            # boards, scanners and visitors are this process
            stand_still(os.getpid(), self.chance.choice(STILL))


class Trade:
    """The windows at work, in a thread of their own: tickets for the visitors, refunds, voids."""

    STOCK = 60  # tickets that wait for a visitor
    RESERVE = 4  # below that, windows without the server sell too

    def __init__(self, windows, crowd, chances):
        self.windows, self.crowd = windows, crowd
        self.chance, self._offline_chance = chances
        self.sold = []
        self.done = Counter()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name="trade", daemon=True)
            for work in (self._online, self._offline)
        ]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join(120)

    def _run(self, work):
        try:
            while not self._stopping.wait(0.02):
                work()
        except Exception as err:
            self.crowd.errors.append(err)

    def _bring(self, tickets, chance):
        chance.shuffle(tickets)
        self.sold += tickets
        self.crowd.fresh.extend(tickets)

    def _online(self):
        """Sell, refund and void at windows that reach the server, sometimes."""
        if len(self.crowd.fresh) >= self.STOCK:
            return
        try:
            tickets = self.windows.sell(self.chance.randint(20, 60))
            self.done["sold online"] += len(tickets)
            self._bring(tickets, self.chance)
            for _ticket in range(3):
                self._give_back()
            if self.chance.random() < 0.15:
                self.windows.upload(self.chance.randint(1, 4))
        except Busy:
            self.done["calls without an answer"] += 1
            self._stopping.wait(0.2)

    def _offline(self):
        """Sell at a window that signs alone: its sales wait in the outbox."""
        if len(self.crowd.fresh) >= self.RESERVE and self._offline_chance.random() > 0.01:
            return
        if not self.windows.may_sell_offline():
            return
        tickets = self.windows.sell_offline(self._offline_chance.randint(8, 20))
        self.done["sold offline"] += len(tickets)
        self._bring(tickets, self._offline_chance)

    def _give_back(self):
        """Refund or void a ticket that the server may still think unused."""
        known = [t for t in self.sold[-400:] if t.online and t.state == "sold"]
        if not known:
            return
        ticket = self.chance.choice(known)
        kind = self.chance.choice(("refund", "refund", "void"))
        if getattr(self.windows, kind)(ticket):
            self.done[kind] += 1
        if ticket.state != "sold":
            self.crowd.voided.append(ticket)

    def finish(self, limit=180):
        """Upload everything."""

        def sent():
            with suppress(Busy):
                return self.windows.upload() == 0
            return False

        waiting.until(sent, "all sales are uploaded", limit, 0.2)
