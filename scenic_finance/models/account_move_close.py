from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class AccountMoveClose(models.Model):
    """A closed day takes no more entries about tickets, and those it has stay."""

    _inherit = "account.move"

    # EXTENDS account
    def _post(self, soft=True):
        """Put what belongs to a closed day on the first open one.

        A session that is closed late, a run of the night or an invoice is never refused for that:
        the entry has the later date, the tickets and events behind it keep theirs.
        """
        moved = self.browse()
        for company, moves in self._scenic_about_tickets().grouped("company_id").items():
            company._scenic_share_close()
            for move in moves.filtered("date"):
                day = company._scenic_first_open_day(move.date)
                if day != move.date:
                    move.date = day
                    moved |= move
        # the first open day may be that of tomorrow in the user's time zone: post it all the same
        posted = super(AccountMoveClose, moved)._post(soft=False) if moved else moved
        return posted | super(AccountMoveClose, self - moved)._post(soft)

    def _scenic_about_tickets(self):
        """Return the entries that touch what is owed for tickets."""
        return self.sudo().filtered(
            lambda move: any(move.line_ids.account_id.mapped("scenic_liability"))
        )

    # EXTENDS account
    def button_draft(self):
        for move in self._scenic_about_tickets():
            if move.state == "posted" and move.company_id._scenic_day_is_closed(move.date):
                raise UserError(
                    self.env._(
                        "%(entry)s belongs to %(day)s, which is closed. Correct it with an entry "
                        "of an open day, or have the day opened again.",
                        entry=move.name,
                        day=format_date(self.env, move.date),
                    )
                )
        return super().button_draft()
