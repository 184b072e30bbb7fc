import json

from odoo import api, fields, models
from odoo.exceptions import UserError

# what the mixin itself keeps about a record: never part of what is published
_OWN_FIELDS = {
    "state",
    "version",
    "replaces_id",
    "edited_by_id",
    "edited_at",
    "edit_no",
    "submitted_by_id",
    "submitted_at",
    "published_by_id",
    "published_at",
    "reject_reason",
}
OPEN = ("draft", "submitted")


def plain(value):
    """Return a value to be written as JSON can hold it."""
    return json.loads(json.dumps(value, default=str))


class ScenicPublishable(models.AbstractModel):
    """What visitors and gates depend on: changed as a draft, published by a second person.

    A model that inherits this sets ``replaces_id`` to itself. A record is live (*published*) or a
    draft; a draft of a live record points at it with ``replaces_id``. What is live is not written
    directly, apart from the superuser: loading data and upgrades make live records at once.

    Hooks: ``_publish_free_fields`` (may change without a draft), ``_findings`` (what is wrong),
    ``_make_draft`` and ``_publish_now`` (by default the draft takes the place of the old record,
    which is retired).
    """

    _name = "scenic.publishable"
    _inherit = ["mail.thread"]
    _description = "Published by a Second Person"

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "To Approve"),
            ("published", "Published"),
            ("retired", "Retired"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
        help="Only what is published holds for sales and gates.",
    )
    version = fields.Integer(
        default=1,
        readonly=True,
        copy=False,
        aggregator=None,
        help="Grows with every publication.",
    )
    # each model says which: itself
    replaces_id = fields.Many2one(
        "scenic.publishable",
        string="Draft Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="The published record that this draft changes.",
    )
    edited_by_id = fields.Many2one(
        "res.users", string="Last Edited By", readonly=True, copy=False, ondelete="restrict"
    )
    edited_at = fields.Datetime(string="Last Edited", readonly=True, copy=False)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    submitted_at = fields.Datetime(string="Submitted", readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    published_at = fields.Datetime(string="Published On", readonly=True, copy=False)
    reject_reason = fields.Char(string="Sent Back Because", readonly=True, copy=False)
    open_draft_id = fields.Many2one("scenic.publishable", compute="_compute_open_draft_id")
    may_publish = fields.Boolean(compute="_compute_may_publish")
    draft_note = fields.Char(string="About This Draft", compute="_compute_notes")
    wait_note = fields.Char(string="Who Can Publish", compute="_compute_notes")
    changes_html = fields.Html(string="Changes", compute="_compute_changes_html", sanitize=False)
    findings_html = fields.Html(string="Findings", compute="_compute_findings_html", sanitize=False)

    # ------------------------------------------------------------------
    # what is part of a publication
    # ------------------------------------------------------------------

    @api.model
    def _publish_free_fields(self):
        """Return the fields that may change at any time, without a draft."""
        return {"name", "sequence", "active", "company_id", "color"}

    @api.model
    def _publish_fields(self):
        """Return the names of the fields that are published together, children included."""
        free = _OWN_FIELDS | self._publish_free_fields() | set(models.MAGIC_COLUMNS)
        thread = self.env["mail.thread"]._fields
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and not field.compute
            and not field.related
            and name not in free
            and name not in thread
            and (field.type != "one2many" or field.copy)
        ]

    def _findings(self):
        """Return what is wrong with this draft: dicts severity, code, message, record.

        ``severity`` "error" keeps it from being published, "warning" is shown to who approves.
        """
        self.ensure_one()
        return []

    # ------------------------------------------------------------------
    # who may write what
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        for vals in vals_list:
            if not self.env.su:
                vals["state"] = "draft"
                for name in _OWN_FIELDS - {"state"}:
                    vals.pop(name, None)
            vals.setdefault("state", "published")
            vals.update(edited_by_id=self.env.uid, edited_at=now)
            if vals["state"] == "published":
                vals.setdefault("published_by_id", self.env.uid)
                vals.setdefault("published_at", now)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.keys() & _OWN_FIELDS:
            raise UserError(self.env._("The buttons of the form change the status."))
        content = vals.keys() & set(self._publish_fields())
        if content:
            self._check_may_edit()
            if not vals.keys() & {"edited_at", "edited_by_id"}:
                self.sudo()._touch()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        """Keep what was in force: tickets, passages and versions tell of it."""
        if not self.env.su:
            for record in self.filtered(lambda record: record.state not in OPEN):
                raise UserError(
                    self.env._(
                        "%(name)s was published and stays as evidence. Archive it instead.",
                        name=record.display_name,
                    )
                )

    def _check_may_edit(self):
        """Refuse to change what holds now, or what somebody is about to approve."""
        if self.env.su:
            return
        for record in self:
            if record.state == "submitted":
                raise UserError(
                    self.env._(
                        "%(name)s waits for approval. Withdraw it before you change it.",
                        name=record.display_name,
                    )
                )
            if record.state != "draft":
                raise UserError(
                    self.env._(
                        "%(name)s is published and is not changed directly. Make a draft, change "
                        "that, and let a second person publish it.",
                        name=record.display_name,
                    )
                )

    def _touch(self):
        """Note who edited last: what was rehearsed before does not count any more."""
        self.write({"edited_by_id": self.env.uid, "edited_at": fields.Datetime.now()})

    # ------------------------------------------------------------------
    # the way of a draft
    # ------------------------------------------------------------------

    def action_new_draft(self):
        """Make a draft of what is live, or open the one that is already there."""
        self.ensure_one()
        self.check_access("write")
        draft = self._find_open_draft()
        if not draft:
            if self.state != "published":
                raise UserError(self.env._("Only what is published gets a draft."))
            draft = self.sudo()._make_draft().sudo(False)
            self.invalidate_recordset(["open_draft_id"])
            self._message_log(body=self.env._("Draft made by %(user)s.", user=self.env.user.name))
        return draft._publish_open()

    def action_submit(self):
        """Ask a second person to publish this draft."""
        for draft in self:
            draft.check_access("write")
            draft._check_state("draft")
            draft._check_publishable()
            draft.sudo().write(
                {
                    "state": "submitted",
                    "submitted_by_id": self.env.uid,
                    "submitted_at": fields.Datetime.now(),
                    "reject_reason": False,
                }
            )

    def action_withdraw(self):
        """Take a submitted draft back, to change it."""
        for draft in self:
            draft.check_access("write")
            draft._check_state("submitted")
            draft.sudo().state = "draft"

    def action_publish(self):
        """Let this draft hold from now on; returns the screen of what is live then."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("submitted")
        if not self.may_publish:
            raise UserError(
                self.env._(
                    "%(name)s was submitted or last edited by you. Ask another manager to publish "
                    "it.",
                    name=self.display_name,
                )
            )
        self._check_publishable()
        live = self.sudo()._publish_now().sudo(False)
        live._message_log(
            body=self.env._(
                "Version %(version)s published by %(user)s, submitted by %(submitter)s.",
                version=live.version,
                user=self.env.user.name,
                submitter=self.submitted_by_id.name,
            )
        )
        return live._publish_open()

    def action_ask_reject(self):
        """Ask why the draft goes back."""
        self.ensure_one()
        self._check_state("submitted")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Back"),
            "res_model": "scenic.publish.reject",
            "view_mode": "form",
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def _reject(self, reason):
        """Send a submitted draft back to who made it."""
        for draft in self:
            draft.check_access("write")
            draft._check_state("submitted")
            draft.sudo().write({"state": "draft", "reject_reason": reason})
            draft._message_log(body=self.env._("Sent back: %(reason)s", reason=reason))

    def action_discard(self):
        """Throw a draft away; returns the screen of what it would have changed."""
        self.ensure_one()
        if self.state not in OPEN:
            raise UserError(self.env._("Only a draft can be discarded."))
        live = self.replaces_id
        action = live._publish_open() if live else {"type": "ir.actions.act_window_close"}
        self.unlink()
        return action

    def action_open_draft(self):
        """Open the draft of this live record."""
        self.ensure_one()
        return self.open_draft_id._publish_open()

    def _publish_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_state(self, state):
        for record in self:
            if record.state != state:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(name)s is in the status %(state)s. Reload the page.",
                        name=record.display_name,
                        state=labels[record.state],
                    )
                )

    def _check_publishable(self):
        """Raise what stands in the way, with the lines named."""
        self.ensure_one()
        findings = self._findings() + self._trial_findings()
        errors = [item["message"] for item in findings if item["severity"] == "error"]
        if errors:
            raise UserError(
                self.env._(
                    "%(name)s cannot be published yet:\n%(errors)s",
                    name=self.display_name,
                    errors="\n".join(f"• {error}" for error in errors),
                )
            )

    def _make_draft(self):
        """Return a new draft of this live record."""
        self.ensure_one()
        return self.copy({"state": "draft", "replaces_id": self.id, "version": self.version + 1})

    def _publish_now(self):
        """Make this draft live and return the live record; runs as superuser."""
        self.ensure_one()
        old = self.replaces_id
        vals = self._publication_vals()
        if old:
            vals["version"] = old.version + 1
            old.state = "retired"
        self.write(vals)
        return self

    def _publication_vals(self):
        return {
            "state": "published",
            "published_by_id": self.env.uid,
            "published_at": fields.Datetime.now(),
        }
