from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import documents

# every code a check can answer, in words that say what to do
PROBLEMS = [
    ("E_ID_EMPTY", "Scan or type the number of the document."),
    ("E_ID_FORMAT", "This number has the wrong length or characters. Compare it with the card."),
    ("E_ID_CHECK", "The check digit is wrong: one digit was misread. Compare it with the card."),
    ("E_ID_BIRTH", "The date of birth in this number is impossible. Compare it with the card."),
    ("E_ID_REGION", "The first two digits are no region. Compare the number with the card."),
    ("E_ID_MRZ", "The lines at the foot of the document were misread. Scan them again."),
    ("E_ID_UNKNOWN", "This is no number of a known document. Choose the type of the document."),
    ("E_PHONE", "This is no phone number. Numbers from abroad start with + and the country."),
    ("E_PHONE_NEEDED", "This ticket needs a phone number."),
    ("E_BIRTHDAY_NEEDED", "This ticket depends on the age: enter the date of birth."),
    ("E_AGE_LOW", "Too young for this ticket on the day of the visit. Sell the right one."),
    ("E_AGE_HIGH", "Too old for this ticket on the day of the visit. Sell the right one."),
    ("E_ID_TAKEN", "This ID already has a ticket for that day."),
    ("E_ID_TWICE", "This ID was entered twice. Each visitor needs an own ID."),
    ("E_PRODUCT", "This is no ticket product of the park."),
    ("E_DATE", "The visit date is missing or no date."),
]


class ScenicHolderCheck(models.Model):
    """What a policy asks of a holder, and lists of holders."""

    _inherit = "scenic.holder"

    problem = fields.Selection(PROBLEMS, compute="_compute_problem", help="What is wrong.")

    def _compute_problem(self):
        # only carries the sentences of the codes, so that they are translated
        self.problem = False

    @api.model
    def _problem_text(self, code):
        """Return the sentence of a code in the user's language."""
        return dict(self._fields["problem"]._description_selection(self.env))[code]

    @api.model
    def _policy_problem(self, policy, clear, visit_date):
        """Return the code of what a policy misses in clear data, None when all is well."""
        policy = policy.sudo()
        if policy.phone_needed and not clear["phone"]:
            return "E_PHONE_NEEDED"
        if not (policy.min_age or policy.max_age):
            return None
        if not clear["birthday"]:
            return "E_BIRTHDAY_NEEDED"
        age = documents.age_on(date.fromisoformat(clear["birthday"]), visit_date)
        if policy.min_age and age < policy.min_age:
            return "E_AGE_LOW"
        if policy.max_age and age > policy.max_age:
            return "E_AGE_HIGH"
        return None

    # ------------------------------------------------------------------
    # lists
    # ------------------------------------------------------------------

    @api.model
    def _from_rows(self, rows):
        """Check and seal a list of holders; return ``(holders, errors)``.

        Each row: ``product_id``, ``visit_date``, ``name``, ``doc_type`` (empty = recognise),
        ``number``, ``phone``, ``birthday``, ``photo``. Each error: ``row`` (counted from 0),
        ``field``, ``code``, ``message``. With one error nothing is made; otherwise the holders are
        in the order of the rows. Their IDs are taken for good only when tickets are issued.
        """
        checked, errors, seen = [], [], {}
        for number, row in enumerate(rows):
            try:
                item = self._check_row(row)
            except _RowError as err:
                errors.append(self._row_error(number, *err.args))
                continue
            if item.unique and seen.setdefault(item.unique, number) != number:
                errors.append(self._row_error(number, "number", "E_ID_TWICE"))
            checked.append((number, item))
        errors += self._taken_rows(checked)
        if errors:
            return self.browse(), sorted(errors, key=lambda error: error["row"])
        holders = self.browse()
        for _number, item in checked:
            holders += self._make(item.clear, item.site, item.last_day, item.photo)
        return holders, []

    @api.model
    def _row_error(self, number, field, code):
        return {
            "row": number,
            "field": field,
            "code": code,
            "message": self._problem_text(code),
        }

    @api.model
    def _check_row(self, row):
        product = self.env["product.product"].browse(row.get("product_id") or 0).exists()
        if not product.is_scenic_ticket:
            raise _RowError("product_id", "E_PRODUCT")
        try:
            day = fields.Date.to_date(row.get("visit_date") or None)
        except ValueError:
            day = None
        if not day:
            raise _RowError("visit_date", "E_DATE")
        item = _Item(product.sudo(), day, row.get("photo"))
        try:
            item.clear = self._checked(row, item.site._today())
        except documents.DocumentError as err:
            raise _RowError(_FIELD_OF.get(err.code, "number"), err.code) from None
        if item.policy.id_needed_at_sale != "none" and not item.clear["number"]:
            raise _RowError("number", "E_ID_EMPTY")
        if problem := self._policy_problem(item.policy, item.clear, item.visit_date):
            raise _RowError(_FIELD_OF.get(problem, "number"), problem)
        if item.policy.id_once_per_day and item.clear["number"]:
            person = f"{item.clear['doc_type']}:{item.clear['number']}"
            item.unique = item.site, item.policy, item.visit_date, person
        return item

    @api.model
    def _taken_rows(self, checked):
        """Return the errors of rows whose ID already has a ticket for that day."""
        keys, hashes = {}, {}
        for number, item in checked:
            if not item.unique:
                continue
            site, policy, day, person = item.unique
            if (site, day) not in keys:
                keys[site, day] = self.env["scenic.holder.salt"]._key(site, day, create=False)
            if key := keys[site, day]:
                hashes[policy.id, day, key.hash("use", person)] = number
        uses = (
            self.env["scenic.holder.use"]
            .sudo()
            .search(
                [
                    ("id_hash", "in", [id_hash for _policy, _day, id_hash in hashes]),
                    "|",
                    ("ticket_id", "!=", False),
                    ("expires_at", ">=", fields.Datetime.now()),
                ]
            )
        )
        found = {(use.policy_id.id, use.visit_date, use.id_hash) for use in uses}
        return [
            self._row_error(number, "number", "E_ID_TAKEN")
            for key, number in hashes.items()
            if key in found
        ]

    @api.model
    def _make_for(self, product, visit_date, last_day, vals):
        """Check and seal one holder for a product; UserError says what is wrong."""
        policy, site = product.sudo().scenic_policy_id, product.sudo().scenic_site_id
        try:
            clear = self._checked(vals, site._today())
        except documents.DocumentError as err:
            raise UserError(self._problem_text(err.code)) from None
        if policy.id_needed_at_sale != "none" and not clear["number"]:
            raise UserError(self._problem_text("E_ID_EMPTY"))
        if problem := self._policy_problem(policy, clear, visit_date):
            raise UserError(self._problem_text(problem))
        return self._make(clear, site, last_day, vals.get("photo"))


_FIELD_OF = {
    "E_ID_BIRTH": "number",
    "E_PHONE": "phone",
    "E_PHONE_NEEDED": "phone",
    "E_BIRTHDAY_NEEDED": "birthday",
}


class _RowError(ValueError):
    """A row is not good: (field, code)."""


class _Item:
    """A checked row on its way to a holder."""

    def __init__(self, product, day, photo):
        self.site, self.policy = product.scenic_site_id, product.scenic_policy_id
        self.visit_date, self.last_day = product.product_tmpl_id._scenic_dates(day)
        self.photo, self.clear, self.unique = photo, None, None
