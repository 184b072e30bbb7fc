from odoo import api, fields, models


class ScenicEntrance(models.Model):
    """A group of lanes that a ticket can be bound to."""

    _name = "scenic.entrance"
    _description = "Scenic Entrance"
    _order = "site_id, bit"

    name = fields.Char(required=True, translate=True)
    site_id = fields.Many2one("scenic.site", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    bit = fields.Integer(
        string="Bit in the Ticket Code",
        required=True,
        copy=False,
        help="0 to 15. A ticket code carries one bit for each entrance it is good for.",
    )
    active = fields.Boolean(default=True)

    _bit_uniq = models.Constraint(
        "UNIQUE (site_id, bit)", "Another entrance of this site already has this bit."
    )
    _bit_range = models.Constraint(
        "CHECK (bit BETWEEN 0 AND 15)", "The bit of an entrance is between 0 and 15."
    )

    @api.model_create_multi
    def create(self, vals_list):
        free = {}
        for vals in vals_list:
            site_id = vals.get("site_id")
            if "bit" not in vals and site_id:
                if site_id not in free:
                    free[site_id] = self._free_bits(site_id)
                # 16 is out of range: the constraint says so in words
                vals["bit"] = next(free[site_id], 16)
        return super().create(vals_list)

    @api.model
    def _free_bits(self, site_id):
        entrances = self.with_context(active_test=False).search([("site_id", "=", site_id)])
        taken = set(entrances.mapped("bit"))
        return (bit for bit in range(16) if bit not in taken)

    def _mask(self):
        """Return the bit mask of these entrances; none means every entrance."""
        return sum(1 << bit for bit in set(self.mapped("bit"))) or 0xFFFF
