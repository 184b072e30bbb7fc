from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.scenic_ticketing.tools.append_only import protect

from ..tools import audit_sql


class ScenicAuditCheck(models.Model):
    """Proof that no document is missing and that the tables that only grow still do."""

    _name = "scenic.audit.check"
    _description = "Scenic Audit Check"
    _order = "id desc"
    _rec_name = "checked_at"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, ondelete="restrict"
    )
    checked_at = fields.Datetime(required=True, readonly=True)
    line_ids = fields.One2many("scenic.audit.check.line", "check_id", readonly=True)
    problem_count = fields.Integer(string="Problems", readonly=True)

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        protect(self.env.cr, self._table)

    def action_check(self):
        """Check the companies that are switched on and open the result."""
        self.env["scenic.recognition"]._check_accountant()
        checks = self.browse()
        for company in self.env.companies:
            checks |= self._run(company)
        return checks._get_records_action(name=self.env._("Audit Check"))

    @api.model
    def _cron_run(self):
        """Check every night; whoever looks finds when a problem appeared."""
        sites = self.env["scenic.site"].sudo()
        for (company,) in sites._read_group([], groupby=["company_id"]):
            self._run(company)

    @api.model
    def _run(self, company):
        """Check one company and keep what was found."""
        self.env.flush_all()
        lines = [*self._number_lines(company), *self._law_lines()]
        return self.sudo().create(
            {
                "company_id": company.id,
                "user_id": self.env.uid,
                "checked_at": fields.Datetime.now(),
                "problem_count": len([line for line in lines if line["state"] != "good"]),
                "line_ids": [Command.create(line) for line in lines],
            }
        )

    # ------------------------------------------------------------------
    # documents
    # ------------------------------------------------------------------

    @api.model
    def _numbered(self, company):
        """Return ``[(kind, SQL of (series, number))]`` of the documents that have no gaps."""
        found = [
            ("order", audit_sql.orders(company.id)),
            ("entry", audit_sql.entries(company.id)),
            ("shift", audit_sql.named("scenic_shift", company.id)),
            ("purge", audit_sql.counted("scenic_purge_certificate", company.id)),
        ]
        for kind, model in (
            ("day", "scenic.day.close"),
            ("month", "scenic.month.close"),
            ("settlement", "scenic.settlement"),
        ):
            if model in self.env and self.env[model]._auto:
                found.append((kind, audit_sql.counted(self.env[model]._table, company.id)))
        return found

    @api.model
    def _number_lines(self, company):
        lines = []
        for kind, numbered in self._numbered(company):
            self.env.cr.execute(audit_sql.gaps(numbered))
            lines += [_number_line(kind, row) for row in self.env.cr.dictfetchall()]
        return lines

    # ------------------------------------------------------------------
    # tables
    # ------------------------------------------------------------------

    @api.model
    def _law_lines(self):
        """Look whether the triggers that keep rows as they are stand, and are switched on."""
        tables = self.env["scenic.trace"]._append_only_tables()
        self.env.cr.execute(audit_sql.laws(tables))
        guarded = dict(self.env.cr.fetchall())
        lines = []
        for table in sorted(tables):
            bits = guarded.get(table) or 0
            open_to = [
                name
                for name, bit in (
                    ("UPDATE", audit_sql.UPDATE),
                    ("DELETE", audit_sql.DELETE),
                    ("TRUNCATE", audit_sql.TRUNCATE),
                )
                if not bits & bit
            ]
            lines.append(
                {
                    "kind": "table",
                    "series": table,
                    "state": "open" if open_to else "good",
                    "gaps": ", ".join(open_to),
                }
            )
        return lines


def _number_line(kind, row):
    gaps = ", ".join(
        str(first) if first == last else f"{first}–{last}" for first, last in row["gaps"] or ()
    )
    twice = ", ".join(map(str, row["twice"] or ()))
    return {
        "kind": kind,
        "series": row["series"],
        "first": row["first"],
        "last": row["last"],
        "count": row["count"],
        "missing": row["missing"],
        "gaps": gaps,
        "twice": twice,
        "state": "gap" if gaps else "twice" if twice else "good",
    }
