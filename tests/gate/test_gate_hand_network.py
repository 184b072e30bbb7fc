"""What a browser lets a page say to a box: the reason why the page, and not its worker, speaks."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import engines
import namespaces
import pytest
from patience import LIMIT_S

PROGRAM = Path(__file__).with_name("hand_network.py")


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each page could reach, in a network of its own where a box has a private address."""
    folder = tmp_path_factory.mktemp("network")
    subject = ["-subj", "/CN=park.example", "-addext", "subjectAltName=DNS:park.example"]
    keys = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem", "-days", "2"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *keys, *subject],
        check=True,
        capture_output=True,
    )
    with contextlib.ExitStack() as stack:
        try:
            lan = stack.enter_context(namespaces.lan((1,)))
        except namespaces.NoNamespaces as err:
            pytest.fail(str(err))
        words = [*lan.inside(1), sys.executable, str(PROGRAM), str(folder), lan.address(1)]
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=4 * LIMIT_S, check=False
        )
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout)


def test_the_page_reaches_a_box_by_http_and_its_worker_does_not(said):
    assert said["localhost"] == {"page": True, "worker": True}
    # Firefox and WebKit let no page that came by https ask anything by http
    asks = engines.chosen() == engines.CHROMIUM
    assert said["private"] == {"page": asks, "worker": False}


def test_a_public_page_needs_the_permission(said):
    assert said["public"] == {"page": False, "worker": False}
    assert said["public, allowed"] == {"page": True, "worker": False}
