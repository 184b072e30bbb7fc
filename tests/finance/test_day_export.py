"""The export of a day: an outsider proves it with one script, and finds whatever was changed."""

import hashlib
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import common_finance
import common_scenic
from common_gate import Journal, make_box
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_finance.tools import books_signature

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_day"
FILES = {"facts.jsonl", "tickets.jsonl", "redemptions.jsonl", "events.jsonl", "moves.jsonl"}


@tagged("post_install", "-at_install")
class TestDayExport(common_finance.FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = make_box(cls.park)
        cls.day = cls.park.site._today()
        cls.archive = cls._make_day()
        cls.root = cls.env["scenic.keyring"]._keys().root.public.hex()

    @classmethod
    def _make_day(cls):
        """Sell, pass, refund, close and recognise; then export, once for all tests."""
        self = cls("make_day")
        self.addCleanup = cls.addClassCleanup
        window = self.window()
        order = self.sell(window, (self.park.adult, 4), (self.park.combo, 1))
        adults = self.tickets(order).filtered(lambda t: t.product_id == self.park.adult)
        journal = Journal()
        journal.clock = int(time.time() * 1000)
        for ticket in adults[:2]:
            op = journal.reserve(ticket, code=ticket.code)
            journal.write("passed", ticket, op=op)
        journal.write("refused", adults[3], code=adults[3].code, reason="E_NOT_YET")
        journal.write("staff", code="@7 lets Mrs Smith in")
        self.env.flush_all()
        self.env["scenic.gate.intake"]._take(cls.box, journal.epoch, journal.facts)
        self.env.invalidate_all()
        common_scenic.refund(window, order.lines[0], 1)
        self.close(window)
        self.recognise()
        cls.journal, cls.adults = journal, adults
        file = io.BytesIO()
        cls.export = self.env["scenic.day.export"]._write_to(file, cls.company, cls.day)
        return file.getvalue()

    def make_day(self):
        """Give setUpClass an instance to work with."""

    def verify(self, archive, *args):
        """Run the script as an outsider does; returns (exit code, what it says)."""
        path = Path(self.env["ir.attachment"]._filestore()) / f"verify-{time.time_ns()}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive)
        self.addCleanup(path.unlink)
        done = subprocess.run(
            [sys.executable, SCRIPT, path, *args],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def rows(self, name):
        with zipfile.ZipFile(io.BytesIO(self.archive)) as pack:
            return [json.loads(line) for line in pack.read(name).splitlines()]

    def changed(self, name, change, sign=True):
        """Return the export with other rows in one file; signed anew, as only the park could."""
        with zipfile.ZipFile(io.BytesIO(self.archive)) as pack:
            content = {each: pack.read(each) for each in pack.namelist()}
        rows = [json.loads(line) for line in content[name].splitlines()]
        change(rows)
        content[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        if sign:
            document = json.loads(content["manifest.json"])["document"]
            document["files"][name] = hashlib.sha256(content[name]).hexdigest()
            sealed = books_signature.seal(document, self.env["scenic.keyring"]._keys())
            content["manifest.json"] = json.dumps(sealed).encode()
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as pack:
            for each, data in content.items():
                pack.writestr(each, data)
        return file.getvalue()

    def finds(self, text, name, change, **options):
        code, said = self.verify(self.changed(name, change, **options), self.root)
        self.assertEqual(code, 1, said)
        self.assertIn(text, said)

    def test_an_untouched_day_fits_and_the_script_is_short(self):
        self.assertLessEqual(len(SCRIPT.read_text().splitlines()), 50)
        self.assertEqual(self.verify(self.archive, self.root)[0], 0, self.verify(self.archive))
        self.assertEqual(self.verify(self.archive)[0], 0)
        self.assertEqual(len(self.rows("facts.jsonl")), len(self.journal.facts))
        self.assertEqual(len(self.rows("redemptions.jsonl")), 2)
        self.assertEqual(len(self.rows("tickets.jsonl")), 5)
        self.assertEqual(len([row for row in self.rows("tickets.jsonl") if "signature" in row]), 3)
        self.assertTrue(any(row.get("needs") for row in self.rows("redemptions.jsonl")))
        kinds = {re.sub(r" .*", "", key) for row in self.rows("moves.jsonl") for key in row["sums"]}
        self.assertEqual(kinds, {"entry", "item", "release", "liability"})
        self.assertEqual(
            (self.export.user_id, self.export.row_count), (self.env.user, self.total())
        )

    def total(self):
        return sum(len(self.rows(name)) for name in FILES)

    def test_a_byte_in_any_file_is_named(self):
        for name in FILES:
            self.finds(f"{name}: changed", name, lambda rows: rows[0].update(x=1), sign=False)
            self.finds(f"{name}: changed", name, lambda rows: rows.pop(), sign=False)
        with zipfile.ZipFile(io.BytesIO(self.archive)) as pack:
            manifest = json.loads(pack.read("manifest.json"))
            self.assertEqual(set(manifest["document"]["files"]), FILES)
            parts = {name: pack.read(name) for name in pack.namelist()}
        for field in ("day", "liability", "certificates", "sums"):
            document = {**manifest["document"], field: manifest["document"][field] and {}}
            parts["manifest.json"] = json.dumps({**manifest, "document": document}).encode()
            code, said = self.verify(pack_up(parts))
            self.assertEqual((code, "manifest.json" in said), (1, True), said)
        parts["manifest.json"] = json.dumps(manifest).encode()
        del parts["events.jsonl"]
        self.assertIn("events.jsonl: changed or missing", self.verify(pack_up(parts))[1])
        code, said = self.verify(self.archive, "00" * 32)
        self.assertEqual((code, "manifest.json" in said), (1, True), said)

    def test_what_the_park_itself_would_forge_does_not_fit(self):
        journal = f"{self.box.id}:{self.journal.epoch}"
        self.finds(f"{journal}: number 3 breaks", "facts.jsonl", lambda rows: rows.pop(1))
        self.finds(
            f"{journal}: number 1 breaks",
            "facts.jsonl",
            lambda rows: rows[0].update(told=rows[0]["told"].replace("reserved", "refused")),
        )
        signed = next(
            number for number, row in enumerate(self.rows("tickets.jsonl")) if "signature" in row
        )
        uid = self.rows("tickets.jsonl")[signed]["uid"]
        self.finds(
            f"{uid}: the signature",
            "tickets.jsonl",
            lambda rows: rows[signed].update(signed=rows[signed]["signed"][:-2] + "ff"),
        )
        self.finds(
            "0: the signature",
            "tickets.jsonl",
            lambda rows: rows[signed].update(uid=f"{0:016x}"),
        )
        uses = self.rows("redemptions.jsonl")
        self.finds("told 2 times", "redemptions.jsonl", lambda rows: rows.append(rows[0]))
        self.finds(
            f"value of redemption {uses[0]['id']}", "redemptions.jsonl", lambda rows: rows.pop(0)
        )
        self.finds("missing", "redemptions.jsonl", lambda rows: rows[0].update(needs=["fact 9"]))

    def test_sums_that_do_not_add_up_are_named(self):
        event = self.rows("events.jsonl")[0]
        release = f"release {event['release']}"
        self.finds(
            f"{release}: differs by 100",
            "events.jsonl",
            lambda rows: rows[0]["sums"].update({release: rows[0]["sums"][release] + 100}),
        )
        self.finds(f"{release}: differs", "events.jsonl", lambda rows: rows.pop(0))
        items = [row for row in self.rows("moves.jsonl") if row["explained_by"]]
        [sold] = self.rows("tickets.jsonl")[0]["sums"]
        self.finds(f"{sold}: differs", "tickets.jsonl", lambda rows: rows.pop(0))
        self.finds("liability: differs", "moves.jsonl", lambda rows: drop(rows, items[0]))
        self.finds(
            f"entry {items[0]['entry']}: differs",
            "moves.jsonl",
            lambda rows: drop(rows, next(row for row in rows if not row["explained_by"])),
        )

    def test_the_books_own_errors_show_in_the_export(self):
        """A line that was changed by SQL does not fit, whoever signs it."""
        self.prove = False
        item = self.adults.origin_aml_id[:1]
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance - 1 WHERE id = %s", [item.id]
        )
        file = io.BytesIO()
        self.env["scenic.day.export"]._write_to(file, self.company, self.day)
        code, said = self.verify(file.getvalue(), self.root)
        self.assertEqual(code, 1)
        self.assertIn(f"item {item.id}: differs by 100", said)
        self.assertIn(f"entry {item.move_id.id}: differs", said)

    def test_nothing_in_it_opens_a_gate_or_names_a_person(self):
        with zipfile.ZipFile(io.BytesIO(self.archive)) as pack:
            text = b"".join(pack.read(name) for name in pack.namelist()).decode()
        for secret in ("Smith", "Fapiao", self.env.user.name, self.env.user.login):
            self.assertNotIn(secret, text)
        self.env.invalidate_all()
        for ticket in self.adults.filtered(lambda ticket: ticket.state == "valid"):
            self.assertNotIn(ticket.code, text)
            self.assertNotIn(ticket.alias, text)
            self.assertIn(hashlib.sha256(ticket.code.encode()).hexdigest(), text)

    def test_who_may_export_and_how_much(self):
        exports = self.env["scenic.day.export"]
        with self.assertRaises(AccessError):
            clerk = common_scenic.make_user(self.env, "clerk_7", "window", company=self.company)
            exports.with_user(clerk)._write_to(io.BytesIO(), self.company, self.day)
        self.env["ir.config_parameter"].sudo().set_param("scenic_finance.export_max_mb", "-1")
        with self.assertRaises(UserError):
            exports._write_to(io.BytesIO(), self.company, self.day)
        here = self.env(context=self.env.context | {"tz": self.park.site.tz})
        dialog = here["scenic.day.export.make"].create({"day": self.day})
        self.assertIn(str(self.day), dialog.action_export()["url"])
        dialog.day = fields.Date.add(self.day, days=2)
        with self.assertRaises(UserError):
            dialog.action_export()

    def test_an_export_is_never_unmade(self):
        for statement in ("UPDATE scenic_day_export SET size = 0", "DELETE FROM scenic_day_export"):
            with (
                self.assertRaises(RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)


def drop(rows, row):
    rows[:] = [each for each in rows if each["item"] != row["item"]]


def pack_up(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as pack:
        for name, data in parts.items():
            pack.writestr(name, data)
    return file.getvalue()
