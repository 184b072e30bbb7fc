"""A test case with one box that calls the signed routes of a running server."""

import common_scenic
from common_gate import make_box, signed
from common_scenic import make_park

from odoo.tests import HttpCase

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import auth


class GateHttpCase(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = make_park(cls.env)
        cls.box = make_box(cls.park)
        cls.env.flush_all()

    def send(self, path, headers, body):
        self.env.flush_all()
        answer = self.url_open(path, data=body, headers=headers, method="POST")
        self.env.invalidate_all()
        return answer

    def call(self, path, message, box=None):
        """Make a signed call, check the signature of the answer; returns (status, answer)."""
        box = box or self.box
        headers, body = signed(box, path, message)
        answer = self.send(path, headers, body)
        nonce, signature = headers[auth.H_NONCE], answer.headers.get(auth.H_SIGNATURE)
        self.assertTrue(
            auth.verify_reply(
                box.sudo().token, nonce, answer.status_code, answer.content, signature
            )
        )
        return answer.status_code, answer.json()

    def sync(self, journal, box=None, **values):
        status, answer = self.call(auth.SYNC_PATH, journal.message(**values), box)
        self.assertEqual(status, 200, answer)
        return answer

    def stored(self):
        return self.env["scenic.gate.fact"].search_count([("box_id", "=", self.box.id)])

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()
