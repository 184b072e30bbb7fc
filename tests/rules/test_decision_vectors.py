"""The shared histories, through decide(): what box and server have to answer as well."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from decision_vectors import CASES, LANES, SITE, Past, cases_for
from scenic_rules import passage, wire
from scenic_rules.passage import decide, explain
from scenic_rules.reason import Reason
from scenic_rules.views import GateView, History, ZoneUse, ticket_from_row

README = Path(passage.__file__).parents[2] / "README.md"
# what decide() itself can answer; the others come from reading a text or from the box's own faults
DECIDED = {
    *("OK", "SAME_SCAN", "E_SITE", "E_PRODUCT", "E_REVOKED", "E_SUPERSEDED", "E_BLOCKED"),
    *("E_HELD", "E_CLOCK", "E_EXPIRED", "E_EARLY", "E_SLOT", "E_WEEKDAY", "E_BLACKOUT"),
    *("E_HOURS", "E_PERIOD", "E_ENTRANCE", "E_DYNAMIC", "E_ZONE", "E_USED", "E_CHOICE"),
    *("E_TOTAL", "E_DAY_LIMIT", "E_ORDER", "E_WITHIN", "E_INTERVAL", "E_PASSBACK", "R_ID"),
    *("R_CONCESSION", "R_COMPANION", "R_HOLDER", "R_GROUP_COUNT", "R_UNLISTED_CUT_OFF"),
    "R_EXPOSURE",
}
READ = {
    *("E_FOREIGN", "E_FORMAT", "E_TYPE", "E_VERSION", "E_SIG", "E_CERT", "E_UNKNOWN_KEY"),
    *("E_KEY_REVOKED", "E_KEY_CLOSED", "E_LIMIT", "E_USED_PEER", "E_UNKNOWN_ALIAS", "E_STORE"),
    *("E_FAULT", "E_NO_TICKET", "R_UNSEEN", "R_BLOCKED"),
}


def history(past, zone):
    moments, lanes = past.in_zone(zone)
    used, first_t, last_t, last_day, day_used = moments
    others = tuple((name, ZoneUse(*values)) for name, values in past.zones(but=zone).items())
    return History(
        used, first_t, lanes[0], last_t, lanes[1], last_day, day_used, others, past.out_t
    )


def question(case, step, past):
    ticket = wire.ticket_from_wire(case.row(), case.ticket["site"]).ticket
    ticket = replace(ticket, listed=case.ticket["listed"])
    ticket = ticket_from_row(ticket, case.ticket.get("shown_gen", ticket.gen))
    rule = None if case.rule is None else wire.rule_from_wire(case.rule)
    gate = GateView.at(
        step.t,
        case.zone_info,
        site=SITE,
        zone=step.zone,
        entrance=step.entrance,
        lane=step.lane,
        cut_off=step.cut_off,
        staff=step.staff,
        clock_trusted=step.clock_trusted,
        exposure=step.exposure,
    )
    return ticket, rule, history(past, step.zone), gate, step.t, step.wanted, step.live


@pytest.mark.parametrize("case", cases_for("rules"), ids=lambda case: case.name)
def test_the_pure_rules_answer_as_written(case):
    past, done = Past(case.zone_info), {}
    for number, step in enumerate(case.steps):
        if step.do == "leave":
            past.leave(step.t)
        elif step.do == "give_back":
            past.give_back(done[step.of], step.persons)
        else:
            asked = question(case, step, past)
            answer = decide(*asked)
            found = {
                "reason": answer.reason.value,
                "colour": answer.colour.value,
                "admit": answer.admit,
                "rest": answer.rest,
            }
            assert found == step.expect, f"step {number}"
            decided = [check for check in explain(*asked) if check.decided]
            assert [check.reason for check in decided] == [answer.reason][: answer.admit == 0]
            if answer.uses:
                done[number] = past.use(step.zone, step.lane, step.t, answer.uses)


def test_the_vectors_know_every_reason_of_a_decision():
    assert {reason.value for reason in Reason} == DECIDED | READ
    expected = {step.expect["reason"] for case in CASES for step in case.steps if step.expect}
    assert expected == DECIDED
    assert len(CASES) >= 80
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(step.lane in LANES for case in CASES for step in case.steps)


def test_most_vectors_run_on_every_judge():
    assert len(cases_for("box")) == len(CASES)
    assert len(cases_for("server")) >= 80


def test_the_readme_names_vectors_that_exist():
    section = README.read_text().split("## What can be sold")[1].split("\n## ")[0]
    cells = [line for line in section.splitlines() if "V: *" in line]
    named = {name for cell in cells for name in re.findall(r"\*([^*|]+)\*", cell)}
    assert len(named) > 30
    assert named <= {case.name for case in CASES}
