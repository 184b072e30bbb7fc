from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.site_time import day_number
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.ticket_code import EPOCH
from odoo.addons.scenic_ticketing.tools.site_time import to_unix
from odoo.addons.scenic_ticketing.tools.ticket_state import view_state

from ..tools import feed_sql

PAGE = 5_000  # tickets in one reply
PUBLISHER = 7_410_331_905  # advisory lock of the publisher; any fixed number


class ScenicTicketChange(models.Model):
    """Which tickets changed, in an order that no commit can slip behind.

    Story: sale A takes row 1 and is slow, sale B takes row 2 and commits. A box reads up to 2 and
    would never ask for 1 again. Therefore boxes do not read row ids. A publisher, one at a time,
    gives a running ``no`` to the rows that are committed by then; row 1 gets its ``no`` after
    row 2, and the box that stands at row 2 still sees it.
    """

    _name = "scenic.ticket.change"
    _description = "Ticket Change for Gates"
    _auto = False
    _log_access = False
    _order = "no desc"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    site_id = fields.Many2one("scenic.site", readonly=True)
    source = fields.Char(readonly=True, help="Journal of the box that reported it.")
    no = fields.Integer("Number", readonly=True, help="Order in which boxes get the changes.")

    # EXTENDS base
    def init(self):
        super().init()
        feed_sql.install(self.env.cr)

    @api.model
    def _seed(self):
        """Offer all tickets that can still be used, for instance those older than this module."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO scenic_ticket_change (ticket_id, site_id)
                   SELECT t.id, t.site_id FROM scenic_ticket t
                    WHERE t.visit_date + t.valid_days >= current_date - 1
                      AND NOT EXISTS (
                          SELECT 1 FROM scenic_ticket_change c WHERE c.ticket_id = t.id)"""
            )
        )

    @api.model
    def _has_news(self):
        """Tell whether committed changes wait for their number."""
        self.env.cr.execute(
            SQL("SELECT EXISTS (SELECT 1 FROM scenic_ticket_change WHERE no IS NULL)")
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _publish(self):
        """Number the committed changes; needs a READ COMMITTED transaction of its own.

        The lock is held until the commit, so that numbers become visible in their order.
        """
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s)", PUBLISHER))
        self.env.cr.execute(
            SQL(
                """UPDATE scenic_ticket_change SET no = nextval('scenic_ticket_change_no')
                    WHERE no IS NULL"""
            )
        )

    @api.model
    def _delta(self, site, box_id, epoch, cursor, only=None):
        """Return (tickets, cursor, more): the changes of ``site`` after ``cursor`` for one journal.

        Changes that this very journal reported are left out, since the box made them. So are
        tickets whose last day is over. ``only``: a further condition on change c and ticket t.
        """
        source = f"{box_id}:{epoch}"
        self.env.cr.execute(SQL("SELECT last_value FROM scenic_ticket_change_no"))
        if cursor > self.env.cr.fetchone()[0]:
            cursor = 0  # this server was restored from an older backup: begin again
        self.env.cr.execute(
            SQL(
                """WITH top AS (SELECT coalesce(max(no), 0) AS no FROM scenic_ticket_change
                                 WHERE site_id = %(site)s AND no IS NOT NULL)
                   SELECT c.no, c.ticket_id, top.no FROM top
                     LEFT JOIN LATERAL (
                          SELECT c.no, c.ticket_id FROM scenic_ticket_change c
                            JOIN scenic_ticket t ON t.id = c.ticket_id
                           WHERE c.site_id = %(site)s AND c.no > %(cursor)s
                             AND c.source IS DISTINCT FROM %(source)s
                             AND t.visit_date + t.valid_days >= %(today)s
                             AND (%(only)s)
                           ORDER BY c.no LIMIT %(limit)s) c ON true""",
                site=site.id,
                cursor=cursor,
                source=source,
                only=only or SQL("true"),
                today=site._today(),
                limit=PAGE + 1,
            )
        )
        rows = self.env.cr.fetchall()
        top = rows[0][2]
        page = [(no, ticket_id) for no, ticket_id, _top in rows if no][:PAGE]
        more = len(rows) > PAGE
        reached = page[-1][0] if more else max(top, cursor)
        return self._tickets(site, source, [ticket_id for _no, ticket_id in page]), reached, more

    @api.model
    def _tickets(self, site, source, ticket_ids):
        """Return these tickets in the form of ``scenic_rules/wire.py``, each once."""
        if not ticket_ids:
            return []
        zones = {zone.id: zone.code for zone in site.with_context(active_test=False).zone_ids}
        elsewhere = self._elsewhere(ticket_ids, source)
        self.env.cr.execute(
            SQL(
                """SELECT t.id, t.uid, t.gen, p.gate_product_code, t.visit_date, t.valid_days,
                          t.slot_start, t.slot_len, t.pax, t.entrances, t.flags, t.state,
                          t.rights, t.alias, t.issued_at
                     FROM scenic_ticket t JOIN product_template p ON p.id = t.product_tmpl_id
                    WHERE t.id = ANY(%s)""",
                list(set(ticket_ids)),
            )
        )
        return [
            {
                "u": uid,
                "g": gen,
                "p": product,
                "f": day_number(visit_date),
                "d": valid_days,
                "s": [slot_start, slot_len],
                "x": pax,
                "e": entrances,
                "fl": flags,
                "st": view_state(state),
                "r": {zones[int(zone)]: number for zone, number in rights.items()},
                "o": {zones[zone]: number for zone, number in elsewhere[ticket_id].items()},
                "a": alias or "",
                "iat": int(to_unix(issued_at)) - EPOCH,
            }
            for (
                ticket_id,
                uid,
                gen,
                product,
                visit_date,
                valid_days,
                slot_start,
                slot_len,
                pax,
                entrances,
                flags,
                state,
                rights,
                alias,
                issued_at,
            ) in self.env.cr.fetchall()
        ]

    @api.model
    def _elsewhere(self, ticket_ids, source):
        """Return {ticket: {zone: net uses that ``source`` did not report}}, without zeros."""
        self.env.cr.execute(
            SQL(
                """SELECT ticket_id, zone_id, sum(CASE kind WHEN 'use' THEN 1 ELSE -1 END)::int
                     FROM scenic_redemption
                    WHERE ticket_id = ANY(%s)
                      AND (source_ref IS NULL OR NOT starts_with(source_ref, %s))
                    GROUP BY ticket_id, zone_id""",
                list(set(ticket_ids)),
                source + ":",
            )
        )
        found = defaultdict(dict)
        for ticket_id, zone_id, number in self.env.cr.fetchall():
            if number:
                found[ticket_id][zone_id] = number
        return found

    @api.autovacuum
    def _gc_changes(self):
        """Drop what no box can need: tickets long past, and changes that a later one repeats."""
        self.env.cr.execute(
            SQL(
                """DELETE FROM scenic_ticket_change c USING scenic_ticket t
                    WHERE t.id = c.ticket_id AND c.no IS NOT NULL
                      AND t.visit_date + t.valid_days < current_date - 2"""
            )
        )
        # A change told to everybody covers all earlier ones; one that skips its own journal
        # covers only those that skipped the same.
        self.env.cr.execute(
            SQL(
                """DELETE FROM scenic_ticket_change c USING scenic_ticket_change later
                    WHERE later.ticket_id = c.ticket_id AND later.no > c.no
                      AND (later.source IS NULL OR later.source = c.source)"""
            )
        )
