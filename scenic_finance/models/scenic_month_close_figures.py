from dateutil.relativedelta import relativedelta

from odoo import fields, models

from ..tools import month_sql
from .scenic_month_line import MOVEMENTS


class ScenicMonthCloseFigures(models.Model):
    """Computing the roll-forward and tying it to the account."""

    _inherit = "scenic.month.close"

    def _refresh(self):
        """Compute roll-forward and checks of this open month anew."""
        self.ensure_one()
        self.env.flush_all()
        self._store_lines()
        self._store_proof()
        self.env["scenic.close.check"]._store(self, self._checks())
        undone = self.check_ids.filtered(lambda row: not row.ok and not row.warn)
        self.write({"todo_count": len(undone), "refreshed_at": fields.Datetime.now()})
        self.flush_recordset()

    def _month_before(self):
        """Return the valid close of the month before, if it is closed."""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("month", "=", self.month - relativedelta(months=1)),
                ("state", "=", "closed"),
                ("is_replaced", "!=", True),
            ],
            limit=1,
        )

    def _store_lines(self):
        """Compute the roll-forward; what the month before was closed with is where it begins."""
        before = self._month_before()
        frozen = {line.sale_month: line.closing for line in before.line_ids}
        self.env.cr.execute(month_sql.roll(self.company_id.id, self.date_from, self.date_to))
        rows = {row["sale_month"]: row for row in self.env.cr.dictfetchall()}
        lines = []
        for month in sorted({*rows, *frozen}):
            row = {
                name: float(number)
                for name, number in rows.get(month, {}).items()
                if name != "sale_month"
            }
            now = row.pop("before", 0.0)
            row["opening"] = frozen.get(month, 0.0) if before else now
            row["late"] = now - row["opening"]
            gone = sum(row.get(name, 0.0) for name in ("used", "refunded", "expired", "kept"))
            row["closing"] = now + row.get("sold", 0.0) - gone
            row = {name: self.currency_id.round(number) for name, number in row.items()}
            if any(row.values()):
                lines.append(
                    {
                        **row,
                        "tickets": int(row.get("tickets", 0)),
                        "sale_month": month,
                        "close_id": self.id,
                        "company_id": self.company_id.id,
                    }
                )
        self.line_ids.unlink()
        self.env["scenic.month.line"].create(lines)
        self.invalidate_recordset(["line_ids"])
        self.write(
            {
                name: self.currency_id.round(sum(line.get(name, 0.0) for line in lines))
                for name in MOVEMENTS
            }
        )

    def _store_proof(self):
        """Tie the closing value to the balance of the accounts."""
        values = self.env["scenic.proof"]._compute_proof(
            self.company_id, self.date_to, tickets=True
        )
        lines = values.pop("lines")
        commands = [fields.Command.clear(), *(fields.Command.create(line) for line in lines)]
        values |= {
            "day": self.date_to,
            "computed_at": fields.Datetime.now(),
            "line_ids": commands,
        }
        if self.proof_id:
            self.proof_id.write(values)
        else:
            self.proof_id = self.env["scenic.proof"].create(values)
        proof = self.proof_id
        expected = (
            self.closing - proof.unposted_sales + proof.unposted_refunds + proof.unposted_releases
        )
        self.write(
            {
                "unposted_sales": proof.unposted_sales,
                "unposted_refunds": proof.unposted_refunds,
                "unposted_releases": proof.unposted_releases,
                "liability": proof.liability_balance,
                "breakage_ahead": proof.breakage_ahead,
                "net_liability": self.currency_id.round(
                    proof.liability_balance - proof.breakage_ahead
                ),
                "difference": self.currency_id.round(proof.liability_balance - expected),
            }
        )
