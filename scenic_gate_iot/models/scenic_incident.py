from odoo import SUPERUSER_ID, api, fields, models

# Lines kept in one incident; the facts themselves are kept without limit.
MAX_LINES = 200


class ScenicIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[
            ("blocked", "Passage blocked"),
            ("unseen", "Passage unknown"),
            ("exposure", "Much let in without the server"),
        ],
        ondelete={"blocked": "set default", "unseen": "set default", "exposure": "set default"},
    )
    gate_key = fields.Char(
        readonly=True,
        copy=False,
        help="Names what the incident is about, so that later reports join it while it is open.",
    )
    box_id = fields.Many2one("scenic.box", readonly=True, index="btree_not_null")
    persons = fields.Integer(readonly=True, help="Persons concerned.")

    _gate_key_open = models.UniqueIndex(
        "(gate_key) WHERE gate_key IS NOT NULL AND state = 'open'",
        "There is already an open incident about this.",
    )

    @api.model
    def _gate_find(self, keys):
        """Return the open incidents about any of ``keys``."""
        return self.search([("gate_key", "in", list(keys)), ("state", "=", "open")])

    @api.model
    def _gate_report(self, box, reports):
        """Open an incident for each of ``reports``, or let it join the open one of its key.

        A report is a dict of field values with ``gate_key``, ``kind``, ``facts`` (lines of text)
        and ``persons``. Persons and lines are added to an open incident; with ``whole`` they are
        the whole story and take the place of what it said.
        """
        quiet = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        known = {item.gate_key: item for item in quiet._gate_find(r["gate_key"] for r in reports)}
        defaults = {
            "box_id": box.id,
            "site_id": box.site_id.id,
            "company_id": box.company_id.id,
            "user_id": self._gate_owner(box).id,
        }
        new = {}
        for report in reports:
            values = {name: value for name, value in report.items() if name != "whole"}
            key = report["gate_key"]
            if key in known:
                known[key]._gate_join(values, report.get("whole"))
            elif key in new:
                new[key]["facts"] = _join(new[key]["facts"], values["facts"])
                new[key]["persons"] += values["persons"]
            else:
                new[key] = defaults | values
        quiet.create(list(new.values()))

    @api.model
    def _gate_owner(self, box):
        """Return who has to look at what ``box`` reports: somebody in any case."""
        managers = self.env.ref("scenic_ticketing.group_manager").sudo().all_user_ids
        return (
            box.user_id
            or managers.filtered(
                lambda user: box.company_id in user.company_ids and user.id != SUPERUSER_ID
            )[:1]
        )

    def _gate_join(self, values, whole):
        if not whole:
            values = {
                "facts": _join(self.facts, values["facts"]),
                "persons": self.persons + values["persons"],
            }
        names = ("facts", "persons", "amount")
        changed = {name: values[name] for name in names if name in values}
        self.write({name: new for name, new in changed.items() if self[name] != new})

    @api.model
    def _gate_settle(self, keys, outcome):
        """Close the open incidents of ``keys``, which later reports have explained."""
        incidents = self._gate_find(keys)
        if incidents:
            incidents.write({"state": "done", "outcome": outcome, "persons": 0, "amount": 0})


def _join(old, new):
    lines = (old or "").splitlines()
    missing = [line for line in new.splitlines() if line not in lines]
    return "\n".join((lines + missing)[:MAX_LINES])
