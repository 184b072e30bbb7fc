from odoo import api, models, tools

# what a window loads of each ticket product that follows from its policy, rights and site. Rules
# change a few times a year, windows start every day: these are kept in memory.
_FROM_RULES = (
    "is_scenic_ticket",
    "scenic_sale_days_ahead",
    "scenic_validity_days",
    "scenic_id_needed",
    "scenic_phone_needed",
    "scenic_photo_wanted",
    "scenic_concession_sale",
    "scenic_concession_proof",
    "scenic_together",
    "scenic_slot_required",
    "scenic_day_limited",
)
_APART = "scenic_rules_apart"


class ProductTemplateLoad(models.Model):
    """Loads a window with many ticket products in little more time than one with plain goods."""

    _inherit = "product.template"

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        names = super()._load_pos_data_fields(config)
        if self.env.context.get(_APART):
            return [name for name in names if name not in _FROM_RULES]
        return names

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_read(self, records, config):
        apart = self.with_context(**{_APART: True})
        rows = super(ProductTemplateLoad, apart)._load_pos_data_read(records, config)
        # browsed together, so that what is not in memory is read together, too
        templates = {template.id: template for template in records.sudo()}
        for row in rows:
            row.update(
                templates[row["id"]]._scenic_loaded_rules()
                if row["service_tracking"] == "scenic_ticket"
                else self._scenic_no_rules()
            )
        return rows

    @tools.ormcache("self.id", "self.env.lang")
    def _scenic_loaded_rules(self):
        """Return these fields as a window gets them; who changes a rule clears the cache."""
        self.ensure_one()
        return {
            name: self._fields[name].convert_to_read(self[name], self, use_display_name=False)
            for name in _FROM_RULES
        }

    @api.model
    @tools.ormcache()
    def _scenic_no_rules(self):
        blank = self.new({"service_tracking": "no"})
        return {
            name: self._fields[name].convert_to_read(blank[name], blank, use_display_name=False)
            for name in _FROM_RULES
        }
