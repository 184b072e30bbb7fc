from odoo import api, models

from ..iot_handlers.scenic_rules.signature import ED25519, PublicKey


class ScenicKeyringSign(models.AbstractModel):
    """Signatures under documents of the server: day exports, day closes.

    The signed message is ``context + hexadecimal SHA-256``; each kind of document has a context of
    its own, so that no signature can be taken for another one.
    """

    _inherit = "scenic.keyring"

    @api.model
    def _sign_digest(self, context, digest):
        """Return ``(public key, signature)`` in hexadecimal; both False without a key file."""
        if self._problem():
            return False, False
        signer = self._keys().issuer
        return signer.public.hex(), signer(context + digest.encode()).hex()

    @api.model
    def _digest_is_signed(self, context, digest, public, signature):
        """Tell whether a key of this server signed a digest: the present one or a former one."""
        if not public or not signature:
            return False
        blobs = self.env["scenic.certificate"].sudo().search([("blob", "!=", False)]).mapped("blob")
        own = "" if self._problem() else self._keys().issuer.public.hex()
        if public != own and not any(public in blob for blob in blobs):
            return False
        key = PublicKey(ED25519, bytes.fromhex(public))
        return key.verifies(bytes.fromhex(signature), context + digest.encode())
