from odoo import api, models


class ScenicPublishablePart(models.AbstractModel):
    """A line of something publishable: as editable as the record it belongs to.

    ``_publish_parent`` names the field that leads there.
    """

    _name = "scenic.publishable.part"
    _description = "Part of What Is Published by a Second Person"

    _publish_parent = None

    def _publish_edit(self):
        parents = self[self._publish_parent] if self._publish_parent else self.browse()
        parents._check_may_edit()
        parents.sudo()._touch()

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.with_env(self.env)._publish_edit()
        return lines

    def write(self, vals):
        self._publish_edit()
        res = super().write(vals)
        if self._publish_parent in vals:
            self._publish_edit()
        return res

    def unlink(self):
        self._publish_edit()
        return super().unlink()
