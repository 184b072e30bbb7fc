from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from odoo import api, fields, models

from ..tools import breakage, breakage_sql


class ScenicRecognitionBreakage(models.Model):
    """Expected breakage as it is earned: with the uses of the tickets that were sold beside it.

    The ticket liability stays the value of the open tickets. What is taken ahead stands on an
    account of its own against it, and each run brings that account to what the approved curves,
    the posted uses and expiries say, pool by pool. So an expiry, a new estimate, a refund or a use
    that is taken back all end in the same way: with the difference.
    """

    _inherit = "scenic.recognition"

    breakage_line_ids = fields.One2many("scenic.breakage.line", "recognition_id", readonly=True)
    breakage_ahead = fields.Monetary(
        readonly=True,
        help="Expected breakage that this run took ahead of its expiry; negative: took back.",
    )

    @api.model
    def _owed_when_unused(self, company, day):
        """Return ``(product id, zone id, part)`` of unused value that belongs to third parties.

        The part is between 0 and 1. It is never income of the park, neither expected nor expired.
        """
        return []

    # EXTENDS scenic_finance
    def _balanced_lines(self, rows):
        return super()._balanced_lines(rows) + self._breakage_lines()

    def _breakage_lines(self):
        """Return the lines that bring what is taken ahead to where it should be, and keep why."""
        taken = self._breakage_changes()
        if not taken:
            return []
        company = self.company_id
        company._scenic_require("scenic_breakage_ahead_account_id", "scenic_breakage_account_id")
        self.env["scenic.breakage.line"].sudo().create(taken)
        self.breakage_ahead = sum(line["amount"] for line in taken)
        lines, groups = [], {}
        for line in taken:
            key = (line["product_id"], line["amount"] < 0)
            amount, pools = groups.get(key, (0.0, 0))
            groups[key] = (amount + line["amount"], pools + 1)
        for (product, back), (amount, pools) in groups.items():
            name = self.env._(
                "%(product)s: expected breakage",
                product=self.env["product.product"].browse(product).name,
            )
            for account, balance in (
                (company.scenic_breakage_ahead_account_id, amount),
                (company.scenic_breakage_account_id, -amount),
            ):
                if vals := self._line_vals(account.id, product, balance, pools, back):
                    lines.append({**vals, "name": name})
        return lines

    def _breakage_changes(self):
        """Return the values of this run's breakage lines."""
        company, curves = self.company_id, self.env["scenic.breakage.curve"]
        curves = curves._in_force(company, self.day)
        self.env.flush_all()
        self.env.cr.execute(breakage_sql.AHEAD, [company.id])
        before = {tuple(pool): breakage.exact(amount) for *pool, amount in self.env.cr.fetchall()}
        if not curves and not before:
            return []
        self.env.cr.execute(breakage_sql.TOUCHED, {"batch": self.id, "company": company.id})
        pools = [
            pool
            for pool in self.env.cr.fetchall()
            if pool in before or self._breakage_curve(curves, pool)
        ]
        owed = self._owed_when_unused(company, self.day)
        self.env.cr.execute(breakage_sql.pools(company, self.day, owed, pools))
        figures = {tuple(row[:3]): row[3:] for row in self.env.cr.fetchall()}
        changes = []
        for pool in pools:
            vals = self._breakage_vals(
                pool,
                self._breakage_curve(curves, pool),
                figures.get(pool, (0, 0.0, 0.0, 0.0)),
                before.get(pool, Decimal(0)),
            )
            if vals["amount"]:
                changes.append(vals)
        return changes

    def _breakage_curve(self, curves, pool):
        """Return the curve of a pool, none when its product waits for the expiry."""
        product, channel, _month = pool
        curve = curves.get((product, channel), self.env["scenic.breakage.curve"])
        if curve and curve.product_id.product_tmpl_id._scenic_breakage_is_ahead(self.company_id):
            return curve
        return self.env["scenic.breakage.curve"]

    def _breakage_vals(self, pool, curve, figures, before):
        product, channel, month = pool
        # rounded first, so that the line itself says how the amount comes about
        cent = Decimal(str(self.currency_id.rounding)).normalize()
        used, expired, still_open = map(breakage.exact, figures[1:])
        used, expired = (value.quantize(cent, ROUND_HALF_UP) for value in (used, expired))
        still_open = max(still_open, Decimal(0)).quantize(cent, ROUND_DOWN)
        rate = Decimal(str(round(curve.rate, 6)))
        target = breakage.taken_ahead(rate, used, expired, still_open)
        target = target.quantize(cent, ROUND_HALF_UP)
        return {
            "recognition_id": self.id,
            "company_id": self.company_id.id,
            "day": self.day,
            "product_id": product,
            "channel_id": channel,
            "month": month,
            "curve_id": curve.id,
            "rate": float(rate),
            "used_value": float(used),
            "expired_value": float(expired),
            "open_value": float(still_open),
            "before": float(before),
            "target": float(target),
            "amount": float(target - before),
        }
