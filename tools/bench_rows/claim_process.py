"""The processes that bench_rows.claim measures: a box that asks, the owner, and their floor.

`python -m bench_rows.claim_process ask PLACE CLAIMS` starts the others and prints one JSON object.
PLACE/handlers holds the packages as a box has them.
"""

import json
import secrets
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .box_process import LANE, REPEATS, TURN, ZONE, Floor, Park

HOST = "127.0.0.1"
ASKER, OWNER = 1, 2


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, 0))
        return sock.getsockname()[1]


def open_box(place: Path, number: int, ports: dict[int, int], secrets_of: dict) -> tuple:
    """Return (engine, lan) of a box that talks to the other."""
    from handlers.scenic_gate.clock import Clock
    from handlers.scenic_gate.config import parse
    from handlers.scenic_gate.engine import Engine
    from handlers.scenic_gate.lan import Lan
    from handlers.scenic_gate.store import Store

    store = Store(place / f"box{number}.db", secrets.token_hex)
    engine = Engine(store, lambda: secrets.token_hex(16))
    peer = OWNER if number == ASKER else ASKER
    peers = [{"box": peer, "host": HOST, "port": ports[peer]}]
    lan = {"key": secrets_of["key"], "box": number, "port": ports[number], "peers": peers}
    engine.configure(parse(secrets_of["config"] | {"lan": lan}))
    engine.trusted, engine.contact = True, time.time()
    made = Lan(engine, Clock(), secrets.token_bytes(8))
    made.configure(engine.config.lan)
    return engine, made


def serve_box(place: Path, ports: dict[int, int]) -> None:
    _engine, lan = open_box(place, OWNER, ports, json.loads((place / "park.json").read_text()))
    print("ready", flush=True)
    sys.stdin.read()
    lan.stop()


def serve_echo(place: Path, port: int) -> None:
    floor = Floor(place)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, port))
        print("ready", flush=True)
        while True:
            data, sender = sock.recvfrom(2048)
            floor.commit()
            sock.sendto(data, sender)


def child(*words) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench_rows.claim_process", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout.readline().strip() != "ready":
        raise RuntimeError(f"{words[0]} did not start")
    return process


def ask(place: Path, claims: int) -> dict:
    ports = {number: free_port() for number in (ASKER, OWNER)}
    echo_port, park = free_port(), Park(time.time())
    shared = {"key": secrets.token_bytes(32).hex(), "config": park.config()}
    (place / "park.json").write_text(json.dumps(shared))
    children = [
        child("box", place, ports[ASKER], ports[OWNER]),
        child("echo", place, echo_port),
    ]
    try:
        engine, lan = open_box(place, ASKER, ports, shared)
        seen = measure(engine, lan, park, echo_port, claims)
        lan.stop()
    finally:
        for process in children:
            process.kill()
            process.wait()
    return seen


def measure(engine, lan, park: Park, echo_port: int, claims: int) -> dict:
    from handlers.scenic_gate.claim import Question
    from handlers.scenic_gate.claim_rules import rank
    from handlers.scenic_gate.claiming import Plan

    boxes = engine.config.lan.boxes
    serials = iter(range(1, 50 * claims * REPEATS))
    owned = (n for n in serials if rank(1 << 32 | n, boxes, 0xFFFF)[0] == OWNER)
    plan, unanswered = Plan(OWNER, (OWNER,)), 0

    def claim(serial: int) -> float:
        nonlocal unanswered
        place = engine.config.lanes[LANE]
        reading, _decision = engine.judge(place, text[serial], park.now, 0, False)
        op = secrets.token_hex(16)
        question = Question(op, reading.ticket, ZONE, 0, LANE, 1, park.now)
        started = time.perf_counter()
        answer, _by_owner = lan.desk.ask(plan, question)
        taken = (time.perf_counter() - started) * 1000
        unanswered += answer is None
        return taken

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        payload = secrets.token_bytes(500)

        def echo(_serial: int) -> float:
            started = time.perf_counter()
            sock.sendto(payload, (HOST, echo_port))
            sock.recv(2048)
            return (time.perf_counter() - started) * 1000

        claim_ms, floor_ms = [], []
        for _ in range(REPEATS):
            claim_ms.append([])
            floor_ms.append([])
            for _turn in range(0, claims, TURN):
                turn = [next(owned) for _ in range(TURN)]
                text = {serial: park.text(serial) for serial in turn}
                claim_ms[-1] += [claim(serial) for serial in turn]
                floor_ms[-1] += [echo(serial) for serial in turn]
    return {
        "claim_ms": middle(claim_ms, 0.5),
        "claim_p99_ms": middle(claim_ms, 0.99),
        "floor_ms": middle(floor_ms, 0.5),
        "floor_p99_ms": middle(floor_ms, 0.99),
        "unanswered": unanswered,
    }


def middle(runs: list[list[float]], share: float) -> float:
    return statistics.median(sorted(run)[int(share * len(run))] for run in runs)


if __name__ == "__main__":
    kind, folder, *rest = sys.argv[1:]
    sys.path.insert(0, folder)
    if kind == "ask":
        print(json.dumps(ask(Path(folder), int(rest[0]))))
    elif kind == "box":
        serve_box(Path(folder), {ASKER: int(rest[0]), OWNER: int(rest[1])})
    else:
        serve_echo(Path(folder), int(rest[0]))
