from odoo import api, fields, models

from ..tools import proof_sql

_ODD_LIMIT = 200


class ScenicProof(models.Model):
    """The proof that the contract liability is the value of the tickets that are still open.

    For a company at one moment:

        liability = open tickets - sold but not posted + refunded but not posted
                    + released but not posted

    Each summand is broken down into lines that open the session, entry or ticket behind them. A
    line of the kind difference is something that neither side explains.
    """

    _name = "scenic.proof"
    _description = "Scenic Balance Proof"
    _order = "id desc"
    _inherit = ["mail.thread"]

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    computed_at = fields.Datetime(readonly=True)
    day = fields.Date(
        string="At the End of", readonly=True, help="Empty: at the moment of the computation."
    )
    liability_balance = fields.Monetary(
        readonly=True, help="Balance of the ticket liability accounts in the ledger."
    )
    unredeemed_value = fields.Monetary(
        string="Open Tickets",
        readonly=True,
        help="Net value of sold tickets that is not used, expired or refunded.",
    )
    unposted_sales = fields.Monetary(
        string="Sold, not Posted",
        readonly=True,
        help="Tickets of sessions that are still open: they reach the ledger at the closing.",
    )
    unposted_refunds = fields.Monetary(
        string="Refunded, not Posted",
        readonly=True,
        help="Refunds of sessions that are still open: they reach the ledger at the closing.",
    )
    unposted_releases = fields.Monetary(
        string="Used, not Posted",
        readonly=True,
        help="Used or expired value that no recognition has turned into revenue yet.",
    )
    expected_balance = fields.Monetary(
        readonly=True, help="What the ledger should hold: open tickets and what is on the way."
    )
    difference = fields.Monetary(readonly=True)
    state = fields.Selection(
        [("balanced", "Balanced"), ("different", "Difference"), ("unset", "Not set up")],
        readonly=True,
        required=True,
        default="unset",
    )
    line_ids = fields.One2many("scenic.proof.line", "proof_id", readonly=True)
    difference_count = fields.Integer(string="Number of Differences", readonly=True)

    @api.depends("company_id", "day", "computed_at")
    def _compute_display_name(self):
        for proof in self:
            moment = proof.day or fields.Datetime.context_timestamp(
                proof, proof.computed_at or fields.Datetime.now()
            ).replace(tzinfo=None, microsecond=0)
            proof.display_name = f"{proof.company_id.name}, {moment}"

    # ------------------------------------------------------------------
    # computing
    # ------------------------------------------------------------------

    @api.model
    def _compute_proof(self, company, at=None, tickets=False):
        """Return the proof of `company` as a dict; nothing is stored.

        `at` (a date) takes everything at the end of that day, None at this moment. The proof
        compares every journal item with its tickets. With `tickets` it also checks every ticket
        by itself, which finds errors that cancel out within one journal item; at a million
        tickets that takes seconds instead of a fraction of one. `lines` are values of
        ``scenic.proof.line``.
        """
        self = self.sudo().with_company(company)
        self.env.flush_all()
        accounts = (
            self.env["account.account"]
            .with_context(active_test=False)
            .search([("scenic_liability", "=", True)])
        )
        self.env.cr.execute(proof_sql.balance(company.id, accounts.ids, at))
        sections = {}
        for section, record_id, amount, expected in self.env.cr.fetchall():
            sections.setdefault(section, []).append((record_id, float(amount), float(expected)))
        lines = [
            *self._entry_lines(sections),
            *self._open_lines(sections, company, at),
            *(self._ticket_lines(company) if tickets else []),
        ]
        return self._summary(company, sections, lines)

    @api.model
    def _differences(self, company):
        """Return what the proof of `company` finds wrong, as sentences; nothing when it holds."""
        proof = self._compute_proof(company, tickets=True)
        wrong = [line for line in proof["lines"] if line["kind"] == "difference"]
        texts = [f"{line['amount']:.2f} {line['name']}" for line in wrong]
        if proof["difference"] and not texts:
            texts.append(f"{proof['difference']:.2f} that nothing explains")
        return texts

    @api.model
    def _summary(self, company, sections, lines):
        rounded = company.currency_id.round
        total = {name: sections[name][0][1] for name in ("ledger", "sold", "refunded", "released")}
        pending = {
            kind: rounded(sum(line["amount"] for line in lines if line["kind"] == kind))
            for kind in ("sale", "refund", "release")
        }
        open_value = rounded(total["sold"] - total["refunded"] - total["released"])
        expected = rounded(open_value - pending["sale"] + pending["refund"] + pending["release"])
        difference = rounded(total["ledger"] - expected)
        wrong = [line for line in lines if line["kind"] == "difference"]
        configured = company.scenic_liability_account_id or total["ledger"] or total["sold"]
        state = "different" if difference or wrong else "balanced" if configured else "unset"
        return {
            "company_id": company.id,
            "liability_balance": rounded(total["ledger"]),
            "unredeemed_value": open_value,
            "unposted_sales": pending["sale"],
            "unposted_refunds": pending["refund"],
            "unposted_releases": pending["release"],
            "expected_balance": expected,
            "difference": difference,
            "difference_count": len(wrong),
            "state": state,
            "lines": lines,
        }

    @api.model
    def _entry_lines(self, sections):
        """Return the journal items and recognitions that hold something else than the tickets."""
        lines = []
        for line_id, amount, expected in sections.get("entry", []):
            aml = self.env["account.move.line"].browse(line_id)
            lines.append(
                self._line(
                    "difference",
                    amount - expected,
                    self.env._(
                        "%(entry)s, %(item)s: the ledger has %(amount).2f, its tickets say "
                        "%(expected).2f.",
                        entry=aml.move_id.name,
                        item=aml.name or aml.account_id.display_name,
                        amount=amount,
                        expected=expected,
                    ),
                    move_id=aml.move_id.id,
                    move_line_id=line_id,
                )
            )
        for batch_id, amount, expected in sections.get("batch", []):
            batch = self.env["scenic.recognition"].browse(batch_id)
            lines.append(
                self._line(
                    "difference",
                    amount - expected,
                    self.env._(
                        "Recognition %(entry)s: the ledger released %(amount).2f, its events say "
                        "%(expected).2f.",
                        entry=batch.display_name,
                        amount=-amount,
                        expected=-expected,
                    ),
                    move_id=batch.move_id.id,
                    recognition_id=batch_id,
                )
            )
        return lines

    @api.model
    def _line(self, kind, amount, name, **links):
        return {"kind": kind, "amount": amount, "name": name, **links}

    @api.model
    def _ticket_lines(self, company):
        """Return the tickets whose own value does not add up."""
        lines = []
        self.env.cr.execute(proof_sql.odd_tickets(company.id, _ODD_LIMIT))
        for ticket_id, state, amount in self.env.cr.fetchall():
            ticket = self.env["scenic.ticket"].browse(ticket_id)
            lines.append(
                self._line(
                    "difference",
                    float(amount),
                    self.env._(
                        "Ticket %(number)s (%(state)s) has %(amount).2f left of its value.",
                        number=ticket.alias,
                        state=dict(ticket._fields["state"]._description_selection(self.env))[state],
                        amount=amount,
                    ),
                    ticket_id=ticket_id,
                )
            )
        self.env.cr.execute(proof_sql.uses_without_value(company.id, _ODD_LIMIT))
        for use_id, ticket_id in self.env.cr.fetchall():
            use = self.env["scenic.redemption"].browse(use_id)
            lines.append(
                self._line(
                    "difference",
                    0.0,
                    self.env._("The use %(use)s released no value.", use=use.display_name),
                    ticket_id=ticket_id,
                )
            )
        return lines

    # ------------------------------------------------------------------
    # storing and showing
    # ------------------------------------------------------------------

    @api.model
    def _store(self, company, at=None):
        """Compute the proof of `company` and keep it; a difference is told to the accountants."""
        values = self._compute_proof(company, at, tickets=True)
        lines = values.pop("lines")
        proof = self.sudo().create(
            {
                **values,
                "day": at,
                "computed_at": fields.Datetime.now(),
                "line_ids": [fields.Command.create(line) for line in lines],
            }
        )
        if proof.state == "different":
            proof._tell_accountants()
        return proof

    def _tell_accountants(self):
        self.ensure_one()
        group = self.env.ref("scenic_finance.group_accountant")
        users = group.sudo().all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and not user.share
        )
        self.message_post(
            body=self.env._(
                "The tickets and the ledger of %(company)s differ by %(amount)s. The red lines of "
                "the proof say where (%(count)s).",
                company=self.company_id.name,
                amount=self.currency_id.format(self.difference),
                count=self.difference_count,
            ),
            partner_ids=users.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
        )

    def action_prove(self):
        """Prove the companies that are switched on, now, and open the result."""
        return self._prove()

    @api.model
    def _prove(self, at=None):
        """Prove the companies that are switched on and return the action that shows it."""
        self.env["scenic.recognition"]._check_accountant()
        proofs = self.browse()
        for company in self.env.companies:
            proofs |= self._store(company, at)
        action = self.env["ir.actions.act_window"]._for_xml_id("scenic_finance.scenic_proof_action")
        if len(proofs) == 1:
            return {
                **action,
                "views": [(False, "form")],
                "view_mode": "form",
                "res_id": proofs.id,
            }
        return {**action, "domain": [("id", "in", proofs.ids)]}

    def action_lines(self):
        """Open the lines in a list of their own, which can be exported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_proof_line_action"
        )
        return {**action, "domain": [("proof_id", "=", self.id)]}
