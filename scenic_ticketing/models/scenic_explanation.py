from odoo import api, fields, models

from ..iot_handlers.scenic_rules.site_time import day_at, day_of
from ..tools.site_time import to_utc

# every check of scenic_rules.check_table, in its order
CHECKS = [
    ("site", "Park"),
    ("product", "Kind of ticket"),
    ("state", "State"),
    ("until", "Last day"),
    ("slot_over", "End of the slot"),
    ("clock", "Clock"),
    ("from", "First day"),
    ("slot", "Time slot"),
    ("weekday", "Weekday"),
    ("blackout", "Closed days"),
    ("hours", "Hours of entry"),
    ("period", "Time since the first use"),
    ("entrance", "Entrance"),
    ("live", "Live code"),
    ("zone", "Zone"),
    ("same_scan", "Same scan"),
    ("right", "Uses in this zone"),
    ("choice", "Choice"),
    ("total", "Uses in total"),
    ("day", "Uses today"),
    ("order", "Order of zones"),
    ("within", "Time limit between zones"),
    ("interval", "Pause between uses"),
    ("passback", "Leave before coming back"),
    ("id", "Identity document"),
    ("concession", "Proof of the discount"),
    ("companion", "Companion"),
    ("holder", "Photo of the holder"),
    ("group", "Number of persons"),
    ("risk", "Contact with the server"),
    ("exposure", "Let in without the server"),
]
OUTCOMES = [
    ("ok", "In order"),
    ("refuse", "Refused"),
    ("doubt", "Attendant decides"),
    ("skipped", "Not asked"),
]


class ScenicExplanation(models.AbstractModel):
    """Why the decision is as it is, in words that a cashier understands."""

    _name = "scenic.explanation"
    _inherit = ["scenic.reason"]
    _description = "Explanation of a Decision"

    check_name = fields.Selection(CHECKS)
    outcome = fields.Selection(OUTCOMES)
    ticket_view_state = fields.Selection(
        [
            ("valid", "valid"),
            ("held", "reserved, not activated yet"),
            ("blocked", "blocked"),
            ("void", "refunded or cancelled"),
            ("superseded", "an older copy"),
        ]
    )

    @api.model
    def _explain_lines(self, checks, zone):
        """Return a dict for each check: name, title, outcome, label, decided, text, advice.

        ``checks`` as ``scenic.redemption._explain`` returns them, for a gate of ``zone``.
        """
        titles, outcomes = self._words("check_name"), self._words("outcome")
        reasons = self._reason_labels()
        return [
            {
                "name": check.name,
                "title": titles.get(check.name, check.name),
                "outcome": check.outcome,
                "label": outcomes[check.outcome],
                "decided": check.decided,
                "reason": check.reason.value if check.reason else "",
                "advice": reasons.get(check.reason, "") if check.outcome != "ok" else "",
                "text": self._fact_text(check, zone),
            }
            for check in checks
        ]

    @api.model
    def _fact_text(self, check, zone):
        """Return what was compared, as a sentence; nothing when the check was not asked."""
        say = getattr(self, f"_say_{check.name}", None)
        return say(check.facts, zone) if say and check.facts else ""

    @api.model
    def _words(self, name):
        return dict(self._fields[name]._description_selection(self.env))

    # ------------------------------------------------------------------
    # facts as people write them
    # ------------------------------------------------------------------

    @api.model
    def _day(self, number):
        return day_of(number).isoformat() if 0 <= number <= 0xFFFF else str(number)

    @api.model
    def _clock(self, minute):
        days, minute = divmod(minute, 24 * 60)
        later = f" +{days}" if days > 0 else ""
        return f"{minute // 60:02}:{minute % 60:02}{later}"

    @api.model
    def _moment(self, unix, zone):
        """Return day and time on the site's clock."""
        if unix is None:
            return self.env._("never")
        clock = zone.site_id._wall_clock(to_utc(unix))
        return f"{clock['day']} {clock['time']}"

    @api.model
    def _zone_names(self, codes, zone):
        zones = zone.site_id.with_context(active_test=False).zone_ids
        names = {item.code: item.name for item in zones}
        return ", ".join(names.get(code, code) for code in codes) or "–"

    @api.model
    def _left(self, left):
        return self.env._("unlimited") if left is None else str(left)

    @api.model
    def _day_of_moment(self, unix, zone):
        return self._day(day_at(unix, zone.site_id._info().tz))
