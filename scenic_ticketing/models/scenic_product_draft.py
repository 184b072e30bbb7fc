from odoo import api, fields, models
from odoo.fields import Command

_OPEN = ("draft", "submitted")
_COPIED = ("scenic_policy_id", "scenic_entrance_ids", "scenic_pax")


class ScenicProductDraft(models.Model):
    """Other rights for a product of which tickets are sold; published, they hold for all of them.

    Rights frozen in a ticket stay as they were sold; the rest of the rule (entrances, order and
    times of zones, limits) holds for sold tickets as well, and all of it for new ones.
    """

    _name = "scenic.product.draft"
    _inherit = ["scenic.publishable"]
    _description = "Draft of a Product's Rights"
    _order = "id desc"
    _rec_name = "product_tmpl_id"

    replaces_id = fields.Many2one("scenic.product.draft")
    open_draft_id = fields.Many2one("scenic.product.draft")
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Ticket Product",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True, index=True)
    scenic_site_id = fields.Many2one(related="product_tmpl_id.scenic_site_id")
    scenic_policy_id = fields.Many2one(
        "scenic.policy",
        string="Ticket Policy",
        required=True,
        ondelete="restrict",
        domain="[('state', '=', 'published')]",
    )
    scenic_entrance_ids = fields.Many2many(
        "scenic.entrance",
        string="Only at Entrances",
        domain="[('site_id', '=', scenic_site_id)]",
        help="Entrances at which the ticket is good. None = all of them.",
    )
    scenic_pax = fields.Integer(
        string="Persons per Code",
        default=1,
        help="How many persons enter on one code, 1 to 255. Holds for tickets sold from now on.",
    )
    line_ids = fields.One2many("scenic.product.draft.line", "draft_id", string="Rights", copy=True)

    _open_draft_uniq = models.UniqueIndex(
        "(product_tmpl_id) WHERE state IN ('draft', 'submitted')",
        "This product already has a draft of its rights.",
    )
    _scenic_pax_range = models.Constraint(
        "CHECK (scenic_pax BETWEEN 1 AND 255)", "One code is for 1 to 255 persons."
    )

    # EXTENDS scenic.publishable
    @api.model
    def _publish_free_fields(self):
        return super()._publish_free_fields() | {"product_tmpl_id"}

    @api.model
    def _line_fields(self):
        """Return the fields that a right and its draft have in common."""
        lines = self.env["scenic.product.draft.line"]
        own = {"draft_id", "product_tmpl_id", *models.MAGIC_COLUMNS}
        return [
            name
            for name, field in self.env["scenic.entitlement"]._fields.items()
            if field.store and not field.compute and name in lines._fields and name not in own
        ]

    @api.model
    def _of_product(self, template):
        """Return a new draft that says what the product says now."""
        names = self._line_fields()
        draft = self.sudo().create(
            {
                "state": "draft",
                "product_tmpl_id": template.id,
                "scenic_policy_id": template.scenic_policy_id.id,
                "scenic_entrance_ids": [Command.set(template.scenic_entrance_ids.ids)],
                "scenic_pax": template.scenic_pax,
                "line_ids": [
                    Command.create(_values(right, names)) for right in template.entitlement_ids
                ],
            }
        )
        return draft.sudo(False)

    # OVERRIDE scenic.publishable
    def _find_open_draft(self):
        return self.search(
            [("product_tmpl_id", "in", self.product_tmpl_id.ids), ("state", "in", _OPEN)], limit=1
        )

    # OVERRIDE scenic.publishable
    def _make_draft(self):
        return self._of_product(self.product_tmpl_id)

    # OVERRIDE scenic.publishable
    def _publish_live(self):
        return self.product_tmpl_id

    # OVERRIDE scenic.publishable
    def _publish_changes(self):
        template = self.product_tmpl_id
        labels = self.fields_get([*_COPIED, "line_ids"], ["string"])
        changes = []
        for name in _COPIED:
            before = self.browse()._publish_text_of(template, name)
            after = self._publish_text(name)
            if before != after:
                changes.append((labels[name]["string"], before, after))
        return changes + self._line_changes(labels["line_ids"]["string"])

    @api.model
    def _publish_text_of(self, record, name):
        value = record[name]
        if self._fields[name].relational:
            return ", ".join(each.display_name or "" for each in value)
        return str(value)

    def _line_changes(self, label):
        """Return the differences of the rights, zone by zone."""
        names = self._line_fields()
        before = {right.zone_id: right for right in self.product_tmpl_id.entitlement_ids}
        after = {line.zone_id: line for line in self.line_ids}
        changes = []
        for zone in before | after:
            old, new = before.get(zone), after.get(zone)
            if old and new and _values(old, names) == _values(new, names):
                continue
            texts = [right._rights_text(names) if right else "" for right in (old, new)]
            changes.append((f"{label}: {zone.name}", *texts))
        return changes

    # EXTENDS scenic.publishable
    def _publish_now(self):
        template = self.product_tmpl_id.with_context(scenic_rules_later=True)
        changes = self._publish_changes()
        old_policy = template.scenic_policy_id
        template.write(
            {
                "scenic_policy_id": self.scenic_policy_id.id,
                "scenic_entrance_ids": [Command.set(self.scenic_entrance_ids.ids)],
                "scenic_pax": self.scenic_pax,
                "entitlement_ids": self._right_commands(),
            }
        )
        (old_policy | self.scenic_policy_id)._new_version(
            product_tmpl_id=template.id,
            submitted_by_id=self.submitted_by_id.id,
            rehearsal_id=self._last_rehearsal().id,
            changes=changes,
        )
        former = self.search(
            [("product_tmpl_id", "=", template.id), ("state", "=", "published")], limit=1
        )
        former.state = "retired"
        self.write(self._publication_vals() | {"version": former.version + 1})
        return self

    def _right_commands(self):
        """Return what makes the product's rights those of this draft, zone by zone."""
        names = self._line_fields()
        rights = {right.zone_id: right for right in self.product_tmpl_id.entitlement_ids}
        commands = []
        for line in self.line_ids:
            right = rights.pop(line.zone_id, None)
            values = _values(line, names)
            commands.append(Command.update(right.id, values) if right else Command.create(values))
        return [*(Command.delete(right.id) for right in rights.values()), *commands]


def _values(record, names):
    return {name: record._fields[name].convert_to_write(record[name], record) for name in names}
