"""Debian packages unpacked without being installed.

A private apt configuration reads the mirror from the machine's own sources and keeps lists and
downloads in the cache folder, so it needs no root and leaves the system's apt alone.
"""

import platform
import re
import shutil
from pathlib import Path

from . import shell

KEYRINGS = [
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
]


def codename() -> str:
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "")


class PrivateApt:
    """apt-get with its own sources (`suites` of the machine's mirror), lists and downloads."""

    def __init__(self, home: Path, suites: list[str]):
        self.home = home
        self.suites = suites
        self.options = [
            *("-o", f"Dir::Etc::sourcelist={home}/sources.list"),
            *("-o", "Dir::Etc::sourceparts=/dev/null"),
            *("-o", f"Dir::State::Lists={home}/lists"),
            *("-o", f"Dir::Cache={home}/cache"),
            # as root apt would otherwise warn that its sandbox user cannot write here
            *("-o", "APT::Sandbox::User=root"),
        ]

    def update(self) -> None:
        for folder in ("lists/partial", "cache/archives/partial"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        keyring = next((path for path in KEYRINGS if path.exists()), None)
        if keyring is None:
            raise shell.SetupError("no Debian archive keyring in /usr/share/keyrings")
        mirror = self._mirror()
        lines = [f"deb [signed-by={keyring}] {mirror} {suite} main\n" for suite in self.suites]
        (self.home / "sources.list").write_text("".join(lines))
        shell.run(["apt-get", *self.options, "update"], quiet=True)

    def _mirror(self) -> str:
        """Return the mirror of the machine's own release."""
        if not shutil.which("apt-get"):
            raise shell.SetupError("this machine has no apt")
        # printed from the sources alone: no list needs to have been fetched, no right is needed
        uris = shell.output_of(
            ["apt-get", "-o", f"Dir::State::Lists={self.home}/lists", "--print-uris", "update"]
        )
        found = re.search(rf"'(\S+)/dists/{re.escape(codename())}/InRelease'", uris)
        if not found:
            raise shell.SetupError("the machine's apt sources name no Debian mirror")
        return found[1]

    def download(self, package: str, folder: Path) -> Path:
        """Fetch `name`, `name=version` or `name/suite` into an empty folder."""
        folder.mkdir(parents=True)
        shell.run(["apt-get", *self.options, "download", package], cwd=folder, quiet=True)
        return next(folder.glob("*.deb"))


def unpack(package: Path, tree: Path) -> None:
    shell.run(["dpkg-deb", "-x", package, tree], quiet=True)
