"""Programs that neither pip nor the cache can bring: name the one line that installs them."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from . import postgres, shell

CJK_FONTS = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
HTTPBIN = Path("/usr/lib/python3/dist-packages/httpbin")  # its Flask would fight with Odoo's


def missing() -> list[str]:
    """Return the Debian packages of what is not on this machine."""
    programs = {
        "git": "git",
        "make": "make",
        "node": "nodejs",  # lint of JavaScript and XML
        "npm": "npm",
        "chromium": "chromium",  # browser tests, the demo's POS window
        "socat": "socat",  # serial lines of the simulated lane
        "ip": "iproute2",  # gate boxes on a LAN of network namespaces
        "mbpoll": "mbpoll",  # a foreign Modbus master, to check our drivers against
        "ser2net": "ser2net",  # serial lines over the network, as device servers give them
        "umockdev-run": "umockdev",  # scanners and adapters that are not there
        "aplay": "alsa-utils",  # loudspeakers of gates; its null device hears what is played
        "curl": "curl",  # a foreign HTTP client, that stands for terminals
    }
    packages = [package for name, package in programs.items() if not _found(name)]
    if not importlib.util.find_spec("ensurepip"):
        packages.append("python3-venv")
    if not CJK_FONTS.exists():
        packages.append("fonts-noto-cjk")  # Chinese slips and screenshots
    if not HTTPBIN.exists():
        packages.append("python3-httpbin")  # a foreign server of HTTP Digest
    needed = ["psql"] if postgres.named_server() else ["psql", "initdb"]
    try:
        for name in needed:
            postgres.program(name)
    except shell.SetupError:
        packages.append("postgresql-client" if postgres.named_server() else "postgresql")
    return packages


def _found(program: str) -> bool:
    # Debian keeps daemons where only root's PATH looks
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin"))


def require() -> None:
    """Fail with one command to run; on a CI machine, where root may, run it."""
    packages = missing()
    if not packages:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() == 0 and os.environ.get("CI") == "true":
        shell.say(f"installing {' '.join(packages)}")
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        shell.run(["apt-get", "update"], quiet=True, env=env, stdin=subprocess.DEVNULL)
        shell.run(install, quiet=True, env=env, stdin=subprocess.DEVNULL)
        if not missing():
            return
        packages = missing()
    raise shell.SetupError(
        "this machine lacks some programs. Please run:\n"
        f"    apt-get install --no-install-recommends {' '.join(packages)}"
    )
