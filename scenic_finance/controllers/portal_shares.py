from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..tools import passage_file, settlement_sql

_PAGE = 50
# a list that is asked for in the browser: a longer one is in the attachments of its settlements
_DOWNLOAD_ROWS = 300_000


class PortalShares(CustomerPortal):
    """What partners see of their own shares: the passages, and what was settled of them.

    Everything is asked for by the partner of the login, never by what the address says; whatever
    belongs to somebody else does not exist here.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "share_count" in counters:
            # one is enough to show the door; counting a year of passages takes its time
            values["share_count"] = (
                request.env["scenic.share.line"]
                .sudo()
                .search_count(
                    [
                        ("partner_id", "=", self._partner().id),
                        ("company_id", "in", request.env.user.company_ids.ids),
                    ],
                    limit=1,
                )
            )
        if "settlement_count" in counters:
            values["settlement_count"] = self._settlements_env().search_count(
                self._settlement_domain()
            )
        return values

    # -- what the partner of the login may see ------------------------------------

    def _settlements_env(self):
        return request.env["scenic.settlement"].sudo()

    def _partner(self):
        return request.env.user.partner_id.commercial_partner_id

    def _settlement_domain(self):
        return [
            ("partner_id", "=", self._partner().id),
            ("company_id", "in", request.env.user.company_ids.ids),
            ("state", "in", ("confirmed", "billed")),
        ]

    def _condition(self, first, last):
        return settlement_sql.of_partner(
            request.env.user.company_ids.ids, self._partner().id, first, last
        )

    def _count(self, first, last):
        summary = self._settlements_env()._summed(self._condition(first, last))
        return sum(row["count"] for row in summary)

    def _settlement(self, settlement_id):
        """Return the settlement if it is the partner's own; else it does not exist."""
        domain = [("id", "=", settlement_id), *self._settlement_domain()]
        settlement = self._settlements_env().search(domain, limit=1)
        if not settlement:
            raise request.not_found()
        return settlement

    def _day(self, text):
        """Return the day of a filter; what is none counts as not given."""
        try:
            return fields.Date.to_date(text) if text else None
        except (ValueError, ValidationError):
            return None

    def _default_period(self, date_begin, date_end):
        """Return the asked period, by default this month so far and the last one."""
        first, last = self._day(date_begin), self._day(date_end)
        if not first and not last:
            month = fields.Date.start_of(fields.Date.context_today(request.env.user), "month")
            first = fields.Date.subtract(month, months=1)
        return first, last

    # -- pages ---------------------------------------------------------------------

    @http.route(
        ["/my/shares", "/my/shares/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_shares(self, page=1, date_begin=None, date_end=None, **_options):
        """Show the passages that gave the partner a share, by period."""
        first, last = self._default_period(date_begin, date_end)
        condition = self._condition(first, last)
        model = self._settlements_env()
        summary = model._summed(condition)
        chosen = {"date_begin": first or "", "date_end": last or ""}
        pager = portal_pager(
            url="/my/shares",
            url_args=chosen,
            total=sum(row["count"] for row in summary),
            page=page,
            step=_PAGE,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "scenic_shares",
            "summary": summary,
            "rows": model._passages(condition, _PAGE, pager["offset"]),
            "pager": pager,
            "default_url": "/my/shares",
            "currency": request.env.user.company_id.currency_id,
            **chosen,
        }
        return request.render("scenic_finance.portal_my_shares", values)

    @http.route("/my/shares/download", type="http", auth="user", website=True)
    def portal_shares_file(self, date_begin=None, date_end=None, **_options):
        """Send the same list as a file."""
        first, last = self._default_period(date_begin, date_end)
        count = self._count(first, last)
        if count > _DOWNLOAD_ROWS:
            return request.render(
                "scenic_finance.portal_shares_too_many", self._prepare_portal_layout_values()
            )
        partner = self._partner()
        facts = [
            (request.env._("Partner"), partner.sudo().name),
            (request.env._("From"), first),
            (request.env._("Until"), last),
        ]
        name = request.env._("Passages")
        content, extension, mimetype = self._settlements_env()._list_file(
            self._condition(first, last), facts, count, name
        )
        return self._send(content, mimetype, f"{name}.{extension}")

    @http.route(
        ["/my/settlements", "/my/settlements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_settlements(self, page=1, date_begin=None, date_end=None, **_options):
        """Show the settlements of the partner."""
        domain = self._settlement_domain()
        first, last = self._day(date_begin), self._day(date_end)
        if first:
            domain.append(("date_to", ">=", first))
        if last:
            domain.append(("date_from", "<=", last))
        model = self._settlements_env()
        chosen = {"date_begin": first or "", "date_end": last or ""}
        pager = portal_pager(
            url="/my/settlements",
            url_args=chosen,
            total=model.search_count(domain),
            page=page,
            step=_PAGE,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "scenic_settlements",
            "settlements": model.search(domain, limit=_PAGE, offset=pager["offset"]),
            "pager": pager,
            "default_url": "/my/settlements",
            **chosen,
        }
        return request.render("scenic_finance.portal_my_settlements", values)

    @http.route("/my/settlements/<int:settlement_id>", type="http", auth="user", website=True)
    def portal_settlement(self, settlement_id, page=1, **_options):
        """Show one settlement with its passages."""
        settlement = self._settlement(settlement_id)
        pager = portal_pager(
            url=f"/my/settlements/{settlement.id}",
            total=settlement.passage_count,
            page=int(page) if str(page).isdigit() else 1,
            step=_PAGE,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "scenic_settlements",
            "settlement": settlement,
            "summary": settlement._summary(),
            "rows": settlement._own_passages(_PAGE, pager["offset"]),
            "pager": pager,
        }
        return request.render("scenic_finance.portal_my_settlement", values)

    @http.route(
        "/my/settlements/<int:settlement_id>/download", type="http", auth="user", website=True
    )
    def portal_settlement_file(self, settlement_id, **_options):
        """Send the list of passages that is attached to a settlement."""
        settlement = self._settlement(settlement_id)
        attachment = settlement.attachment_id
        if attachment:
            return self._send(attachment.raw, attachment.mimetype, attachment.name)
        content, extension, mimetype = settlement._passage_file()
        return self._send(content, mimetype, f"{settlement.name.replace('/', '-')}.{extension}")

    def _send(self, content, mimetype, filename):
        headers = [
            ("Content-Type", passage_file.CSV if mimetype == "text/csv" else mimetype),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(filename)),
            ("X-Content-Type-Options", "nosniff"),
            # who passed when is nobody else's: no shared cache keeps it
            ("Cache-Control", "private, no-store"),
        ]
        return request.make_response(content, headers=headers)
