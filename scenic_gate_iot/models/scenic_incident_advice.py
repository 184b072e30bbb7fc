from odoo import api, fields, models

STORY_FACTS = 40  # lines of facts in a story that is copied


class ScenicIncidentAdvice(models.Model):
    """What to do about what gates report, and where it was."""

    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[
            ("emergency", "Emergency at a lane"),
            ("box_disk", "Box cannot write"),
            ("stuck", "Reports not in the ledger"),
        ],
        ondelete={"emergency": "set default", "box_disk": "set default", "stuck": "set default"},
    )
    lane_id = fields.Many2one(
        "scenic.lane", string="Gate Lane", compute="_compute_lane_id", help="Opens the lane."
    )

    @api.depends("lane_code", "site_id")
    def _compute_lane_id(self):
        lanes = self.env["scenic.lane"].with_context(active_test=False)
        for incident in self:
            known = incident.lane_code and incident.site_id and lanes.has_access("read")
            incident.lane_id = known and lanes.search(
                [("code", "=", incident.lane_code), ("site_id", "=", incident.site_id.id)], limit=1
            )

    # EXTENDS scenic_ticketing
    def _has_price(self):
        # what a box let in is what may be lost, not what one visitor owes
        return self.kind != "exposure" and super()._has_price()

    # EXTENDS scenic_ticketing
    def _story_place(self):
        lane = self.lane_id.display_name or self.lane_code
        return " · ".join(part for part in (self.site_id.name, lane, self.box_id.name) if part)

    # EXTENDS scenic_ticketing
    def _story_facts(self):
        lines = [] if self.ticket_id and self.has_facts else super()._story_facts()
        for fact in self.fact_ids[:STORY_FACTS]:
            lines.append(" · ".join(part for part in self._story_fact(fact) if part))
        return lines

    def _story_fact(self, fact):
        labels = {
            name: dict(fact._fields[name]._description_selection(self.env))
            for name in ("kind", "mode", "current_verdict")
        }
        return (
            self._story_moment(fact.happened_at),
            fact.lane,
            labels["kind"].get(fact.kind),
            fact.reason_text,
            self.env._("%s person(s)", fact.pax) if fact.pax else "",
            fact.ticket_id.alias if not self.ticket_id else "",
            labels["mode"].get(fact.mode),
            labels["current_verdict"].get(fact.current_verdict),
        )

    # EXTENDS scenic_ticketing
    @api.model
    def _advice(self):
        parts = (
            self._advice_lanes(),
            self._advice_pace(),
            self._advice_people(),
            self._advice_boxes(),
            self._advice_care(),
        )
        advice = super()._advice()
        for part in parts:
            advice |= part
        return advice

    @api.model
    def _advice_lanes(self):
        return {
            "blocked": self.env._(
                "Somebody or something stood in the passage to the end. Go and look; if nothing "
                "is there, clean the sensors and test the barrier."
            ),
            "unseen": self.env._(
                "The barrier opened, but nobody knows whether somebody went in. Ask the attendant "
                "or look at the camera. Did nobody enter? The lane page opens once more for this "
                "ticket."
            ),
            "emergency": self.env._(
                "The fire input opened this lane; software cannot shut it. Look at the place "
                "first. When the panel is quiet, end it at the lane page or with the order Reset."
            ),
            "silent_lane": self.env._(
                "Show a ticket to the reader, or press Test Reader on the form of the lane. Is "
                "the lane shut on purpose? Then settle this as explained."
            ),
            "device_dead": self.env._(
                "Look at power and cable of the device, then at the address on the form of the "
                "lane. Until it answers, send visitors to the next lane."
            ),
        }

    @api.model
    def _advice_pace(self):
        return {
            "slow_gate": self.env._(
                "Go and look: is there a queue, or nobody? A queue: open more lanes or take a "
                "handheld. Nobody: it is a quieter day."
            ),
            "refused_burst": self.env._(
                "Look at the reasons below. One reason again and again is mostly a wrong rule, "
                "date or entrance, and not the visitors."
            ),
            "forged": self.env._(
                "Keep the paper or a photo of the screen, look at the camera, ask where it was "
                "bought. No forged code has opened a gate."
            ),
        }

    @api.model
    def _advice_people(self):
        return {
            "manual": self.env._(
                "Compare the reasons with who was at the gate. Many without a ticket by one "
                "person are worth a question."
            ),
            "pin_locked": self.env._(
                "Somebody tried PINs of the lane page. Ask the attendant; if it was not he, give "
                "him a new PIN under Gate Attendants and look who is in the network of the gates."
            ),
            "held_open": self.env._(
                "A lane was held open and let everybody through. Compare who did it, why and how "
                "many went in with what happened at the gate."
            ),
            "held_long": self.env._(
                "A lane has been held open for long. Ask whether it is still needed, and end it at "
                "the lane page or with the order End holding open."
            ),
            "drill_failed": self.env._(
                "This lane has not proven that it works alone. Open the drill, correct what it "
                "found, and drill again before the next busy day."
            ),
        }

    @api.model
    def _advice_boxes(self):
        return {
            "exposure": self.env._(
                "Bring the network of this box back: with the server in contact this ends by "
                "itself. Until then lanes ask staff about some tickets; put somebody there with "
                "the lane page."
            ),
            "box_forked": self.env._(
                "Somebody copied the memory card, or an old copy was put in. Use one of the two "
                "boxes only. Then release the box, or use Replace Hardware if you cannot tell "
                "which is right."
            ),
            "clock_drift": self.env._(
                "Look at the time service of the network. The box corrects itself by the server; "
                "a Raspberry Pi that does this often needs a clock with a battery."
            ),
        }

    @api.model
    def _advice_care(self):
        return {
            "disk_full": self.env._(
                "Free space on the box or give it a larger card tonight. A full disk admits nobody."
            ),
            "box_disk": self.env._(
                "The machine admits nobody here. Let visitors in with a handheld or another lane, "
                "free space or change the card of the box; the lanes go on without a restart."
            ),
            "unsent": self.env._(
                "The box is in contact, but its reports do not arrive. Look at the log of the "
                "server for this box; nothing is lost meanwhile."
            ),
            "lan_cut": self.env._(
                "Look at switch and cables of the gate network. Until the boxes hear each other, a "
                "copied ticket may be let in once at each of them."
            ),
            "stuck": self.env._(
                "The reports are stored and are tried again every five minutes. If this stays "
                "open, give the text below to whoever looks after the server."
            ),
            "config": self.env._(
                "The gates work on, with the rules and lanes they had. Open the record that is "
                "named below, correct it and save it; this ends by itself within a minute."
            ),
            "update_failed": self.env._(
                "The lanes work with the handlers they had before. Read the reason, and order the "
                "update again when it is mended."
            ),
            "refund_early": self.env._(
                "The money left before all gates knew of it. Did somebody still enter? Then it "
                "shows below as used after it was void."
            ),
        }
