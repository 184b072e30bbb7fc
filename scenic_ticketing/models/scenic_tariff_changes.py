from odoo import models


class ScenicTariffChanges(models.Model):
    """What a draft of a tariff changes, line by line, for who approves it."""

    _inherit = "scenic.tariff"

    # EXTENDS scenic.publishable
    def _publish_changes(self):
        live = self.replaces_id
        own = {self._fields["season_ids"]._description_string(self.env)}
        changes = [change for change in super()._publish_changes() if change[0] not in own]
        changes += _differences(live._season_texts(), self._season_texts())
        changes += _differences(live._price_texts(), self._price_texts())
        return changes

    def _season_texts(self):
        return {
            season.name: self.env._(
                "%(days)s (priority %(priority)s)",
                days=season.days_text,
                priority=season.priority,
            )
            for season in self.season_ids
        }

    def _price_texts(self):
        return {line.display_name: line.currency_id.format(line.price) for line in self.price_ids}


def _differences(before, after):
    """Return ``(label, before, after)`` of each key whose text differs."""
    return [
        (label, before.get(label, ""), after.get(label, ""))
        for label in dict.fromkeys([*before, *after])
        if before.get(label) != after.get(label)
    ]
