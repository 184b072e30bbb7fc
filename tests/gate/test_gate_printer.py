"""Bytes to a printer, and what the printer says about them."""

import fake_printer
import pytest
from gate_kit import config
from iot_handlers.scenic_gate import config as box_config
from iot_handlers.scenic_gate import printer_port
from iot_handlers.scenic_gate.printer_port import PrinterError
from patience import LIMIT_S

SLIP = b"\x1b@\x1ba\x01" + b"\x1dv0\x00\x30\x00\x05\x00" + bytes(240) + b"\x1dVA\n"
LABEL = b"^XA\n^PW400\n^FO0,0^GFA,4,4,1,FF,:,^FS\n^PQ1\n^XZ\n"


@pytest.fixture
def printer(monkeypatch):
    made = []

    def make(answers=fake_printer.SILENT):
        if answers != fake_printer.SILENT:
            monkeypatch.setattr(printer_port, "ASK_S", LIMIT_S)  # it answers, sooner or later
        made.append(fake_printer.FakePrinter(answers))
        return made[-1]

    yield make
    for one in made:
        one.close()


def failure(url, data=SLIP):
    with pytest.raises(PrinterError) as caught:
        printer_port.send(url, {}, data)
    return caught.value.code


def test_a_printer_that_never_answers_gets_the_bytes_as_they_are(printer):
    silent = printer()
    assert printer_port.send(silent.url, {}, SLIP) == ""
    assert silent.wait(1) == [SLIP]


def test_a_printer_that_answers_confirms_when_it_is_through(printer):
    talking = printer(fake_printer.ESCPOS)
    assert printer_port.send(talking.url, {}, SLIP) == ""
    assert talking.wait(1) == [SLIP]


@pytest.mark.parametrize(
    ("paper", "state", "code"),
    [
        (fake_printer.PAPER_OUT, fake_printer.ONLINE, "ERROR_NO_PAPER"),
        (fake_printer.PAPER_OK, fake_printer.OFFLINE, "ERROR_OFFLINE"),
    ],
)
def test_nothing_is_sent_to_a_printer_that_cannot_print(printer, paper, state, code):
    broken = printer(fake_printer.ESCPOS)
    broken.paper, broken.state = paper, state
    assert failure(broken.url) == code
    assert broken.jobs == []


def test_little_paper_is_a_warning(printer):
    low = printer(fake_printer.ESCPOS)
    low.paper = fake_printer.PAPER_LOW
    assert printer_port.send(low.url, {}, SLIP) == "WARNING_LOW_PAPER"
    assert low.wait(1) == [SLIP]


def test_paper_that_ends_within_a_slip_is_told(printer):
    short = printer(fake_printer.ESCPOS)
    short.breaks_after = 100
    assert failure(short.url) == "ERROR_NO_PAPER"


def test_a_printer_that_is_off_is_unreachable(printer):
    off = printer()
    off.close()
    assert failure(off.url) == "ERROR_UNREACHABLE"
    assert failure("/dev/usb/lp_none") == "ERROR_UNREACHABLE"
    assert failure("/dev/ttyNONE9") == "ERROR_UNREACHABLE"


def test_a_label_printer_is_asked_before(printer):
    labels = printer(fake_printer.ZPL)
    assert printer_port.send(labels.url, {}, LABEL) == ""
    assert labels.wait(1) == [LABEL]
    for flag, code in (("paper", "ERROR_NO_PAPER"), ("pause", "ERROR_OFFLINE")):
        labels.zpl_flags = {"paper": 0, "pause": 0, "head": 0} | {flag: 1}
        assert failure(labels.url, LABEL) == code
    assert labels.wait(1) == [LABEL]


def test_printers_are_part_of_the_configuration_and_may_be_absent():
    assert box_config.parse(config()).printers == ()
    (one,) = box_config.parse(
        config(printers=[{"code": "7", "name": "W1", "url": "tcp://10.0.0.9:9100", "options": {}}])
    ).printers
    assert (one.code, one.url) == ("7", "tcp://10.0.0.9:9100")
