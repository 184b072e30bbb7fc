"""The key file: found, missing or damaged, and never anywhere but in its file."""

import json
import logging
import os
from pathlib import Path
from unittest.mock import patch

import common_scenic
from common_scenic import make_paid_order, make_tickets

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import keys as key_files
from odoo.addons.scenic_ticketing.models import scenic_keyring

KEYRING_LOG = "odoo.addons.scenic_ticketing.models.scenic_keyring"


@tagged("post_install", "-at_install")
class TestKeyring(common_scenic.ScenicCase):
    def setUp(self):
        super().setUp()
        self.keyring = self.env["scenic.keyring"]
        self.addCleanup(self.env.registry.clear_cache)

    def key_file(self, path):
        """Let the server look for its keys at ``path`` during the test."""
        self.startPatcher(patch.dict(os.environ, {scenic_keyring.ENVIRONMENT: str(path)}))

    def file_with(self, content):
        path = Path(self.make_folder()) / "scenic.json"
        path.write_bytes(content)
        self.key_file(path)
        return path

    def make_folder(self):
        import tempfile

        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def test_file_is_named_by_the_configuration_file(self):
        folder = Path(self.make_folder())
        (folder / "odoo.conf").write_text("[options]\n[scenic]\nkey_file = /somewhere/keys.json\n")
        with (
            patch.dict(os.environ),
            patch.dict(config._runtime_options, {"config": str(folder / "odoo.conf")}),
        ):
            os.environ.pop(scenic_keyring.ENVIRONMENT, None)
            self.assertEqual(self.keyring._key_path(), "/somewhere/keys.json")

    def test_environment_wins_over_the_configuration(self):
        self.key_file("/elsewhere.json")
        self.assertEqual(self.keyring._key_path(), "/elsewhere.json")

    def test_whatever_is_wrong_is_told_in_one_sentence(self):
        good = json.loads(key_files.new_key_file(os.urandom))
        secret = good["issuer"]["seed"]
        for content in (
            b"",
            b"not json",
            b"[]",
            json.dumps(good | {"version": 2}).encode(),
            json.dumps(good | {"issuer": {"seed": secret[:-1]}}).encode(),
        ):
            with self.subTest(content=content[:20]):
                path = self.file_with(content)
                problem = self.keyring._problem()
                self.assertIn(str(path), problem)
                self.assertNotIn(secret[:8], problem)
                with self.assertRaises(UserError) as caught:
                    self.keyring._signer(self.park.site)
                self.assertEqual(str(caught.exception), problem)

    def test_missing_file_is_told_at_start(self):
        self.key_file("/nowhere/scenic.json")
        with self.assertLogs(KEYRING_LOG, logging.WARNING) as log:
            self.keyring._register_hook()
        self.assertEqual(len(log.records), 1)
        self.assertIn("/nowhere/scenic.json", log.records[0].getMessage())

    def test_window_does_not_open_without_keys(self):
        window = common_scenic.open_window(self.park)
        other = window.sudo().copy({"name": "Second"})
        self.key_file("/nowhere/scenic.json")
        with self.assertRaises(UserError) as caught:
            other.open_ui()
        self.assertIn("/nowhere/scenic.json", str(caught.exception))

    @mute_logger(KEYRING_LOG)
    def test_paid_sale_goes_on_without_keys_and_is_signed_later(self):
        window = common_scenic.open_window(self.park)
        with patch.dict(os.environ, {scenic_keyring.ENVIRONMENT: "/nowhere/scenic.json"}):
            order = make_paid_order(window, [(self.park.adult, 2, {})])
            tickets = order.scenic_ticket_ids.sudo()
            self.assertEqual(tickets.mapped("code"), [False, False])
            incident = self.env["scenic.incident"].search([("ticket_id", "in", tickets.ids)])
            self.assertIn(tickets[0].alias, incident.facts)
            # the number still opens the gate
            self.assertEqual(self.redeem(tickets[0].alias)["reason"], "OK")
            self.assertNotEqual(self.redeem("ST1" + "A" * 151)["colour"], "GREEN")
        with self.enter_registry_test_mode_off():
            self.env["scenic.ticket"]._cron_sign()
        self.assertTrue(all(tickets.mapped("code")))
        self.assertEqual(self.redeem(tickets[1])["reason"], "OK")
        self.assertEqual(self.redeem(tickets[0], lane="L2")["reason"], "E_USED")

    def enter_registry_test_mode_off(self):
        """Let a cron report its progress without committing the test's transaction."""
        return patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0
        )

    def test_keys_of_another_file_do_not_sign_for_the_old_certificate(self):
        make_tickets(self.park)
        old = self.env["scenic.certificate"].search([("site_id", "=", self.park.site.id)])
        self.file_with(key_files.new_key_file(os.urandom))
        self.assertFalse(old._is_of(self.keyring._keys().issuer.public))

    def test_new_certificate_is_made_in_time_and_old_tickets_stay_good(self):
        first = make_tickets(self.park)
        certificate = self.env["scenic.certificate"].search([("site_id", "=", self.park.site.id)])
        self.assertEqual(certificate.kid, first.kid)
        certificate.not_after = common_scenic.to_utc(common_scenic.time.time() + 29 * 86400)
        second = make_tickets(self.park)
        self.assertNotEqual(second.kid, first.kid)
        self.assertEqual(self.redeem(first)["reason"], "OK")
        self.assertEqual(self.redeem(second)["reason"], "OK")

    def test_revoked_key_is_refused_at_once(self):
        ticket = make_tickets(self.park)
        certificate = self.env["scenic.certificate"].search([("kid", "=", ticket.kid)])
        certificate.state = "revoked"
        self.assertEqual(self.redeem(ticket)["reason"], "E_KEY_REVOKED")
        self.assertEqual(self.env["scenic.ticket"]._find(ticket.code)[1].value, "E_KEY_REVOKED")
        self.assertNotEqual(make_tickets(self.park).kid, ticket.kid)

    def test_no_key_is_in_the_database(self):
        make_tickets(self.park)
        self.env.flush_all()
        content = json.loads(Path(self.keyring._key_path()).read_text())
        secrets = [content["root"]["seed"], content["issuer"]["seed"], content["secret"]]
        self.cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name LIKE 'scenic%%'"
            " AND data_type IN ('character varying', 'text', 'jsonb', 'bytea')"
        )
        for table, column in self.cr.fetchall():
            for secret in secrets:
                self.cr.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s',
                    [f"%{secret}%"],
                )
                self.assertEqual(self.cr.fetchone()[0], 0, f"{table}.{column}")

    def test_keys_do_not_show_when_printed(self):
        keys = self.keyring._keys()
        for shown in (repr(keys), str(keys), repr(vars(scenic_keyring)["_loaded"])):
            self.assertNotIn(keys.issuer_seed.hex(), shown)
            self.assertNotIn(repr(keys.issuer_seed), shown)

    def test_keyring_is_closed_to_remote_calls(self):
        public = [
            name
            for name, value in vars(type(self.keyring)).items()
            if callable(value) and not name.startswith("_")
        ]
        self.assertEqual(public, [])
