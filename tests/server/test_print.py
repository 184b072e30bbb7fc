"""Layouts and printers: what a window gets of them, and what cannot be entered."""

import common_gate
import common_scenic

from odoo.exceptions import ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPrint(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = common_scenic.open_window(cls.park)
        cls.layouts = cls.env["scenic.print.layout"]
        cls.printers = cls.env["scenic.printer"]

    def printer(self, **values):
        return self.printers.create(
            {"name": "W1", "box_address": "10.0.0.5:8069", "device": "usb_1", **values}
        )

    def test_a_receipt_is_as_wide_as_its_paper_and_a_label_as_it_says(self):
        sizes = {
            kind: self.layouts.create({"name": kind, "kind": kind})
            for kind in ("receipt58", "receipt80", "label_zpl", "wristband_zpl")
        }
        self.assertEqual(
            {kind: (size.width_dots, size.length_dots) for kind, size in sizes.items()},
            {
                "receipt58": (384, 0),
                "receipt80": (576, 0),
                "label_zpl": (400, 640),
                "wristband_zpl": (400, 640),
            },
        )
        # the code of a ticket that was sold offline: five dots a module at least
        self.assertEqual([size.module_dots for size in sizes.values()], [5, 7, 5, 5])
        sizes["label_zpl"].dots_mm = "12"
        self.assertEqual(sizes["label_zpl"].width_dots, 600)

    def test_a_label_that_no_printer_takes_is_refused(self):
        with self.assertRaises(ValidationError):
            self.layouts.create({"name": "x", "kind": "label_zpl", "width_mm": 5})

    def test_a_printer_on_a_box_has_an_address_and_a_device(self):
        for values in (
            {"device": False},
            {"box_address": False},
            {"box_address": "http://10.0.0.5"},
            {"box_address": "10.0.0.5/../x"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.printer(**values)
        self.assertTrue(self.printer(connection="proxy", device=False, box_address=False))

    def test_a_window_knows_its_layouts_and_only_its_printers(self):
        mine, _other = self.printer(), self.printer(name="W2")
        self.window.scenic_receipt_printer_id = mine
        self.park.adult.scenic_layout_id = self.env.ref("scenic_ticketing.layout_label")
        data = self.window.current_session_id.load_data([])
        self.assertEqual([printer["id"] for printer in data["scenic.printer"]], mine.ids)
        kinds = {layout["kind"] for layout in data["scenic.print.layout"]}
        self.assertLessEqual({"receipt58", "receipt80", "label_zpl", "wristband_zpl"}, kinds)
        template = next(
            item
            for item in data["product.template"]
            if item["id"] == self.park.adult.product_tmpl_id.id
        )
        self.assertEqual(template["scenic_layout_id"], self.park.adult.scenic_layout_id.id)

    def test_a_printer_of_a_box_is_in_its_configuration(self):
        box = common_gate.make_box(self.park, "Valley")
        box.ip = "10.0.0.7"
        configs = self.env["scenic.gate.config"]
        before, _config = configs._for_box(box)
        mine = self.printer(box_id=box.id, url="tcp://10.0.0.9:9100", box_address=False)
        self.env.flush_all()
        after, config = configs._for_box(box)
        self.assertNotEqual(before, after)
        (told,) = config["printers"]
        self.assertEqual((told["code"], told["url"]), (str(mine.id), "tcp://10.0.0.9:9100"))
        # how the window reaches it: by the box, as the box names it
        self.assertEqual(mine.device, f"scenic_printer:{mine.id}")
        self.assertEqual(mine.box_address, "10.0.0.7")
        mine.box_address = "box.example.org:8069"
        mine.box_id = box
        self.assertEqual(mine.box_address, "box.example.org:8069")
        with self.assertRaises(ValidationError):
            mine.url = "file:///etc/passwd"
