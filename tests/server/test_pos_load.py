"""What a window loads of many ticket products is what their rules say now."""

import common_scenic

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPosLoad(common_scenic.ScenicCase):
    def setUp(self):
        super().setUp()
        self.window = common_scenic.open_window(self.park)
        self.template = self.park.adult.product_tmpl_id
        self.goods = self.env["product.template"].create({"name": "Raincoat"})

    def check(self, **expected):
        """What is loaded is what the fields say, whatever was in memory before."""
        self.env.flush_all()
        self.env.invalidate_all()
        templates = self.window.env["product.template"]
        records = templates.browse((self.template | self.goods).ids)
        names = templates._load_pos_data_fields(self.window)
        rows = templates._load_pos_data_read(records, self.window)
        for row, plain in zip(rows, records.read(names, load=False), strict=True):
            scenic = [name for name in names if "scenic" in name]
            self.assertEqual({n: row[n] for n in scenic}, {n: plain[n] for n in scenic})
        self.assertEqual({name: rows[0][name] for name in expected}, expected)

    def test_rules_that_change_are_loaded_anew(self):
        policy = self.template.scenic_policy_id
        self.check(scenic_photo_wanted=False, scenic_slot_required=False)
        policy.holder_check = True
        self.check(scenic_photo_wanted=True)
        policy.write({"sale_days_ahead": 17, "concession_at_sale": True})
        policy.concession_proof = "student card"
        self.check(scenic_sale_days_ahead=17, scenic_concession_proof="student card")
        policy.update_field_translations("concession_proof", {"en_US": "any card"})
        self.check(scenic_concession_proof="any card")
        self.template.scenic_site_id.capacity_daily = 500
        self.check(scenic_day_limited=True)
        self.template.entitlement_ids[:1].slot_required = True
        self.check(scenic_slot_required=True)
        self.template.scenic_policy_id = policy.copy({"sale_days_ahead": 3})
        self.check(scenic_sale_days_ahead=3)
