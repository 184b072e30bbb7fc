import base64
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenic_rules import ticket_code as codec
from scenic_rules.certificate import issue
from scenic_rules.reason import Reason
from scenic_rules.signature import PublicKey
from scenic_rules.ticket_code import CodeError, TicketCode, decode, encode
from scenic_rules.verifier import Verifier

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def reason_of(text, verifier):
    with pytest.raises(CodeError) as error:
        verifier.verify(text)
    return error.value.reason


def vector_verifier(vectors):
    verifier = Verifier(vectors.site, {1: (1, bytes.fromhex(vectors.root["pub"]))})
    for blob in vectors.certs:
        verifier.add_certificate(bytes.fromhex(blob))
    return verifier


def ticket_of(vector):
    fields = dict(vector["ticket"])
    ext = tuple((tag, bytes.fromhex(value)) for tag, value in fields.pop("ext"))
    return TicketCode(**fields, ext=ext)


def test_a_good_vector_is_read(good_vector, vectors):
    ticket, _, decoded = vector_verifier(vectors).verify(good_vector["code"])
    assert ticket == decoded.ticket == ticket_of(good_vector)
    assert decoded.text == good_vector["code"]


def test_a_good_vector_is_written_byte_for_byte(good_vector, vectors, vector_signers):
    ticket = ticket_of(good_vector)
    signer = vector_signers[ticket.kid]
    embedded = decode(good_vector["code"]).certificate
    again = encode(ticket, signer, embedded)
    if signer.alg == 1:
        assert again == good_vector["code"]
    else:  # ECDSA draws a random number, so only the meaning is the same
        assert vector_verifier(vectors).verify(again)[0] == ticket


def test_a_bad_vector_is_refused_for_its_reason(bad_vector, vectors):
    reason = reason_of(bad_vector["code"], vector_verifier(vectors))
    assert reason.value == bad_vector["err"]


def test_an_ordinary_ticket_has_154_characters(park):
    assert len(park.encode()) == 154


@pytest.mark.parametrize("spell", [str.lower, str.swapcase, lambda t: f"\t {t} \r\n"])
def test_caps_lock_and_line_ends_do_not_matter(park, spell):
    text = park.encode()
    decoded = park.verifier().verify(spell(text))[2]
    assert (decoded.ticket, decoded.text) == (park.code, text)


u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u31 = st.integers(1, codec.MAX_ID)
extensions = st.dictionaries(st.integers(0, 0x7F), st.binary(max_size=20), max_size=3)
tickets = st.builds(
    TicketCode,
    site=u16,
    kid=u31,
    serial=u31,
    gen=u8,
    product=u16,
    valid_from=u16,
    valid_days=st.integers(1, 0xFFFF),
    slot_start=st.integers(0, 95) | st.just(codec.NO_SLOT),
    slot_len=u8,
    pax=st.integers(1, 0xFF),
    uses=u8,
    entrances=u16,
    flags=u16,
    iat=st.integers(0, 0xFFFFFFFF),
    ext=extensions.map(lambda found: tuple(sorted(found.items()))),
)


@given(ticket=tickets, embedded=st.none() | st.binary(min_size=1, max_size=80))
def test_what_is_written_is_read_back(park, ticket, embedded):
    decoded = decode(encode(ticket, park.issuer, embedded))
    assert (decoded.ticket, decoded.certificate) == (ticket, embedded)
    assert 0 < ticket.uid < 2**63
    assert codec.parse_uid(codec.uid_hex(ticket.uid)) == ticket.uid


def test_no_changed_character_is_accepted(park):
    text, verifier = park.encode(), park.verifier()
    for at in range(len(text)):
        for other in ALPHABET + "0189-. ":
            if other != text[at]:
                reason_of(text[:at] + other + text[at + 1 :], verifier)


def test_no_lost_added_or_swapped_character_is_accepted(park):
    text, verifier = park.encode(), park.verifier()
    for at in range(len(text)):
        reason_of(text[:at] + text[at + 1 :], verifier)
        reason_of(text[:at] + "A" + text[at:], verifier)
        swapped = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        if swapped != text:
            reason_of(swapped, verifier)


@pytest.mark.parametrize("certificate_known", [True, False])
def test_no_changed_bit_is_accepted_even_beside_the_signed_part(park, certificate_known):
    blob = issue(park.root, park.certificate)
    raw = codec.from_base32(park.encode(blob=blob)[3:])
    assert park.verifier().verify("ST1" + codec.to_base32(raw))
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        verifier = Verifier(park.site, {1: (1, park.root.public)})
        if certificate_known:
            verifier.add_certificate(blob)
        reason_of("ST1" + codec.to_base32(bytes(changed)), verifier)


@given(text=st.text() | st.text(ALPHABET + "-10").map("ST1".__add__))
def test_any_text_is_a_ticket_or_a_code_error(park, text):
    with suppress(CodeError):
        decode(text)


@given(raw=st.binary(max_size=260))
def test_any_bytes_behind_the_prefix_are_a_ticket_or_a_code_error(park, raw):
    for head in (b"", b"\x10", b"\x11"):
        assert reason_of("ST1" + codec.to_base32(head + raw), park.verifier())


@given(raw=st.binary(max_size=120))
def test_base32_is_that_of_the_standard_library(raw):
    text = codec.to_base32(raw)
    assert text == base64.b32encode(raw).decode().rstrip("=")
    assert codec.from_base32(text) == raw


@given(text=st.text(ALPHABET + "a1=_+ ", max_size=24))
def test_only_one_spelling_of_bytes_is_read(text):
    try:
        raw = codec.from_base32(text)
    except CodeError:
        return
    assert codec.to_base32(raw) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.E_FOREIGN),
        ("ST", Reason.E_FOREIGN),
        ("ST1", Reason.E_FORMAT),
        ("ST1-", Reason.E_FORMAT),
        ("ST1" + "A" * 500, Reason.E_FORMAT),
        ("\u017ft1" + "A" * 151, Reason.E_FOREIGN),  # a long s, which upper() turns into S
        ("13423456789012345678", Reason.E_FOREIGN),  # a payment code
    ],
)
def test_a_text_that_is_no_code(park, text, reason):
    assert reason_of(text, park.verifier()) is reason


@pytest.mark.parametrize(
    "suffix", ["-", "-1", "-" + "1" * 17, "-" + "1" * 19, "-" + "1" * 17 + "A"]
)
def test_a_broken_live_suffix_is_a_broken_code(park, suffix):
    assert reason_of(park.encode() + suffix, park.verifier()) is Reason.E_FORMAT


@pytest.mark.parametrize(
    "change",
    [
        {"kid": 0},
        {"kid": 1 << 31},
        {"serial": 0},
        {"serial": 1 << 31},
        {"site": 1 << 16},
        {"gen": 256},
        {"pax": 0},
        {"pax": 256},
        {"valid_days": 0},
        {"slot_start": 96},
        {"slot_start": 254},
        {"iat": -1},
        {"ext": ((2, b""), (2, b""))},
        {"ext": ((3, b""), (2, b""))},
        {"ext": ((256, b""),)},
        {"ext": ((1, bytes(256)),)},
        {"ext": ((1, bytes(200)),)},  # longer than any reader accepts
    ],
)
def test_a_ticket_that_no_gate_would_read_is_not_signed(park, change):
    with pytest.raises(CodeError) as error:
        park.encode(replace(park.code, **change))
    assert error.value.reason is Reason.E_FORMAT


@pytest.mark.parametrize("change", [{"pax": 0}, {"valid_days": 0}, {"slot_start": 200}])
def test_impossible_values_are_refused_even_when_signed(park, change):
    body = bytearray(codec.pack(park.code))
    at = {"pax": 20, "valid_days": 17, "slot_start": 18}[next(iter(change))]
    body[at] = next(iter(change.values()))
    text = "ST1" + codec.to_base32(bytes(body) + park.issuer(codec.CONTEXT + bytes(body)))
    assert reason_of(text, park.verifier()) is Reason.E_FORMAT


@pytest.mark.parametrize(("tag", "accepted"), [(0x00, True), (0x7F, True), (0x80, False)])
def test_an_unknown_extension_is_ignored_unless_it_is_critical(park, tag, accepted):
    body = codec.pack(park.code) + bytes((tag, 1, 9))
    text = "ST1" + codec.to_base32(body + park.issuer(codec.CONTEXT + body))
    if accepted:
        assert park.verifier().verify(text)[0].ext == ((tag, b"\x09"),)
    else:
        assert reason_of(text, park.verifier()) is Reason.E_VERSION


def standing_for(park, uid, role=1):
    certificate = replace(park.certificate, role=role)
    verifier = Verifier(park.code.site, {1: (1, park.root.public)})
    verifier.add_certificate(issue(park.root, certificate))
    ticket = replace(park.code, gen=1, ext=((codec.STANDS_FOR, uid.to_bytes(8, "big")),))
    return codec.encode(ticket, park.issuer), verifier


def test_a_copy_signed_by_the_server_is_the_ticket_it_stands_for(park):
    text, verifier = standing_for(park, 7 << 32 | 5, role=1 | 4)
    ticket = verifier.verify(text)[0]
    assert ticket.uid == 7 << 32 | 5
    assert (ticket.kid, ticket.serial) == (park.code.kid, park.code.serial)


def test_a_window_speaks_for_its_own_tickets_only(park):
    text, verifier = standing_for(park, 7 << 32 | 5, role=1 | 2)
    assert reason_of(text, verifier) is Reason.E_LIMIT


@pytest.mark.parametrize("value", [b"", bytes(8), bytes(7) + b"\1", b"\x80" + bytes(7), bytes(9)])
def test_a_copy_stands_for_a_uid(park, value):
    body = codec.pack(park.code) + bytes((codec.STANDS_FOR, len(value))) + value
    text = "ST1" + codec.to_base32(body + park.issuer(codec.CONTEXT + body))
    assert reason_of(text, park.verifier()) is Reason.E_FORMAT


@pytest.mark.parametrize(
    "text", ["", "0" * 16, "21b2c3d400000000", "z" * 16, "+1b2c3d40000002a", "1"]
)
def test_a_text_that_is_no_uid(text):
    with pytest.raises(CodeError):
        codec.parse_uid(text)


@given(message=st.binary(max_size=60), other=st.binary(max_size=60))
def test_a_signature_holds_for_its_message_only(park, vector_signers, message, other):
    for signer in (park.issuer, *vector_signers.values()):
        public = PublicKey(signer.alg, signer.public)
        signature = signer(message)
        assert len(signature) == 64
        assert public.verifies(signature, message)
        assert public.verifies(signature, other) is (other == message)
        assert not public.verifies(signature[:-1], message)
        assert not public.verifies(signature[:32] + b"\0" + signature[32:], message)
        assert not public.verifies(bytes(64), message)
