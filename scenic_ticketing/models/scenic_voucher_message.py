import hashlib
import json

from odoo import api, fields, models

from ..tools import voucher_sql


class ScenicVoucherMessage(models.Model):
    """The journal of a channel: each command once, with the reply that it got."""

    _name = "scenic.voucher.message"
    _description = "Scenic Voucher Message"
    _order = "id desc"
    _rec_name = "key"
    _log_access = False

    channel_id = fields.Many2one(
        "scenic.channel", required=True, readonly=True, index=True, ondelete="restrict"
    )
    command = fields.Selection(
        [
            ("hold", "Hold"),
            ("issue", "Issue"),
            ("cancel", "Cancel"),
            ("refund_request", "Refund asked for"),
            ("refund_fact", "Refund made"),
        ],
        required=True,
        readonly=True,
    )
    key = fields.Char(
        required=True, readonly=True, help="What the channel calls this very request."
    )
    digest = fields.Char(required=True, readonly=True, help="SHA-256 of what was asked.")
    reply = fields.Text(readonly=True, help="What was answered, and is answered to a repeat.")
    received_at = fields.Datetime(required=True, readonly=True)
    order_id = fields.Many2one(
        "scenic.voucher.order", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    _key_uniq = models.Constraint(
        "UNIQUE (channel_id, command, key)", "This message is answered already."
    )

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        voucher_sql.install_messages(self.env.cr)

    @api.model
    def _digest(self, content):
        """Return the hash of what was asked, whatever the order of its members."""
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _open(self, channel, command, key, content):
        """Return ``(message, whether it is new)``."""
        self.env.flush_all()
        digest = self._digest(content)
        now = fields.Datetime.now()
        row = voucher_sql.open_message(self.env.cr, channel.id, command, key, digest, now)
        if row:
            return self.browse(row), True
        domain = [("channel_id", "=", channel.id), ("command", "=", command), ("key", "=", key)]
        return self.search(domain), False

    def _close(self, reply, order):
        """Keep the reply; returns its text, which is what the channel gets."""
        text = json.dumps(reply, ensure_ascii=False, sort_keys=True)
        self.write({"reply": text, "order_id": order.id})
        return text
