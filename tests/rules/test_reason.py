import json

import pytest
from scenic_rules.reason import ALARM_AFTER, COLOUR, Colour, Reason, raises_alarm


def test_every_reason_has_a_colour():
    assert set(COLOUR) == set(Reason)


def test_only_an_admission_and_a_double_reading_are_green():
    green = {reason for reason in Reason if COLOUR[reason] is Colour.GREEN}
    assert green == {Reason.OK, Reason.SAME_SCAN}


@pytest.mark.parametrize("reason", list(Reason))
def test_a_reason_is_written_as_its_code_everywhere(reason):
    assert (str(reason), f"{reason}", json.loads(json.dumps(reason))) == (reason.value,) * 3
    assert reason.value == reason.name


def test_one_forged_code_is_no_alarm_but_a_series_is():
    assert [raises_alarm(Reason.E_SIG, n) for n in (1, 2, 3)] == [False, False, True]


def test_a_misused_key_alarms_at_once_and_a_used_ticket_never():
    assert raises_alarm(Reason.E_LIMIT, 1)
    assert not raises_alarm(Reason.E_USED, 100)
    assert all(attempts > 0 for attempts in ALARM_AFTER.values())
