"""The time of the box: proven time never goes back."""

from hypothesis import given
from hypothesis import strategies as st
from iot_handlers.scenic_gate.clock import OK, UNSURE, Clock


class World:
    """The host's clock and its monotonic clock."""

    def __init__(self, wall):
        self.wall, self.mono = wall, 0.0

    def clock(self, floor=0.0):
        return Clock(floor, lambda: self.wall, lambda: self.mono)

    def sleep(self, seconds):
        self.wall += seconds
        self.mono += seconds


def test_box_without_battery_starts_at_the_proven_time():
    world = World(0)
    clock = world.clock(floor=1000)
    assert (clock.now(), clock.quality) == (1000, UNSURE)
    world.sleep(5)
    assert clock.now() == 1005


def test_server_corrects_and_tells_the_drift():
    world = World(900)
    clock = world.clock()
    clock.correct(1000)
    assert (clock.now(), clock.quality, clock.drift) == (1000, OK, -100)
    world.sleep(10)
    assert clock.now() == 1010


def test_wrong_battery_clock_does_not_lock_the_gate_in_the_future():
    world = World(9_999_999)
    clock = world.clock(floor=1000)
    assert clock.now() == 9_999_999
    clock.correct(2000)
    assert clock.now() == 2000


def test_who_asks_while_the_time_is_corrected_does_not_bring_the_wrong_one_back():
    """A lane that was in the middle of asking wrote the future down, and all stayed there."""
    world = World(9_999_999)
    clock = world.clock(floor=1000)
    todo = [lambda: clock.correct(2000)]

    def mono():
        if todo:
            todo.pop()()  # the sync's thread comes in between
        return world.mono

    clock._mono = mono
    clock.now()
    assert not todo
    assert clock.now() == 2000


def test_jump_of_the_hosts_clock_changes_nothing():
    world = World(1000)
    clock = world.clock()
    clock.correct(1000)
    world.wall = 5_000_000
    assert clock.now() == 1000
    world.wall = 0
    assert clock.now() == 1000


def test_server_in_the_past_does_not_turn_proven_time_back():
    world = World(1000)
    clock = world.clock()
    clock.correct(2000)
    clock.correct(1500)
    assert clock.now() >= 2000
    assert clock.proven() >= 2000


@given(
    st.lists(
        st.tuples(st.sampled_from(["sleep", "wall", "server"]), st.floats(0, 1e6)), max_size=30
    )
)
def test_proven_clock_never_goes_back(steps):
    world = World(5000)
    clock = world.clock(floor=100)
    clock.correct(1000)
    last = clock.now()
    for step, value in steps:
        if step == "sleep":
            world.sleep(value)
        elif step == "wall":
            world.wall = value
        else:
            clock.correct(value)
        assert clock.now() >= last
        last = clock.now()
        assert clock.proven() <= last
