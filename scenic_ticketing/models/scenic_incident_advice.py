from odoo import api, fields, models


class ScenicIncidentAdvice(models.Model):
    """What somebody who opens an incident does next, and its story as text to hand on."""

    _inherit = "scenic.incident"

    advice = fields.Char("What to Do", compute="_compute_advice")
    story_text = fields.Text(
        "Story",
        compute="_compute_story_text",
        help="Everything on this screen as text, without the holder: for a message or a file.",
    )
    may_charge = fields.Boolean(compute="_compute_may_charge")

    @api.depends_context("lang")
    @api.depends("kind")
    def _compute_advice(self):
        advice = self._advice()
        for incident in self:
            incident.advice = advice.get(incident.kind, "")

    @api.depends("amount", "kind")
    def _compute_may_charge(self):
        for incident in self:
            incident.may_charge = bool(incident.amount) and incident._has_price()

    def _has_price(self):
        """Tell whether the amount is something that a visitor may owe."""
        self.ensure_one()
        return True

    @api.model
    def _advice(self):
        """Return {kind: what to do}."""
        return {
            "excess": self.env._(
                "Compare lanes and times below. Far apart and offline: a copied code, block the "
                "ticket. Close together: perhaps one visitor let in twice. Charge who is still "
                "here."
            ),
            "after_void": self.env._(
                "Somebody entered with a ticket that was given back. Sale says who bought it. "
                "Charge the difference, or report fraud: the facts below are the evidence."
            ),
            "unknown_ticket": self.env._(
                "A window or channel has not sent this sale yet. Bring windows that were offline "
                "back online: the facts find their ticket by themselves. If it is still unknown "
                "the next day, ask who sold it."
            ),
            "tailgate": self.env._(
                "More persons passed than the ticket allows. Look at the camera at this moment; "
                "sell the missing ticket if they are still here."
            ),
            "forced_open": self.env._(
                "Somebody went through the shut barrier. Look at the camera, then at the barrier, "
                "and test it from the form of the lane."
            ),
            "reverse": self.env._(
                "Somebody went through in the wrong direction. If it happens again, put a person "
                "or a sign there."
            ),
            "oversold": self.env._(
                "More was sold than there is room for. Offer another time or another day before "
                "they arrive, or give the money back."
            ),
            "silent_gate": self.env._(
                "The lanes go on by themselves and nothing is lost. Look at power and network of "
                "the box; it reports everything when it is back."
            ),
            "price": self.env._(
                "The window sold at another price than the tariff. Compare both, and ask who "
                "sold it."
            ),
            "payment": self.env._(
                "Ask the acquirer whether the money arrived before anything is paid twice or "
                "given back."
            ),
        }

    # ------------------------------------------------------------------
    # the story as text
    # ------------------------------------------------------------------

    @api.depends_context("lang")
    def _compute_story_text(self):
        for incident in self:
            incident.story_text = "\n".join(incident._story_lines())

    def _story_lines(self):
        """Return the lines of the story; nothing in it names the holder of the ticket."""
        self.ensure_one()
        state = dict(self._fields["state"]._description_selection(self.env)).get(self.state, "")
        lines = [f"{self.display_name} · {state}"]
        for label, value in self._story_pairs():
            if value:
                lines.append(self.env._("%(label)s: %(value)s", label=label, value=value))
        return [*lines, *self._story_facts(), *self._story_outcome()]

    def _story_pairs(self):
        """Return (label, value) of what the screen shows above the facts."""
        ticket = self.ticket_id
        return [
            (self.env._("When"), self._story_moment(self.happened_at)),
            (self.env._("Where"), self._story_place()),
            (self.env._("Owner"), self.user_id.name),
            (self.env._("Amount"), self.amount and self.currency_id.format(self.amount)),
            (self.env._("Ticket"), ticket.alias),
            (self.env._("Product"), self.ticket_product if ticket else ""),
            (self.env._("Visit"), self.ticket_visit if ticket else ""),
            (self.env._("Used"), self.ticket_uses if ticket else ""),
            (self.env._("Sale"), self.sale_text),
        ]

    def _story_moment(self, moment):
        """Return a moment on the clock of the site, to the second."""
        local = moment and fields.Datetime.context_timestamp(
            self.with_context(tz=self.site_id.tz or self.env.user.tz), moment
        )
        return local.strftime("%Y-%m-%d %H:%M:%S") if local else ""

    def _story_place(self):
        return " · ".join(part for part in (self.site_id.name, self.lane_code) if part)

    def _story_facts(self):
        return (self.facts or "").splitlines()

    def _story_outcome(self):
        if not self.outcome:
            return []
        who = " · ".join(
            part for part in (self.settled_by_id.name, self._story_moment(self.settled_at)) if part
        )
        outcome = f"{self.outcome} ({who})" if who else self.outcome
        return [self.env._("%(label)s: %(value)s", label=self.env._("Outcome"), value=outcome)]
