import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import books_signature


class ScenicCloseVerify(models.AbstractModel):
    """Checking what was signed, and opening a closed period again."""

    _inherit = "scenic.close.mixin"

    def _sealed(self):
        """Return the signed form, as a file and for audits."""
        self.ensure_one()
        return {
            "document": json.loads(self.document or "{}"),
            "signature": self.signature,
            "key": self.signing_key,
            "root_signature": self.root_signature,
            "root": self.root_key,
        }

    def _signature_problem(self):
        """Return why the signed figures cannot be trusted, None when they can.

        ``document``, ``root``, ``key``, ``signature``: that part is not what was signed; ``chain``:
        the close before is missing or another one.
        """
        self.ensure_one()
        sealed = self._sealed()
        if books_signature.digest(sealed["document"]) != self.digest:
            return "document"
        root = self.env["scenic.keyring"]._require().root.public.hex()
        if wrong := books_signature.problem(sealed, root):
            return wrong
        if self._digest_before(self.number) != (sealed["document"].get("prev") or ""):
            return "chain"
        return None

    def action_verify(self):
        """Check signature, key and chain, and tell the result."""
        self.ensure_one()
        self.check_access("read")
        wrong = self.sudo()._signature_problem()
        texts = {
            "document": self.env._("The figures were changed after they were signed."),
            "root": self.env._("Another root key has signed than the one of this server."),
            "key": self.env._("The root key did not vouch for the key that signed."),
            "signature": self.env._("The signature does not belong to these figures."),
            "chain": self.env._("The close before it is missing, or is not the one it followed."),
        }
        good = self.env._("Signature, key and chain are good: nothing was changed.")
        return self._tell(texts.get(wrong, good), "danger" if wrong else "success", bool(wrong))

    @api.model
    def _tell(self, message, kind, sticky=False):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "sticky": sticky,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _reopen(self, reason):
        """Open the period again: the next version begins, this one stays as it was signed."""
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("scenic_finance.group_reopen")):
            raise AccessError(
                self.env._("Only who has the right to open closed periods can do this.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Write down why the period is opened again."))
        close = self.sudo()
        close._lock_books()
        if close.state != "closed" or close.is_replaced:
            raise UserError(
                self.env._("%s is open already.", close._period_text()),
            )
        close.write(
            {
                "is_replaced": True,
                "reopened_at": fields.Datetime.now(),
                "reopened_by_id": self.env.uid,
                "reopen_reason": reason.strip(),
            }
        )
        close.flush_recordset()
        fresh = close.create(close._next_version())
        fresh._refresh()
        return fresh

    def _next_version(self):
        """Return the values of the version that takes the place of this one."""
        period = self._period_field
        return {
            "company_id": self.company_id.id,
            "version": self.version + 1,
            period: self[period],
        }

    def action_reopen(self):
        """Ask for the reason."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("scenic_finance.close_reopen_action")
        return {
            **action,
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }
