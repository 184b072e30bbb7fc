from odoo import api, models
from odoo.tools import SQL


class ScenicHandheldFeed(models.AbstractModel):
    """What a handheld gets: the tickets that may come to its place today or tomorrow.

    The list of a park would be slow to load into a browser, so the first reading leaves out what
    is for other places and later days. Changes after that are told whatever they are about: a
    ticket that moves to another day must not stay on a handheld as it was.
    """

    _inherit = "scenic.gate.sync"

    # EXTENDS scenic_gate_iot
    @api.model
    def _give(self, box_id, message):
        box = self.env["scenic.box"].browse(box_id)
        if box.kind != "handheld" or box.state != "paired":
            return super()._give(box_id, message) | {"state": box.state}
        changes = self.env["scenic.ticket.change"]
        top = changes._top(box.site_id) if message.listed_to is None else message.listed_to
        tickets, cursor, more = changes._delta(
            box.site_id, box_id, message.epoch, message.cursor, self._at_place(box, top)
        )
        return {
            "state": box.state,
            **box._config_news(message.config_rev),
            "tickets": changes._with_notes(tickets),
            "cursor": cursor,
            "more": more,
            "listed_to": top,
            "offline_hours": box.offline_hours,
            "place": box._handheld_key(),
        } | self._now()

    @api.model
    def _at_place(self, box, top):
        """Return the condition on change c of ticket t: after ``top``, or good at this place."""
        parts = [SQL("t.visit_date <= %s::date + 1", box.site_id._today())]
        if box.zone_id:
            parts.append(SQL("jsonb_exists(t.rights::jsonb, %s)", str(box.zone_id.id)))
        if box.entrance_id:
            parts.append(SQL("t.entrances & %s <> 0", 1 << box.entrance_id.bit))
        return SQL("c.no > %s OR (%s)", top, SQL(" AND ").join(parts))


class ScenicHandheldChange(models.Model):
    _inherit = "scenic.ticket.change"

    @api.model
    def _top(self, site):
        """Return the number of the last published change of ``site``."""
        self.env.cr.execute(
            SQL(
                """SELECT coalesce(max(no), 0) FROM scenic_ticket_change
                    WHERE site_id = %s AND no IS NOT NULL""",
                site.id,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _with_notes(self, tickets):
        """Add what the seller wrote for the gate ("n"), where there is anything."""
        if not tickets:
            return tickets
        self.env.cr.execute(
            SQL(
                "SELECT uid, gate_note FROM scenic_ticket WHERE uid = ANY(%s) AND gate_note != ''",
                [item["u"] for item in tickets],
            )
        )
        notes = dict(self.env.cr.fetchall())
        return [item | {"n": notes[item["u"]]} if item["u"] in notes else item for item in tickets]
