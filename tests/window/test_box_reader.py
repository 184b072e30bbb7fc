"""A card on a reader of a stock IoT box fills the dialog of a window in Chromium.

Not ours here: Odoo's iot_drivers, the browser and its cryptography. The reader at the serial line
answers as published.
"""

import json
import tempfile
import threading
from pathlib import Path

import people
import print_box
import window_case
from common_scenic import make_product
from modbus_board import wire
from sam_module import NAME, Module, card

from odoo.exceptions import AccessError
from odoo.tests import tagged

(NUMBER,) = people.residents(1)


@tagged("post_install", "-at_install")
class TestBoxReader(window_case.WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policy = cls.env["scenic.policy"].create(
            {"name": "Real Name", "company_id": cls.park.company.id, "id_needed_at_sale": "each"}
        )
        make_product(cls.park, "Named", 90.0, {cls.park.gate: 1}, scenic_policy_id=policy.id)
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (folder / "line").mkdir()
        ours, theirs = cls.enterClassContext(wire(folder / "line"))
        cls.module = Module(theirs)
        iot_box = cls.env["scenic.box"].create({"name": "Hut", "site_id": cls.park.site.id})
        cls.reader = cls.env["scenic.reader"].create(
            {"name": "Box reader", "box_id": iot_box.id, "url": str(ours)}
        )
        (listed,) = cls.reader._for_box()
        cls.box = cls.enterClassContext(print_box.PrintBox(folder / "box", {}, [listed]))
        cls.reader.box_address = cls.box.address
        cls.window.scenic_id_reader_id = cls.reader

    def put_card(self):
        """Put the card on the reader when somebody looks for one, and take it away when read."""
        while not self.module.asked:
            if self.over.wait(0.1):
                return
        self.module.card = card(NUMBER)
        while "3001" not in self.module.asked:
            if self.over.wait(0.1):
                return
        self.over.wait(0.5)
        self.module.card = None

    def test_a_card_on_the_box_fills_the_dialog_and_nobody_else_sees_it(self):
        self.over = threading.Event()
        hand = threading.Thread(target=self.put_card)
        hand.start()
        try:
            self.run_tour("ScenicBoxReader")
        finally:
            self.over.set()
            hand.join()

        ticket = self.tickets
        clear = ticket.holder_id._opened()[ticket.holder_id]
        self.assertEqual((clear["number"], clear["name"]), (NUMBER, NAME))
        # the box told its server of no reading, sealed or not
        told = [path for path in self.box.http.seen if "send_websocket" in path]
        self.assertEqual(told, [])
        self.assertNotIn(NUMBER, json.dumps(self.box.http.setups))

    def test_the_key_goes_to_windows_with_this_reader_only(self):
        models = self.env["scenic.reader"].with_user(self.window.current_session_id.user_id)
        (row,) = models._load_pos_data_search_read({}, self.window)
        self.assertEqual(row["_key"], self.reader.sudo().key)
        self.assertNotIn("key", models.fields_get())
        self.window.scenic_id_reader_id = False
        self.assertEqual(models._load_pos_data_search_read({}, self.window), [])
        before = self.reader.sudo().key
        with self.assertRaises(AccessError):
            self.reader.with_user(models.env.user).action_new_key()
        self.reader.action_new_key()
        self.assertNotEqual(self.reader.sudo().key, before)
