from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenic_rules import certificate as certificates
from scenic_rules import notice as notices
from scenic_rules.certificate import Certificate, issue
from scenic_rules.reason import Reason
from scenic_rules.signature import Signer
from scenic_rules.ticket_code import CodeError, decode
from scenic_rules.verifier import KeyStatus, Verifier

OTHER = Signer.from_seed(bytes(32))


def refused(function, *args, **kwargs):
    with pytest.raises(CodeError) as error:
        function(*args, **kwargs)
    return error.value.reason


def signed(park, **changes):
    return issue(park.root, replace(park.certificate, **changes))


# --- certificates -----------------------------------------------------------------------------

u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
u8 = st.integers(0, 0xFF)


@given(
    certificate=st.builds(
        Certificate,
        site=u16,
        kid=st.integers(1, 0x7FFFFFFF),
        issuer=u32,
        alg=st.just(1),
        role=u8,
        device=u16,
        not_before=u32,
        not_after=u32,
        max_serial=u32,
        visit_from=u16,
        visit_to=u16,
        max_pax=u8,
        max_uses=u8,
        entrances=u16,
        class_mask=u32,
        pub=st.binary(min_size=32, max_size=32),
    )
)
def test_a_certificate_is_read_as_it_was_written(certificate):
    blob = issue(OTHER, certificate)
    assert len(blob) == 135
    assert certificates.split(blob)[0] == certificate
    assert certificates.from_text(certificates.to_text(blob).lower()) == blob


@pytest.mark.parametrize(
    "change", [{"kid": 0}, {"kid": 1 << 31}, {"alg": 3}, {"alg": 2}, {"pub": b""}, {"site": -1}]
)
def test_a_certificate_that_no_gate_would_read_is_not_signed(park, change):
    assert refused(signed, park, **change) is Reason.E_FORMAT


@given(blob=st.binary(max_size=200))
def test_any_blob_is_refused_in_order(park, blob):
    verifier = park.verifier()
    for head in (b"", b"\x12", b"\x13"):
        assert refused(verifier.add_certificate, head + blob)
        assert refused(verifier.read_notice, head + blob)


def test_a_certificate_of_a_stranger_teaches_nothing(park):
    verifier = Verifier(park.site, {1: (1, park.root.public)})
    assert refused(verifier.add_certificate, issue(OTHER, park.certificate)) is Reason.E_CERT
    assert refused(verifier.add_certificate, signed(park, issuer=2)) is Reason.E_CERT
    assert refused(verifier.add_certificate, signed(park, site=8)) is Reason.E_SITE
    assert refused(verifier.verify, park.encode()) is Reason.E_UNKNOWN_KEY


def test_a_successor_root_is_trusted_before_it_is_needed(park):
    verifier = Verifier(park.site, {1: (1, park.root.public), 2: (1, OTHER.public)})
    assert verifier.add_certificate(issue(OTHER, replace(park.certificate, issuer=2)))
    assert verifier.verify(park.encode())


def test_a_key_number_is_never_given_twice(park):
    verifier = park.verifier()
    verifier.add_certificate(signed(park))
    assert refused(verifier.add_certificate, signed(park, max_serial=9)) is Reason.E_CERT
    assert verifier.verify(park.encode())[1] == park.certificate


def test_a_point_outside_the_curve_is_no_key(park):
    blob = signed(park, alg=2, pub=b"\x02" + b"\xff" * 32)
    assert refused(park.verifier().add_certificate, blob) is Reason.E_CERT
    verifier = Verifier(park.site, {1: (1, park.root.public)})
    assert refused(verifier.add_certificate, blob) is Reason.E_CERT


def test_a_code_that_brings_its_certificate_is_read_by_a_gate_that_knows_nothing(park):
    verifier = Verifier(park.site, {1: (1, park.root.public)})
    assert verifier.verify(park.encode(blob=signed(park)))[0] == park.code
    assert verifier.verify(park.encode())[0] == park.code


def test_a_certificate_of_another_key_does_not_vouch_for_a_code(park):
    verifier = Verifier(park.site, {1: (1, park.root.public)})
    assert refused(verifier.verify, park.encode(blob=signed(park, kid=9))) is Reason.E_CERT
    assert refused(verifier.verify, park.encode(blob=b"")) is Reason.E_FORMAT


def test_a_certificate_qr_is_no_ticket_and_a_ticket_no_certificate(park):
    assert refused(decode, certificates.to_text(signed(park))) is Reason.E_TYPE
    assert refused(certificates.from_text, park.encode()) is Reason.E_TYPE
    shown_live = certificates.to_text(signed(park)) + "-" + "1" * 18
    assert refused(certificates.from_text, shown_live) is Reason.E_TYPE


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"serial": 2000}, True),
        ({"serial": 2001}, False),
        ({"iat": -3600 - 600}, True),
        ({"iat": -3600 - 601}, False),
        ({"iat": 86400 + 600}, True),
        ({"iat": 86400 + 601}, False),
        ({"valid_from": -1}, False),
        ({"valid_from": 3}, True),
        ({"valid_from": 4}, False),
        ({"valid_days": 4}, True),
        ({"valid_days": 5}, False),
        ({"pax": 50}, True),
        ({"pax": 51}, False),
        ({"uses": 2}, True),
        ({"uses": 3}, False),
        ({"uses": 0}, False),
        ({"entrances": 0b1000}, False),
        ({"entrances": 0b1001}, False),
        ({"entrances": 0b001}, True),
    ],
)
def test_a_window_stays_inside_its_certificate(park, change, good):
    base = {"iat": park.code.iat, "valid_from": park.today}
    change = {name: value + base.get(name, 0) for name, value in change.items()}
    code = replace(park.code, **change)
    verifier = park.verifier()
    if good:
        verifier.check_limits(code, park.certificate, 2)
    else:
        assert refused(verifier.check_limits, code, park.certificate, 2) is Reason.E_LIMIT


@pytest.mark.parametrize(("class_no", "good"), [(0, True), (3, True), (4, False), (31, False)])
def test_a_window_sells_only_its_classes(park, class_no, good):
    verifier = park.verifier()
    if good:
        verifier.check_limits(park.code, park.certificate, class_no)
    else:
        args = (park.code, park.certificate, class_no)
        assert refused(verifier.check_limits, *args) is Reason.E_LIMIT


def test_a_key_without_the_right_to_issue_issues_nothing(park):
    certificate = replace(park.certificate, role=certificates.ROLE_VOID_ANY)
    args = (park.code, certificate, 2)
    assert refused(park.verifier().check_limits, *args) is Reason.E_LIMIT


def test_no_limit_on_uses_allows_every_number(park):
    certificate = replace(park.certificate, max_uses=0)
    for uses in (0, 1, 255):
        park.verifier().check_limits(replace(park.code, uses=uses), certificate, 2)


@pytest.mark.parametrize(
    ("status", "serial", "listed", "reason"),
    [
        (KeyStatus("open"), 42, False, None),
        (KeyStatus("closed", last_serial=42), 42, False, None),
        (KeyStatus("closed", last_serial=42), 43, False, Reason.E_KEY_CLOSED),
        (KeyStatus("closed", last_serial=42), 43, True, Reason.E_KEY_CLOSED),
        (KeyStatus("allowlist", serials={42}), 42, False, None),
        (KeyStatus("allowlist", serials={42}), 43, False, Reason.E_KEY_REVOKED),
        (KeyStatus("allowlist", serials={42}), 43, True, None),
        (KeyStatus("revoked"), 42, True, Reason.E_KEY_REVOKED),
    ],
)
def test_what_became_of_a_key_decides_over_its_codes(park, status, serial, listed, reason):
    verifier = park.verifier()
    verifier.set_status(park.code.kid, status)
    args = (replace(park.code, serial=serial), park.certificate, 2, listed)
    if reason is None:
        verifier.check_limits(*args)
    else:
        assert refused(verifier.check_limits, *args) is reason


def test_an_unknown_key_state_is_a_fault(park):
    with pytest.raises(ValueError, match="lost"):
        park.verifier().set_status(1, KeyStatus("lost"))


# --- notices ----------------------------------------------------------------------------------


def notice_of(park, **changes):
    fields = {
        "site": park.site,
        "kid": park.code.kid,
        "seq": 1,
        "kind": notices.VOID,
        "uid": park.code.uid,
        "gen": 0,
        "iat": park.code.iat,
    }
    return notices.Notice(**fields | changes)


def test_a_notice_is_89_bytes_and_read_as_written(park):
    verifier = park.verifier(replace(park.certificate, role=3))
    for kind in (notices.VOID, notices.MIN_GEN):
        notice = notice_of(park, kind=kind, gen=3)
        blob = notices.issue(park.issuer, notice)
        assert len(blob) == 89
        assert verifier.read_notice(blob) == notice


@pytest.mark.parametrize(
    ("role", "kid_of_ticket", "good"),
    [
        (1, "own", False),
        (3, "own", True),
        (3, "other", False),
        (5, "other", True),
        (4, "own", True),
    ],
)
def test_a_window_voids_only_what_it_sold_itself(park, role, kid_of_ticket, good):
    verifier = park.verifier(replace(park.certificate, role=role))
    uid = park.code.uid if kid_of_ticket == "own" else 5 << 32 | 1
    blob = notices.issue(park.issuer, notice_of(park, uid=uid))
    if good:
        assert verifier.read_notice(blob).uid == uid
    else:
        assert refused(verifier.read_notice, blob) is Reason.E_LIMIT


def test_no_changed_bit_of_a_notice_is_accepted(park):
    verifier = park.verifier(replace(park.certificate, role=7))
    blob = notices.issue(park.issuer, notice_of(park))
    for bit in range(8 * len(blob)):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        assert refused(verifier.read_notice, bytes(changed))


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"site": 8}, Reason.E_SITE), ({"kid": 9}, Reason.E_UNKNOWN_KEY)],
)
def test_a_notice_from_elsewhere_is_refused(park, change, reason):
    verifier = park.verifier(replace(park.certificate, role=7))
    assert refused(verifier.read_notice, notices.issue(park.issuer, notice_of(park, **change))) is (
        reason
    )


def test_a_revoked_key_voids_nothing(park):
    verifier = park.verifier(replace(park.certificate, role=7))
    verifier.set_status(park.code.kid, KeyStatus("revoked"))
    blob = notices.issue(park.issuer, notice_of(park))
    assert refused(verifier.read_notice, blob) is Reason.E_KEY_REVOKED


@pytest.mark.parametrize("change", [{"kind": 0}, {"kind": 3}, {"uid": 5}, {"kid": 0}, {"gen": 300}])
def test_a_notice_that_no_box_would_read_is_not_signed(park, change):
    assert refused(notices.issue, park.issuer, notice_of(park, **change)) is Reason.E_FORMAT


def test_a_signature_of_one_kind_is_worth_nothing_for_another(park):
    """Contexts keep a signed ticket from being replayed as a notice or a certificate."""
    contexts = {certificates.CONTEXT, notices.CONTEXT, decode.__globals__["CONTEXT"]}
    assert len(contexts) == 3
    assert all(context.endswith(b"\0") for context in contexts)
