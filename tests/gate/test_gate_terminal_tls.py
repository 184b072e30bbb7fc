"""TLS on the port of terminals. The terminal is curl or openssl; hostile ones are sockets."""

import os
import socket
import ssl
import stat
import subprocess
import threading
from contextlib import suppress

import pytest
from gate_kit import code
from iot_handlers.scenic_gate import http_listener, terminal_ask, terminal_tls
from iot_handlers.scenic_gate.status import _devices
from patience import LIMIT_S, wait_for
from terminal_kit import Gate, curl

BODY = "vgdecoderesult={}&&devicenumber=0"
HEAD = {"profile": "vgdecode", "path": "/vg/1", "tls": True}


@pytest.fixture(scope="module")
def made():
    """A certificate; making one is the slow part."""
    return terminal_tls.make()


@pytest.fixture
def gate(tmp_path, made):
    given = dict(zip(("tls_certificate", "tls_key"), made, strict=True))
    gate = Gate(tmp_path, "terminal", **HEAD, **given)
    gate.port_url = f"https://127.0.0.1:{gate.port}/vg/1"
    with gate.at_work():
        yield gate.usable()


def openssl(*arguments, text=""):
    call = ["openssl", *arguments]
    done = subprocess.run(
        call, input=text.encode(), capture_output=True, check=False, timeout=LIMIT_S
    )
    return done.stdout.decode()


def shown(port):
    """The certificate that the port shows to openssl, and its fingerprint there."""
    said = openssl("s_client", "-connect", f"127.0.0.1:{port}")
    sign = "-----END CERTIFICATE-----"
    certificate = said[said.index("-----BEGIN CERTIFICATE-----") : said.index(sign)] + sign
    told = openssl("x509", "-noout", "-fingerprint", "-sha256", text=certificate)
    return certificate, told.strip().split("=")[1]


def test_a_terminal_that_speaks_https_opens_by_its_answer(gate):
    assert curl(gate.port_url, "-k", data=BODY.format(code(1))) == (200, "code=0000")
    gate.idle()
    assert gate.facts() == [("reserved", "OK"), ("closed", "OK")]  # it is known to have been read
    gate.clock.t += 60
    assert curl(gate.port_url, "-k", data=BODY.format(code(1)))[1] == "code=0001"
    # one that trusts nobody blindly needs the certificate, and is not fooled by another
    assert curl(gate.port_url, data=BODY.format(code(1)))[0] == 0


def test_the_certificate_is_the_given_one_and_its_fingerprint_is_told(gate, made, tmp_path):
    certificate, fingerprint = shown(gate.port)
    assert "".join(certificate.split()) == "".join(made[0].split())
    assert gate.terminal.fingerprint == fingerprint
    assert _devices(gate.runner)[0]["fingerprint"] == fingerprint
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(certificate)
    said = openssl(
        *("s_client", "-connect", f"127.0.0.1:{gate.port}", "-CAfile", str(trusted)),
        *("-verify_return_error", "-brief"),
    )
    assert "error" not in said
    said = openssl("s_client", "-connect", f"127.0.0.1:{gate.port}", "-tls1_1")
    assert "Cipher is (NONE)" in said


def test_an_own_certificate_is_made_once_and_its_key_is_nobodys(tmp_path):
    identity = terminal_tls.Identity(tmp_path / "tls")
    first = identity.fingerprint()
    assert terminal_tls.Identity(tmp_path / "tls").fingerprint() == first
    assert identity.context()
    key = tmp_path / "tls" / "own.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    # power was cut between the two files
    (tmp_path / "tls" / "own.crt").unlink()
    assert identity.fingerprint() != first
    assert identity.context()


def test_the_key_is_on_the_disk_before_its_certificate_is_there(tmp_path, monkeypatch):
    """A power cut at any write leaves both of them, or no certificate."""
    names = []
    fsync = os.fsync

    def noted(number):
        names.append(sorted(path.name for path in tmp_path.iterdir()))
        fsync(number)

    monkeypatch.setattr(os, "fsync", noted)
    assert terminal_tls.Identity(tmp_path).context()
    assert names == [["own.key.new"], ["own.crt.new", "own.key"]]


@pytest.mark.parametrize("name", ["own.crt", "own.key"])
@pytest.mark.parametrize("what", ["empty", "noise", "of another"])
def test_a_pair_that_the_disk_has_damaged_is_made_anew(tmp_path, made, name, what):
    identity = terminal_tls.Identity(tmp_path)
    identity.context()
    other = dict(zip(("own.crt", "own.key"), made, strict=True))[name]
    (tmp_path / name).write_text({"empty": "", "noise": "\0" * 512, "of another": other}[what])
    assert identity.context()
    first = identity.fingerprint()
    assert terminal_tls.Identity(tmp_path).context()
    assert identity.fingerprint() == first
    # what somebody gave is never replaced
    given = terminal_tls.Identity(tmp_path / "given", made[0], terminal_tls.make()[1])
    with pytest.raises(ssl.SSLError):
        given.context()


def test_slow_handshakes_end_by_themselves_and_hold_nobody_up(gate, monkeypatch):
    monkeypatch.setattr(http_listener, "DEADLINE_S", 0.5)
    hello = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="x")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    drops, pause = hello.read(), threading.Event()
    for first in (b"", drops[:20]):
        with socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S) as line:
            line.sendall(first)
            assert line.recv(1) == b""
    # a byte of a good hello now and then buys no time
    with socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S) as line:
        hung_up = False
        for byte in drops * 9:
            try:
                line.sendall(bytes((byte,)))
            except OSError:
                hung_up = True
                break
            pause.wait(0.05)  # the pace of the slow device itself
        assert hung_up
    wait_for(lambda: gate.terminal._listener.counts["broken"] >= 3)
    monkeypatch.undo()
    assert curl(gate.port_url, "-k", data=BODY.format(code(1)))[1] == "code=0000"


def test_noise_and_plain_requests_say_nothing(gate):
    assert curl(gate.port_url.replace("https", "http"), data=BODY.format(code(1)))[0] == 0
    for noise in (b"\x16\x03\x01\x00", b"\x00" * 2000, b"\x16\x03\x01\xff\xff" + b"A" * 5000):
        line = socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S)
        with line, suppress(OSError):
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            assert b"HTTP" not in line.recv(100)
    assert gate.facts() == []
    assert curl(gate.port_url, "-k", data=BODY.format(code(1)))[1] == "code=0000"


def test_an_answer_that_nobody_reads_leaves_the_passage_unknown(gate, monkeypatch):
    monkeypatch.setattr(terminal_ask, "READ_S", 0.5)
    monkeypatch.setattr(http_listener, "READ_S", 0.2)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", gate.port)) as plain:
        line = context.wrap_socket(plain)
        body = BODY.format(code(1)).encode()
        line.sendall(b"POST /vg/1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        wait_for(lambda: gate.runner.lane.state.value == "await")
        gate.idle()
        line.close()
    assert gate.facts()[-1][0] == "unknown"


def test_one_port_speaks_one_way(gate, tmp_path):
    (tmp_path / "b").mkdir()
    plain = Gate(tmp_path / "b", "terminal", profile="vgdecode", path="/vg/2", port=gate.port)
    plain.terminal.attach()
    wait_for(lambda: "TLS" in plain.terminal.error)
    plain.terminal.detach()
    plain.engine.store.close()
    assert curl(gate.port_url, "-k", data=BODY.format(code(1)))[1] == "code=0000"


def test_a_certificate_that_is_none_is_told(tmp_path):
    gate = Gate(tmp_path, "terminal", **HEAD, tls_certificate="nonsense", tls_key="nonsense")
    gate.terminal.attach()
    wait_for(lambda: gate.terminal.error.startswith(f"port {gate.port}"))
    gate.terminal.detach()
    gate.engine.store.close()


def test_what_is_wrong_with_a_certificate_has_a_name(made):
    certificate, key = made
    assert terminal_tls.problem(certificate, key) == ""
    assert terminal_tls.problem("x", key) == "certificate"
    assert terminal_tls.problem(certificate, "x") == "key"
    assert terminal_tls.problem(certificate, terminal_tls.make()[1]) == "pair"
