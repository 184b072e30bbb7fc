import json
from contextlib import contextmanager

from markupsafe import Markup
from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

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
_OPEN = ("draft", "submitted")


def _plain(value):
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
    submitted_by_id = fields.Many2one(
        "res.users", string="Submitted By", readonly=True, copy=False, ondelete="restrict"
    )
    submitted_at = fields.Datetime(string="Submitted", readonly=True, copy=False)
    published_by_id = fields.Many2one(
        "res.users", string="Published By", readonly=True, copy=False, ondelete="restrict"
    )
    published_at = fields.Datetime(string="Published On", readonly=True, copy=False)
    reject_reason = fields.Char(string="Sent Back Because", readonly=True, copy=False)
    open_draft_id = fields.Many2one(
        "scenic.publishable", string="Open Draft", compute="_compute_open_draft_id"
    )
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

    def unlink(self):
        if not self.env.su:
            for record in self.filtered(lambda record: record.state not in _OPEN):
                raise UserError(
                    self.env._(
                        "%(name)s was published and stays as evidence. Archive it instead.",
                        name=record.display_name,
                    )
                )
        return super().unlink()

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
        return super().write({"edited_by_id": self.env.uid, "edited_at": fields.Datetime.now()})

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
        if self.state not in _OPEN:
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

    def _publish_copy_vals(self, other):
        """Return what makes ``other`` say the same as this record."""
        vals = {}
        for name in self._publish_fields():
            field = self._fields[name]
            if field.type == "one2many":
                lines = [fields.Command.create(line.copy_data()[0]) for line in self[name]]
                vals[name] = [*(fields.Command.delete(line.id) for line in other[name]), *lines]
            elif field.type == "many2many":
                vals[name] = [fields.Command.set(self[name].ids)]
            else:
                vals[name] = field.convert_to_write(self[name], self)
        return vals

    def _publish_copy_translations(self, other):
        """Give ``other`` the texts of this record in all languages, not only the publisher's."""
        texts = {name for name in self._publish_fields() if self._fields[name].translate}
        self.copy_translations(other, excluded=set(self._fields) - texts)

    def _publish_content(self):
        """Return what is published as plain values: ids of records, lines as lists of dicts."""
        content = {}
        for name in self._publish_fields():
            field, value = self._fields[name], self[name]
            if field.type == "one2many":
                content[name] = [_plain(line.copy_data()[0]) for line in value]
            elif field.type == "many2many":
                content[name] = value.ids
            else:
                content[name] = _plain(field.convert_to_write(value, self))
        return content

    def _publish_content_vals(self, content):
        """Return what writes ``content`` back; what does not exist any more is left out."""
        vals = {}
        for name in content.keys() & set(self._publish_fields()):
            field, value = self._fields[name], content[name]
            if field.type == "one2many":
                vals[name] = [fields.Command.clear(), *map(fields.Command.create, value)]
            elif field.type == "many2many":
                vals[name] = [
                    fields.Command.set(self.env[field.comodel_name].browse(value).exists().ids)
                ]
            elif field.type == "many2one":
                vals[name] = self.env[field.comodel_name].browse(value or []).exists().id
            else:
                vals[name] = value
        return vals

    @contextmanager
    def _as_if_published(self):
        """Work in a world in which this draft is published, and undo all of it afterwards.

        What a draft would do is asked of the very code that will do it, so nothing about it is
        written twice. Yields the live record.
        """
        self.ensure_one()
        quiet = self.sudo().with_context(tracking_disable=True, mail_notrack=True)
        with self.env.cr.savepoint() as savepoint:
            yield quiet._publish_now()
            self.env.flush_all()
            savepoint.rollback()
            self.env.invalidate_all(flush=False)
        self.env.registry.clear_cache()

    def _trial_findings(self):
        """Return what the constraints of the models would refuse."""
        try:
            with self._as_if_published():
                self.env.flush_all()
        except (ValidationError, IntegrityError) as err:
            self.env.invalidate_all(flush=False)
            self.env.registry.clear_cache()
            message = err.args[0] if isinstance(err, ValidationError) else str(err)
            return [{"severity": "error", "code": "refused", "message": message, "record": self}]
        return []

    # ------------------------------------------------------------------
    # what the screens show
    # ------------------------------------------------------------------

    def _compute_open_draft_id(self):
        for record in self:
            record.open_draft_id = record._find_open_draft()

    def _find_open_draft(self):
        return self.search(
            [("replaces_id", "in", self._origin.ids), ("state", "in", _OPEN)], limit=1
        )

    @api.depends("state", "submitted_by_id", "edited_by_id")
    @api.depends_context("uid")
    def _compute_may_publish(self):
        for record in self:
            record.may_publish = record.state == "submitted" and self.env.user not in (
                record.submitted_by_id | record.edited_by_id
            )

    @api.depends("state", "replaces_id", "submitted_by_id")
    @api.depends_context("lang")
    def _compute_notes(self):
        for record in self:
            live = record.replaces_id
            record.draft_note = live and self.env._(
                "This is a draft. Windows and gates follow version %(version)s of %(name)s until "
                "it is published.",
                version=live.version,
                name=live.display_name,
            )
            record.wait_note = record.state == "submitted" and self.env._(
                "Submitted by %(user)s. A manager who has neither edited nor submitted it can "
                "publish it.",
                user=record.submitted_by_id.sudo().name,
            )

    def _publish_live(self):
        """Return what this draft would change, an empty record when it is something new."""
        return self.replaces_id

    def _publish_changes(self):
        """Return (label, before, after) of each field that differs from what is live."""
        self.ensure_one()
        live = self.replaces_id
        labels = {
            name: data["string"]
            for name, data in self.fields_get(self._publish_fields(), ["string"]).items()
        }
        changes = []
        for name, label in labels.items():
            before = live._publish_text(name) if live else ""
            after = self._publish_text(name)
            if before != after:
                changes.append((label, before, after))
        return changes

    def _publish_text(self, name):
        """Return a field as a person reads it."""
        self.ensure_one()
        field, value = self._fields[name], self[name]
        if field.relational:
            return ", ".join(record.display_name or "" for record in value)
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return "" if value is False else str(field.convert_to_export(value, self))

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_changes_html(self):
        for record in self:
            rows = Markup()
            if record.state in _OPEN and record._publish_live():
                for label, before, after in record._publish_changes():
                    rows += Markup("<tr><td>%s</td><td>%s</td><td><b>%s</b></td></tr>") % (
                        label,
                        before,
                        after,
                    )
            record.changes_html = rows and Markup(
                "<table class='table table-sm o_scenic_changes'><thead><tr><th>%s</th>"
                "<th>%s</th><th>%s</th></tr></thead><tbody>%s</tbody></table>"
            ) % (self.env._("What"), self.env._("Now"), self.env._("In this draft"), rows)

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_findings_html(self):
        for record in self:
            shown = record.state in _OPEN and record._origin
            record.findings_html = self._findings_list(record._findings() if shown else [])

    @api.model
    def _findings_list(self, findings):
        """Return findings as a list to be read, False when there are none."""
        items = Markup().join(
            Markup("<li class='text-%s'>%s</li>")
            % ("danger" if finding["severity"] == "error" else "warning", finding["message"])
            for finding in findings
        )
        return items and Markup("<ul class='mb-0'>%s</ul>") % items

    # ------------------------------------------------------------------
    # the same buttons and status in every form
    # ------------------------------------------------------------------

    # EXTENDS base
    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and arch.tag == "form":
            self._publish_add_part(arch)
        return arch, view

    @api.model
    def _publish_add_part(self, arch):
        """Put the shared part of the form (buttons, status, changes) into a model's own form."""
        part = self.env.ref("scenic_ticketing.scenic_publishable_view_part")
        part = part.sudo()._get_combined_arch()
        header, sheet = arch.find("header"), arch.find("sheet")
        shared = part.find("header")
        if header is None:
            arch.insert(0, shared)
        else:
            header.extend(list(shared))
        into = arch if sheet is None else sheet
        at = 0 if sheet is not None else 1
        for node in reversed(list(part.find("sheet"))):
            into.insert(at, node)
        if arch.find(".//chatter") is None:
            arch.extend(part.findall("chatter"))
        content = set(self._publish_fields())
        for node in into.xpath(".//field[not(ancestor::field)]"):
            if node.get("name") in content and not node.get("readonly"):
                node.set("readonly", "state not in (False, 'draft')")
