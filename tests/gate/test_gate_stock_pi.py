"""The stock box as it runs on a Raspberry Pi: without server, without GitHub, and when they return.

Odoo's own code decides; only what a Raspberry Pi has and this computer lacks is put before it: the
name of its kernel, three files, `dbus`, and programs that do nothing but say that they were called.
"""

import os
from contextlib import ExitStack

import gate_kit as kit
import pytest
from patience import LIMIT_S, wait_for
from scenic_park.relay import Relay
from stock_kit import FAKE_PORTS, Installation, made, port

SITE = f"""{FAKE_PORTS}
import builtins, io, platform, subprocess
import netifaces

FILES = {{
    "/var/odoo/iotbox_version": "25.07",
    "/sys/firmware/devicetree/base/serial-number": "100000001234abcd",
    "/proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5",
}}

def at(path):
    known = not isinstance(path, int) and os.fspath(path) in FILES
    return os.path.join(os.environ["FAKE_PI"], os.path.basename(path)) if known else path

for path, text in FILES.items():
    with open(at(path), "w") as handle:
        handle.write(text)
opened, stat, run = open, os.stat, subprocess.run
builtins.open = io.open = lambda path, *args, **options: opened(at(path), *args, **options)
os.stat = lambda path, **options: stat(at(path), **options)
platform.release = lambda: "6.6.31+rpt-rpi-v7"
# its own address is that on the way to the gateway
netifaces.gateways = lambda: {{"default": {{netifaces.AF_INET: ("127.0.0.1", "lo")}}}}

def on_a_pi(command, *args, **options):
    if isinstance(command, list) and command[0].startswith("/home/pi/"):
        command = ["sudo", *command]
    return run(command, *args, **options)

subprocess.run = on_a_pi
"""
GITHUB_IS_AWAY = """case "$3" in
    rev-parse) echo abc1234 ;;
    symbolic-ref) echo 19.0 ;;
    remote) echo https://github.com/odoo/odoo.git ;;
    ls-remote|fetch) exit 128 ;;
esac
"""
PROGRAMS = {"sudo": "", "nmcli": "", "systemctl": "exit 3", "mtr": ""}
NOWHERE = "http://127.0.0.1:9"


class Pi(Installation):
    """A stock box that takes its computer for a Raspberry Pi which does not reach GitHub."""

    site = SITE
    with_stock_handlers = False  # they drive screens and printers that are not here

    def __init__(self, stack, folder):
        super().__init__(stack, folder)
        self.computer = made(folder / "computer")
        self.calls = self.computer / "calls"
        for name, text in PROGRAMS.items():
            self._program(name, text)
        glib = made(made(made(folder / "site" / "dbus") / "mainloop") / "glib")
        (glib / "__init__.py").write_text(
            "class DBusGMainLoop:\n    def __init__(self, **_): ...\n"
        )
        path = os.environ["PATH"]
        os.environ |= {"FAKE_PI": str(self.computer), "PATH": f"{self.computer}{os.pathsep}{path}"}
        stack.callback(lambda: os.environ.pop("FAKE_PI"))
        stack.callback(lambda: os.environ.update(PATH=path))

    def github(self, text):
        """Say what git does from now on."""
        self._program("git", text)

    def _program(self, name, text):
        program = self.computer / name
        draft = self.computer / f".{name}"
        draft.write_text(f'#!/bin/sh\necho {name} "$@" >> {self.calls}\n{text}\n')
        draft.chmod(0o755)
        draft.replace(program)

    def called(self, what):
        """Return how often a program was called so since the last start."""
        return self.calls.read_text().count(what) if self.calls.exists() else 0

    def said(self):
        """Return what the box has logged since the last start."""
        return self.folder.log.read_text()

    def begin(self, pinned, server):
        """Switch it off and on, with a server."""
        self.box.stop()
        for file in (self.calls, self.folder.log):
            file.unlink(missing_ok=True)
        self.folder.configure(self.box.port, pinned=pinned)
        self.folder.set("iot.box", remote_server=server)
        self.box.start()


@pytest.fixture(scope="module")
def pi(tmp_path_factory):
    """A box that is paired and has fetched its handlers and its configuration, at the office."""
    with ExitStack() as stack:
        pi = Pi(stack, tmp_path_factory.mktemp("pi"))
        pi.github("echo 19.0")
        # not by its own page: until it is paired, a Raspberry Pi asks odoo.com for a code
        blank = {"db_uuid": "", "enterprise_code": ""}
        pi.folder.set("iot.box", token=kit.TOKEN, db_name="park", **blank)
        pi.begin(pinned=False, server=pi.http.url)
        pi.box.wait_ready()
        wait_for(lambda: pi.box.status()["online"])
        pi.github(GITHUB_IS_AWAY)
        yield pi


def test_it_takes_itself_for_a_raspberry_pi(pi):
    iot_box = pi.http.setups[-1]["iot_box"]
    assert iot_box["identifier"] == "100000001234abcd"
    assert iot_box["version"].startswith("L25.07-19.0")


def test_pinned_it_starts_without_server_and_github_and_goes_on_when_both_return(pi):
    target = ("127.0.0.1", int(pi.http.url.rpartition(":")[2]))
    network = Relay(port(), target)
    pi.begin(pinned=True, server=f"http://127.0.0.1:{network.port}")
    status = pi.box.wait_ready()
    assert (status["online"], status["clock"]) == (False, "unsure")
    pi.somebody_passes(1)
    pid = pi.box.pid
    with network:
        pi.github("echo 19.0")
        wait_for(lambda: pi.box.status()["online"])
        wait_for(lambda: pi.box.status()["unsent"] == 0)
        assert pi.box.pid == pid, "nobody had to restart it"
        pi.box.stop()
    pi.github(GITHUB_IS_AWAY)
    assert not pi.called("ls-remote"), "it looked for another version of itself"
    assert not pi.called("upgrade_trixie")


def test_unpinned_and_without_server_it_has_no_lane(pi):
    """The danger that the README names: the thread that loads the drivers dies of the silence."""
    pi.begin(pinned=False, server=NOWHERE)
    wait_for(lambda: "in get_db_branch" in pi.said())
    wait_for(lambda: "ConnectionError" in pi.said())
    assert pi.box.answers()
    assert pi.box.status() is None


def test_unpinned_and_without_github_it_restarts_for_ever(pi):
    """The other danger: it takes the silence of GitHub for another branch, which it fetches."""
    pi.begin(pinned=False, server=pi.http.url)
    wait_for(lambda: pi.called("upgrade_trixie") >= 2, 3 * LIMIT_S)
    assert pi.said().count("Update completed, restarting")
    # it may have restarted while it unpacked its handlers: they are fetched again
    pi.box.stop()
    (pi.handlers / "scenic_gate" / "engine.py").unlink()
    pi.folder.set("iot.box", scenic_handlers_whole=None)
    pi.github("echo 19.0")
    pi.begin(pinned=False, server=pi.http.url)
    pi.box.wait_ready()
    # and the pin ends it
    pi.github(GITHUB_IS_AWAY)
    pi.begin(pinned=True, server=pi.http.url)
    pi.box.wait_ready()
    assert not pi.called("ls-remote")
    pi.somebody_passes(2)
