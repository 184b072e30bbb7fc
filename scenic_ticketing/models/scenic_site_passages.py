from odoo import models


class ScenicSitePassages(models.Model):
    """What barriers counted. Nothing here knows gates: who knows some overrides these methods."""

    _inherit = "scenic.site"

    def _passage_lanes(self):
        """Return the lanes that lead into these sites, as dicts.

        ``site_id``, ``lane`` (its code), ``entrance_id`` (or None), ``owner_id`` (user who answers
        for it, or None), ``counted``: whether a sensor sees who passes.
        """
        return []

    def _passage_counts(self, day):
        """Return what the lanes of these sites counted on ``day``, a dict for each lane and hour.

        ``site_id``, ``lane``, ``hour`` (0 to 23 on the site's clock) and numbers of persons:
        ``reserved`` (rights used, without those given back), ``passed`` and ``closed`` (of them:
        seen to pass; lane shut, nobody seen), ``unknown`` (of them: contact was lost), and those
        who passed without a right: ``tailgate``, ``forced``, ``free`` (opened or held open by
        staff), ``emergency``.
        """
        return []

    def _passage_opens(self, day):
        """Return the openings by staff on ``day``, a dict for each.

        ``site_id``, ``lane``, ``hour``, ``user_id`` (who gave the order, or None), ``reason``.
        """
        return []

    def _passage_gaps(self, until):
        """Return records of what has not reported everything up to ``until`` (naive UTC) yet."""
        return []
