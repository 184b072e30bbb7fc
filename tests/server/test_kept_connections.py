"""Connections of the short transactions: reused with their plans, replaced when they are dead."""

from unittest.mock import patch

import psycopg2

from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.scenic_ticketing.tools import kept_connections
from odoo.addons.scenic_ticketing.tools.kept_connections import KeptConnections


@tagged("post_install", "-at_install")
class TestKeptConnections(BaseCase):
    def setUp(self):
        super().setUp()
        self.kept = KeptConnections(get_db_name())
        self.addCleanup(self.close_all)

    def close_all(self):
        for connection in self.kept._free:
            connection.close()

    def backend(self, cr):
        cr.execute("SELECT pg_backend_pid()")
        return cr.fetchone()[0]

    def terminate(self, pid):
        with Registry(get_db_name()).cursor() as cr:
            cr.execute("SELECT pg_terminate_backend(%s)", [pid])

    def test_connection_is_lent_again_with_its_plans(self):
        with self.kept.cursor() as cr:
            first = self.backend(cr)
            cr.execute("PREPARE scenic_plan AS SELECT 1")
        with self.kept.cursor() as cr:
            self.assertEqual(self.backend(cr), first)
            cr.execute("EXECUTE scenic_plan")

    def test_two_at_once_get_two_connections(self):
        with self.kept.cursor() as one, self.kept.cursor() as two:
            self.assertNotEqual(self.backend(one), self.backend(two))
        self.assertEqual(len(self.kept._free), 2)

    def test_surplus_connections_are_closed(self):
        with (
            patch.object(kept_connections, "_KEPT", 1),
            self.kept.cursor() as one,
            self.kept.cursor() as two,
        ):
            self.assertNotEqual(self.backend(one), self.backend(two))
        self.assertEqual(len(self.kept._free), 1)

    def test_connection_that_the_server_cut_is_replaced(self):
        with self.kept.cursor() as cr:
            first = self.backend(cr)
        self.terminate(first)
        with patch.object(kept_connections, "_TRUSTED_SECONDS", 0), self.kept.cursor() as cr:
            self.assertNotEqual(self.backend(cr), first)

    def test_failed_transaction_leaves_nothing_behind(self):
        with self.assertRaises(ZeroDivisionError), self.kept.cursor() as cr:
            cr.execute("CREATE TEMPORARY TABLE scenic_leftover (id int)")
            raise ZeroDivisionError
        with self.kept.cursor() as cr:
            cr.execute("SELECT to_regclass('scenic_leftover')")
            self.assertEqual(cr.fetchone(), (None,))

    def test_connection_broken_in_use_is_not_kept(self):
        with self.assertRaises(psycopg2.Error), self.kept.cursor() as cr:
            self.terminate(self.backend(cr))
            cr.execute("SELECT 1", log_exceptions=False)
        self.assertEqual(self.kept._free, [])
