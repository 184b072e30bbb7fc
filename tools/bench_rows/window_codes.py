"""Ticket codes as the browser of a window signs them."""

import secrets
import time


class WindowCodes:
    """A key of a window with its certificate, and what the server said about its products."""

    def __init__(self, user, config: int, product: int):
        # the rules come with the addon, whose path is known once a database was opened
        from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import ticket_code
        from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.alias import make_alias
        from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.signature import Signer

        self.rules, self.make_alias = ticket_code, make_alias
        self.sign = Signer.from_seed(secrets.token_bytes(32))
        answer = user.call("scenic.certificate", "pos_request", config, 1, self.sign.public.hex())
        (self.certificate,) = answer["certificates"]
        self.told = answer["products"][str(product)]
        self.serial = 0

    def line(self, visit: dict, count: int) -> dict:
        """Return what a line of so many tickets says."""
        return visit | {"codes": [self._code() for _ticket in range(count)]}

    def _code(self) -> dict:
        self.serial += 1
        now = int(time.time())
        # the park's clock is eight hours ahead of UTC
        day = (now + 8 * 3600 - self.rules.EPOCH) // 86400
        ticket = self.rules.TicketCode(
            site=self.certificate["site"],
            kid=self.certificate["kid"],
            serial=self.serial,
            gen=0,
            product=self.told["number"],
            valid_from=day,
            valid_days=self.told["validity"]["days"],
            slot_start=self.rules.NO_SLOT,
            slot_len=0,
            pax=self.told["pax"],
            uses=self.told["uses"],
            entrances=self.told["entrances"] & self.certificate["entrances"],
            flags=self.told["flags"] | self.rules.FLAG_ISSUED_OFFLINE,
            iat=now - self.rules.EPOCH,
        )
        code = self.rules.encode(ticket, self.sign, None)
        return {"code": code, "alias": self.make_alias(f"{secrets.randbelow(10**14):014d}")}
