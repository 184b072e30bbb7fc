"""A whole gate box, put together: store, engine, lanes, commands and sync.

Knows nothing of Odoo: ``runtime.py`` wires it to the IoT box, tests and benchmarks start it alone.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from . import auth, device_orders
from .care import Care
from .clock import Clock
from .commands import SIGNED, CommandDesk
from .complaints import Complaints
from .config import Config, ConfigError, LaneConfig, parse
from .device import DeviceError
from .devices import Devices
from .engine import Engine
from .hand_desk import HandDesk
from .house import House
from .lan import Lan
from .runner import LaneRunner
from .sound_library import SoundLibrary
from .status import box_status
from .store import Store, StoreError
from .sync import Pairing, Sync, Transport

_logger = logging.getLogger(__name__)
_complaints = Complaints(_logger)


class AlreadyRunning(Exception):
    """Another process uses this data folder."""


class GateBox:
    """``home`` holds the database; ``pairing()`` tells whom the box belongs to, if anybody yet."""

    def __init__(
        self,
        home: Path,
        pairing: Callable[[], Pairing | None],
        transport: Transport,
        guard=None,
        pinned: Callable[[], bool] = lambda: True,
    ) -> None:
        self.home = Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self._lock_file = self._lock()
        self.store = self._open_store()
        self.engine = Engine(self.store, lambda: secrets.token_hex(16))
        self.clock = Clock(max(self.store.get("floor", 0.0), self.engine.journal.last_t() / 1000))
        self.lan = Lan(self.engine, self.clock, secrets.token_bytes(8))
        self.hands = HandDesk(self.lan.desk)
        self.sounds = SoundLibrary(self.home, self._fetch_sound, self.clock.mono)
        self.devices = Devices(self.sounds, self.home)
        self.runners: dict[str, LaneRunner] = {}
        self.lane_errors: dict[str, str] = {}
        self.wake = threading.Event()
        self.configured = threading.Event()  # a configuration is in force
        self.started = self.clock.now()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._pairing = pairing
        self.house = House(self)
        self.care = Care(self, transport, pairing, guard, pinned)
        self.desk = CommandDesk(
            self.store, self.clock, self._secrets, self._dispatch, self.wake.set
        )
        self.sync = Sync(
            engine=self.engine,
            desk=self.desk,
            clock=self.clock,
            transport=transport,
            pairing=pairing,
            nonce=lambda: secrets.token_hex(16),
            status=self.status,
            prepare=self._follow_lan,
            configured=self._configured,
            pause=lambda: self._stopped.wait(0.002),
            offered=self.care.offered,
        )
        self._boot()

    def _lock(self):
        # two processes on one journal would each think to know its last hash
        handle = open(self.home / "gate.lock", "w")  # noqa: SIM115 (held for the process's life)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            handle.close()
            raise AlreadyRunning(f"{self.home} is used by another process.") from err
        handle.write(str(os.getpid()))
        handle.flush()
        return handle

    def _open_store(self) -> Store:
        """Open the database; a damaged one is put aside, and the gate starts with a new one.

        The new one has a new epoch and asks for everything again. What the old one had not sent
        is still in the file that was put aside.
        """
        path = self.home / "gate.db"
        try:
            return Store(path, secrets.token_hex)
        except StoreError as err:
            if not err.damaged:
                raise
            _logger.exception("The gate database is damaged and put aside")
        damaged = f"damaged-{secrets.token_hex(3)}-"
        for suffix in ("", "-wal", "-shm"):
            old = path.with_name(path.name + suffix)
            if old.exists():
                old.rename(old.with_name(damaged + old.name))
        return Store(path, secrets.token_hex)

    def _boot(self) -> None:
        try:
            self._load_config()
            self.desk.boot()
        except StoreError:
            # a full disk must not keep the box from starting: it can still say why it refuses
            _logger.exception("The gate database cannot be written")
        self.engine.boot(self.clock.now())
        self.care.drills.recover()

    def _load_config(self) -> None:
        data = self.store.get("config")
        if data is None:
            return
        try:
            config = parse(data)
            self.lan.desk.configure(config.lan)
            self.engine.configure(config)
            self.sounds.configure(self.engine.config.sounds.files)
            self.configured.set()
        except ConfigError:
            # written by another version of this code; the next sync brings it again
            _logger.exception("The kept configuration cannot be read")
            self.store.put(config_rev="")

    def _fetch_sound(self, digest: str) -> bytes:
        return self.care.signed_post(auth.SOUND_PATH, {"v": 1, "hash": digest})

    def _secrets(self) -> tuple[str, str]:
        pairing = self._pairing()
        return (pairing.token, pairing.box) if pairing else ("", "")

    # ------------------------------------------------------------------ lanes

    @property
    def lanes(self) -> dict[str, LaneConfig]:
        """The configured lanes; kept on disk, so they exist without a server."""
        return dict(self.engine.config.lanes) if self.engine.config else {}

    def serve_lane(self, code: str, stopped: Callable[[], bool]) -> None:
        """Run one lane in the calling thread until ``stopped()``; follows its configuration."""
        while not (stopped() or self._stopped.is_set()):
            config = self.lanes.get(code)
            if config is None or self.care.paused.is_set():
                self._stopped.wait(0.5)
                continue
            try:
                self._serve_once(config, lambda: stopped() or self._stopped.is_set())
            except Exception as err:
                # a thread's loop: nobody else would ever open this lane again
                if self.lane_errors.get(code) != str(err):
                    told = isinstance(err, DeviceError)  # it says all there is to know
                    _logger.error("Lane %s: %s", code, err, exc_info=not told)
                self.lane_errors[code] = str(err)
                self._stopped.wait(1.0)

    def _serve_once(self, config: LaneConfig, stopped: Callable[[], bool]) -> None:
        """Serve a lane as it is configured now, until that changes."""
        readers, barrier = self.devices.build(config)
        code = config.code
        self.lane_errors.pop(code, None)
        runner = self.runners[code] = LaneRunner(
            config,
            self.engine,
            self.clock,
            barrier,
            readers,
            changed=self.wake.set,
            displays=self.devices.displays(config),
        )
        try:
            runner.run(stopped)
        finally:
            # a lane that left and came back may have a new runner already
            if self.runners.get(code) is runner:
                del self.runners[code]

    def _follow_lan(self, config: Config | None) -> None:
        """Talk to the other boxes; before lanes decide by a configuration, never after."""
        lan = config.lan if config else None
        self.lan.configure(lan)
        self.hands.configure(lan)

    def follow_lan_again(self) -> None:
        """Ask once more for ports that were taken: they may be free by now."""
        if self.lan.error or self.hands.error:
            self._follow_lan(self.engine.config)

    def _configured(self) -> None:
        lanes = self.lanes
        self.sounds.configure(self.engine.config.sounds.files)
        self.configured.set()
        for code, runner in list(self.runners.items()):
            if lanes.get(code) != runner.config:
                runner.retire()

    def _dispatch(self, command, answer: Callable[[str], None]) -> bool:
        if command["action"] in device_orders.ACTIONS:
            device_orders.begin(self, command, answer)
            return True
        runner = self.runners.get(command["lane"])
        if runner is None:
            return False
        # the end of an emergency names the order; other facts of orders are found by their time
        who = f"#{command['uid']}" if command["action"] == "reset" else None
        # what was not signed with it is no part of an order
        order = {name: command.get(name) for name in SIGNED}
        runner.command(order, answer, ("OK", who))
        return True

    # ---------------------------------------------------------------- threads

    def start(self) -> None:
        """Begin to sync and to keep house. Lanes are served by :meth:`serve_lane`."""
        self._follow_lan(self.engine.config)
        for name, loop in (
            ("sync", self._sync_loop),
            ("house", self.house.loop),
            ("care", self.care.loop),
        ):
            thread = threading.Thread(target=loop, name=f"scenic {name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, wait: bool = True) -> None:
        """Shut the lanes, stop the threads, write what waits and close the database.

        ``wait`` False: called by one of the threads, right before the process begins anew.
        """
        self._stopped.set()
        self.wake.set()
        deadline = self.clock.mono() + 5
        while self.runners and self.clock.mono() < deadline:
            threading.Event().wait(0.05)  # the lanes' own threads switch their outputs off
        self.hands.stop()
        self.lan.stop()
        for thread in self._threads if wait else ():
            thread.join(timeout=20)
        self.engine.journal.flush()
        self.store.close()
        self._lock_file.close()

    def _sync_loop(self) -> None:
        while not self._stopped.is_set():
            more = False
            try:
                more = self.sync.once()
            except Exception:
                # a thread's loop: the gate keeps deciding, the next exchange may succeed
                _complaints.say("Scenic sync")
                self.sync.failures += 1
            if not more:
                self._wait_for_sync()

    def _wait_for_sync(self) -> None:
        if self.sync.failures:
            # scans do not hurry an offline box: each attempt may hang for seconds
            self._stopped.wait(self.sync.delay)
        else:
            self.wake.wait(self.sync.delay)
        self.wake.clear()

    # ----------------------------------------------------------------- status

    def status(self) -> dict:
        """What people want to know about the box; nothing depends on it."""
        return box_status(self)

    @property
    def stopping(self) -> threading.Event:
        """Set when the box ends."""
        return self._stopped

    def page(self, part: str) -> dict:
        """Return a part of what the server sent for the lane page, empty when it did not."""
        config = self.engine.config
        found = config.page.get(part) if config else None
        return found if isinstance(found, dict) else {}

    def local_devices(self) -> list[str]:
        """Paths of the devices in use here, as they are configured."""
        urls = [device.url for lane in self.lanes.values() for device in lane.devices]
        config = self.engine.config
        urls += [item.url for item in (*config.printers, *config.readers)] if config else []
        return [url for url in urls if url.startswith("/")]

    def serial_ports(self) -> set[str]:
        """Real paths of the local ports in use here: no other driver may probe them."""
        return {os.path.realpath(path) for path in self.local_devices()}
