import secrets

from odoo import api, fields, models

IDLE_SECONDS = 60


class PosConfigKiosk(models.Model):
    """A page on which visitors choose tickets by themselves, for a window to take the money."""

    _inherit = "pos.config"

    scenic_kiosk = fields.Boolean(
        string="Self-Service Page",
        help="Visitors choose tickets on a touch screen and pay at a window, which finds their "
        "order by its number.",
    )
    scenic_kiosk_token = fields.Char(
        readonly=True,
        copy=False,
        groups="scenic_ticketing.group_manager",
        help="Secret part of the address of the page: who knows it can reserve tickets.",
    )
    scenic_kiosk_url = fields.Char(
        string="Address of the Page",
        compute="_compute_scenic_kiosk_url",
        groups="scenic_ticketing.group_manager",
    )
    scenic_takes_kiosk = fields.Boolean(
        compute="_compute_scenic_takes_kiosk",
        help="Visitors may come with the number of a self-service order.",
    )
    scenic_kiosk_idle = fields.Integer(
        string="Back to the Start after (seconds)",
        default=IDLE_SECONDS,
        help="When nobody has touched the screen for so long, what was chosen is forgotten.",
    )

    _scenic_kiosk_token_uniq = models.UniqueIndex(
        "(scenic_kiosk_token) WHERE scenic_kiosk_token IS NOT NULL",
        "Another window already has this address.",
    )
    _scenic_kiosk_idle_range = models.Constraint(
        "CHECK (scenic_kiosk_idle IS NULL OR scenic_kiosk_idle BETWEEN 10 AND 600)",
        "The page goes back to its start after 10 to 600 seconds.",
    )

    @api.depends("scenic_kiosk", "scenic_kiosk_token")
    def _compute_scenic_kiosk_url(self):
        for window in self:
            token = window.scenic_kiosk and window.scenic_kiosk_token
            window.scenic_kiosk_url = token and f"{window.get_base_url()}/scenic/kiosk/{token}"

    def _compute_scenic_takes_kiosk(self):
        pages = self.sudo().search([("scenic_kiosk", "=", True)])
        for window in self:
            window.scenic_takes_kiosk = window.company_id in pages.company_id

    @api.model_create_multi
    def create(self, vals_list):
        windows = super().create(vals_list)
        windows._scenic_complete_kiosk()
        return windows

    def write(self, vals):
        res = super().write(vals)
        if vals.get("scenic_kiosk"):
            self._scenic_complete_kiosk()
        return res

    def _scenic_complete_kiosk(self):
        for window in self.sudo():
            if window.scenic_kiosk and not window.scenic_kiosk_token:
                window.scenic_kiosk_token = secrets.token_hex(16)

    def action_scenic_kiosk_renew(self):
        """Give the page another address: the old one leads nowhere from now on."""
        self.check_access("write")
        for window in self:
            window.scenic_kiosk_token = secrets.token_hex(16)

    @api.model
    def _scenic_of_kiosk(self, token):
        """Return the window whose page has this token, with all rights in its company only."""
        windows = self.sudo()
        if not token or len(token) != 32:
            return windows
        window = windows.search([("scenic_kiosk_token", "=", token), ("scenic_kiosk", "=", True)])
        return window.with_company(window.company_id).with_context(
            allowed_company_ids=window.company_id.ids
        )
