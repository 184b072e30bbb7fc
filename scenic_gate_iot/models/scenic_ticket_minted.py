from odoo import models


class ScenicTicketMinted(models.Model):
    """Tickets of windows that a gate may have let in before their sale was known."""

    _inherit = "scenic.ticket"

    # EXTENDS scenic_ticketing
    def _after_minted(self):
        """Look for passages of these tickets once their sale is committed.

        A passage and its sale may arrive at the same moment, and neither transaction sees the
        other. Each side looks again after its own commit, in a transaction that sees everything
        committed by then: whichever commits last finds the other.
        """
        res = super()._after_minted()
        intake = self.env(su=True)["scenic.gate.intake"]
        self.env.cr.postcommit.add(lambda: intake._try(lambda own: own._match_orphans()))
        return res
