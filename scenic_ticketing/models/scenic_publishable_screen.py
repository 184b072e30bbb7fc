from markupsafe import Markup

from odoo import api, models

from .scenic_publishable import OPEN


class ScenicPublishableScreen(models.AbstractModel):
    """What the screens show, the same in the form of every model."""

    _inherit = "scenic.publishable"

    def _compute_open_draft_id(self):
        for record in self:
            record.open_draft_id = record._find_open_draft()

    def _find_open_draft(self):
        return self.search(
            [("replaces_id", "in", self._origin.ids), ("state", "in", OPEN)], limit=1
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
            if record.state in OPEN and record._publish_live():
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
            shown = record.state in OPEN and record._origin
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
