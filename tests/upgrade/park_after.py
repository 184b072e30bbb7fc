"""Run in the shell of this release, on the upgraded database: does the old park still work?"""

import json
import os
import sys

sys.path.insert(0, os.environ["SCENIC_SUPPORT"])
sys.path.insert(0, os.environ["SCENIC_HERE"])

import common_finance
import common_scenic
import park_rows

env = globals()["env"]
with open(os.environ["SCENIC_FACTS"]) as file:
    before = json.load(file)
company = env["res.company"].browse(before["company"])
env = common_finance.company_env(env, company)
park = common_scenic.park_in(env, {k: v for k, v in before["park"].items() if k != "company"})
park.company = company.with_env(env)
tickets = {name: env["scenic.ticket"].browse(i) for name, i in before["tickets"].items()}
ledger = env["scenic.redemption"]
policies = park.policy | env["scenic.policy"].browse(before["concession"])


def see():
    """Go on in a new transaction, which sees what others have committed."""
    env.cr.commit()
    env.invalidate_all()


def redeem(name, zone="gate", **options):
    answer = ledger._redeem(tickets[name].code, getattr(park, zone), "G2", **options)
    see()
    return answer["reason"]


def proved():
    env.invalidate_all()
    return env["scenic.proof"]._differences(company)


after = {
    **park_rows.read(company, policies),
    "policy_states": policies.mapped("state"),
    "versions": {policy.id: policy._current_version().number for policy in policies},
    "products_of_version": len(park.policy._current_version().rule_ids),
    "judged_by": [
        use.policy_version_id.number
        for use in ledger.search([("company_id", "=", company.id), ("policy_version", ">", 0)])
    ],
    "answers": {
        "used": redeem("used"),
        "refunded": redeem("refunded"),
        "unused": redeem("unused"),
        "returned": redeem("returned"),
        "passed": redeem("passed"),
        "combo_gate": redeem("combo"),
        "combo_ropeway": redeem("combo", "ropeway"),
        "annual": redeem("annual"),
        "family": redeem("family", wanted=2, staff=True),
    },
}
after["differences_after_use"] = proved()

line = tickets["kept"].pos_order_line_id
window = common_scenic.open_window(park, "Window 2")
back = common_scenic.refund(window, line, 1)
env.invalidate_all()
after["refund"] = [back.state, tickets["kept"].state]
tickets["combo_unused"]._void("given back")
order = common_finance.pay(window, [(park.adult, 2, {}), (park.combo, 1, {})])
sold = env["scenic.ticket"].search([("pos_order_id", "=", order.id)])
env.cr.commit()
after["new_sale"] = [len(sold), ledger._redeem(sold[0].code, park.gate, "G2")["reason"]]
see()
common_finance.close_session(window)
draft = park.policy.browse(park.policy.action_new_draft()["res_id"])
draft.staff_pax = 8
after["draft"] = [draft.state, park.policy.staff_pax]
with draft._as_if_published():
    after["as_if"] = park.policy.staff_pax
after["differences_at_last"] = proved()
env.cr.commit()
with open(os.environ["SCENIC_AFTER"], "w") as file:
    json.dump(after, file)
