import logging

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

_logger = logging.getLogger(__name__)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    scenic_media_session_id = fields.Many2one(
        "pos.session",
        string="Ticket Media of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The session whose ticket paper, wristbands and cards this moves.",
    )

    def _scenic_try_done(self):
        """Finish a picking; what cannot be done, for want of a lot number say, stays to be done.

        A session is never kept open because of paper.
        """
        try:
            with self.env.cr.savepoint():
                self._action_done()
        except (UserError, ValidationError) as err:
            _logger.info("Ticket paper %s stays to be taken from stock: %s", self.name, err)
