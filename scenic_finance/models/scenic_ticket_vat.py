from odoo import api, fields, models

from ..tools import allocation


class ScenicTicketVat(models.Model):
    """Output VAT of a ticket that waits, with its price, until the ticket is used.

    Only for companies whose VAT is due with the use. Of every ticket the part of its tax that is
    released always matches the part of its price that is: `tools/vat_sql.py`.
    """

    _inherit = "scenic.ticket"

    vat_value = fields.Monetary(
        string="Pending VAT",
        readonly=True,
        help="Tax of the sale that waits until the ticket is used; zero where it was due with the "
        "sale. Frozen at the sale.",
    )
    refund_vat = fields.Monetary(
        string="Pending VAT Given Back",
        readonly=True,
        help="Tax that a refund took off again.",
    )
    vat_account_id = fields.Many2one(
        "account.account",
        string="VAT Account",
        readonly=True,
        ondelete="restrict",
        help="Where the tax belongs once it is due.",
    )

    # the proof adds up all tax that waits: without these it reads every ticket to find none
    _vat_waits = models.Index(
        "(origin_aml_id) INCLUDE (company_id, vat_value) WHERE vat_value <> 0"
    )
    _vat_given_back = models.Index(
        "(refund_aml_id) INCLUDE (company_id, refund_vat) WHERE refund_vat <> 0"
    )

    # EXTENDS scenic_finance
    @api.model
    def _issue(self, vals_list):
        """Let no tax wait for a ticket whose price does not."""
        tickets = super()._issue(vals_list)
        tickets.filtered(lambda t: t.vat_value and not t.deferred).write(
            {"vat_value": 0.0, "vat_account_id": False}
        )
        return tickets

    @api.model
    def _vat_vals(self, taxes, company, vat, parts):
        """Return for each ticket of a line what of its tax `vat` waits, empty where none does.

        `parts`: what the tickets are worth, in any unit. Tax that Odoo books on several accounts
        waits for the first of them.
        """
        if company.scenic_vat_mode != "use" or not vat:
            return [{} for _part in parts]
        repartition = taxes.flatten_taxes_hierarchy().invoice_repartition_line_ids
        account = repartition.filtered(lambda line: line.repartition_type == "tax").account_id[:1]
        if not account:
            return [{} for _part in parts]
        company._scenic_require("scenic_pending_vat_account_id", "scenic_recognition_journal_id")
        unit = company.currency_id.rounding
        units = allocation.split_by_weight(allocation.to_units(vat, unit), parts)
        return [
            {"vat_value": allocation.from_units(part, unit), "vat_account_id": account.id}
            for part in units
        ]

    # EXTENDS scenic_finance
    def _set_refund(self, amount, currency, refund_aml=None, weights=None, vat=0.0):
        """Take the tax of the refund off what waits; `vat` as `amount`, in company currency."""
        tickets = self.sudo().filtered(lambda ticket: ticket.deferred and ticket.vat_value)
        if tickets:
            unit = tickets.currency_id.rounding
            tickets = tickets.sorted("id")
            # tickets that were sold before the tax waited give their part of it back at once
            total = sum(self.mapped("net_value"))
            share = vat * sum(tickets.mapped("net_value")) / total if total else vat
            parts = allocation.split_by_weight(
                allocation.to_units(self.currency_id.round(share), unit),
                tickets.mapped("vat_value"),
            )
            for ticket, part in zip(tickets, parts, strict=True):
                ticket.refund_vat = allocation.from_units(part, unit)
        return super()._set_refund(amount, currency, refund_aml, weights, vat)

    # EXTENDS scenic_finance
    def _kept_zero(self):
        """Release the cent of tax by which sale and refund differ, although no price is kept."""
        return bool(self.currency_id.compare_amounts(self.vat_value, self.refund_vat))

    # EXTENDS scenic_finance
    def _sale_set_invoice(self, aml, parts):
        res = super()._sale_set_invoice(aml, parts)
        company = aml.company_id
        vat = aml._scenic_tax_amount()
        for ticket, vals in zip(
            self, self._vat_vals(aml.tax_ids, company, vat, [abs(p) for p in parts]), strict=True
        ):
            if vals and ticket.deferred:
                ticket.write(vals)
        return res

    # EXTENDS scenic_finance
    def _sale_forget_invoice(self):
        self.sudo().filtered("vat_value").write({"vat_value": 0.0, "vat_account_id": False})
        return super()._sale_forget_invoice()

    # EXTENDS scenic_finance
    def _shared_fields(self):
        return [*super()._shared_fields(), "vat_account_id"]

    # EXTENDS scenic_finance
    def _split_vals(self, persons):
        """Divide the tax as the price, so that what was released of it stays released."""
        rest, part = super()._split_vals(persons)
        if self.vat_value:
            unit = self.currency_id.rounding
            weights = [rest["net_value"], part["net_value"]]
            units = allocation.to_units(self.vat_value, unit)
            values = allocation.split_by_weight(units, weights)
            rest["vat_value"], part["vat_value"] = (
                allocation.from_units(value, unit) for value in values
            )
        return rest, part
