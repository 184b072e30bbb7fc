"""Lists of the visitors of a group: files, errors, real names."""

import base64
import io

import common_group
import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.tools import visitor_list


@tagged("post_install", "-at_install")
class TestVisitorList(common_group.GroupCase):
    def wizard(self, order, content, **values):
        return (
            self.env["scenic.visitor.import"]
            .with_context(active_id=order.id)
            .create(
                {
                    "file": base64.b64encode(content) if content else False,
                    "filename": "list.csv",
                    **values,
                }
            )
        )

    def xlsx(self, *rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def test_files_of_agencies_are_read(self):
        text = (
            "姓名,证件类型,证件号码,手机号\n张三,身份证,11010519491231002X,13800000000\n李四,,,\n"
        )
        expected = [["张三", "11010519491231002X"], ["李四", ""]]
        table = [row.split(",") for row in text.splitlines()]
        for content in (
            text.encode("utf-8"),
            text.encode("utf-8-sig"),
            text.encode("gb18030"),
            text.replace(",", ";").encode(),
            text.replace(",", "\t").encode("gbk"),
            self.xlsx(["团队名单"], *table, [None, " "]),
        ):
            rows = visitor_list.read(content)
            self.assertEqual([[row.values["name"], row.values["number"]] for row in rows], expected)

    def test_broken_files_have_codes(self):
        for content, code in (
            (b"", "E_EMPTY"),
            ("姓名\n".encode(), "E_EMPTY"),
            (b"a,b\n1,2\n", "E_HEADER"),
            (b"PK\x03\x04 no zip", "E_FILE"),
            (b"name\0\nx\n", "E_FILE"),
            (b"name\n\xff\xff\xff\n", "E_ENCODING"),
            (b"name\n" + b"x\n" * 5001, "E_TOO_MANY"),
            (b"x" * (6 * 1024 * 1024), "E_TOO_LARGE"),
        ):
            with self.assertRaises(visitor_list.ListError) as caught:
                visitor_list.read(content)
            self.assertEqual(caught.exception.code, code)

    def test_template_is_read_back(self):
        titles = {"name": "姓名", "doc_type": "证件类型", "number": "证件号码", "phone": "手机号"}
        content = visitor_list.template(titles, {"name": "张三"}, "名单")
        self.assertEqual(visitor_list.read(content)[0].values["name"], "张三")

    def test_one_error_imports_nothing(self):
        order = self.order((self.park.adult, 1))
        content = self.xlsx(
            ["Name", "Phone"], ["Ann", 13800138000], [None, 13900139000], ["Bob", ""]
        )
        wizard = self.wizard(order, content)
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.row_count, wizard.error_count), ("wrong", 3, 1))
        self.assertEqual(wizard.line_ids.filtered("error").mapped("place"), [3])
        wizard.action_import()
        self.assertFalse(order.scenic_visitor_ids)
        self.assertEqual(order.order_line.product_uom_qty, 1)

    def test_a_number_that_a_spreadsheet_rounded_is_an_error(self):
        order = self.order((self.park.adult, 1))
        wizard = self.wizard(order, self.xlsx(["姓名", "证件号码"], ["张三", 110105194912310020]))
        wizard.action_check()
        self.assertEqual(wizard.error_count, 1)

    def test_a_thousand_rows_become_visitors_and_tickets_with_names(self):
        order = self.order((self.park.adult, 1))
        rows = [[f"Visitor {number}"] for number in range(1, 1001)]
        wizard = self.wizard(order, self.xlsx(["Name"], *rows))
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.row_count), ("good", 1000))
        self.assertLess(len(wizard.line_ids), 100, "the preview stays small")
        wizard.action_import()
        self.assertEqual(len(order.scenic_visitor_ids), 1000)
        self.assertEqual(order.order_line.product_uom_qty, 1000)
        order.action_confirm()
        last = self.issued(order)[999]
        self.assertEqual(self.name_of(last.holder_id), "Visitor 1000")
        names = order._scenic_names_by_ticket(self.issued(order))
        self.assertEqual(names[last], last.holder_id.name)
        self.assertNotEqual(names[last], "Visitor 1000", "documents show it masked")

    def test_a_confirmed_order_keeps_its_quantity(self):
        order = self.confirmed((self.park.adult, 2))
        wizard = self.wizard(order, self.xlsx(["Name"], ["A"], ["B"], ["C"]))
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.error_count), ("wrong", 1))
        wizard = self.wizard(order, self.xlsx(["Name"], ["A"], ["B"]))
        wizard.action_import()
        names = [self.name_of(ticket.holder_id) for ticket in self.issued(order)]
        self.assertEqual(names, ["A", "B"])
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertFalse(wizard.file, "no clear copy stays behind")

    def name_of(self, holder):
        return holder.sudo()._opened()[holder]["name"]

    def real_name(self):
        self.park.policy.sudo().write({"id_needed_at_sale": "each", "id_once_per_day": True})

    def ids(self, count, first=1):
        """Return rows of visitors with good resident ID numbers."""
        rows = []
        for number in range(first, first + count):
            body = f"11010119900101{number:03d}"
            total = sum(int(d) * 2 ** (17 - k) for k, d in enumerate(body))
            rows.append([f"Person {number}", body + "10X98765432"[total % 11]])
        return rows

    def test_ids_are_checked_and_belong_to_one_ticket_a_day(self):
        self.real_name()
        order = self.order((self.park.adult, 1))
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        good = self.ids(3)
        wrong = [*good, ["Twice", good[0][1]], ["No number", ""], ["Digit", "110101199001010019"]]
        wizard = self.wizard(order, self.xlsx(["姓名", "证件号码"], *wrong))
        wizard.action_check()
        self.assertEqual(wizard.line_ids.filtered("error").mapped("place"), [5, 6, 7])
        self.assertNotIn(good[0][1], wizard.line_ids.mapped("number"))
        self.wizard(order, self.xlsx(["姓名", "证件号码"], *good)).action_import()
        self.assertEqual(order.order_line.product_uom_qty, 3)
        order.action_confirm()
        other = self.order((self.park.adult, 1))
        wizard = self.wizard(other, self.xlsx(["姓名", "证件号码"], good[1]))
        wizard.action_check()
        self.assertEqual(wizard.error_count, 1)
        order.order_line.product_uom_qty = 2
        self.wizard(other, self.xlsx(["姓名", "证件号码"], good[2])).action_import()
        other.action_confirm()
        self.assertEqual(self.name_of(self.issued(other).holder_id), "Person 3")

    def test_a_new_list_lets_visitors_change_places(self):
        self.real_name()
        order = self.order((self.park.adult, 1))
        rows = self.ids(3)
        self.wizard(order, self.xlsx(["姓名", "证件号码"], *rows)).action_import()
        order.action_confirm()
        self.wizard(order, self.xlsx(["姓名", "证件号码"], *reversed(rows))).action_import()
        names = [self.name_of(ticket.holder_id) for ticket in self.issued(order)]
        self.assertEqual(names, ["Person 3", "Person 2", "Person 1"])
        self.assertEqual(len(order.scenic_visitor_ids), 3)

    def test_pasted_rows_are_a_list_too(self):
        order = self.order((self.park.adult, 1))
        wizard = self.wizard(order, b"", text="Name\tPhone\nAnn\t13800138000\nBob\t\n")
        wizard.action_import()
        self.assertEqual(len(order.scenic_visitor_ids), 2)
