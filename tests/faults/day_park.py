"""The park of the random day: a real server on a real PostgreSQL, four boxes, what lies between."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg2
from scenic_park import databases, inside, ports, relay, server, waiting
from scenic_tools import database, paths, postgres, setup

ENTRANCES = ("south", "north", "cable", "skywalk")  # one box at each
LANES_EACH = 2
WINDOWS = ("yunlu.window_south_1", "yunlu.window_north_1")
OFFLINE_WINDOWS = 3
START_S = 180
RECOVER_S = 300  # of the database: it looks at each of its files first
DEVICE = ("name", "role", "driver", "url", "options")


def stand_still(pid, seconds):
    """Stop a process for so long."""
    subprocess.Popen(["sh", "-c", f"kill -STOP {pid}; sleep {seconds}; kill -CONT {pid}"])


class Server:
    """Odoo with workers, and the PostgreSQL below it."""

    def __init__(self, children, name):
        self.children, self.name = children, name
        self.address = server.Address(name, ports.free(), ports.free())
        self.child = None

    def start(self):
        self.child = server.start(self.children, self.address, workers=2, crons=0)

    def watch(self):
        """Start it again if it ended, as every service manager does; tells whether it had.

        Odoo's own main process ends when it cannot reach PostgreSQL while it starts a worker.
        """
        if self.child.running or not self.database_answers():
            return False
        self.kill()
        return True

    def kill(self):
        """Cut its power and switch it on again."""
        self.child.kill()
        self.children.forget(self.child)
        waiting.until(self._ports_are_free, "the ports are free")
        self.start()

    def _ports_are_free(self):
        return not any(map(ports.in_use, (self.address.http, self.address.gevent)))

    def kill_worker(self, chance):
        """Kill one of its workers; the server starts another."""
        workers = psutil.Process(self.child.process.pid).children()
        with suppress(psutil.NoSuchProcess):
            chance.choice(workers).kill()

    def kill_database(self, chance):
        """Kill PostgreSQL; it recovers from its write-ahead log."""
        if postgres.named_server():
            # not ours to kill: only every connection to this database
            with databases.connect() as connection, connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [self.name],
                )
            return
        if chance.random() < 0.5:
            cluster = postgres.Cluster()
            cluster.stop("immediate")
            cluster.start()
            return
        with databases.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [self.name])
            pids = [pid for (pid,) in cursor.fetchall()]
        if pids:
            # one killed backend makes PostgreSQL throw all out and recover
            with suppress(ProcessLookupError, PermissionError):
                os.kill(chance.choice(pids), signal.SIGKILL)
        waiting.until(self.database_answers, "PostgreSQL has recovered", RECOVER_S)

    def database_answers(self):
        try:
            with databases.connect(self.name):
                return True
        except psycopg2.OperationalError:
            return False


class Box:
    """One box process with its folder, its way to the server and its clock."""

    def __init__(self, number, folder, target):
        self.number = number
        self.identifier = f"day-box-{number}"
        self.home = folder / self.identifier
        self.home.mkdir(parents=True)
        self.log = folder / f"{self.identifier}.log"
        self.wan = relay.Relay(ports.free(), target)
        self.token, self.database = "", ""
        self.offset, self.lan_cut = 0.0, False
        self.disturbed = []  # (from, to) when other boxes could not rely on it
        self.process = None
        self.starts = 0

    def start(self):
        config = {
            "home": str(self.home),
            "server": f"http://127.0.0.1:{self.wan.port}",
            "token": self.token,
            "box": self.identifier,
            "database": self.database,
            "offset": self.offset,
            "lan_cut": self.lan_cut,
        }
        command = [sys.executable, Path(__file__).with_name("day_box.py"), json.dumps(config)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        self.starts += 1
        if self.process.stdout.readline() != b"ready\n":
            raise AssertionError(f"box {self.number} did not start: {self.log.read_text()[-2000:]}")

    def kill(self):
        """Cut its power."""
        self.process.kill()
        self.process.wait()
        self.disturb()

    def disturb(self):
        """Note that the other boxes cannot rely on it, until :meth:`rest`."""
        self.disturbed.append((time.time(), float("inf")))

    def rest(self):
        """Note that they can again."""
        if self.disturbed:
            began, ended = self.disturbed[-1]
            self.disturbed[-1] = (began, min(ended, time.time()))

    def stand_still(self, seconds):
        """Give its process no time, as a host under load does."""
        now = time.time()
        # before the spans that last: those end in their order
        self.disturbed.insert(0, (now, now + seconds + 0.5))
        stand_still(self.process.pid, seconds)

    def stop(self):
        """Switch it off as an operator does."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(90)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"box {self.number} does not stop") from None

    def _tell(self, **what):
        with suppress(OSError):
            self.process.stdin.write(json.dumps(what).encode() + b"\n")
            self.process.stdin.flush()

    def set_clock(self, offset):
        """Let the clock of the host jump."""
        self.offset = offset
        self._tell(offset=offset)

    def cut_lan(self):
        """Pull the cable to the other boxes."""
        self.lan_cut = True
        self.disturb()
        self._tell(lan_cut=True)

    def join_lan(self):
        self.lan_cut = False
        self._tell(lan_cut=False)
        self.rest()


class Park:
    """Everything that runs on the day."""

    def __init__(self, children, folder, name):
        self.name, self.folder = name, folder
        self.server = Server(children, name)
        target = ("127.0.0.1", self.server.address.http)
        self.boxes = [Box(number, folder, target) for number in range(1, 1 + len(ENTRANCES))]
        self.box_of = {}  # lane code -> number of its box
        self.windows, self.offline_windows = [], []

    def build(self, lanes):
        """Make the database: boxes, their lanes, windows."""
        template = databases.template(setup.ensure().version, assets=False)
        database.copy(template, self.name)
        # PostgreSQL does not log the next numbers of a copied sequence before the next checkpoint:
        # a crash would hand them out twice
        database.psql("CHECKPOINT")
        with inside.environment(self.name) as env:
            for number, (box, entrance) in enumerate(zip(self.boxes, ENTRANCES, strict=True)):
                mine = lanes[number * LANES_EACH : (number + 1) * LANES_EACH]
                box.token = self._make_box(env, box, entrance, mine)
                box.database = self.name
                self.box_of |= {lane.code: box.number for lane in mine}
            self.windows = [env.ref(window).id for window in WINDOWS]
            first = env.ref(WINDOWS[0])
            self.offline_windows = [
                env["pos.config"]
                .create(
                    {
                        "name": f"Day window {number}",
                        "payment_method_ids": [(6, 0, env.ref("yunlu.pay_wechat").ids)],
                        "company_id": first.company_id.id,
                    }
                )
                .id
                for number in range(OFFLINE_WINDOWS)
            ]
        inside.leave(self.name)

    @staticmethod
    def _make_box(env, box, entrance, lanes):
        site = env.ref("yunlu.site_yunlu")
        record = env["scenic.box"].create(
            {
                "name": f"Day box {box.number}",
                "site_id": site.id,
                "identifier": box.identifier,
                "state": "paired",
                "lan_address": "127.0.0.1",
                "lan_port": ports.free(),
                "user_id": env.ref("base.user_admin").id,
            }
        )
        for lane in lanes:
            env["scenic.lane"].create(
                {
                    "name": f"Day lane {lane.code}",
                    "code": lane.code,
                    "box_id": record.id,
                    "zone_id": env.ref("yunlu.zone_park").id,
                    "entrance_id": env.ref(f"yunlu.entrance_{entrance}").id,
                    "device_ids": [
                        (0, 0, dict(zip(DEVICE, device, strict=True))) for device in lane.devices()
                    ],
                }
            )
        return record.sudo().token

    def start(self):
        self.server.start()
        for box in self.boxes:
            box.wan.join()
            box.start()

    def heal(self):
        """Bring everything back."""
        for box in self.boxes:
            box.wan.join()
            if box.lan_cut:
                box.join_lan()
            if box.process.poll() is not None:
                box.start()
        waiting.until(self.server.database_answers, "PostgreSQL answers", RECOVER_S)
        self.server.watch()

    def stop(self):
        for box in self.boxes:
            if box.process and box.process.poll() is None:
                box.kill()
            box.wan.cut()


def park_name():
    return f"scenic_day_{os.getpid()}_{random.Random(time.time_ns()).randrange(1000)}"


def logs():
    return paths.LOCAL / "log" / "faults"
