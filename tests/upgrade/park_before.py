"""Run in the shell of the old release: a park with a day behind it, and what was true of it."""

import json
import os
import sys

sys.path.insert(0, os.environ["SCENIC_OLD_SUPPORT"])
sys.path.insert(0, os.environ["SCENIC_HERE"])

import common_finance
import common_gate
import common_scenic
import park_rows

env = globals()["env"]
company = common_finance.make_company(env, "cn_large_bis", name="Old Park")
env = common_finance.company_env(env, company)
company = company.with_env(env)
park = common_finance.make_priced_park(env, company)
park.policy.write({"risk": "1", "staff_pax": 7, "validity_days": 2})
concession = park.policy.copy({"name": "Concession", "concession": True, "company_id": company.id})

window = common_scenic.open_window(park)
order = common_finance.pay(
    window, [(park.adult, 6, {}), (park.combo, 2, {}), (park.family, 1, {}), (park.annual, 1, {})]
)
tickets = env["scenic.ticket"].search([("pos_order_id", "=", order.id)], order="id")
adults = tickets.filtered(lambda ticket: ticket.product_id == park.adult)
combos = tickets.filtered(lambda ticket: ticket.product_id == park.combo)
family = tickets.filtered(lambda ticket: ticket.product_id == park.family)
annual = tickets.filtered(lambda ticket: ticket.product_id == park.annual)
line = order.lines.filtered(lambda line: line.product_id == park.adult)
common_scenic.refund(window, line, 1)
refunded = adults.filtered(lambda ticket: ticket.state == "void")
good = adults - refunded

ledger = env["scenic.redemption"]
moment = common_scenic.fields.Datetime.now()


def use(ticket, zone, **values):
    row = {"ticket_id": ticket.id, "zone_id": zone.id, "happened_at": moment, "lane_code": "G1"}
    row["policy_version"] = ticket.policy_id.version
    (written,) = ledger._append([row | values])
    return ledger.browse(written["id"])


use(good[0], park.gate)
use(combos[0], park.gate)
use(family, park.gate)
use(annual, park.gate)
use(good[1], park.gate)._reverse("wrong ticket")

box = common_gate.make_box(park)
journal = common_gate.Journal()
journal.clock = int(common_scenic.to_unix(moment) * 1000)
journal.pass_through(good[2])
journal.write("refused", good[0], reason="E_USED")
env["scenic.gate.intake"]._take(box, journal.epoch, journal.facts)

common_finance.close_session(window)
env["scenic.recognition"]._run(company, park.site._today())
env.flush_all()


facts = {
    "company": company.id,
    "park": {
        name: record.id for name, record in vars(park).items() if getattr(record, "_name", None)
    },
    "box": box.id,
    "concession": concession.id,
    "tickets": {
        "refunded": refunded.id,
        "used": good[0].id,
        "returned": good[1].id,
        "passed": good[2].id,
        "unused": good[3].id,
        "kept": good[4].id,
        "combo": combos[0].id,
        "combo_unused": combos[1].id,
        "family": family.id,
        "annual": annual.id,
    },
    **park_rows.read(company, park.policy | concession),
}
env.cr.commit()
with open(os.environ["SCENIC_FACTS"], "w") as file:
    json.dump(facts, file)
