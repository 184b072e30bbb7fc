from datetime import datetime

from odoo import api, fields, models

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..iot_handlers.scenic_gate.words import LOCKED, PAGE_WORDS
from .scenic_handheld_alarm import MANUAL_REASONS


class ScenicGatePageConfig(models.AbstractModel):
    """What the lane page of a box needs, so that it works without the server."""

    _inherit = "scenic.gate.config"

    page_word = fields.Selection(list(PAGE_WORDS))

    # EXTENDS scenic_gate_iot
    @api.model
    def _extra(self, box):
        extra = super()._extra(box)
        if box.kind == "box":
            extra += self.env["scenic.gate.attendant"]._stamp(box.site_id)
            extra += box.page_hosts or ""
        return extra

    # EXTENDS scenic_gate_iot
    @api.model
    def _build(self, box, offset, lang):
        config = super()._build(box, offset, lang)
        if box.kind != "box":
            return config
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return config | {
            "page": {
                "attendants": self.env["scenic.gate.attendant"]._for_box(box),
                "words": {code: self._labels(self, "page_word", code) for code in languages},
                "manual": self._manual_reasons(languages),
                "products": {code: self._product_names(box.site_id, code) for code in languages},
                "hosts": {name: True for name in (box.page_hosts or "").split()},
            }
        }

    @api.model
    def _labels(self, model, field, lang):
        env = model.with_context(lang=lang).env
        return dict(model._fields[field]._description_selection(env))

    @api.model
    def _manual_reasons(self, languages):
        alarm = self.env["scenic.gate.alarm"]
        labels = {code: self._labels(alarm, "manual_reason", code) for code in languages}
        return {
            reason: {code: labels[code][reason] for code in languages}
            for reason, _text in MANUAL_REASONS
        }


class ScenicBoxPage(models.Model):
    _inherit = "scenic.box"

    page_hosts = fields.Char(
        "Names of the Lane Page",
        help="Names in the local network under which attendants open the page of this box, "
        "separated by spaces. IP addresses and the box's own name always work.",
    )


class ScenicGatePageAlarm(models.AbstractModel):
    """What attendants did at the page of a lane is looked at by a manager."""

    _inherit = "scenic.gate.alarm"

    # EXTENDS scenic_gate_iot
    @api.model
    def _raise(self, box, rows):
        answer = super()._raise(box, rows)
        if box.kind == "box":
            reports = [self._page_report(box, row) for row in rows if _is_by_hand(row)]
            reports += [self._locked_report(box, row) for row in rows if row["reason"] == LOCKED]
            self.env["scenic.incident"]._gate_report(box, reports)
        return answer

    @api.model
    def _page_report(self, box, row):
        attendant, note = self.env["scenic.gate.attendant"]._of_code(row["code"])
        words = ", ".join(word for word in (attendant.user_id.name, note) if word)
        return self._manual_report(box, row | {"code": words})

    @api.model
    def _locked_report(self, box, row):
        happened_at = datetime.fromisoformat(row["happened_at"])
        attendant, _note = self.env["scenic.gate.attendant"]._of_code(row["code"])
        return {
            "gate_key": f"pin:{box.id}:{box.site_id._today(happened_at)}",
            "kind": "pin_locked",
            "happened_at": happened_at.replace(microsecond=0),
            "facts": self.env._(
                "%(time)s: too many wrong PINs for %(who)s at box %(box)s",
                time=box.site_id._gate_local(happened_at).strftime("%Y-%m-%d %H:%M:%S"),
                who=attendant.user_id.name or self.env._("an unknown number"),
                box=box.name,
            ),
            "persons": 0,
        }


class ScenicGatePageIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("pin_locked", "Wrong PINs at a Lane")],
        ondelete={"pin_locked": "set default"},
    )


class ScenicGatePageFact(models.Model):
    _inherit = "scenic.gate.fact"

    kind = fields.Selection(
        selection_add=[(gate_facts.STAFF, "Act of an Attendant")],
        ondelete={gate_facts.STAFF: "cascade"},
    )
    attendant_id = fields.Many2one(
        "scenic.gate.attendant",
        compute="_compute_attendant_id",
        help="Who did it at the lane.",
    )

    @api.depends("code")
    def _compute_attendant_id(self):
        named = self.env["scenic.gate.attendant"]
        for fact in self:
            fact.attendant_id = named._of_code(fact.sudo().code)[0]


def _is_by_hand(row):
    # a lane that was held open is an incident of its own
    return row["kind"] == gate_facts.OPENED and row["pax"] and row["reason"].startswith("M_")
