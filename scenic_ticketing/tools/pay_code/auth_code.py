"""Codes that customers show to pay: which wallet, and how they are written into logs."""

import re

WECHAT, ALIPAY, UNIONPAY = "wechat", "alipay", "unionpay"

# WeChat: 18 digits from 10 to 15. Alipay: 16 to 24 digits from 25 to 30. UnionPay: 19 from 62.
_FORMS = (
    (WECHAT, re.compile(r"1[0-5]\d{16}")),
    (ALIPAY, re.compile(r"(?:2[5-9]|30)\d{14,22}")),
    (UNIONPAY, re.compile(r"62\d{17}")),
)


def clean(text: str | None) -> str:
    """Return what was scanned or typed without spaces and dashes."""
    return re.sub(r"[\s-]", "", text or "")


def wallet(text: str | None) -> str | None:
    """Return the wallet that shows such a code, None when it is no payment code."""
    code = clean(text)
    if not code.isascii():
        return None
    return next((name for name, form in _FORMS if form.fullmatch(code)), None)


def hint(text: str | None) -> str:
    """Return what may be kept of a code: its kind and its last four digits."""
    code = clean(text)
    return f"{code[:2]}…{code[-4:]}" if len(code) >= 12 else "…"
