import json
import os
import stat
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from scenic_rules import keys
from scenic_rules.signature import Signer
from scenic_rules.ticket_code import encode
from scenic_rules.verifier import Verifier

TOOL = Path(__file__).parents[2] / "tools" / "make_keys.py"


def fixed_bytes():
    numbers = count(1)
    return lambda size: bytes([next(numbers)]) * size


def fresh():
    return keys.load(keys.new_key_file(fixed_bytes()))


def test_a_key_file_is_read_as_it_was_written():
    data = keys.new_key_file(fixed_bytes())
    assert keys.dump(keys.load(data)) == data
    assert (fresh().root_seed, fresh().issuer_seed, fresh().secret) == (
        b"\1" * 32,
        b"\2" * 32,
        b"\3" * 32,
    )


def test_members_of_a_later_version_are_kept():
    content = json.loads(keys.new_key_file(os.urandom)) | {"hsm": {"slot": 4}}
    again = json.loads(keys.dump(keys.load(json.dumps(content).encode())))
    assert again == content


def test_a_ticket_signed_with_the_file_is_verified_with_its_roots_only(park):
    made = fresh()
    blob = made.issue_server_certificate(
        park.site, park.code.kid, park.noon - 86400, park.noon + 86400
    )
    verifier = Verifier(park.site, made.roots)
    certificate = verifier.add_certificate(blob)
    ticket, _, _ = verifier.verify(encode(park.code, made.issuer))
    verifier.check_limits(ticket, certificate, 31)
    assert ticket == park.code


def test_the_successor_of_the_root_is_pinned_with_it():
    content = json.loads(keys.new_key_file(fixed_bytes()))
    successor = Signer.from_seed(b"\7" * 32)
    content["root"]["next_pub"] = successor.public.hex()
    made = keys.load(json.dumps(content).encode())
    assert made.roots == {1: (1, made.root.public), 2: (1, successor.public)}
    assert keys.load(keys.dump(made)) == made


def test_every_purpose_site_and_generation_has_its_own_secret():
    made = fresh()
    derived = {
        made.subkey(label, site, generation)
        for label in ("dynamic", "id-index", "")
        for site in (0, 1, 7)
        for generation in (0, 1)
    }
    assert len(derived) == 18
    assert made.dynamic_key(7) == made.subkey("dynamic", 7, 0)
    assert made.secret not in derived


def test_a_derived_secret_stays_what_it_is():
    """Live codes on phones and gates outlive a release."""
    expected = "932f3777ca5aeea977ba0a8768e1c2b0a24eecf54d399dc72904dcf8bbd6cdfb"
    assert fresh().dynamic_key(7).hex() == expected


def test_no_secret_shows_in_a_repr():
    shown = repr(fresh())
    for seed in (b"\1" * 32, b"\2" * 32, b"\3" * 32):
        assert seed.hex() not in shown
        assert repr(seed) not in shown


def broken(change):
    content = json.loads(keys.new_key_file(fixed_bytes()))
    change(content)
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "version"),
        (broken(lambda c: c.update(version=2)), "version"),
        (broken(lambda c: c.pop("root")), "root"),
        (broken(lambda c: c["root"].update(kid=True)), "kid"),
        (broken(lambda c: c["root"].update(kid=0)), "kid"),
        (broken(lambda c: c["root"].update(alg=2)), "alg"),
        (broken(lambda c: c["root"].update(seed="00")), "seed"),
        (broken(lambda c: c["root"].update(next_pub="zz")), "next_pub"),
        (broken(lambda c: c["issuer"].pop("seed")), "seed"),
        (broken(lambda c: c.pop("secret")), "secret"),
        (broken(lambda c: c.update(secret=5)), "secret"),
    ],
)
def test_a_broken_key_file_is_named_without_its_secrets(data, named):
    with pytest.raises(keys.KeyFileError) as error:
        keys.load(data)
    assert named in str(error.value)
    assert "0303" not in str(error.value)


# --- tools/make_keys.py -----------------------------------------------------------------------


def make(path, **environment):
    arguments = [] if path is None else [str(path)]
    return subprocess.run(
        [sys.executable, str(TOOL), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tool_makes_a_private_file_once(tmp_path):
    path = tmp_path / "keys" / "scenic.json"
    first = make(path)
    assert (first.returncode, first.stderr) == (0, "")
    data = path.read_bytes()
    assert keys.load(data)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert make(None, SCENIC_KEY_FILE=str(path)).returncode == 0
    assert path.read_bytes() == data
    assert [entry.name for entry in path.parent.iterdir()] == ["scenic.json"]


def test_two_at_once_leave_one_whole_file(tmp_path):
    path = tmp_path / "scenic.json"
    runs = [subprocess.Popen([sys.executable, str(TOOL), str(path)]) for _ in range(4)]
    assert [run.wait() for run in runs] == [0] * 4
    assert keys.load(path.read_bytes())
    assert [entry.name for entry in tmp_path.iterdir()] == ["scenic.json"]


@pytest.mark.parametrize(("content", "mode"), [(b"junk", 0o600), (None, 0o644)])
def test_the_tool_never_touches_a_file_that_is_there(tmp_path, content, mode):
    path = tmp_path / "scenic.json"
    data = keys.new_key_file(os.urandom) if content is None else content
    path.write_bytes(data)
    path.chmod(mode)
    run = make(path)
    assert run.returncode == 1
    assert str(path) in run.stderr
    assert path.read_bytes() == data


def test_the_tool_asks_for_a_path():
    assert make(None).returncode == 2
