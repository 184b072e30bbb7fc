"""Signed figures of the books: one spelling, one hash, one signature. Nothing here knows Odoo.

A document is made of texts, whole numbers, booleans, nulls, lists and objects; amounts of money are
texts ("123.40"), because no two programs print a float alike. Its spelling is JSON with sorted
keys, without blanks, in ASCII. What is signed is a label and that spelling; the key is one that the
root key of the park vouches for, so whoever knows the root's public half can check everything.
"""

import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DOCUMENT_LABEL = b"scenic-books-v1\0"
KEY_LABEL = b"scenic-books-key-v1\0"
SUBKEY = "books"


def canonical(document):
    """Return the one spelling of a document (bytes)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def digest(document):
    """Return the SHA-256 of a document in hex, which the next one of the chain repeats."""
    return hashlib.sha256(canonical(document)).hexdigest()


def seal(document, keys):
    """Return the signed form of a document; ``keys``: the KeyFile of the server."""
    signer = Ed25519PrivateKey.from_private_bytes(keys.subkey(SUBKEY))
    public = _raw(signer)
    return {
        "document": document,
        "signature": signer.sign(DOCUMENT_LABEL + canonical(document)).hex(),
        "key": public.hex(),
        "root_signature": keys.root(KEY_LABEL + public).hex(),
        "root": keys.root.public.hex(),
    }


def problem(sealed, root=None):
    """Return what is wrong with a signed document, None when nothing is.

    ``root``: the public root key (hex) that is trusted; None believes the one in the file.
    """
    if root and sealed.get("root") != root:
        return "root"
    try:
        key = bytes.fromhex(sealed["key"])
        _check(sealed["root"], sealed["root_signature"], KEY_LABEL + key)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return "key"
    try:
        message = DOCUMENT_LABEL + canonical(sealed["document"])
        _check(sealed["key"], sealed["signature"], message)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return "signature"
    return None


def _check(key, signature, message):
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    public.verify(bytes.fromhex(signature), message)


def _raw(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
