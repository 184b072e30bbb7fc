"""What a group travels with: the document with all codes, the mail, the portal page."""

import io

import common_group
import common_scenic
import pypdf
import zxingcpp

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged


def pages(pdf):
    """Return the pictures of each page of a PDF, as an independent program finds them."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return [[picture.image for picture in page.images] for page in reader.pages]


@tagged("post_install", "-at_install")
class TestGroupDocument(common_group.GroupCase):
    def test_every_code_of_the_document_reads(self):
        self.partner.lang = "en_US"
        order = self.confirmed((self.park.adult, 9), (self.park.family, 1))
        pdf = order._scenic_pdf()
        images = pages(pdf)
        self.assertEqual([len(page) for page in images], [0, 8, 2])
        read = {
            code.text
            for page in images
            for image in page
            for code in zxingcpp.read_barcodes(image.convert("L"))
        }
        self.assertEqual(read, set(self.issued(order).mapped("code")))

    def test_void_tickets_are_left_out(self):
        order = self.confirmed((self.park.adult, 3))
        order.order_line.product_uom_qty = 1
        self.assertEqual(len(order._scenic_document().tickets), 1)
        order._action_cancel()
        with self.assertRaises(UserError):
            order._scenic_pdf()

    def test_document_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.park.site.with_context(lang="zh_CN").name = "云谷"
        order = self.confirmed((self.park.adult, 1), scenic_guide_name="李伟")
        self.assertEqual(order._scenic_document().title, self.park.site.name)
        self.partner.lang = "zh_CN"
        order = order.with_context(lang="en_US")
        document = order.with_context(lang=order.partner_id.lang)._scenic_document()
        self.assertEqual(document.title, "云谷")
        self.assertTrue(order._scenic_pdf().startswith(b"%PDF"))

    def test_confirmation_mails_the_document_once(self):
        self.partner.email = "guide@example.com"
        order = self.confirmed((self.park.adult, 2))
        mail = order.message_ids.filtered("attachment_ids")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.partner_ids, self.partner)
        self.assertEqual(mail.attachment_ids.mimetype, "application/pdf")
        self.assertTrue(mail.attachment_ids.raw.startswith(b"%PDF"))
        quiet = self.confirmed((self.park.adult, 1), scenic_send_tickets=False)
        self.assertFalse(quiet.message_ids.attachment_ids)


@tagged("post_install", "-at_install")
class TestGroupPortal(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = common_scenic.make_park(cls.env)
        cls.owner = new_test_user(cls.env, login="group_owner", groups="base.group_portal")
        cls.other = new_test_user(cls.env, login="group_other", groups="base.group_portal")
        cls.order = common_group.make_order(
            cls.env, cls.park, cls.owner.partner_id, (cls.park.adult, 2)
        )
        cls.order.scenic_send_tickets = False
        cls.order.action_confirm()

    def get(self, path, login=None):
        self.authenticate(login, login)
        return self.url_open(path, allow_redirects=False)

    def test_only_the_owner_sees_the_tickets(self):
        page, pdf = f"/my/orders/{self.order.id}", f"/my/orders/{self.order.id}/tickets"
        alias = self.order.scenic_ticket_ids[0]._spaced_alias()
        seen = self.get(page, "group_owner")
        self.assertEqual(seen.status_code, 200, seen.text)
        self.assertIn(alias, seen.text)
        document = self.get(pdf, "group_owner")
        self.assertEqual(document.headers["Content-Type"], "application/pdf")
        self.assertTrue(document.content.startswith(b"%PDF"))
        for login in ("group_other", None):
            for path in (page, pdf):
                refused = self.get(path, login)
                self.assertNotEqual(refused.status_code, 200)
                self.assertNotIn(alias, refused.text)
        desk = f"/scenic/group_order/{self.order.id}/tickets.pdf"
        self.assertNotEqual(self.get(desk, "group_owner").status_code, 200)

    def test_the_link_of_the_mail_opens_the_tickets(self):
        link = self.order.get_portal_url(suffix="/tickets")
        self.assertEqual(self.get(link).headers["Content-Type"], "application/pdf")
        wrong = link.replace(self.order.access_token, "0" * 36)
        self.assertNotEqual(self.get(wrong).status_code, 200)

    def test_desk_downloads_template_and_tickets(self):
        desk = common_scenic.make_user(self.env, "group_desk_user", "desk")
        self.assertTrue(desk.has_group("scenic_ticketing.group_desk"))
        path = f"/scenic/group_order/{self.order.id}/tickets.pdf"
        self.assertEqual(self.get(path, "group_desk_user").status_code, 200)
        form = self.get("/scenic/visitors/template.xlsx", "group_desk_user")
        self.assertTrue(form.content.startswith(b"PK"))
