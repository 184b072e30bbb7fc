"""What a stock IoT box asks of the server: pairing, drivers, and the calls that do nothing."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from common_gate import make_box
from common_scenic import make_park

from odoo.tests import HttpCase, tagged

from odoo.addons.scenic_gate_iot.tools import handler_zip


@tagged("post_install", "-at_install")
class TestStockBox(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park = make_park(cls.env)
        cls.prepared = cls.env["scenic.box"].create(
            {"name": "South Gate House", "site_id": cls.park.site.id}
        )

    def rpc(self, path, **params):
        self.env.flush_all()
        answer = self.url_open(path, json={"params": params}).json()
        self.env.invalidate_all()
        return answer["result"]

    def setup(self, identifier="rpi-1", token=None, **values):
        iot_box = {
            "identifier": identifier,
            "mac": "02:00:00:00:00:01",
            "ip": "192.0.2.7",
            "token": self.prepared.sudo().token if token is None else token,
            "version": "L25.07",
        } | values
        return self.rpc("/iot/setup", iot_box=iot_box, devices={})

    def handlers(self, identifier="rpi-1", auto="True", tag=None):
        headers = {"If-None-Match": tag} if tag else {}
        self.env.flush_all()
        return self.url_open(
            "/iot/get_handlers", data={"identifier": identifier, "auto": auto}, headers=headers
        )

    def test_prepared_box_is_paired_by_its_line(self):
        line = self.prepared.sudo().pairing_line
        base, query = line.split("?")
        self.assertEqual(base, self.prepared.get_base_url())
        keys = dict(part.split("=", 1) for part in query.split("&"))
        self.assertEqual(set(keys), {"token", "db_uuid", "enterprise_code", "db_name"})
        self.assertEqual(self.setup(token=keys["token"]), self.prepared.sudo().channel)
        self.assertEqual((self.prepared.state, self.prepared.identifier), ("paired", "rpi-1"))
        self.assertEqual((self.prepared.ip, self.prepared.image_version), ("192.0.2.7", "L25.07"))
        self.assertEqual(self.setup(ip="192.0.2.9"), self.prepared.sudo().channel)
        self.assertEqual(self.prepared.ip, "192.0.2.9")

    def test_strangers_learn_nothing(self):
        self.setup()
        channel = self.prepared.sudo().channel
        for identifier, token in (
            ("rpi-1", "wrong"),
            ("rpi-1", ""),
            ("rpi-2", self.prepared.sudo().token),
            ("rpi-2", "wrong"),
            ("", self.prepared.sudo().token),
            ("rpi-1", "é"),
            ("rpi-1", "\ud800"),
            ("\ud800", "wrong"),
            ("rpi\x001", "wrong"),
        ):
            self.assertEqual(self.setup(identifier, token), "", (identifier, token))
        self.assertEqual(self.rpc("/iot/setup"), "")
        self.assertEqual(self.rpc("/iot/setup", iot_box=[], devices=7), "")
        self.assertEqual(self.prepared.sudo().channel, channel)
        self.assertEqual(self.prepared.identifier, "rpi-1")
        self.assertEqual(self.handlers("rpi-2").status_code, 403)
        self.assertEqual(self.handlers("").status_code, 403)

    def test_replaced_hardware_needs_the_new_line(self):
        self.setup()
        old = self.prepared.sudo().token
        self.prepared.action_replace_hardware()
        self.assertEqual(self.setup("rpi-2", old), "")
        self.assertEqual(self.setup("rpi-2"), self.prepared.sudo().channel)
        self.assertEqual(self.prepared.identifier, "rpi-2")

    def test_token_is_never_logged(self):
        with self.assertLogs("odoo.addons.scenic_gate_iot", "DEBUG") as logs:
            self.setup(token="wrong-secret")
            self.setup()
        text = "\n".join(logs.output)
        self.assertNotIn(self.prepared.sudo().token, text)
        self.assertNotIn("wrong-secret", text)

    def test_zip_holds_the_drivers_of_all_and_nothing_else(self):
        self.setup()
        answer = self.handlers()
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        self.assertIn("drivers/serial_base_driver.py", names)
        self.assertIn("interfaces/usb_interface_L.py", names)
        self.assertIn("scenic_rules/passage.py", names)
        self.assertIn("scenic_gate/auth.py", names)
        self.assertEqual(sorted(set(names)), names)
        for name in names:
            self.assertNotIn("__", name)
            self.assertNotIn("..", name)
            self.assertRegex(name, r"^(drivers|interfaces|lib|scenic_\w+)/")

    def test_unchanged_drivers_are_not_sent_again(self):
        self.setup()
        first = self.handlers()
        self.assertEqual(self.handlers().content, first.content)
        tag = first.headers["ETag"]
        for asked in (tag, tag.strip('"')):
            answer = self.handlers(tag=asked)
            self.assertEqual((answer.status_code, answer.content), (304, b""))
        self.assertEqual(self.handlers(tag="old").status_code, 200)

    def test_automatic_update_can_be_switched_off(self):
        self.setup()
        self.prepared.handlers_auto_update = False
        self.assertEqual(self.handlers().content, b"")
        self.assertTrue(self.handlers(auto="False").content)

    def test_revision_names_content_and_version(self):
        files = {"drivers/a.py": b"1", "drivers/b.py": b"2"}
        base = handler_zip.etag(files, "19.0")
        self.assertEqual(base, handler_zip.etag(dict(reversed(files.items())), "19.0"))
        self.assertNotEqual(base, handler_zip.etag(files, "19.1"))
        self.assertNotEqual(base, handler_zip.etag(files | {"drivers/a.py": b"2"}, "19.0"))
        self.assertNotEqual(base, handler_zip.etag({"drivers/a.py": b"1"}, "19.0"))
        self.assertEqual(handler_zip.pack(files), handler_zip.pack(files))

    def test_private_and_nested_files_stay_here(self):
        with TemporaryDirectory() as folder:
            root = Path(folder)
            for name in (
                "drivers/a.py",
                "drivers/_private.py",
                "drivers/.hidden.py",
                "drivers/__init__.py",
                "drivers/deep/b.py",
                "__pycache__/c.py",
                "lib/deep/d.py",
                "lib/__init__.py",
                "top.py",
                "drivers/e.pyc",
            ):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(name)
            files = handler_zip.collect([root])
        self.assertEqual(set(files), {"drivers/a.py", "lib/deep/d.py", "lib/__init__.py"})

    def test_calls_without_use_are_answered(self):
        for path in ("send_websocket", "webrtc_answer", "update_certificate_status"):
            self.assertIs(self.rpc(f"/iot/box/{path}", identifier="x", anything=[1]), True)
        answer = self.url_open("/iot/keyboard_layouts", data={"available_layouts": "[]"})
        self.assertEqual((answer.status_code, answer.content), (200, b""))

    def test_log_of_a_known_box_is_copied_without_control_signs(self):
        self.setup()
        body = b"identifier rpi-1<log/>\n30,lost \x1b[31mrelay\r\nFAKE<log/>\n"
        with self.assertLogs("odoo.addons.scenic_gate_iot.controllers.iot_box.log") as logs:
            self.env.flush_all()
            self.assertEqual(self.url_open("/iot/log", data=body).status_code, 200)
        self.assertEqual(len(logs.output), 1)
        self.assertIn("rpi-1: 30,lost", logs.output[0])
        self.assertNotIn("\x1b", logs.output[0])
        self.assertNotIn("\n", logs.output[0])
        self.assertEqual(self.url_open("/iot/log", data=b"identifier x<log/>\n").status_code, 403)

    def test_too_large_bodies_are_refused(self):
        answer = self.url_open("/iot/log", data=b"x" * 300_000)
        self.assertEqual(answer.status_code, 413)

    def test_stands_aside_where_enterprise_answers(self):
        http = self.env["ir.http"]
        ours = [*self.env.registry._init_modules]

        def routes(modules):
            rules = http._generate_routing_rules(modules, http._get_converters())
            return {url for url, endpoint in rules if "scenic_gate_iot" in endpoint.func.__module__}

        self.assertIn("/iot/setup", routes(ours))
        with_enterprise = routes([*ours, "iot"])
        self.assertFalse({url for url in with_enterprise if url.startswith("/iot")})
        self.assertIn("/scenic/gate/v1/sync", with_enterprise)

    def test_pairing_line_is_for_administrators_only(self):
        self.assertTrue(self.prepared.sudo().pairing_qr)
        fields = self.env["scenic.box"].fields_get(["token", "channel", "pairing_line"])
        self.assertFalse(fields["token"]["exportable"])
        make_box(self.park, "Other")
        for field in ("token", "channel", "pairing_line", "pairing_qr"):
            self.assertEqual(self.env["scenic.box"]._fields[field].groups, "base.group_system")
