"""Holders of tickets: sealed, found by hash, read with a trace, one ticket for each ID and day."""

import base64
import io
from datetime import timedelta

import common_holder
import people
from common_holder import ANNA, BEN, CARA, PHONE, picture
from common_scenic import make_product, make_tickets, make_user
from PIL import Image
from psycopg2 import Error as DatabaseError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_ticketing.tools.holder_crypto import DayKey, SealError


@tagged("post_install", "-at_install")
class TestHolder(common_holder.HolderCase):
    def test_what_is_stored_is_masked_or_sealed(self):
        holder = self.make(self.row(name="张小明", phone=PHONE, photo=picture()))
        self.assertEqual(holder.name, "张*明")
        self.assertEqual(holder.id_masked, f"{ANNA[:4]}{'*' * 10}{ANNA[-4:]}")
        self.assertEqual(holder.phone_masked, "138****8000")
        self.env.flush_all()
        self.env.cr.execute("SELECT h::text FROM scenic_holder h WHERE id = %s", [holder.id])
        row = self.env.cr.fetchone()[0]
        for clear in (ANNA, PHONE, "张小明"):
            self.assertNotIn(clear, row)
            self.assertNotIn(base64.b64encode(clear.encode()).decode(), row)
        clear = holder._opened()[holder]
        self.assertEqual((clear["number"], clear["phone"], clear["name"]), (ANNA, PHONE, "张小明"))
        self.assertEqual(clear["birthday"], "1990-03-07")
        shown = Image.open(io.BytesIO(base64.b64decode(holder.photo)))
        self.assertEqual((shown.format, max(shown.size)), ("JPEG", 480))

    def test_sealed_data_opens_only_in_its_place(self):
        one, two = self.make(self.row(ANNA), self.row(BEN))
        two.sudo().sealed = one.sudo().sealed
        with self.assertRaises(UserError):
            two._opened()
        key = DayKey(b"s" * 32, b"t" * 32, 7, self.today)
        sealed = key.seal("a", "person", b"x")
        for other, owner, kind in (
            (key, "b", "person"),
            (key, "a", "photo"),
            (DayKey(b"s" * 32, b"t" * 32, 7, self.tomorrow), "a", "person"),
            (DayKey(b"s" * 32, b"t" * 32, 8, self.today), "a", "person"),
            (DayKey(b"s" * 32, b"u" * 32, 7, self.today), "a", "person"),
            (DayKey(b"r" * 32, b"t" * 32, 7, self.today), "a", "person"),
        ):
            with self.assertRaises(SealError):
                other.open(owner, kind, sealed)
        self.assertEqual(key.open("a", "person", sealed), b"x")

    def test_days_cannot_be_linked(self):
        one = self.make(self.row(ANNA, self.park.named, self.today))
        two = self.make(self.row(ANNA, self.park.named, self.tomorrow))
        self.assertNotEqual(one.sudo().id_hash, two.sudo().id_hash)

    def test_without_the_salt_a_day_cannot_be_read(self):
        holder = self.make(self.row())
        self.env["scenic.holder.salt"].search([("day", "=", self.today)]).unlink()
        with self.assertRaises(UserError):
            holder._opened()

    def test_nobody_reads_what_is_sealed_and_only_staff_reads_masks(self):
        holder = self.make(self.row())
        window = make_user(self.env, "holder_window", "window")
        manager = make_user(self.env, "holder_manager", "manager")
        nobody = make_user(self.env, "holder_nobody")
        self.assertTrue(holder.with_user(window).id_masked)
        for user in (window, manager):
            for name in ("sealed", "id_hash", "sealed_photo"):
                with self.assertRaises(AccessError):
                    holder.with_user(user).read([name])
            for operation in ("create", "write", "unlink"):
                self.assertFalse(holder.with_user(user).has_access(operation))
        self.assertFalse(holder.with_user(nobody).has_access("read"))

    # ------------------------------------------------------------------
    # lists
    # ------------------------------------------------------------------

    def test_a_list_with_one_error_makes_nothing(self):
        before = self.holders.search_count([])
        codes = self.codes(
            self.row(ANNA),
            self.row(BEN[:-1] + ("1" if BEN[-1] != "1" else "2")),
            self.row(""),
            self.row(CARA, phone="12"),
            self.row(ANNA),
            {"product_id": False, "visit_date": self.today, "number": CARA},
            self.row(CARA) | {"visit_date": "soon"},
            self.row(CARA, birthday="yesterday"),
        )
        self.assertEqual(
            codes,
            [
                (1, "number", "E_ID_CHECK"),
                (2, "number", "E_ID_EMPTY"),
                (3, "phone", "E_PHONE"),
                (4, "number", "E_ID_TWICE"),
                (5, "product_id", "E_PRODUCT"),
                (6, "visit_date", "E_DATE"),
                (7, "number", "E_ID_BIRTH"),
            ],
        )
        self.assertEqual(self.holders.search_count([]), before)

    def test_a_list_finds_ids_that_have_a_ticket(self):
        self.sell(ANNA)
        self.assertEqual(self.codes(self.row(BEN), self.row(ANNA)), [(1, "number", "E_ID_TAKEN")])
        self.assertTrue(self.make(self.row(ANNA, day=self.tomorrow)))

    def test_ages_are_counted_on_the_visit_date(self):
        policy = self.park.real_name.copy({"name": "Child", "min_age": 6, "max_age": 13})
        child = make_product(
            self.park, "Child", 30.0, {self.park.gate: 1}, scenic_policy_id=policy.id
        )
        born = self.tomorrow.replace(year=self.tomorrow.year - 14)
        number = people.resident(born)
        self.assertEqual(
            self.codes(self.row(number, child, self.tomorrow)), [(0, "number", "E_AGE_HIGH")]
        )
        self.assertTrue(self.make(self.row(number, child, self.today)))
        young = people.resident(self.today.replace(year=self.today.year - 5, day=1))
        self.assertEqual(self.codes(self.row(young, child)), [(0, "number", "E_AGE_LOW")])
        passport = self.row("E12345678", child, doc_type="passport")
        self.assertEqual(self.codes(passport), [(0, "birthday", "E_BIRTHDAY_NEEDED")])
        ten = self.today - timedelta(days=3660)
        self.assertTrue(self.make(passport | {"birthday": ten.isoformat()}))

    def test_a_phone_is_asked_for_where_the_policy_says_so(self):
        self.park.real_name.phone_needed = True
        self.assertEqual(self.codes(self.row()), [(0, "phone", "E_PHONE_NEEDED")])

    def test_limits_need_the_id(self):
        with self.assertRaises(DatabaseError), mute_logger("odoo.sql_db"):
            self.env["scenic.policy"].create({"name": "Odd", "id_once_per_day": True})

    # ------------------------------------------------------------------
    # one ticket for each ID and day
    # ------------------------------------------------------------------

    def test_second_ticket_for_an_id_and_day_is_refused(self):
        holder = self.make(self.row(ANNA))
        twin = self.make(self.row(ANNA))
        make_tickets(self.park, self.park.named, holder_id=holder.id)
        with self.assertRaises(UserError):
            make_tickets(self.park, self.park.named, holder_id=twin.id)
        other_day = self.make(self.row(ANNA, day=self.tomorrow))
        self.assertTrue(
            make_tickets(
                self.park, self.park.named, visit_date=self.tomorrow, holder_id=other_day.id
            )
        )

    def test_two_tickets_cannot_share_an_id(self):
        holder = self.make(self.row(ANNA))
        with self.assertRaises(UserError):
            make_tickets(self.park, self.park.named, 2, holder_id=holder.id)

    def test_a_holder_who_has_a_ticket_gets_no_second_one(self):
        holder = self.make(self.row(ANNA))
        ticket = make_tickets(self.park, self.park.named, holder_id=holder.id)
        with self.assertRaises(UserError):
            make_tickets(self.park, self.park.named, holder_id=holder.id)
        uses = self.env["scenic.holder.use"].search([("site_id", "=", self.park.site.id)])
        self.assertEqual(uses.ticket_id, ticket)

    def test_the_database_refuses_a_second_use_of_an_id(self):
        self.sell(ANNA)
        with self.assertRaises(DatabaseError), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "INSERT INTO scenic_holder_use (site_id, company_id, policy_id, visit_date, "
                "id_hash, holder_ref) SELECT site_id, company_id, policy_id, visit_date, id_hash, "
                "'x' FROM scenic_holder_use WHERE site_id = %s",
                [self.park.site.id],
            )

    def test_void_frees_the_id(self):
        ticket = self.sell(ANNA)
        ticket._void("test")
        self.assertTrue(self.sell(ANNA))

    def test_without_an_id_no_such_ticket_is_issued(self):
        with self.assertRaises(UserError):
            make_tickets(self.park, self.park.named)

    def test_rebooking_takes_the_id_along(self):
        ticket, blocked = self.sell(ANNA), self.sell(BEN)
        self.sell(BEN, day=self.tomorrow)
        ticket._rebook(self.tomorrow)
        self.assertEqual(ticket.holder_id.last_day, self.tomorrow)
        self.assertEqual(ticket.holder_id._opened()[ticket.holder_id]["number"], ANNA)
        self.assertTrue(self.sell(ANNA, day=self.today), "the former day is free again")
        self.assertEqual(
            self.codes(self.row(ANNA, day=self.tomorrow)), [(0, "number", "E_ID_TAKEN")]
        )
        with self.assertRaises(UserError):
            blocked._rebook(self.tomorrow)

    def test_another_holder_frees_the_former_id(self):
        ticket = self.sell(ANNA)
        ticket._transfer({"number": BEN, "name": "Ben"})
        self.assertEqual(ticket.holder_id._opened()[ticket.holder_id]["number"], BEN)
        self.assertTrue(self.sell(ANNA))
        other = self.sell(CARA)
        with self.assertRaises(UserError):
            other._transfer({"number": BEN})
        with self.assertRaises(UserError):
            other._transfer()

    def test_one_id_for_an_order_is_one_order_for_an_id(self):
        self.park.real_name.id_needed_at_sale = "order"
        holder = self.make(self.row(ANNA))
        tickets = make_tickets(self.park, self.park.named, 3, holder_id=holder.id)
        self.assertEqual(tickets.holder_id, holder)
        tickets[0]._void("test")
        self.assertEqual(self.codes(self.row(ANNA)), [(0, "number", "E_ID_TAKEN")])
        tickets[1:]._void("test")
        self.assertTrue(self.make(self.row(ANNA)))

    # ------------------------------------------------------------------
    # reading
    # ------------------------------------------------------------------

    def test_reading_in_clear_needs_its_group_and_leaves_a_trace(self):
        ticket = self.sell(ANNA, name="Anna Li", phone=PHONE)
        reader = make_user(self.env, "holder_reader", "privacy", "window")
        admin = make_user(self.env, "holder_admin", "admin")
        with self.assertRaises(AccessError):
            self.env["scenic.holder.reveal"].with_user(admin).create({"holder_id": 1})
        reveal = (
            self.env["scenic.holder.reveal"]
            .with_user(reader)
            .with_context(active_model="scenic.ticket", active_id=ticket.id)
            .create({"purpose": "dispute", "note": "case 7"})
        )
        self.assertFalse(reveal.number)
        reveal.action_read()
        self.env.invalidate_all()
        self.assertEqual((reveal.number, reveal.full_name, reveal.phone), (ANNA, "Anna Li", PHONE))
        trace = self.env["scenic.holder.reading"].with_user(admin).search([])
        self.assertEqual(
            (trace.user_id, trace.ticket_id, trace.purpose, trace.note, trace.holder_ref),
            (reader, ticket, "dispute", "case 7", ticket.holder_id.sudo().uid),
        )
        with self.assertRaises(AccessError):
            self.env["scenic.holder.reading"].with_user(reader).search([])
        other = make_user(self.env, "holder_reader_2", "privacy", "window")
        self.assertFalse(reveal.sudo().with_user(other).sudo(False).sudo().number)
        self.env.flush_all()
        self.env.cr.execute("SELECT w::text FROM scenic_holder_reveal w")
        self.assertNotIn(ANNA, str(self.env.cr.fetchall()))

    def test_a_trace_is_never_changed_or_removed(self):
        reader = make_user(self.env, "holder_reader", "privacy", "window")
        holder = self.sell(ANNA).holder_id
        self.env["scenic.holder.reading"].with_user(reader)._read_clear(
            holder.with_user(reader), "visitor", "note"
        )
        for statement in (
            "UPDATE scenic_holder_reading SET user_id = 1",
            "UPDATE scenic_holder_reading SET note = 'other'",
            "UPDATE scenic_holder_reading SET note = NULL, purpose = 'safety'",
            "DELETE FROM scenic_holder_reading",
            "TRUNCATE scenic_holder_reading",
        ):
            with (
                self.assertRaises(DatabaseError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_a_reason_is_needed(self):
        reader = make_user(self.env, "holder_reader", "privacy", "window")
        holder = self.sell(ANNA).holder_id.with_user(reader)
        with self.assertRaises(UserError):
            self.env["scenic.holder.reading"].with_user(reader)._read_clear(holder, "", "")

    # ------------------------------------------------------------------
    # finding
    # ------------------------------------------------------------------

    def test_tickets_are_found_by_whole_id_or_phone(self):
        ticket = self.sell(ANNA, phone=PHONE)
        later = self.sell(ANNA, day=self.tomorrow, phone=PHONE)
        self.sell(BEN)
        tickets = self.env["scenic.ticket"]
        for text in (ANNA, f"　{ANNA.lower()} ", PHONE, f"+86 {PHONE}"):
            self.assertEqual(tickets._find_by_person(text), ticket + later, text)
            self.assertEqual(tickets.search([("holder_key", "=", text)]), later + ticket)
        for text in (ANNA[:10], PHONE[:7], "", "%", ticket.alias):
            self.assertFalse(tickets._find_by_person(text))
        self.assertFalse(tickets.search([("holder_key", "=", ANNA[:10])]))

    def test_another_company_finds_nothing(self):
        self.sell(ANNA)
        company = self.env["res.company"].create({"name": "Other"})
        user = make_user(self.env, "holder_other", "window", company=company)
        self.assertFalse(self.env["scenic.ticket"].with_user(user)._find_by_person(ANNA))

    def test_a_search_by_id_cannot_be_saved(self):
        with self.assertRaises(ValidationError):
            self.env["ir.filters"].create(
                {
                    "name": "Anna",
                    "model_id": "scenic.ticket",
                    "domain": f"[('holder_key', '=', '{ANNA}')]",
                }
            )

    def test_an_attendant_sees_holder_and_photo(self):
        ticket = self.sell(ANNA, name="张小明", photo=picture())
        facts = self.window.env["scenic.ticket"].pos_scan(ANNA, self.window.id)
        holder = facts["ticket"]["holder"]
        self.assertEqual(facts["ticket"]["alias"], ticket.alias)
        self.assertEqual(
            (holder["name"], holder["id_masked"]), ("张*明", ticket.holder_id.id_masked)
        )
        self.assertTrue(holder["photo"].startswith("data:image/jpeg;base64,"))
        self.assertEqual(facts["choices"], [])
        self.sell(ANNA, day=self.tomorrow)
        choices = self.window.env["scenic.ticket"].pos_scan(ANNA, self.window.id)["choices"]
        self.assertEqual([choice["alias"] for choice in choices][0], ticket.alias)
        self.assertEqual(len(choices), 2)

    def test_holder_is_written_down_by_hand_and_never_in_the_wizard(self):
        ticket = self.sell(ANNA)
        window = make_user(self.env, "holder_desk", "window")
        user = make_user(self.env, "holder_desk_manager", "manager")
        wizards = self.env["scenic.holder.entry"].with_user(user)
        form = Form(wizards.with_context(active_id=ticket.id))
        form.number = BEN
        form.holder_name = "Ben Wang"
        wizard = form.save()
        wizard.action_confirm()
        self.assertEqual(ticket.holder_id._opened()[ticket.holder_id]["number"], BEN)
        self.env.flush_all()
        self.env.cr.execute("SELECT w::text FROM scenic_holder_entry w")
        self.assertNotIn(BEN, str(self.env.cr.fetchall()))
        self.assertFalse(wizard.number)
        chatter = " ".join(ticket.message_ids.mapped("body"))
        for text in (BEN, "Ben", ticket.holder_id.id_masked):
            self.assertNotIn(text, chatter)
        with self.assertRaises(UserError):
            other = self.env["scenic.holder.entry"].with_user(window)
            other = other.with_context(active_id=ticket.id).create({"number": CARA})
            other.action_confirm()
        with self.assertRaises(UserError):
            form = Form(wizards.with_context(active_id=ticket.id))
            form.number = BEN[:-1] + ("1" if BEN[-1] != "1" else "2")
            form.save()

    def test_a_ticket_is_handed_over_with_the_document_of_the_new_holder(self):
        ticket = self.sell(ANNA)
        cashier = make_user(self.env, "holder_cashier", "window")
        wizards = self.env["scenic.ticket.action"].with_user(cashier)
        wizard = wizards.with_context(active_ids=ticket.ids).create(
            {"kind": "transfer", "number": BEN, "holder_name": "Ben Wang"}
        )
        wizard.action_apply()
        self.assertEqual(ticket.holder_id._opened()[ticket.holder_id]["number"], BEN)
        self.env.flush_all()
        self.env.cr.execute("SELECT w::text FROM scenic_ticket_action w")
        self.assertNotIn(BEN, str(self.env.cr.fetchall()))
        self.assertTrue(self.sell(ANNA), "the former holder may buy again")

    def test_the_desk_takes_an_id_and_never_stores_it(self):
        ticket, later = self.sell(ANNA, photo=picture()), self.sell(ANNA, day=self.tomorrow)
        attendant = make_user(self.env, "holder_attendant", "attendant")
        checks = self.env["scenic.check"].with_user(attendant)
        form = Form(checks)
        form.zone_id = self.park.gate
        form.text = ANNA
        self.assertEqual((form.text, form.reason), (ticket.alias, "OK"))
        self.assertEqual(form.holder_id, ticket.holder_id)
        self.assertEqual(form.other_ticket_ids[:], later)
        self.assertTrue(form.holder_photo)
        check = checks.create({"text": ANNA, "zone_id": self.park.gate.id})
        self.assertEqual(check.text, ticket.alias)
        check.write({"text": ANNA})
        self.env.flush_all()
        self.env.cr.execute("SELECT c::text FROM scenic_check c")
        self.assertNotIn(ANNA, str(self.env.cr.fetchall()))

    def test_an_export_holds_masks_only(self):
        ticket = self.sell(ANNA, name="Anna Li", phone=PHONE)
        manager = make_user(self.env, "holder_export", "manager")
        rows = ticket.with_user(manager).export_data(
            ["alias", "holder_id", "holder_id/name", "holder_id/id_masked", "holder_key"]
        )
        text = str(rows["datas"])
        self.assertIn(ticket.holder_id.id_masked, text)
        for clear in (ANNA, "Anna Li", PHONE):
            self.assertNotIn(clear, text)
        with self.assertRaises(AccessError):
            ticket.with_user(manager).export_data(["holder_id/sealed"])
