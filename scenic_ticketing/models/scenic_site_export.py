from odoo import api, models


class ScenicSiteExport(models.Model):
    """What gates have to say about a day, for whoever exports it: the gates fill these in."""

    _inherit = "scenic.site"

    @api.model
    def _facts_statement(self, site_days):
        """Return the SQL of the facts that boxes reported of a day, None where there are no gates.

        ``site_days``: ``[(site id, begin, end)]``, naive UTC. One row a fact, ordered by ``box``,
        ``journal`` and ``seq``; the other columns are what the hash of the fact covers, ``prev``
        and ``hash``.
        """
        return None
