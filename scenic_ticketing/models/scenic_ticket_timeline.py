from odoo import fields, models
from odoo.tools import SQL

from .scenic_ticket_event import EVENT_KINDS


class ScenicTicketTimeline(models.Model):
    """Everything that happened to a ticket, in one list: sale, uses, actions, its end."""

    _name = "scenic.ticket.timeline"
    _description = "Scenic Ticket Timeline"
    _auto = False
    _order = "happened_at desc, id desc"
    _rec_name = "kind"

    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    happened_at = fields.Datetime(readonly=True)
    kind = fields.Selection(
        [
            ("issue", "Issued"),
            ("use", "Used"),
            ("reversal", "Use taken back"),
            *EVENT_KINDS,
            ("expire", "Expired"),
        ],
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    zone_id = fields.Many2one("scenic.zone", readonly=True)
    place = fields.Char(readonly=True, help="Lane, order or window.")
    detail = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)

    @property
    def _table_query(self):
        # The end of a ticket stands in the ticket itself; one voided by an action has its event.
        return SQL(
            """
SELECT t.id::bigint * 4 AS id, t.id AS ticket_id, t.company_id, t.issued_at AS happened_at,
       'issue' AS kind, t.create_uid AS user_id, NULL::int AS zone_id, o.pos_reference AS place,
       NULL::varchar AS detail, NULL::varchar AS reason
  FROM scenic_ticket t LEFT JOIN pos_order o ON o.id = t.pos_order_id
 UNION ALL
SELECT r.id::bigint * 4 + 1, r.ticket_id, r.company_id, r.happened_at, r.kind, r.user_id,
       r.zone_id, r.lane_code, NULL, r.reason
  FROM scenic_redemption r
 UNION ALL
SELECT e.id::bigint * 4 + 2, e.ticket_id, e.company_id, e.happened_at, e.kind, e.user_id, NULL,
       c.name, e.detail, e.reason
  FROM scenic_ticket_event e LEFT JOIN pos_config c ON c.id = e.config_id
 UNION ALL
SELECT t.id::bigint * 4 + 3, t.id, t.company_id,
       CASE t.state WHEN 'void' THEN t.voided_at
            ELSE (t.valid_until + 1)::timestamp AT TIME ZONE s.tz AT TIME ZONE 'UTC' END,
       CASE t.state WHEN 'void' THEN 'void' ELSE 'expire' END, NULL, NULL, NULL, NULL,
       t.void_reason
  FROM scenic_ticket t JOIN scenic_site s ON s.id = t.site_id
 WHERE t.state = 'expired' OR (t.state = 'void' AND NOT EXISTS (
       SELECT 1 FROM scenic_ticket_event e WHERE e.ticket_id = t.id AND e.kind = 'void'))
"""
        )
