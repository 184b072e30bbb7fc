from odoo import api, fields, models
from odoo.tools import SQL

# one number a source, so that every row of the list has an id of its own
SLOTS = 64


class ScenicAudit(models.Model):
    """Who did what, when and why: all traces of people in one list, whatever they are kept in."""

    _name = "scenic.audit"
    _description = "Scenic Audit"
    _auto = False
    _order = "happened_at desc, id desc"
    _rec_name = "model"

    happened_at = fields.Datetime(string="When", readonly=True)
    user_id = fields.Many2one("res.users", string="Who", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    source = fields.Selection(
        [
            ("settings", "Settings and Rights"),
            ("tickets", "Tickets"),
            ("passages", "Passages by Hand"),
            ("money", "Refunds and Drawers"),
            ("incidents", "Incidents"),
            ("persons", "Personal Data"),
            ("media", "Ticket Media"),
            ("gates", "Orders to Gates"),
            ("books", "Books"),
            ("tracking", "Changes of Records"),
        ],
        string="Subject",
        readonly=True,
    )
    step = fields.Selection(
        [
            ("opened", "Opened"),
            ("closed", "Closed"),
            ("reopened", "Opened again"),
            ("approved", "Difference accepted"),
            ("settled", "Settled"),
            ("refunded", "Refunded"),
            ("shown", "Personal data shown"),
            ("destroyed", "Personal data destroyed"),
            ("counted", "Counted"),
            ("recognised", "Revenue recognised"),
            ("kept", "Deposit kept"),
            ("exported", "Day exported"),
            ("checked", "Audit check"),
            ("tracked", "Changed"),
        ],
        readonly=True,
    )
    action = fields.Char(string="Code of the Action", readonly=True)
    label_of = fields.Char(readonly=True)
    action_label = fields.Char(string="Did What", compute="_compute_action_label")
    model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="model", readonly=True)
    res_name = fields.Char(string="To What", compute="_compute_res_name")
    detail = fields.Text(readonly=True)
    reason = fields.Char(string="Why", readonly=True)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            SQL(
                """SELECT id::bigint * %s + %s AS id, happened_at, user_id, company_id,
                          source::varchar, step::varchar, action::varchar, label_of::varchar,
                          model::varchar, res_id, detail::text, reason::varchar
                     FROM (%s) s%s""",
                SLOTS,
                slot,
                statement,
                SQL(str(slot)),
            )
            for slot, statement in sorted(self._audit_sources().items())
        )

    @api.depends("action", "label_of", "step")
    @api.depends_context("lang")
    def _compute_action_label(self):
        labels = {}
        for row in self:
            if row.label_of not in labels:
                model, _comma, name = (row.label_of or f"{self._name},step").partition(",")
                field = self.env[model]._fields[name]
                labels[row.label_of] = dict(field._description_selection(self.env))
            value = row.action if row.label_of else row.step
            row.action_label = labels[row.label_of].get(value, value)

    @api.depends("model", "res_id")
    def _compute_res_name(self):
        for model, rows in self.grouped("model").items():
            names, kind = {}, model
            if model in self.env:
                found = self.env[model].sudo().browse(rows.mapped("res_id")).exists()
                names = {record.id: record.display_name for record in found}
                kind = self.env["ir.model"].sudo()._get(model).name
            for row in rows:
                row.res_name = f"{kind}: {names.get(row.res_id, row.res_id)}"

    def action_open(self):
        """Open what it was done to."""
        self.ensure_one()
        record = self.env[self.model].browse(self.res_id).exists()
        return record._get_records_action() if record else False

    @api.model
    def _audit_sources(self):
        """Return ``{number: SQL}``; other addons add theirs. Numbers below 20 are these.

        Columns: id, happened_at, user_id, company_id, source, step (or action and label_of, the
        "model,field" whose labels it has), model, res_id, detail, reason.
        """
        return {
            0: SQL(
                """SELECT id, happened_at, user_id, company_id, 'settings' AS source, NULL AS step,
                          action, 'scenic.trace,action' AS label_of, model, res_id,
                          changes AS detail, NULL AS reason FROM scenic_trace"""
            ),
            1: SQL(
                """SELECT id, happened_at, user_id, company_id, 'tickets' AS source, NULL AS step,
                          kind AS action, 'scenic.ticket.event,kind' AS label_of,
                          'scenic.ticket' AS model, ticket_id AS res_id, detail, reason
                     FROM scenic_ticket_event"""
            ),
            2: SQL(
                """SELECT r.id, r.received_at AS happened_at, r.user_id, r.company_id,
                          'passages' AS source, NULL AS step, r.kind AS action,
                          'scenic.redemption,kind' AS label_of, 'scenic.ticket' AS model,
                          r.ticket_id AS res_id, r.lane_code AS detail, r.reason
                     FROM scenic_redemption r WHERE r.how <> 'gate' OR r.kind = 'reversal'"""
            ),
            3: _shift("opened_at", "user_id", "opened", "opening_reason"),
            4: _shift("closed_at", "closed_by_id", "closed", "note"),
            5: SQL(
                """SELECT id, date_order AS happened_at, user_id, company_id, 'money' AS source,
                          'refunded' AS step, NULL AS action, NULL AS label_of,
                          'pos.order' AS model, id AS res_id, amount_total::text AS detail,
                          NULL AS reason
                     FROM pos_order WHERE amount_total < 0 AND state IN ('paid', 'done')"""
            ),
            6: SQL(
                """SELECT id, settled_at AS happened_at, settled_by_id AS user_id, company_id,
                          'incidents' AS source, 'settled' AS step, NULL AS action,
                          NULL AS label_of, 'scenic.incident' AS model, id AS res_id,
                          outcome_kind AS detail, outcome AS reason
                     FROM scenic_incident WHERE settled_at IS NOT NULL"""
            ),
            7: SQL(
                """SELECT id, read_at AS happened_at, user_id, company_id, 'persons' AS source,
                          'shown' AS step, NULL AS action, NULL AS label_of,
                          'scenic.holder.reading' AS model, id AS res_id, purpose AS detail,
                          note AS reason FROM scenic_holder_reading"""
            ),
            8: SQL(
                """SELECT id, purged_at AS happened_at, user_id, company_id, 'persons' AS source,
                          'destroyed' AS step, NULL AS action, NULL AS label_of,
                          'scenic.purge.certificate' AS model, id AS res_id,
                          holder_count::text AS detail, NULL AS reason
                     FROM scenic_purge_certificate"""
            ),
            9: SQL(
                """SELECT id, counted_at AS happened_at, user_id, company_id, 'media' AS source,
                          'counted' AS step, NULL AS action, NULL AS label_of,
                          'scenic.media.count' AS model, id AS res_id,
                          expected || ' → ' || counted AS detail, reason FROM scenic_media_count"""
            ),
            10: _TRACKED,
        }


def _shift(moment, user, step, reason):
    return SQL(
        """SELECT id, %s AS happened_at, %s AS user_id, company_id, 'money' AS source,
                  %s AS step, NULL AS action, NULL AS label_of, 'scenic.shift' AS model,
                  id AS res_id, difference::text AS detail, %s AS reason
             FROM scenic_shift WHERE %s IS NOT NULL""",
        SQL.identifier(moment),
        SQL.identifier(user),
        step,
        SQL.identifier(reason),
        SQL.identifier(moment),
    )


# what the records' own histories keep: incidents, tickets, boxes, publications, entries
_TRACKED = SQL(
    """
SELECT v.id, v.create_date AS happened_at, COALESCE(v.create_uid, m.create_uid) AS user_id,
       COALESCE(t.company_id, i.company_id, b.company_id) AS company_id, 'tracking' AS source,
       'tracked' AS step, NULL AS action, NULL AS label_of, m.model, m.res_id,
       COALESCE(f.field_description ->> 'en_US', '') || ': '
       || COALESCE(v.old_value_char, v.old_value_text, v.old_value_float::text,
                   v.old_value_datetime::text, v.old_value_integer::text, '') || ' → '
       || COALESCE(v.new_value_char, v.new_value_text, v.new_value_float::text,
                   v.new_value_datetime::text, v.new_value_integer::text, '') AS detail,
       NULL AS reason
  FROM mail_tracking_value v
  JOIN mail_message m ON m.id = v.mail_message_id
  LEFT JOIN ir_model_fields f ON f.id = v.field_id
  LEFT JOIN scenic_ticket t ON m.model = 'scenic.ticket' AND t.id = m.res_id
  LEFT JOIN scenic_incident i ON m.model = 'scenic.incident' AND i.id = m.res_id
  LEFT JOIN account_move b ON m.model = 'account.move' AND b.id = m.res_id
 WHERE m.model LIKE 'scenic.%%' OR m.model = 'account.move'
"""
)
