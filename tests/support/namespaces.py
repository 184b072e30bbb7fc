"""A LAN of network namespaces: each host has its own network, the cables go to bridges in a hub.

Hosts on one bridge reach each other, others do not; moving a cable is one command. Nothing of it
touches the network of the machine. It needs root (CAP_NET_ADMIN); where it is missing that is said.
"""

import os
import shutil
import subprocess
from contextlib import contextmanager

NEEDED = (
    "This test makes network namespaces: run it as root, with the program `ip` (package iproute2),"
    " where CAP_NET_ADMIN and CAP_SYS_ADMIN are allowed."
)


class NoNamespaces(Exception):
    """Namespaces cannot be made here."""


def ip(*words):
    """Run `ip`."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNamespaces(f"ip {' '.join(words)}: {done.stderr.strip()}. {NEEDED}")


class Lan:
    """Hosts 1..n with the addresses 10.77.0.n."""

    def __init__(self, hosts):
        self.hosts = list(hosts)
        self._prefix = f"scenic-{os.getpid()}"
        self._hub = f"{self._prefix}-hub"

    def address(self, host):
        return f"10.77.0.{host}"

    def inside(self, host):
        """Words that run a command on a host."""
        return ["ip", "netns", "exec", f"{self._prefix}-{host}"]

    def build(self):
        ip("netns", "add", self._hub)
        for host in self.hosts:
            name = f"{self._prefix}-{host}"
            ip("-n", self._hub, "link", "add", f"br{host}", "type", "bridge")
            ip("-n", self._hub, "link", "set", f"br{host}", "up")
            ip("netns", "add", name)
            cable = ("link", "add", f"p{host}", "netns", self._hub, "type", "veth")
            ip(*cable, "peer", "name", "eth0", "netns", name)
            ip("-n", name, "addr", "add", f"{self.address(host)}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                ip("-n", name, "link", "set", device, "up")
            ip("-n", self._hub, "link", "set", f"p{host}", "up")

    def connect(self, *groups):
        """Let the hosts of each group reach each other, and nobody else."""
        for group in groups:
            for host in group:
                ip("-n", self._hub, "link", "set", f"p{host}", "master", f"br{min(group)}")

    def remove(self):
        for name in [*(f"{self._prefix}-{host}" for host in self.hosts), self._hub]:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


@contextmanager
def lan(hosts):
    """Give a LAN whose hosts are all connected; NoNamespaces where it cannot be made."""
    if os.geteuid() or not shutil.which("ip"):
        raise NoNamespaces(NEEDED)
    made = Lan(hosts)
    try:
        made.build()
        made.connect(made.hosts)
        yield made
    finally:
        made.remove()
