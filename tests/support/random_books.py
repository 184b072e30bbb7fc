"""Steps at random, and the books proved after each."""

from odoo.exceptions import UserError


class RandomBooks:
    """For a finance case: ``refused`` counts steps that nobody could do, ``done`` what was done."""

    def setUp(self):
        super().setUp()
        self.refused, self.done = 0, set()

    def everything(self):
        return self.env["scenic.ticket"].search([("company_id", "=", self.company.id)], order="id")

    def take_steps(self, seed, chance, steps, count):
        """Take ``count`` of ``steps``; yields after each, so that the test can look further."""
        for number in range(count):
            step = chance.choice(steps)
            try:
                with self.cr.savepoint():
                    if step(chance) is not False:
                        self.done.add(step.__name__)
                    self.env.flush_all()
            except UserError:
                self.refused += 1
                self.env.invalidate_all()
            wrong = self.env["scenic.proof"]._differences(self.company)
            self.assertEqual(wrong, [], f"seed {seed}, step {number}: {step.__name__}")
            yield number

    def use_any(self, chance, most=1):
        """Let some holders of a valid ticket into one of its zones."""
        tickets = self.everything().filtered(lambda ticket: ticket.state == "valid")
        if not tickets:
            return False
        ticket = chance.choice(tickets)
        zone = self.env["scenic.zone"].browse(int(chance.choice(list(ticket.rights))))
        wanted = chance.randint(1, min(most, ticket.pax))
        return self.redeem(ticket, zone, wanted=wanted, staff=True)
