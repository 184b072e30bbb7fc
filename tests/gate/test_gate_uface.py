"""What a uface terminal says and is told, without I/O; at work it is in test_gate_face_terminal."""

import json
from urllib.parse import parse_qs

import pytest
from iot_handlers.scenic_gate.http_message import BadRequest, Request
from iot_handlers.scenic_gate.profile_uface import MAX_TEXT, Uface


@pytest.mark.parametrize(
    ("told", "obeyed"),
    [
        ({"result": 1, "success": True}, True),
        ({"result": 0, "success": True}, False),
        ({"result": 1, "success": False}, False),
        ({"result": 1}, False),
        ({"result": 1, "success": "true"}, False),
        ([], False),
    ],
)
def test_only_what_says_yes_twice_has_obeyed(told, obeyed):
    assert Uface({}).taken(json.dumps(told).encode()) is obeyed
    assert not Uface({}).taken(b"<html>")


def test_a_text_is_short_and_only_for_terminals_that_speak():
    assert Uface({}).text_call("welcome") is None
    assert Uface({"speak": True}).text_call("") is None
    call = Uface({"speak": True, "password": "s&e=c"}).text_call("请" * 500)
    told = parse_qs(call.body)
    assert told["content"] == ["请" * MAX_TEXT]
    assert told["pass"] == ["s&e=c"]


@pytest.mark.parametrize("data", [{"QRdata": ""}, {"QRdata": " \n"}, {"QRdata": ["x"]}])
def test_a_code_that_is_none_is_refused(data):
    with pytest.raises(BadRequest):
        Uface({}).parse(Request("POST", "/u", body=json.dumps(data).encode()))
