"""Time on a box as a whole: whatever the host's clock and the server say, it never goes back."""

import random

import gate_kit as kit
import pytest
from gate_kit import code, ticket_row
from gate_server import FakeServer
from gate_sync_kit import synced
from iot_handlers.scenic_gate.clock import OK, UNSURE, Clock

DAY = 86400.0


class World:
    """A host whose clock jumps, and a box on it that is switched off and on."""

    def __init__(self, folder):
        self.folder, self.wall, self.mono = folder, kit.NOW, 0.0
        self.server = FakeServer()
        self.server.tickets = [ticket_row(1), ticket_row(2, valid_from=kit.DAY + 1)]
        self.engine = None
        self.power_on()

    def power_on(self):
        if self.engine:
            self.engine.store.close()
        self.engine = kit.engine(self.folder)
        self.engine.trusted = self.engine.online = False
        store, journal = self.engine.store, self.engine.journal
        floor = max(store.get("floor", 0.0), journal.last_t() / 1000)
        self.clock = Clock(floor, lambda: self.wall, lambda: self.mono)
        self.server, self.sync = synced(self.engine, self.server, self.clock)
        self.engine.boot(self.clock.now())

    def contact(self, now):
        self.server.now = now
        self.sync.once()

    def later(self, seconds):
        self.wall += seconds
        self.mono += seconds

    def scan(self, serial, **fields):
        outcome = self.engine.scan("G1", code(serial, **fields), self.clock.now())
        self.engine.recover(self.clock.now())
        self.engine.journal.flush()
        return outcome.reason.value

    def proven(self):
        """Moments of the facts that were written with a proven clock, in the order of writing."""
        chain = self.engine.journal.facts(0, 999)
        return [fact["t"] for fact in chain if fact["clock"] == "ok"]


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.engine.store.close()


def test_jumps_of_the_hosts_clock_do_not_reach_the_facts(world):
    world.contact(kit.NOW)
    serial = 10
    for jump in (-10 * DAY, 20 * DAY, -3600, 0, 5):
        world.wall += jump
        world.later(10)
        serial += 1
        assert world.scan(serial) == "OK"
        assert abs(world.clock.now() - (kit.NOW + 10 * (serial - 10))) < 1
    assert world.proven() == sorted(world.proven())


def test_a_server_that_was_restored_with_an_older_clock_turns_nothing_back(world):
    world.contact(kit.NOW)
    world.later(3600)
    world.contact(kit.NOW + 3600)
    assert world.scan(1) == "OK"
    for past in (kit.NOW - 30 * DAY, 0, kit.NOW + 60):
        before = world.clock.now()
        world.contact(past)
        world.later(60)
        assert world.clock.now() > before
        assert world.clock.quality == OK
    # yesterday does not come back for a ticket of tomorrow, nor tomorrow for one of today
    assert world.scan(2, valid_from=kit.DAY + 1) == "E_EARLY"
    assert world.proven() == sorted(world.proven())


def test_a_power_cut_starts_at_the_proven_time_and_asks_staff(world):
    world.contact(kit.NOW)
    world.later(2 * DAY)
    world.contact(kit.NOW + 2 * DAY)
    assert world.scan(5, valid_from=kit.DAY + 2) == "OK"
    world.wall = 0.0  # no battery
    world.power_on()
    assert world.clock.now() >= kit.NOW + 2 * DAY - 1
    assert world.clock.quality == UNSURE
    # a ticket that is over is over, whatever the clock; one of a later day may be for today
    assert world.scan(6) == "E_EXPIRED"
    outcome = world.engine.scan("G1", code(7, valid_from=kit.DAY + 4), world.clock.now())
    assert (outcome.reason, outcome.colour) == ("E_EARLY", "STAFF")


def test_a_host_far_in_the_future_is_corrected_once_and_no_further_back_than_proven(world):
    world.contact(kit.NOW)
    world.wall = kit.NOW + 365 * DAY
    world.power_on()
    assert world.clock.now() >= kit.NOW + 364 * DAY
    world.contact(kit.NOW + 60)
    assert abs(world.clock.now() - (kit.NOW + 60)) < 2
    world.contact(kit.NOW - DAY)
    assert world.clock.now() >= kit.NOW + 60


def test_the_floor_on_disk_only_rises(world):
    floors, draw = [], random.Random(7)
    for number in range(40):
        world.later(draw.choice([1, 25, 600]))
        world.wall += draw.choice([0, 0, -DAY, DAY])
        world.contact(kit.NOW + draw.choice([-DAY, 0, 30 * number]))
        floors.append(world.engine.store.get("floor", 0.0))
        if draw.random() < 0.2:
            world.power_on()
    assert floors == sorted(floors)
    assert floors[-1] >= kit.NOW, "nothing was kept"
