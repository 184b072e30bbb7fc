"""Builders of good tickets, rules and gates; each test changes what it is about."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from scenic_rules.certificate import Certificate, issue
from scenic_rules.signature import Signer
from scenic_rules.site_time import day_number
from scenic_rules.ticket_code import EPOCH, NO_SLOT, TicketCode, encode
from scenic_rules.verifier import Verifier
from scenic_rules.views import GateView, RuleView, TicketView

SITE = 7
KID = 0x21B2C3D4
PRODUCT = 301
SHANGHAI = timezone(timedelta(hours=8))
NOON = int(datetime(2025, 5, 1, 12, tzinfo=SHANGHAI).timestamp())
TODAY = day_number(datetime.fromtimestamp(NOON, SHANGHAI).date())
IAT = NOON - EPOCH - 3600
ROOT = Signer.from_seed(bytes(range(32)))
ISSUER = Signer.from_seed(bytes(range(32, 64)))

CODE = TicketCode(
    site=SITE,
    kid=KID,
    serial=42,
    gen=0,
    product=PRODUCT,
    valid_from=TODAY,
    valid_days=1,
    slot_start=NO_SLOT,
    slot_len=0,
    pax=1,
    uses=1,
    entrances=0b111,
    flags=0,
    iat=IAT,
)
CERTIFICATE = Certificate(
    site=SITE,
    kid=KID,
    issuer=1,
    alg=1,
    role=1,
    device=12,
    not_before=IAT - 3600,
    not_after=IAT + 86400,
    max_serial=2000,
    visit_from=TODAY,
    visit_to=TODAY + 3,
    max_pax=50,
    max_uses=2,
    entrances=0b111,
    class_mask=0b1111,
    pub=ISSUER.public,
)
TICKET = TicketView(
    uid=CODE.uid,
    gen=0,
    site=SITE,
    product=PRODUCT,
    valid_from=TODAY,
    valid_days=1,
    slot_start=NO_SLOT,
    slot_len=0,
    pax=1,
    entrances=0b111,
    flags=0,
    state="valid",
    rights=(("PARK", 1),),
    iat=IAT,
    listed=True,
)
RULE = RuleView(
    product=PRODUCT,
    risk=0,
    staff_pax=10,
    class_no=2,
    entrances=0xFFFF,
    rights=(("PARK", 1),),
    version=1,
)
GATE = GateView(site=SITE, zone="PARK", entrance=1, lane="L1", day=TODAY, quarter=48)


def _verifier(certificate=CERTIFICATE):
    verifier = Verifier(SITE, {1: (1, ROOT.public)})
    verifier.add_certificate(issue(ROOT, certificate))
    return verifier


def _read_vectors():
    text = Path(__file__).with_name("data").joinpath("ticket_code_vectors.json").read_text()
    return SimpleNamespace(**json.loads(text))


VECTORS = _read_vectors()
"""Codes that every implementation, in any language, has to read and write alike."""


@pytest.fixture(scope="session")
def park():
    """The one park of these tests: good values, keys, and a verifier that trusts them."""
    return SimpleNamespace(
        noon=NOON,
        today=TODAY,
        tz=SHANGHAI,
        site=SITE,
        code=CODE,
        certificate=CERTIFICATE,
        ticket=TICKET,
        rule=RULE,
        gate=GATE,
        root=ROOT,
        issuer=ISSUER,
        verifier=_verifier,
        encode=lambda code=CODE, blob=None: encode(code, ISSUER, blob),
    )


@pytest.fixture(scope="session")
def vectors():
    return VECTORS


@pytest.fixture(scope="session")
def vector_signers(vectors):
    """The private keys behind the vectors, by kid."""
    p256 = ec.derive_private_key(int(vectors.p256_d, 16), ec.SECP256R1())
    return {
        0x21B2C3D4: Signer.from_seed(bytes.fromhex(vectors.dev_seed)),
        0x21B2C3D5: Signer(p256),
    }


def pytest_generate_tests(metafunc):
    for name in ("good_vector", "bad_vector"):
        if name in metafunc.fixturenames:
            cases = getattr(VECTORS, name.removesuffix("_vector"))
            metafunc.parametrize(name, cases, ids=[case["name"] for case in cases])
