"""The guard of the handlers: whatever happens in the middle, a complete set is in force."""

import signal
import subprocess
import sys

import pytest
from gate_guard import Guard, guard_module, make_set
from gate_http import ROOT
from patience import wait_for

GOOD = {"scenic_gate/box.py": b"one", "drivers/scenic_a.py": b"a", "scenic_rules/x.py": b"x"}
NEXT = {"scenic_gate/box.py": b"two", "drivers/scenic_b.py": b"b", "scenic_rules/x.py": b"x"}


PATHS = [
    str(ROOT / name)
    for name in ("tests/gate", "tests/support", "scenic_ticketing", "scenic_gate_iot")
]


class Place:
    """A folder of handlers, and a guard that begins anew as often as the test says."""

    def __init__(self, folder):
        self.live, self.home, self.restarts = folder / "live", folder / "home", []
        make_set(self.live, GOOD | {"drivers/stock.py": b"stock"})
        self.guard = self.begin()

    def begin(self):
        self.guard = Guard(self.live, self.home, lambda: self.restarts.append(1), lambda: 1000)
        return self.guard

    def staged(self, files=NEXT, **options):
        name = guard_module.digest(files)
        self.guard.stage(name, files)
        self.guard.swap(name, ["G1"], **options)
        return name

    def files(self):
        return {p.relative_to(self.live).as_posix(): p.read_bytes()
                for p in self.live.glob("*/*") if p.is_file()}  # fmt: skip

    def holds(self, files):
        return self.files() == files | {"drivers/stock.py": b"stock"}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_a_set_comes_into_force_at_the_next_start_and_stays_once_it_is_proved(place):
    name = place.staged()
    assert place.restarts == [1]
    assert place.holds(GOOD)
    place.begin().boot()
    assert place.holds(NEXT)
    assert place.guard.state()["trial"]
    place.guard.confirm()
    place.begin().boot()
    assert place.holds(NEXT)
    assert place.guard.live_hash() == name
    assert [e["what"] for e in place.guard.state()["events"]] == ["swapped", "confirmed"]


def test_a_set_that_never_proves_itself_goes_back_after_some_starts(place):
    name = place.staged()
    for _ in range(guard_module.MAX_BOOTS):
        place.begin().boot()
        assert place.holds(NEXT)
    place.begin().boot()
    assert place.holds(GOOD)
    assert place.guard.state()["rejected"] == {name: "starts"}
    assert place.guard.state()["events"][-1]["what"] == "rolled_back"


def test_a_set_that_hangs_goes_back_after_some_time(place):
    name = place.staged(limit_s=0.2)
    place.begin().boot()
    wait_for(lambda: len(place.restarts) == 2)
    place.begin().boot()
    assert place.holds(GOOD)
    assert place.guard.state()["rejected"] == {name: "time"}


@pytest.mark.parametrize("cut", [1, 3, 4, 6, 8, 10])
def test_power_cut_at_any_write_ends_with_a_complete_set(tmp_path, cut):
    """A process that is killed at its n-th durable write, while it stages, decides or copies."""
    code = f"""
import os, signal, sys
sys.path[:0] = {[str(ROOT / name) for name in PATHS]!r}
from pathlib import Path
import gate_guard as kit
left = [{cut}]
write = kit.guard_module.write_durably
def dying(path, data):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    write(path, data)
kit.guard_module.write_durably = dying
from test_gate_guard import GOOD, NEXT, Place
place = Place(Path({str(tmp_path)!r}))
place.staged()
place.begin().boot()
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode in (0, -signal.SIGKILL)
    place = Place.__new__(Place)
    place.live, place.home, place.restarts = tmp_path / "live", tmp_path / "home", []
    place.begin().boot()
    assert place.holds(GOOD) or place.holds(NEXT)
    for _ in range(guard_module.MAX_BOOTS + 1):
        place.begin().boot()
    assert place.holds(GOOD)  # nobody has confirmed it


def test_a_damaged_set_is_not_copied(place):
    name = place.staged()
    (place.home / "handlers" / name / "scenic_rules" / "x.py").write_bytes(b"other")
    place.begin().boot()
    assert place.holds(GOOD)
    assert name in place.guard.state()["rejected"]


@pytest.mark.parametrize(
    "name",
    ["../scenic_a.py", "scenic_gate/../x.py", "scenic_gate/a/b.py", "drivers/stock.py", "x.py",
     "/etc/passwd", "scenic_gate/.hidden", "drivers\\scenic_x.py"],
)  # fmt: skip
def test_only_files_of_the_gate_are_staged(place, name):
    files = NEXT | {name: b"bad"}
    with pytest.raises(ValueError, match="announced"):
        place.guard.stage(guard_module.digest(files), files)


def test_what_was_not_announced_is_not_staged(place):
    with pytest.raises(ValueError, match="announced"):
        place.guard.stage("0" * 64, NEXT)


def test_an_unreadable_state_leaves_the_handlers_alone(place):
    place.home.mkdir(exist_ok=True)
    (place.home / "handlers.json").write_text("{")
    place.begin().boot()
    assert place.holds(GOOD)


def test_server_and_guard_name_a_set_alike():
    from gate_http import handler_zip_module

    packer = handler_zip_module()
    files = {**GOOD, "drivers/stock.py": b"s", "lib/a/b.py": b"l", "interfaces/scenic_i.py": b"i"}
    ours = packer.gate_handlers(files)
    assert set(ours) == {name for name in files if guard_module.is_ours(name)}
    assert packer.etag(ours, packer.GATE_SALT) == guard_module.digest(ours)
