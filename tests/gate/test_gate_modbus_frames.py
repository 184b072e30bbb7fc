"""Bytes of Modbus, without any I/O."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iot_handlers.scenic_gate import modbus


def test_frames_are_the_vendors():
    rtu = modbus.Rtu()
    on = modbus.write_coil(0, True)
    flash = modbus.flash_coil(0, 7)
    assert rtu.encode(1, on).hex(" ") == "01 05 00 00 ff 00 8c 3a"
    assert rtu.encode(1, flash).hex(" ") == "01 05 02 00 00 07 8d b0"
    assert modbus.write_coils(0, [True, False, True]).hex(" ") == "0f 00 00 00 03 01 05"


def test_answer_is_found_behind_noise_and_in_pieces():
    rtu, request = modbus.Rtu(), modbus.write_coil(2, True)
    frame = rtu.encode(1, request)
    noisy = b"\x00\x01\x05\xff" + frame
    assert rtu.decode(noisy, 1, request) == request
    for cut in range(len(frame)):
        assert rtu.decode(frame[:cut], 1, request) is None
    assert rtu.decode(frame[:-1] + b"\x00", 1, request) is None
    assert rtu.decode(frame, 2, request) is None


def test_late_answer_of_modbus_tcp_is_not_taken_for_the_awaited_one():
    tcp, request = modbus.Tcp(), modbus.read_bits(2, 0, 3)
    old = tcp.encode(1, b"\x02\x01\x07")
    new = tcp.encode(1, b"\x02\x01\x00")
    assert tcp.decode(old, 1, request) is None
    assert tcp.decode(old + new[:-1], 1, request) is None
    assert tcp.decode(old + new, 1, request) == b"\x02\x01\x00"


def test_refusal_of_the_board_is_told_from_noise():
    request = modbus.write_coil(0, True)
    with pytest.raises(modbus.Refused) as caught:
        modbus.check_echo(request, b"\x85\x02")
    assert caught.value.code == 2
    for answer in (b"", b"\x05", b"\x05\x00\x01\xff\x00", b"\x01\x01\x00"):
        with pytest.raises(modbus.BadAnswer):
            modbus.check_echo(request, answer)


@given(st.binary(max_size=60))
def test_no_noise_is_taken_for_an_answer(noise):
    request = modbus.read_bits(modbus.READ_INPUTS, 0, 3)
    answer = modbus.Rtu().decode(noise, 1, request)
    if answer is not None:
        start = noise.find(b"\x01" + answer)
        frame = noise[start : start + len(answer) + 3]
        assert modbus.crc16(frame[:-2]) == frame[-2:]
    with suppress(modbus.BadAnswer):
        modbus.Tcp().decode(noise, 1, request)


@given(st.integers(1, 2000), st.randoms())
def test_bits_come_back_as_they_were_packed(count, random):
    bits = [random.random() < 0.5 for _ in range(count)]
    packed = modbus.write_coils(0, bits)[6:]
    request = modbus.read_bits(modbus.READ_COILS, 0, count)
    if len(packed) < 256:
        assert modbus.bits_of(request, bytes((1, len(packed))) + packed) == bits
