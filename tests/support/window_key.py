"""The key of a window as its browser keeps it, for tests of what the server makes of it."""

from dataclasses import replace
from secrets import randbelow

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from odoo import fields

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import ticket_code
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.alias import make_alias
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.signature import Signer
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.site_time import day_number
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.ticket_code import (
    EPOCH,
    NO_SLOT,
    TicketCode,
)
from odoo.addons.scenic_ticketing.tools.site_time import to_unix


class WindowKey:
    """A browser: makes a key, asks the server for a certificate, signs tickets with it."""

    def __init__(self, window, alg=1, site=None):
        self.window = window
        made = Ed25519PrivateKey.generate() if alg == 1 else ec.generate_private_key(ec.SECP256R1())
        self.sign = Signer(made)
        self.alg = alg
        self.answer = self.ask()
        self.next = 1
        certificates = self.answer["certificates"]
        self.certificate = next(
            (c for c in certificates if site is None or c["site_id"] == site.id), None
        )

    def ask(self, used=None):
        return self.window.env["scenic.certificate"].pos_request(
            self.window.id, self.alg, self.sign.public.hex(), used
        )

    @property
    def kid(self):
        return self.certificate["kid"]

    @property
    def blob(self):
        return bytes.fromhex(self.certificate["blob"])

    def ticket(self, item, day, serial=None, slot=(NO_SLOT, 0), **changed):
        """Return the fields that the window signs for a ticket."""
        told = self.answer["products"][item.product_tmpl_id.id]
        if serial is None:
            serial, self.next = self.next, self.next + 1
        code = TicketCode(
            site=self.certificate["site"],
            kid=self.kid,
            serial=serial,
            gen=0,
            product=told["number"],
            valid_from=day_number(day),
            valid_days=told["validity"]["days"],
            slot_start=slot[0],
            slot_len=slot[1],
            pax=told["pax"],
            uses=told["uses"],
            entrances=told["entrances"] & self.certificate["entrances"],
            flags=told["flags"] | ticket_code.FLAG_ISSUED_OFFLINE,
            iat=int(to_unix(fields.Datetime.now())) - EPOCH,
        )
        return replace(code, **changed)

    def mint(self, item, day, serial=None, embed=True, **changed):
        """Sign one ticket; returns {"code", "alias"} as the window sends it."""
        ticket = self.ticket(item, day, serial, **changed)
        text = ticket_code.encode(ticket, self.sign, self.blob if embed else None)
        return {"code": text, "alias": make_alias(f"{randbelow(10**14):014d}")}

    def line(self, item, day, count=1, **changed):
        """Return the (product, quantity, values) of an order line with its codes."""
        codes = [self.mint(item, day, **changed) for _k in range(count)]
        data = {"visit_date": fields.Date.to_string(day), "codes": codes}
        return item, count, {"scenic_data": data}
