import logging
import time

from odoo import api, fields, models

from ..tools import lane_status
from ..tools.config_fault import made_of, reason

_logger = logging.getLogger(__name__)

AGAIN_S = 15.0  # a configuration that failed is not made again with each call of each box
_again_at = {}  # (database, box) -> monotonic time, in each worker


class ScenicBoxConfig(models.Model):
    """A configuration that cannot be made, or that the box refuses: it works with the last one."""

    _inherit = "scenic.box"

    config_fault = fields.Char(
        "Configuration Stands Still",
        readonly=True,
        copy=False,
        help="Why the box gets no new configuration. It goes on with the last one it has.",
    )

    def _config_news(self, told):
        """Return the part of an answer with the configuration; ``told``: the revision it follows.

        :raises ConfigFault: it cannot be made
        """
        self.ensure_one()
        place = (self.env.cr.dbname, self.id)
        if self.config_fault and time.monotonic() < _again_at.get(place, 0.0):
            return {"config": None, "config_rev": told}
        config = self.env["scenic.gate.config"]
        revision, made = made_of(self, lambda box: config._for_box(box, told))
        if self.config_fault:
            self._config_settled()
        return {"config": None if revision == told else made, "config_rev": revision}

    def _config_settled(self):
        self.config_fault = False
        self.env["scenic.incident"]._gate_settle(
            [f"config:{self.id}"], self.env._("The configuration can be made again.")
        )

    def _config_failed(self, fault):
        """Keep and tell, once, which record stands in the way of the configuration."""
        _again_at[self.env.cr.dbname, self.id] = time.monotonic() + AGAIN_S
        cause = fault.__cause__
        text = self._config_fault_text(fault, reason(cause))
        if text == self.config_fault:
            return
        _logger.error("No configuration for box %s: %s", self.id, fault, exc_info=cause)
        self.config_fault = text
        self._report_config(f"config:{self.id}", text)
        self._notify_board()

    def _config_fault_text(self, fault, error):
        record = self.env[fault.model].browse(fault.number)
        try:
            with self.env.cr.savepoint():
                name = record.display_name or str(fault.number)
        except Exception:
            # what is wrong with it may be its name, too
            _logger.info("The name of %s is not known", fault, exc_info=True)
            name = str(fault.number)
        kind = self.env["ir.model"]._get(fault.model).name
        return self.env._("%(kind)s %(name)s: %(error)s", kind=kind, name=name, error=error)

    def _report_config(self, key, text):
        self.env["scenic.incident"]._gate_report(
            self,
            [
                {
                    "gate_key": key,
                    "kind": "config",
                    "happened_at": fields.Datetime.now(),
                    "facts": self.env._(
                        "Box %(box)s goes on with its last configuration. %(why)s",
                        box=self.name,
                        why=text,
                    ),
                    "persons": 0,
                    "whole": True,
                }
            ],
        )

    # EXTENDS scenic_gate_iot
    def _seen(self, status, drift_s):
        written = super()._seen(status, drift_s)
        if written:
            key, error = f"config:{self.id}:box", lane_status.config_error(status)
            if error:
                self._report_config(key, self.env._("It refuses the new one: %s", error))
            else:
                self.env["scenic.incident"]._gate_settle(
                    [key], self.env._("The box has reported that it is over.")
                )
        return written


class ScenicGateBoardConfig(models.AbstractModel):
    _inherit = "scenic.gate.board"

    # EXTENDS scenic_gate_iot
    @api.model
    def _warnings(self, box, about):
        found = super()._warnings(box, about)
        if box.config_fault or lane_status.config_error(box.status):
            found.append("config")
        return found


class ScenicConfigIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("config", "Box without a new configuration")],
        ondelete={"config": "set default"},
    )
