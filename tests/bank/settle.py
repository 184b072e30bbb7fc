"""Run in the shell of a database with OCA's bank screen: does it settle what we booked?"""

import json
import os
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

sys.path.insert(0, os.environ["SCENIC_SUPPORT"])

import acquirer_files
import common_finance
import common_scenic

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.modules.registry import Registry

env = globals()["env"]
name, ours = "account_reconcile_oca", env.cr.dbname
env["ir.module.module"].update_list()
env["ir.module.module"].search([("name", "=", name)]).button_immediate_install()
env.cr.commit()

env = api.Environment(Registry(ours).cursor(), SUPERUSER_ID, {})
told = {"installed": env["ir.module.module"].search([("name", "=", name)]).state}
company = common_finance.make_company(env, "cn_large_bis")
env = common_finance.company_env(env, company)
company = company.with_env(env)
park = common_finance.make_priced_park(env, company)
bank = env["account.journal"].search(
    [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
)
method = env["pos.payment.method"].create(
    {"name": "WeChat", "journal_id": bank.id, "company_id": company.id}
)
env["scenic.clearing"].create({}).action_create()
acquirer = env["scenic.acquirer"].create(
    {
        "name": "WeChat Pay",
        "payment_method_ids": [Command.set(method.ids)],
        "bank_journal_id": bank.id,
    }
)
window = common_scenic.open_window(park, "OCA", payment_method_ids=[Command.set(method.ids)])
for number in ("S1", "S2"):
    data = common_scenic.order_data(window, [(park.adult, 1, {})])
    data["payment_ids"][0][2].update({"payment_method_id": method.id, "transaction_id": number})
    common_scenic.sync(window, data)
common_finance.close_session(window)

at = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None, microsecond=0)
imports = env["scenic.acquirer.import"]
rows = [acquirer_files.row(number, 80, at) for number in ("S1", "S2")]
statement = imports._import(acquirer, acquirer_files.wechat(rows), "bill.csv")
statement.action_confirm()


def bank_line(amount):
    values = {
        "journal_id": bank.id,
        "date": at.date() + timedelta(days=1),
        "amount": amount,
        "payment_ref": "T+1",
    }
    line = env["account.bank.statement.line"].create(values)
    env.flush_all()
    env.invalidate_all()
    return line


def facts(line, record):
    env.invalidate_all()
    return [line.is_reconciled, record.is_settled]


# what a person does there: choose the open item, and Validate
line = bank_line(statement.net)
line._add_account_move_line(statement.transit_line_id)
line.reconcile_bank_line()
told["by_their_screen"] = facts(line, statement)
line.unreconcile_bank_line()
told["undone_there"] = facts(line, statement)
statement.action_match_bank()
told["by_our_button"] = facts(line, statement)
statement.action_undo()
told["taken_back"] = [statement.state, line.is_reconciled]
statement.action_confirm()
line._add_account_move_line(statement.transit_line_id)
line.reconcile_bank_line()
told["and_again"] = facts(line, statement)

safe = env["account.journal"].create(
    {"name": "Safe", "type": "cash", "code": "SAFE", "company_id": company.id}
)
deposit = env["scenic.cash.deposit"].create(
    {"journal_id": safe.id, "safe_amount": 500, "date": fields.Date.today()}
)
deposit.action_send()
line = bank_line(500)
line._add_account_move_line(deposit.transit_line_id)
line.reconcile_bank_line()
told["cash"] = facts(line, deposit)
told["differences"] = env["scenic.proof"]._differences(company)
with open(os.environ["SCENIC_TOLD"], "w") as file:
    json.dump(told, file)
