"""A disk that is really full: nobody is admitted by the machine, and the box says so."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from iot_handlers.scenic_gate import facts
from patience import LIMIT_S

SCRIPT = Path(__file__).with_name("gate_full_disk.py")


def test_a_full_disk_admits_nobody_and_says_so_until_there_is_room(tmp_path):
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert told["before"] == ["OK", 1]
    *admitted, last = told["until_full"]
    assert last == ["E_STORE", 0], "the disk never filled"
    assert all(item == ["OK", 1] for item in admitted)
    assert told["full"] == [["E_STORE", 0]] * 3
    assert told["store"]
    assert told["starts"] == told["epoch"], "a power cut on a full disk: the box starts"
    assert told["waiting"] >= 3  # a short fact may still have found room
    # room again: without a restart, and what happened meanwhile is told
    assert told["room"] == ["OK", 1]
    assert told["after"] == {"store": "", "waiting": 0}
    chain = told["facts"]
    assert facts.first_break(chain) is None
    kinds = Counter((fact["kind"], fact["reason"]) for fact in chain)
    assert kinds["refused", "E_STORE"] == 4
    given_back = kinds["released", "E_STORE"]
    assert kinds["reserved", "OK"] - given_back == told["opened"] == len(admitted) + 2
    assert kinds["passed", "OK"] + kinds["unknown", "OK"] == told["opened"]
