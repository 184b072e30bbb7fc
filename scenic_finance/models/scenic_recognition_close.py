from odoo import api, models


class ScenicRecognitionClose(models.Model):
    _inherit = "scenic.recognition"

    # EXTENDS scenic_finance
    @api.model
    def _open_day(self, company, day):
        """Pass over closed days too: late facts go to the first open one, with both dates kept."""
        day = super()._open_day(company, day)
        while company._scenic_day_is_closed(day):
            day = super()._open_day(company, company._scenic_first_open_day(day))
        return day
