from odoo import api, fields, models

from ..tools import lane_status


class ScenicBoxReview(models.Model):
    """What a box says of itself that somebody has to know: much let in, a disk that refuses."""

    _inherit = "scenic.box"

    currency_id = fields.Many2one(related="company_id.currency_id")
    exposed = fields.Monetary(
        "Let in without the Server",
        compute="_compute_exposed",
        help="Value of passages that the server had not heard of when the box called last.",
    )
    exposure_stage = fields.Selection(
        [
            ("1", "Risky unlisted tickets ask staff"),
            ("2", "Unlisted tickets ask staff"),
            ("3", "Unconfirmed tickets ask staff"),
        ],
        string="Asks Staff",
        compute="_compute_exposed",
    )

    @api.depends("status")
    def _compute_exposed(self):
        for box in self:
            cents, stage = lane_status.exposure(box.status)
            box.exposed = box._from_cents(cents)
            box.exposure_stage = str(stage) if stage else False

    def _from_cents(self, cents):
        return cents / 10 ** self.company_id.sudo().currency_id.decimal_places

    # EXTENDS scenic_gate_iot
    def _seen(self, status, drift_s):
        written = super()._seen(status, drift_s)
        cents, stage = lane_status.exposure(status)
        disk = lane_status.disk(status)
        if stage or disk:
            limit = lane_status.exposure_limit(status)
            reports = self._reports(cents, stage, limit, disk)
            self.env["scenic.incident"]._gate_report(self, reports)
        if written:
            settled = [key for key, on in self._review_keys(stage, disk) if not on]
            self.env["scenic.incident"]._gate_settle(
                settled, self.env._("The box has reported that it is over.")
            )
        return written

    def _review_keys(self, stage, disk):
        return [(f"exposure:{self.id}", stage), (f"disk:{self.id}", disk)]

    def _exposure_text(self, cents, stage, limit_cents):
        """Say what was let in, how much of the limit that is, and what the lanes do now.

        The box decides by the limit it was told last; that of the site may be another by now.
        """
        labels = dict(self._fields["exposure_stage"]._description_selection(self.env))
        known = limit_cents is not None
        limit = self._from_cents(limit_cents) if known else self.site_id.gate_exposure_limit
        amount = self._from_cents(cents)
        return self.env._(
            "%(box)s has let in %(amount)s without the server, %(percent)d %% of its limit of "
            "%(limit)s. Now: %(stage)s.",
            box=self.name,
            amount=self.currency_id.format(amount),
            percent=100 * amount / limit if limit else 100,
            limit=self.currency_id.format(limit),
            stage=labels[str(stage)],
        )

    def _reports(self, cents, stage, limit_cents, disk):
        now, reports = fields.Datetime.now(), []
        if stage:
            reports.append(
                {
                    "gate_key": f"exposure:{self.id}",
                    "kind": "exposure",
                    "happened_at": now,
                    "facts": self._exposure_text(cents, stage, limit_cents),
                    "persons": 0,
                    "amount": self._from_cents(cents),
                    "whole": True,
                }
            )
        if disk:
            reports.append(
                {
                    "gate_key": f"disk:{self.id}",
                    "kind": "box_disk",
                    "happened_at": now,
                    "facts": self.env._(
                        "Box %(box)s cannot write, so its lanes admit nobody: %(error)s",
                        box=self.name,
                        error=disk,
                    ),
                    "persons": 0,
                    "whole": True,
                }
            )
        return reports
