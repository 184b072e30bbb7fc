"""The practice acquirer as a real process, and windows that take the customer's code."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from unittest.mock import patch

from odoo.fields import Command

KEY = "practice-secret"
# the last digit is what happens, see practice_acquirer.py
WECHAT = "1312345678901{:03d}{}{}"


def code(last, before=0, number=0):
    """Return a WeChat code with a behaviour; codes are good once, so number them."""
    return WECHAT.format(number, before, last)


class Acquirer:
    """A running practice acquirer, and the configuration file that names it."""

    def __init__(self):
        script = Path(__file__).with_name("practice_acquirer.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), "--key", KEY], stdout=subprocess.PIPE, text=True
        )
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as file:
            file.write(
                f"[scenic_pay test]\nacquirer = practice\nurl = {self.url}\n"
                f"merchant = M1\nkey = {KEY}\n"
            )
        self.file = file.name
        self.patch = patch.dict(os.environ, {"SCENIC_PAY_FILE": self.file})
        self.patch.start()

    def stop(self):
        self.patch.stop()
        os.unlink(self.file)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @contextlib.contextmanager
    def held(self):
        """Let customers type no password meanwhile: what is being paid goes on being paid."""
        self._mode(held=True)
        try:
            yield
        finally:
            self._mode(held=False)

    def _mode(self, **values):
        request = urllib.request.Request(f"{self.url}/mode", json.dumps(values).encode())
        urllib.request.urlopen(request, timeout=60).close()

    def book(self):
        with urllib.request.urlopen(f"{self.url}/book", timeout=60) as answer:
            return json.load(answer)

    def money(self):
        """Return what the acquirer holds, of all references together."""
        return sum(self.book()["money"].values())


def add_method(env, window, name="WeChat"):
    """Let a window take the customer's code; returns the payment method."""
    number = env["account.journal"].search_count([]) % 1000
    journal = env["account.journal"].create(
        {"name": f"{name} account", "type": "bank", "code": f"W{number:03d}"}
    )
    method = env["pos.payment.method"].create(
        {
            "name": name,
            "journal_id": journal.id,
            "payment_method_type": "terminal",
            "use_payment_terminal": "scenic_code",
            "scenic_pay_account": "test",
        }
    )
    linking = window.sudo().with_context(bypass_payment_method_ids_forbidden_change=True)
    linking.payment_method_ids = [Command.link(method.id)]
    return method
