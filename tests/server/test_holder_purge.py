"""What is destroyed, and the certificate of it; proved by a dump of the whole database."""

import base64
import subprocess
from datetime import timedelta
from uuid import uuid4

import common_holder
import common_scenic
import people
from common_holder import ANNA, BEN, PHONE, picture
from common_scenic import make_product, make_user
from lxml import html
from psycopg2 import Error as DatabaseError

from odoo.exceptions import UserError
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

NAMES = ("欧阳若兰", "Wilhelmina Quackenbush")
MASKED_NAMES = ("欧**兰", "W********* Q**********")


@tagged("post_install", "-at_install")
class TestPurge(common_holder.HolderCase):
    def setUp(self):
        super().setUp()
        self.park.site.holder_retention_days = 2
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_options: 60.0)
        self.over = self.today - timedelta(days=3)

    def purge(self):
        """Run the nightly job; return the certificates it wrote."""
        before = self.certificates()
        self.env["scenic.holder"]._cron_purge()
        return self.certificates() - before

    def certificates(self):
        return self.env["scenic.purge.certificate"].search(
            [("site_id", "=", self.park.site.id)], order="number"
        )

    def test_a_day_is_destroyed_when_its_time_is_over(self):
        old = self.sell(ANNA, day=self.over, photo=picture(), phone=PHONE, name="Anna")
        kept = self.sell(BEN, day=self.over + timedelta(days=1))
        holder, expected = old.holder_id, self.digest_of(self.over)
        certificate = self.purge()
        self.assertFalse(holder.exists())
        self.assertFalse(old.holder_id)
        self.assertTrue(kept.holder_id.exists())
        self.assertEqual(old.state, "valid", "only the person is forgotten, not the ticket")
        self.assertEqual((certificate.day, certificate.kind), (self.over, "day"))
        self.assertEqual(
            [certificate[name] for name in ("holder_count", "photo_count", "use_count")], [1, 1, 1]
        )
        self.assertEqual([certificate.salt_count, certificate.ticket_count], [1, 1])
        self.assertEqual(certificate.digest, expected, "a restored backup proves what it was")
        self.assertEqual(certificate._verify(), [])
        self.assertFalse(self.purge(), "nothing is left to destroy")

    def digest_of(self, day):
        place = [("site_id", "=", self.park.site.id)]
        self.env.flush_all()
        return self.env["scenic.holder"]._digest(
            self.env["scenic.holder"].search([*place, ("last_day", "=", day)]).ids,
            self.env["scenic.holder.use"].search([*place, ("visit_date", "=", day)]).ids,
            self.env["scenic.holder.salt"].search([*place, ("day", "=", day)]).ids,
        )

    def test_a_ciphertext_that_was_kept_cannot_be_opened_any_more(self):
        holder = self.sell(ANNA, day=self.over).holder_id
        copy = holder.sudo().read(["uid", "sealed"])[0]
        self.purge()
        self.env["scenic.holder"].sudo().create(
            {
                "uid": copy["uid"],
                "sealed": copy["sealed"],
                "site_id": self.park.site.id,
                "last_day": self.over,
            }
        )
        restored = self.env["scenic.holder"].search([("uid", "=", copy["uid"])])
        with self.assertRaises(UserError):
            restored._opened()
        self.env["scenic.holder.salt"]._key(self.park.site, self.over)  # a new salt does not help
        with self.assertRaises(UserError):
            restored._opened()

    def test_a_ticket_for_many_days_keeps_its_holder_until_its_last(self):
        policy = self.park.real_name.copy({"name": "Week", "validity_days": 7})
        week = make_product(
            self.park, "Week", 300.0, {self.park.gate: 0}, scenic_policy_id=policy.id
        )
        ticket = self.sell(ANNA, product=week, day=self.over)
        self.purge()
        self.assertEqual(ticket.holder_id._opened()[ticket.holder_id]["number"], ANNA)

    def test_what_was_typed_for_a_sale_that_never_came_goes_after_a_day(self):
        self.take(ANNA)
        self.env.flush_all()
        self.assertFalse(self.purge())
        self.env.cr.execute(
            "UPDATE scenic_holder SET create_date = create_date - interval '2 days' "
            "WHERE site_id = %s",
            [self.park.site.id],
        )
        self.env.cr.execute(
            "UPDATE scenic_holder_use SET expires_at = expires_at - interval '2 days' "
            "WHERE site_id = %s",
            [self.park.site.id],
        )
        self.env.invalidate_all()
        certificate = self.purge()
        self.assertEqual((certificate.kind, certificate.holder_count), ("abandoned", 1))
        self.assertFalse(self.env["scenic.holder"].search([("site_id", "=", self.park.site.id)]))

    def test_certificates_are_numbered_chained_and_signed(self):
        for days in (5, 4, 3):
            self.sell(ANNA, day=self.today - timedelta(days=days))
        first, second, third = self.purge()
        self.assertEqual([second.number - first.number, third.number - second.number], [1, 1])
        self.assertEqual((second.previous, third.previous), (first.hash, second.hash))
        self.assertTrue(all(c.signature for c in (first, second, third)))
        self.assertEqual((first + second + third)._verify(), [])

    def test_a_forged_certificate_is_found(self):
        for days in (5, 4, 3):
            self.sell(ANNA, day=self.today - timedelta(days=days))
        _first, second, third = self.purge()
        cr = self.env.cr
        self.env.flush_all()
        for statement in (
            "UPDATE scenic_purge_certificate SET holder_count = 0 WHERE id = %s",
            "DELETE FROM scenic_purge_certificate WHERE id = %s",
        ):
            with self.assertRaises(DatabaseError), mute_logger("odoo.sql_db"), cr.savepoint():
                cr.execute(statement, [second.id])
        cr.execute("ALTER TABLE scenic_purge_certificate DISABLE TRIGGER USER")
        cr.execute(
            "UPDATE scenic_purge_certificate SET holder_count = 9 WHERE id = %s", [second.id]
        )
        self.env.invalidate_all()
        self.assertEqual(second._verify(), [(second.number, "changed")])
        with self.assertRaises(UserError):
            second.action_verify()
        cr.execute(
            "UPDATE scenic_purge_certificate SET hash = %s WHERE id = %s", ["0" * 64, second.id]
        )
        self.env.invalidate_all()
        self.assertIn((third.number, "chain"), third._verify())
        self.assertIn((second.number, "signature"), second._verify())

    def test_rows_that_came_back_from_a_backup_are_found(self):
        holder = self.sell(ANNA, day=self.over).holder_id
        vals = holder.sudo().read(["uid", "sealed", "create_date"])[0]
        certificate = self.purge()
        self.env["scenic.holder"].sudo().create(
            {
                "uid": vals["uid"],
                "sealed": vals["sealed"],
                "site_id": self.park.site.id,
                "last_day": self.over,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE scenic_holder SET create_date = create_date - interval '9 days' WHERE uid = %s",
            [vals["uid"]],
        )
        self.env.invalidate_all()
        self.assertEqual(certificate._verify(), [(certificate.number, "left")])
        self.assertEqual(self.purge().holder_count, 1, "the next night destroys it again")

    def test_the_certificate_can_be_printed(self):
        self.sell(ANNA, day=self.over)
        certificate = self.purge()
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "scenic_ticketing.purge_certificate_document", certificate.ids
        )
        text = html.fromstring(page).text_content()
        for part in (certificate.name, certificate.digest, certificate.hash, self.park.site.name):
            self.assertIn(part, text)

    def test_the_note_of_a_reading_goes_with_its_holder(self):
        reader = make_user(self.env, "purge_reader", "privacy", "window")
        holder = self.sell(ANNA, day=self.over).holder_id.with_user(reader)
        trace, _clear = (
            self.env["scenic.holder.reading"]
            .with_user(reader)
            ._read_clear(holder, "visitor", "asked by Anna")
        )
        self.purge()
        self.env.invalidate_all()
        self.assertFalse(trace.sudo().note)
        self.assertEqual(trace.sudo().user_id, reader, "who read stays")


@tagged("post_install", "-at_install")
class TestNoTraceIsLeft(common_scenic.CommittedCase):
    """Sell, change, read, check, and give up sales; then look at every byte of a dump."""

    NUMBERS = (*people.residents(4, start=700), "G98765432")
    PHONES = ("13912345678", "+442079460958")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.connect() as env:
            park = common_scenic.park_in(env, cls.ids)
            park.policy.write({"id_needed_at_sale": "each", "id_once_per_day": True})
            park.site.holder_retention_days = 0
            window = common_scenic.open_window(park, name="Purge Window")
            cls.window_id, cls.cashier_id = window.id, window.env.uid
            cls.reader_id = make_user(env, f"reader_{uuid4().hex[:8]}", "privacy", "manager").id
            cls.yesterday = park.site._today() - timedelta(days=1)
        cls.addClassCleanup(cls._clean)

    @classmethod
    def _clean(cls):
        with cls.connect() as env:
            for table in ("scenic_holder_reading", "scenic_purge_certificate"):
                env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                env.cr.execute(f"DELETE FROM {table} WHERE site_id = %s", [cls.ids["site"]])
                env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            common_scenic.remove_window(env["pos.config"].browse(cls.window_id))

    def dump(self):
        command = ["pg_dump", "--no-owner", get_db_name()]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def live(self):
        """Do with people whatever the product does with them."""
        with self.connect(self.cashier_id) as env:
            window = env["pos.config"].browse(self.window_id)
            adult = env["product.product"].browse(self.ids["adult"])
            wants = [{"product_id": adult.id, "visit_date": str(self.yesterday)}]
            entry = {"number": self.NUMBERS[0], "name": NAMES[0], "phone": self.PHONES[0]}
            take = env["scenic.holder"].pos_take
            token = take(window.id, "dump-1", wants, entry | {"photo": picture().decode()})["token"]
            take(window.id, "dump-2", wants, {"number": self.NUMBERS[3]})  # never sold
            data = {"visit_date": str(self.yesterday), "holders": [token]}
            order = common_scenic.order_data(window, [(adult, 1, {"scenic_data": data})])
            # left behind as a draft on the server, like any order that a cashier parks
            draft = common_scenic.order_data(window, [(adult, 1, {"scenic_data": dict(data)})])
            draft |= {"state": "draft", "payment_ids": [], "amount_paid": 0.0}
            env["pos.order"].sync_from_ui([draft])
            order["date_order"] = f"{self.yesterday} 08:00:00"
            ticket = common_scenic.sync(window, order).scenic_ticket_ids
            self.assertEqual(ticket.visit_date, self.yesterday)
        with self.connect(self.reader_id) as env:
            ticket = env["scenic.ticket"].browse(ticket.id)
            vals = {"number": self.NUMBERS[1], "name": NAMES[1], "phone": self.PHONES[1]}
            wizard = env["scenic.holder.entry"].with_context(active_id=ticket.id)
            wizard = wizard.create(
                {"number": vals["number"], "holder_name": vals["name"], "phone": vals["phone"]}
            )
            wizard.action_confirm()
            reveal = env["scenic.holder.reveal"].create(
                {
                    "holder_id": ticket.holder_id.id,
                    "ticket_id": ticket.id,
                    "purpose": "dispute",
                    "note": f"called {NAMES[1]}",
                }
            )
            reveal.action_read()
            self.assertEqual(reveal.number, self.NUMBERS[1])
            env["scenic.check"].create({"text": self.NUMBERS[1], "zone_id": self.ids["gate"]})
            rows = [
                {
                    "product_id": self.ids["adult"],
                    "visit_date": self.yesterday,
                    "number": self.NUMBERS[4],
                    "doc_type": "passport",
                    "name": NAMES[1],
                }
            ]
            holders, errors = env["scenic.holder"]._from_rows(rows)
            self.assertFalse(errors)
            env["scenic.ticket"]._issue([rows[0] | {"holder_id": holders.id}][:0])
            vals = {"product_id": rows[0]["product_id"], "visit_date": self.yesterday}
            env["scenic.ticket"].sudo()._issue([vals | {"holder_id": holders.id}])

    def traces(self):
        """Return every text that belongs to one of these people, sealed and hashed ones too."""
        texts = []
        with self.connect() as env:
            place = [("site_id", "=", self.ids["site"])]
            for holder in env["scenic.holder"].search(place):
                texts += [holder.id_masked, holder.name, holder.phone_masked, holder.sealed]
                texts += [holder.id_hash, holder.phone_hash]
                texts.append(holder.with_context(bin_size=False).sealed_photo)
            texts += env["scenic.holder.use"].search(place).mapped("id_hash")
            texts += env["scenic.holder.salt"].search(place).mapped("salt")
        return {text if isinstance(text, bytes) else text.encode() for text in texts if text}

    def test_a_dump_holds_no_trace_of_anybody(self):
        self.live()
        masked = self.traces()
        before = self.dump()
        found = [text for text in masked if written(text, before)]
        self.assertGreater(len(found), 10, "the dump is one that would show traces")
        for clear in (*self.NUMBERS, *self.PHONES, NAMES[0]):
            self.assertFalse(written(clear.encode(), before), "in clear even before the purge")

        with self.connect() as env:
            env.cr.execute(
                "UPDATE scenic_holder SET create_date = create_date - interval '2 days' "
                "WHERE site_id = %s",
                [self.ids["site"]],
            )
        with self.connect() as env:
            env["scenic.holder"]._cron_purge()
        after = self.dump()
        clear = [text.encode() for text in (*self.NUMBERS, *self.PHONES, *NAMES, *MASKED_NAMES)]
        left = [text for text in (*masked, *clear) if written(text, after)]
        self.assertEqual(left, [])
        with self.connect() as env:
            certificates = env["scenic.purge.certificate"].search(
                [("site_id", "=", self.ids["site"])]
            )
            self.assertGreaterEqual(sum(certificates.mapped("holder_count")), 3)
            self.assertEqual(certificates._verify(), [])


def written(text, dump):
    """Tell whether a text stands in a dump: as it is, in base64, in hexadecimal, or escaped."""
    forms = {text, text.hex().encode(), base64.b64encode(text)}
    decoded = text.decode("utf-8", "ignore")
    forms.add(decoded.encode("unicode_escape"))
    forms.add(decoded.encode("unicode_escape").replace(b"\\", b"\\\\"))
    return any(form in dump for form in forms)
