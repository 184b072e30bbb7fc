from odoo import api, models
from odoo.tools import format_date

from ..tools import proof_sql


class ScenicProofOpen(models.Model):
    """What is between the tickets and the ledger for a good reason, and what for none."""

    _inherit = "scenic.proof"

    @api.model
    def _open_lines(self, sections, company, day):
        """Return the lines of values that no posted journal item holds yet, or never will."""
        sold = {row[0]: row[1] for row in sections.get("sold_open", [])}
        refunded = {row[0]: row[1] for row in sections.get("refund_open", [])}
        released = {row[0]: row[1] for row in sections.get("release_open", [])}
        lines = []
        if sold.pop(None, 0):
            lines += self._session_lines("sale", proof_sql.open_sales(company.id, day))
        if refunded.pop(None, 0):
            lines += self._session_lines("refund", proof_sql.open_refunds(company.id, day))
        if released.pop(None, 0):
            lines += self._day_lines(proof_sql.open_releases(company.id, day))
        for kind, amounts in (("sale", sold), ("refund", refunded)):
            lines += [self._item_line(kind, aml, amount) for aml, amount in amounts.items()]
        lines += [self._batch_line(batch, amount, day) for batch, amount in released.items()]
        return lines

    @api.model
    def _session_lines(self, kind, statement):
        """Return one line for each session whose closing entry is still to come, or missing."""
        self.env.cr.execute(statement)
        lines = []
        for row in self.env.cr.dictfetchall():
            amount = float(row["amount"])
            session = self.env["pos.session"].browse(row["session_id"])
            order = self.env["sale.order"].browse(row.get("sale_order_id"))
            if order and not session:
                lines.append(self._order_line(order, row))
                continue
            channel = self.env["scenic.channel"].browse(row.get("voucher_channel_id"))
            if channel and not session:
                lines.append(self._voucher_line(channel, row))
                continue
            links = {
                "session_id": session.id,
                "ticket_id": row["ticket_id"],
                "move_id": session.move_id.id,
            }
            if session and not row["closed"]:
                name = self._open_text(kind, row["tickets"], session.name)
                lines.append(self._line(kind, amount, name, **links))
            else:
                name = self._lost_text(kind, row["tickets"], session.name)
                amount = -amount if kind == "sale" else amount
                lines.append(self._line("difference", amount, name, **links))
        return lines

    @api.model
    def _order_line(self, order, row):
        """Return the line of a group order whose tickets wait for their invoice."""
        name = self.env._(
            "%(count)s tickets of %(order)s are not invoiced yet.",
            count=row["tickets"],
            order=order.name,
        )
        return self._line("sale", float(row["amount"]), name, sale_order_id=order.id)

    @api.model
    def _voucher_line(self, channel, row):
        """Return the line of exchanged vouchers that their channel is not invoiced for yet."""
        name = self.env._(
            "%(count)s exchanged vouchers of %(channel)s are not invoiced yet.",
            count=row["tickets"],
            channel=channel.name,
        )
        return self._line("sale", float(row["amount"]), name, voucher_channel_id=channel.id)

    @api.model
    def _open_text(self, kind, count, session):
        if kind == "sale":
            return self.env._(
                "%(count)s tickets sold in the open session %(name)s.", count=count, name=session
            )
        return self.env._(
            "%(count)s tickets refunded in the open session %(name)s.", count=count, name=session
        )

    @api.model
    def _lost_text(self, kind, count, session):
        session = session or self.env._("no session")
        if kind == "sale":
            return self.env._(
                "%(count)s sold tickets of %(name)s are in no entry.", count=count, name=session
            )
        return self.env._(
            "%(count)s refunded tickets of %(name)s are in no entry.", count=count, name=session
        )

    @api.model
    def _day_lines(self, statement):
        self.env.cr.execute(statement)
        return [
            self._line(
                "release",
                float(amount),
                self.env._(
                    "%(count)s events of %(day)s wait for the recognition.",
                    count=count,
                    day=format_date(self.env, day),
                ),
            )
            for day, amount, count in self.env.cr.fetchall()
        ]

    @api.model
    def _item_line(self, kind, aml_id, amount):
        """Return the line of tickets whose journal item is not among the posted ones."""
        aml = self.env["account.move.line"].browse(aml_id).exists()
        links = {"move_id": aml.move_id.id, "move_line_id": aml.id}
        if not links["move_line_id"]:
            ticket = self.env["scenic.ticket"].search(
                [("origin_aml_id" if kind == "sale" else "refund_aml_id", "=", aml_id)], limit=1
            )
            links = {"ticket_id": ticket.id}
        if aml and aml.account_id.scenic_liability:
            name = self.env._("%(entry)s is not posted yet.", entry=aml.move_id.display_name)
            if aml.parent_state == "posted":
                name = self.env._(
                    "%(entry)s was posted on %(day)s.",
                    entry=aml.move_id.name,
                    day=format_date(self.env, aml.date),
                )
            return self._line(kind, amount, name, **links)
        if aml:
            name = self.env._(
                "%(entry)s booked tickets on %(account)s, which is no ticket liability.",
                entry=aml.move_id.name,
                account=aml.account_id.display_name,
            )
        else:
            name = self.env._("A journal item that booked tickets was deleted (%s).", aml_id)
        return self._line("difference", -amount if kind == "sale" else amount, name, **links)

    @api.model
    def _batch_line(self, batch_id, amount, day):
        """Return the line of a recognition that the posted ledger does not have."""
        batch = self.env["scenic.recognition"].browse(batch_id)
        links = {"recognition_id": batch_id, "move_id": batch.move_id.id}
        if batch.move_id.state == "posted" and not (day and batch.move_id.date > day):
            name = self.env._("%(entry)s lost its liability lines.", entry=batch.display_name)
            return self._line("difference", amount, name, **links)
        name = self.env._("%(entry)s is not posted.", entry=batch.display_name)
        if batch.move_id.state == "posted":
            name = self.env._(
                "%(entry)s was posted on %(day)s.",
                entry=batch.display_name,
                day=format_date(self.env, batch.move_id.date),
            )
        return self._line("release", amount, name, **links)
