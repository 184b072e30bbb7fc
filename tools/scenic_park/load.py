"""Many clients at once against a server on this machine."""

import http.client
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """One request, ready to be sent."""

    path: str
    body: bytes
    headers: dict


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    body: bytes
    seconds: float


def send(port: int, call: Call) -> Answer:
    """Send one request over a connection of its own, as prefork Odoo closes it afterwards."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", call.path, call.body, call.headers)
        reply = connection.getresponse()
        body = reply.read()
    finally:
        connection.close()
    return Answer(reply.status, body, time.perf_counter() - started)


def run(port: int, calls: Iterable[Call], clients: int) -> list[Answer]:
    """Send all calls, `clients` at a time."""
    waiting, answers, lock = iter(list(calls)), [], threading.Lock()

    def client():
        while True:
            with lock:
                call = next(waiting, None)
            if call is None:
                return
            answers.append(send(port, call))

    _in_threads([client] * clients)
    return answers


def at_once(port: int, calls: list[Call]) -> list[Answer]:
    """Send all calls at the same moment, each from a client of its own."""
    barrier, answers = threading.Barrier(len(calls)), []

    def client(call):
        barrier.wait()
        answers.append(send(port, call))

    _in_threads([lambda call=call: client(call) for call in calls])
    return answers


def _in_threads(jobs: list[Callable]) -> None:
    failures = []

    def guarded(job):
        try:
            job()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that is not below `share` (0..1) of the values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
