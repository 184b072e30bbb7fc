"""From the POS in Chromium through a stock IoT box process to the dots on the paper."""

import tempfile
from pathlib import Path

import common_gate
import fake_printer
import paper
import print_box
import window_case

from odoo.tests import tagged

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import ticket_code

# what a code may lose on paper and in a camera, in dots of blur
BLUR = 1.5


@tagged("post_install", "-at_install")
class TestPrintBox(window_case.WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printers = {
            "58": fake_printer.FakePrinter(fake_printer.ESCPOS),
            "80": fake_printer.FakePrinter(fake_printer.SILENT),
            "label": fake_printer.FakePrinter(fake_printer.ZPL),
        }
        cls.addClassCleanup(lambda: [printer.close() for printer in cls.printers.values()])
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        urls = {code: printer.url for code, printer in cls.printers.items()}
        cls.box = cls.enterClassContext(print_box.PrintBox(Path(folder) / "box", urls))
        layout = cls.env["scenic.print.layout"].create({"name": "Wide", "kind": "receipt80"})
        cls.window.write(
            {
                "scenic_layout_id": layout.id,
                "scenic_receipt_printer_id": cls.printer("58", "escpos").id,
                "scenic_label_printer_id": cls.printer("label", "zpl").id,
            }
        )

    @classmethod
    def printer(cls, code, language):
        return cls.env["scenic.printer"].create(
            {
                "name": code,
                "language": language,
                "dots": "384",
                "box_address": cls.box.address,
                "device": print_box.PREFIX + code,
            }
        )

    def test_every_paper_carries_a_code_that_two_readers_read(self):
        before = list(self.printers["58"].jobs)
        self.run_tour("ScenicPrintBox")

        codes = self.tickets.mapped("code")
        jobs = self.printers["58"].wait(len(before) + 5)[len(before) :]
        narrow = [paper.Roll(384).print(job) for job in jobs]
        long = paper.zxing(narrow[4])[0]
        self.assertEqual(len(long), 371)
        self.check(narrow[:2], codes, 7, 384)
        self.check(narrow[2:], [*codes, long], [7, 7, 5], 384)

        rolls = [paper.Roll(576) for _ in range(9)]
        wide = [
            roll.print(job) for roll, job in zip(rolls, self.printers["80"].wait(9), strict=True)
        ]
        self.assertEqual([roll.cuts for roll in rolls], [1] * 9)
        for kind in range(3):  # dots of the window, code by the printer, picture for the box
            self.check(wide[kind * 3 : kind * 3 + 3], [*codes, long], [10, 10, 7], 576)
        self.assertEqual(wide[0].tobytes(), wide[6].tobytes(), "the box changes no dot")

        jobs = self.printers["label"].wait(9)
        for kind in range(2):
            labels = [paper.label(job, 50, 80, 8) for job in jobs[kind * 3 : kind * 3 + 3]]
            self.check(labels, [*codes, long], [7, 7, 5], 400)
        bands = [paper.label(job, 25, 250, 12) for job in jobs[6:]]
        self.check(bands, [*codes, long], [5, 5, 4], 300)

    def test_what_a_window_signs_for_gates_that_never_heard_of_it(self):
        # a gate that does not have the certificate yet: the window puts it into the code
        common_gate.make_box(self.park)
        before = list(self.printers["58"].jobs)
        self.run_tour("ScenicPrintSigned")

        jobs = self.printers["58"].wait(len(before) + 2)[len(before) :]
        pictures = [paper.Roll(384).print(job) for job in jobs]
        codes = [paper.read(picture) for picture in pictures]
        self.check(pictures, codes, 5, 384)
        for code, ticket in zip(codes, self.tickets, strict=True):
            self.assertTrue(ticket_code.decode(code).certificate)
            self.assertEqual(self.env["scenic.ticket"]._find(code)[0], ticket)

    def check(self, pictures, codes, dots, width):
        dots = dots if isinstance(dots, list) else [dots] * len(codes)
        self.assertEqual([picture.width for picture in pictures], [width] * len(codes))
        self.assertEqual([paper.read(picture) for picture in pictures], codes)
        self.assertEqual([paper.dots_per_module(picture) for picture in pictures], dots)
        for picture, code in zip(pictures, codes, strict=True):
            self.assertEqual(paper.zxing(paper.worn(picture, BLUR)), [code])
