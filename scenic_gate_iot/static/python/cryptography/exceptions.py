"""Signatures are checked by the browser, which answers later than Python can wait.

So a signature that nobody has checked yet stops the question (``Unverified``). The page has it
checked, tells the answer (``learn``) and asks again from the beginning. No answer is ever assumed.
"""


class InvalidSignature(Exception):
    """The browser found that a signature is not good."""


class Unverified(Exception):
    """``args[0]``: {"alg", "pub", "sig", "msg"} of the signature that has to be checked first."""


_KNOWN = {}
_MOST = 2000


def learn(check, good):
    """Remember what the browser found."""
    if len(_KNOWN) >= _MOST:
        _KNOWN.clear()
    _KNOWN[_key(check)] = bool(good)


def require(alg, pub, signature, message):
    """Return when the signature is good; InvalidSignature or Unverified otherwise."""
    check = {"alg": alg, "pub": pub.hex(), "sig": signature.hex(), "msg": message.hex()}
    good = _KNOWN.get(_key(check))
    if good is None:
        raise Unverified(check)
    if not good:
        raise InvalidSignature


def _key(check):
    return "|".join([check["alg"], check["pub"], check["sig"], check["msg"]])
