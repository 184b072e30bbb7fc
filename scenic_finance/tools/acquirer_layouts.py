"""The settlement files of acquirers: which columns, which sums at their end. Nothing knows Odoo.

``statement_read`` opens the file; what is left here is what each acquirer does in its own way: a
second header with totals, totals in comment lines, amounts that are negative in one file and
positive with a word beside them in the next, a fee that is a cost in one and a minus in another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal

from . import statement_read
from .statement_cells import amount_units, clean

PAY, REFUND = "pay", "refund"
DONE, CLOSED = "done", "closed"

_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


class LayoutError(ValueError):
    """The file is not what it should be. ``code`` is stable, ``facts`` are for people."""

    def __init__(self, code, **facts):
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Row:
    """One payment or refund, in cents: a refund is negative, a fee is what they keep."""

    place: int
    kind: str
    ref: str
    amount: int
    fee: int
    status: str = DONE
    refund_ref: str = ""
    acquirer_ref: str = ""
    acquirer_refund_ref: str = ""
    at: datetime | None = None
    rate: Decimal | None = None


@dataclass
class File:
    """What a file says. ``totals`` are the sums it states itself, where it has any."""

    rows: list[Row] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    merchant: str = ""

    def sums(self):
        """Return what the rows add up to: payments, refunds (negative), fees, what is paid out."""
        done = [row for row in self.rows if row.status == DONE]
        gross = sum(row.amount for row in done if row.kind == PAY)
        refund = sum(row.amount for row in done if row.kind == REFUND)
        fee = sum(row.fee for row in done)
        return {
            "count": len(self.rows),
            "gross": gross,
            "refund": refund,
            "fee": fee,
            "net": gross + refund - fee,
        }

    def check(self):
        """Refuse a file that is not whole: its rows are not what its own totals say."""
        if not self.rows:
            raise LayoutError("E_EMPTY")
        sums = self.sums()
        for name, stated in self.totals.items():
            if sums[name] != stated:
                raise LayoutError("E_TOTALS", name=name, stated=stated, found=sums[name])


def expected_fee(amount: int, rate) -> int:
    """Return the fee of a payment in cents, rounded half up as acquirers do."""
    exact = abs(amount) * Decimal(rate)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _cents(text: str, place: int) -> int:
    try:
        return amount_units(text) or 0
    except ValueError:
        raise LayoutError("E_AMOUNT", place=place, text=text[:64]) from None


def _moment(text: str) -> datetime | None:
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _percent(text: str) -> Decimal | None:
    """Return ``0.60%`` as 0.0060; nothing when it is no percentage."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*[%％]", text)
    return Decimal(match.group(1)) / 100 if match else None


class _Lines:
    """The lines of a file, each as a function from the name of a column to its text."""

    def __init__(self, data, columns, must):
        sheet = statement_read.open_sheet(data, {name: columns[name][0] for name in must})
        self.place, self.rows, self.columns = sheet.place, sheet.rows, {}
        for name, labels in columns.items():
            found = [sheet.titles.index(label) for label in labels if label in sheet.titles]
            if found:
                self.columns[name] = found[0]
            elif name in must:
                raise LayoutError("E_HEADER", titles="、".join(labels))

    def __iter__(self):
        """Yield (place in the file, cells, value) of each line that is not empty."""
        for place, row in enumerate(self.rows, self.place + 2):
            cells = [clean(cell) for cell in row]
            if any(cells):
                yield place, cells, self._getter(cells)

    def _getter(self, cells):
        def value(name):
            column = self.columns.get(name)
            return cells[column] if column is not None and column < len(cells) else ""

        return value


def _row(place, value, refunded, amount, fee, status):
    acquirer_ref, acquirer_refund_ref = value("acquirer_ref"), ""
    if refunded:
        acquirer_refund_ref = value("acquirer_refund_ref")
        if value("origin_ref"):
            # a card refund is a trade of its own, with the number of the first one beside it
            acquirer_ref, acquirer_refund_ref = value("origin_ref"), acquirer_ref
    if not (value("ref") or acquirer_ref):
        raise LayoutError("E_NUMBER", place=place)
    return Row(
        place=place,
        kind=REFUND if refunded else PAY,
        ref=value("ref"),
        amount=amount,
        fee=fee,
        status=status,
        refund_ref=value("refund_ref") if refunded else "",
        acquirer_ref=acquirer_ref,
        acquirer_refund_ref=acquirer_refund_ref,
        at=_moment(value("at")),
        rate=_percent(value("rate")),
    )


# -- WeChat Pay: a backtick before each value, a second header with the totals -------------

_WECHAT = {
    "at": ("交易时间",),
    "merchant": ("商户号",),
    "sub_merchant": ("特约商户号",),
    "acquirer_ref": ("微信订单号",),
    "ref": ("商户订单号",),
    "status": ("交易状态",),
    "amount": ("应结订单金额",),
    "acquirer_refund_ref": ("微信退款单号",),
    "refund_ref": ("商户退款单号",),
    "refund": ("退款金额",),
    "refund_status": ("退款状态",),
    "fee": ("手续费",),
    "rate": ("费率",),
}
_WECHAT_TOTALS = {
    "count": "总交易单数",
    "gross": "应结订单总金额",
    "refund": "退款总金额",
    "fee": "手续费总金额",
}


def wechat(data: bytes) -> File:
    """Read a bill of WeChat Pay (all trades of a day)."""
    lines = _Lines(data, _WECHAT, ("ref", "acquirer_ref", "status", "amount", "fee"))
    file, totals = File(), None
    for place, cells, value in lines:
        if totals is not None:
            _wechat_totals(file, dict(zip(totals, cells, strict=False)), place)
            break
        if cells[0] == _WECHAT_TOTALS["count"]:
            totals = cells
            continue
        refunded = value("status") in ("REFUND", "退款")
        done = refunded or value("status") in ("SUCCESS", "支付成功")
        if refunded and value("refund_status") not in ("", "SUCCESS", "退款成功"):
            done = False
        column = "refund" if refunded else "amount"
        amount = abs(_cents(value(column), place))
        fee = _cents(value("fee"), place)
        signed = -amount if refunded else amount
        file.rows.append(_row(place, value, refunded, signed, fee, DONE if done else CLOSED))
        # 0 where there is none; a service provider has its own number in every file
        file.merchant = value("sub_merchant").lstrip("0") or value("merchant")
    return file


def _wechat_totals(file, stated, place):
    for name, title in _WECHAT_TOTALS.items():
        if title in stated:
            cents = _cents(stated[title], place)
            file.totals[name] = {"count": cents // 100, "refund": -cents}.get(name, cents)


# -- Alipay: comment lines around the table, the totals among them --------------------------

_ALIPAY = {
    "at": ("完成时间", "创建时间"),
    "acquirer_ref": ("支付宝交易号",),
    "ref": ("商户订单号",),
    "kind": ("业务类型",),
    "amount": ("商家实收(元)",),
    "refund_ref": ("退款批次号/请求号",),
    "fee": ("服务费(元)",),
}


def alipay(data: bytes) -> File:
    """Read the list of trades of Alipay: refunds are negative, and so are the fees it keeps."""
    lines = _Lines(data, _ALIPAY, ("ref", "acquirer_ref", "kind", "amount", "fee"))
    file, notes = File(), []
    for place, cells, value in lines:
        if cells[0].startswith("#"):
            notes.append(",".join(cells))
            continue
        refunded = value("kind").startswith("退款")
        amount, fee = _cents(value("amount"), place), -_cents(value("fee"), place)
        file.rows.append(_row(place, value, refunded, amount, fee, DONE))
    for name, label in (("gross", "交易合计"), ("refund", "退款合计")):
        match = re.search(rf"{label}[:：]\s*\d+笔\D*?共(-?\d+(?:\.\d+)?)元", "\n".join(notes))
        if match:
            file.totals[name] = _cents(match.group(1), 0)
    return file


# -- a card acquirer: the kind is a word, amounts are positive, the last line is a sum -------

_UNIONPAY = {
    "at": ("交易时间", "交易日期"),
    "merchant": ("商户编号", "商户号"),
    "kind": ("交易类型",),
    "acquirer_ref": ("检索参考号", "参考号"),
    "ref": ("商户订单号",),
    "origin_ref": ("原交易参考号", "原参考号"),
    "amount": ("交易金额",),
    "fee": ("手续费",),
    "net": ("清算金额",),
    "status": ("交易状态",),
}
_CARD_REFUNDS = ("退货", "退款", "消费撤销", "撤销")


def unionpay(data: bytes) -> File:
    """Read the settlement of a card acquirer."""
    lines = _Lines(data, _UNIONPAY, ("kind", "amount", "fee"))
    file = File()
    for place, cells, value in lines:
        fee = _cents(value("fee"), place)
        if cells[0].startswith(("合计", "总计")):
            file.totals["fee"] = fee
            if value("net"):
                file.totals["net"] = _cents(value("net"), place)
            break
        refunded = value("kind") in _CARD_REFUNDS
        amount = abs(_cents(value("amount"), place))
        done = value("status") in ("", "成功", "交易成功", "已清算")
        signed = -amount if refunded else amount
        file.rows.append(_row(place, value, refunded, signed, fee, DONE if done else CLOSED))
        file.merchant = file.merchant or value("merchant")
    return file


# -- anything else, by a mapping that somebody saved -----------------------------------------


def mapped(data: bytes, mapping: dict) -> File:
    """Read a file by a saved mapping: number, amount and kind are enough."""
    sheet = statement_read.open_sheet(data, mapping["columns"], mapping.get("encoding") or "")
    reading = statement_read.read(sheet, mapping)
    for problem in reading.problems:
        raise LayoutError("E_ROW", place=problem.place, text=problem.text)
    file = File()
    for row in reading.rows:
        refunded = row.kind == "refund"
        closed = row.status == "cancelled"
        file.rows.append(
            Row(
                place=row.place,
                kind=REFUND if refunded else PAY,
                ref=row.order_no,
                amount=-row.amount if refunded else row.amount,
                fee=row.fee,
                status=CLOSED if closed else DONE,
                refund_ref=row.item_no if refunded else "",
                acquirer_ref=row.ref,
                at=row.day and datetime.combine(row.day, time()),
            )
        )
    return file


LAYOUTS = {"wechat": wechat, "alipay": alipay, "unionpay": unionpay}


def read(layout: str, data: bytes, mapping: dict | None = None) -> File:
    """Read a file of a known layout; LayoutError or StatementError say what is wrong with it."""
    file = mapped(data, mapping) if mapping else LAYOUTS[layout](data)
    file.check()
    return file
