import configparser
import os
from functools import lru_cache

import requests

from odoo import api, models, tools
from odoo.exceptions import UserError

from ..tools.pay_code import practice  # noqa: F401 registers itself
from ..tools.pay_code.acquirer import TransportError, make, names

ENVIRONMENT = "SCENIC_PAY_FILE"
PREFIX = "scenic_pay "


@lru_cache(maxsize=4)
def _sections(path, _changed):
    parser = configparser.RawConfigParser()
    try:
        parser.read(path)
    except configparser.Error:
        return {}
    return {
        name.removeprefix(PREFIX).strip(): dict(parser[name])
        for name in parser.sections()
        if name.startswith(PREFIX)
    }


def transport(method, url, headers, body, timeout):
    """Send one request; everything but an answer is a TransportError."""
    try:
        answer = requests.request(
            method, url, headers=headers, data=body, timeout=timeout, allow_redirects=False
        )
        return answer.status_code, answer.content[:65536]
    except requests.RequestException as err:
        # not its text: that can hold the address with its parameters
        raise TransportError(type(err).__name__) from None


class ScenicPayAccount(models.AbstractModel):
    """Merchant accounts at acquirers: read from the server's configuration, never stored."""

    _name = "scenic.pay.account"
    _description = "Scenic Payment Account"

    @api.model
    def _accounts(self):
        """Return ``{name: values}`` of the sections ``[scenic_pay NAME]``.

        They are read from the file that SCENIC_PAY_FILE names, or from the configuration file.
        """
        path = os.environ.get(ENVIRONMENT) or tools.config["config"] or ""
        try:
            changed = os.stat(path).st_mtime_ns
        except OSError:
            return {}
        return _sections(path, changed)

    @api.model
    def _acquirer(self, name, currency):
        """Return the acquirer of an account, or tell what is missing."""
        account = self._accounts().get(name or "")
        if not account:
            raise UserError(
                self.env._(
                    "There is no section [scenic_pay %s] in the server's configuration file.",
                    name or "…",
                )
            )
        if account.get("acquirer") not in names():
            raise UserError(
                self.env._(
                    "Payment account %(account)s names the acquirer %(acquirer)s, which this "
                    "server does not know.",
                    account=name,
                    acquirer=account.get("acquirer") or "…",
                )
            )
        return make(account, transport, currency.name)
