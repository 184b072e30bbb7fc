from odoo import fields, models
from odoo.tools import SQL

_FIRST_OPEN = """
SELECT d.day::date
  FROM generate_series(%(day)s::date, %(last)s::date + 1, interval '1 day') AS d(day)
 WHERE NOT EXISTS (SELECT FROM scenic_day_close c
                    WHERE c.company_id = %(company)s AND c.day = d.day::date
                      AND c.state = 'closed' AND NOT COALESCE(c.is_replaced, FALSE))
 ORDER BY d.day LIMIT 1
"""


class ResCompanyClose(models.Model):
    """Which days of the books are closed."""

    _inherit = "res.company"

    scenic_closed_until = fields.Date(
        string="Last Closed Day",
        readonly=True,
        copy=False,
        help="The newest business day that was closed.",
    )

    def _scenic_first_open_day(self, day):
        """Return the first day from ``day`` on that is not closed."""
        self.ensure_one()
        last = self.sudo().scenic_closed_until
        if not last or day > last:
            return day
        self.env["scenic.day.close"].flush_model(["state", "is_replaced", "day", "company_id"])
        self.env.cr.execute(SQL(_FIRST_OPEN, company=self.id, day=day, last=last))
        return self.env.cr.fetchone()[0]

    def _scenic_day_is_closed(self, day):
        """Tell whether a business day is closed, and not opened again."""
        return self._scenic_first_open_day(day) != day

    def _scenic_share_close(self):
        """Keep days of the company from being closed until this transaction ends.

        An entry is posted on a day while somebody closes it: each would not see the other. Closing
        writes to the company's row, which waits for this lock; a transaction that began before
        that and asks for it afterwards fails to serialise and is tried again.
        """
        self.env["res.company"].flush_model(["scenic_closed_until"])
        self.env.cr.execute(SQL("SELECT id FROM res_company WHERE id = %s FOR SHARE", self.id))
