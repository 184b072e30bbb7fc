"""The visitors of the random day: who comes to which lane with which code."""

import asyncio
import threading
from collections import Counter, deque

from day_lanes import Lane, Visit

# what a visitor at a lane does, and how often
KINDS = {"new": 58, "again": 6, "copy": 14, "gone back": 6, "forged": 4, "junk": 4, "void": 8}
RECENT = 24
TWINS = 0.06  # of new tickets, so many come to two entrances at once
STAYS = 0.06  # of those who are let in, so many do not walk


class Crowd:
    """Lanes with visitors, in a thread with an event loop of its own."""

    def __init__(self, codes, chance):
        self.chance = chance
        self.lanes = [Lane(code) for code in codes]
        self.box_of = {}
        self.fresh = deque()  # tickets that nobody has shown yet
        self.twins = deque()  # tickets that somebody else shows elsewhere at this very moment
        self.shown, self.returned, self.voided = [], deque(maxlen=50), []
        self.visits = []
        self.counts = Counter()
        self.limit = 0  # visits to make
        self._loop = asyncio.new_event_loop()
        self._running = threading.Event()
        self._stopping = False
        self.errors = []
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    @property
    def scans(self):
        """Codes that a box heard."""
        return len(self.visits)

    def start(self):
        """Switch the hardware on."""
        self._thread.start()
        assert self._running.wait(60), "the lanes do not start"

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self):
        for lane in self.lanes:
            await lane.start()
        self._running.set()
        self._wake = asyncio.Event()
        jobs = [asyncio.create_task(self._lane(lane)) for lane in self.lanes]
        await asyncio.gather(*jobs)

    def call(self, coroutine):
        """Run something in the loop from another thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def stop(self):
        self._stopping = True
        self._thread.join(60)

    async def _lane(self, lane):
        try:
            while not self._stopping:
                if self.scans >= self.limit or not lane.scanner.ready:
                    await asyncio.sleep(0.02)
                    continue
                visit, ticket = self._draw(lane)
                if visit is None:
                    await asyncio.sleep(0.02)
                    continue
                await self.come(lane, visit, ticket)
        except Exception as err:
            self.errors.append(err)
            raise

    async def come(self, lane, visit, ticket):
        """Let one visitor come to a lane, after whoever still waits there for an answer."""
        async with lane.turn:
            await lane.visit(visit)
        if not visit.began:
            return
        self.visits.append(visit)
        self.counts[visit.kind] += 1
        self.counts[f"lamp {visit.lamp}"] += 1
        if ticket and visit.openings > visit.walked:
            self.returned.append(ticket)

    # ------------------------------------------------------------------- draw

    def _draw(self, lane):
        """Return the next visitor of a lane and the ticket, or nobody."""
        kind = self.chance.choices(list(KINDS), KINDS.values())[0]
        if self.twins and self.twins[0].last_box != self.box_of[lane.code]:
            kind = "twin"
        if kind == "junk":
            return Visit(lane.code, None, self._junk(), [True] * 3, kind), None
        ticket = self._ticket(kind, lane)
        if ticket is None:
            return None, None
        if kind == "forged":
            return Visit(lane.code, None, self._forge(ticket.code), [True] * 3, kind), None
        walks = [self.chance.random() >= STAYS for _person in range(ticket.persons)]
        if not ticket.shown:
            self.shown.append(ticket)
        ticket.shown += 1
        ticket.last_box = self.box_of[lane.code]
        if kind == "new" and self.chance.random() < TWINS:
            self.twins.append(ticket)
        return Visit(lane.code, ticket.uid, ticket.code, walks, kind), ticket

    def _ticket(self, kind, lane):
        if kind == "twin":
            return self.twins.popleft()
        if kind == "new" or not self.shown or (kind == "void" and not self.voided):
            return self.fresh.popleft() if self.fresh else None
        if kind == "void":
            return self.chance.choice(self.voided)
        if kind == "gone back" and self.returned:
            return self.returned.popleft()
        known = self.shown[-RECENT:] if self.chance.random() < 0.6 else self.shown
        if kind == "copy":
            mine = self.box_of[lane.code]
            known = [ticket for ticket in known if ticket.last_box != mine]
        return self.chance.choice(known) if known else None

    def _junk(self):
        signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/?.- é"
        if self.chance.random() < 0.3:
            return "13" + "".join(self.chance.choices("0123456789", k=16))  # a payment code
        return "J" + "".join(self.chance.choices(signs, k=self.chance.randint(1, 200)))

    def _forge(self, code):
        """Return the code of a real ticket with one sign changed."""
        at = self.chance.randrange(4, len(code) - 4)
        other = self.chance.choice([sign for sign in "ABCDEFGH234567" if sign != code[at]])
        return code[:at] + other + code[at + 1 :]
