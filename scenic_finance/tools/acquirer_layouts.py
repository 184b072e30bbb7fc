"""The settlement files of acquirers: which columns, which marks, which sums at their end.

Pure: bytes in, rows out. The files have what a plain table does not: a backtick or a tab that
keeps a spreadsheet from rounding long numbers, comment lines, a second header with totals,
amounts that are negative in one file and positive with a word beside them in the next.
"""

from __future__ import annotations

import csv
import io
import re

from .acquirer_file import (
    CLOSED,
    DONE,
    PAY,
    REFUND,
    File,
    LayoutError,
    Row,
    cents,
    clean,
    decode,
    moment,
    percent,
)

MAX_ROWS = 200_000


def _table(text: str) -> list[list[str]]:
    rows = [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(text)) if any(row)]
    if len(rows) > MAX_ROWS:
        raise LayoutError("too_long", rows=len(rows))
    return rows


def _columns(header: list[str], wanted: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the place of each column; the first of several names that the file has."""
    places = {}
    for name, labels in wanted.items():
        found = [header.index(label) for label in labels if label in header]
        if found:
            places[name] = found[0]
    return places


def _find_header(rows, must: tuple[str, ...]) -> int:
    for index, row in enumerate(rows):
        if all(any(label == cell for cell in row) for label in must):
            return index
    raise LayoutError("header", columns="、".join(must))


_WECHAT = {
    "at": ("交易时间",),
    "merchant": ("特约商户号", "商户号"),
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


def wechat(data: bytes) -> File:
    """Read a WeChat Pay bill: each value behind a backtick, a second header with the totals."""
    rows = _table(decode(data))
    start = _find_header(rows, ("微信订单号", "商户订单号", "交易状态"))
    columns = _columns(rows[start], _WECHAT)
    file = File()
    for number, cells in enumerate(rows[start + 1 :], start + 2):
        if cells[0] == "总交易单数":
            _wechat_totals(file, cells, rows[number:])
            break
        value = _getter(cells, columns)
        refunded = value("status") in ("REFUND", "退款")
        status = DONE if value("status") in ("SUCCESS", "支付成功", "REFUND", "退款") else CLOSED
        if refunded and value("refund_status") not in ("", "SUCCESS", "退款成功"):
            status = CLOSED
        amount = -cents(value("refund")) if refunded else cents(value("amount"))
        file.rows.append(_row(number, value, refunded, amount, cents(value("fee")), status))
        file.merchant = file.merchant or value("merchant")
    file.check()
    return file


def _wechat_totals(file, header, rest):
    if not rest:
        return
    stated = dict(zip(header, rest[0], strict=False))
    for name, label, sign in (
        ("count", "总交易单数", None),
        ("gross", "应结订单总金额", 1),
        ("refund", "退款总金额", -1),
        ("fee", "手续费总金额", 1),
    ):
        if label in stated:
            text = stated[label]
            file.totals[name] = int(text) if sign is None else sign * cents(text)


_ALIPAY = {
    "at": ("完成时间", "创建时间"),
    "acquirer_ref": ("支付宝交易号",),
    "ref": ("商户订单号",),
    "kind": ("业务类型",),
    "amount": ("商家实收（元）", "商家实收(元)"),
    "refund_ref": ("退款批次号/请求号",),
    "fee": ("服务费（元）", "服务费(元)"),
}


def alipay(data: bytes) -> File:
    """Read an Alipay list: comment lines around the table, the totals among them."""
    text = decode(data)
    notes = [line for line in text.splitlines() if line.startswith("#")]
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    rows = _table(body)
    start = _find_header(rows, ("支付宝交易号", "商户订单号", "业务类型"))
    columns = _columns(rows[start], _ALIPAY)
    file = File()
    for number, cells in enumerate(rows[start + 1 :], start + 2):
        value = _getter(cells, columns)
        refunded = value("kind").startswith("退款")
        # their service fee is negative where they keep it
        fee = -cents(value("fee"))
        file.rows.append(_row(number, value, refunded, cents(value("amount")), fee, DONE))
    _alipay_totals(file, notes)
    file.check()
    return file


def _alipay_totals(file, notes):
    text = "\n".join(notes)
    for name, label in (("gross", "交易合计"), ("refund", "退款合计")):
        match = re.search(rf"{label}[:：]\s*\d+笔[，,]\D*?共(-?[\d.,]+)元", text)
        if match:
            file.totals[name] = cents(match.group(1).rstrip(",."))
    match = re.search(r"账号[:：]\s*\[([^\]]+)\]", text)
    file.merchant = match.group(1) if match else ""


_UNIONPAY = {
    "at": ("交易时间", "交易日期"),
    "merchant": ("商户编号", "商户号"),
    "kind": ("交易类型",),
    "acquirer_ref": ("检索参考号", "参考号"),
    "ref": ("商户订单号",),
    "origin_ref": ("原交易参考号", "原参考号"),
    "amount": ("交易金额",),
    "fee": ("手续费",),
    "status": ("交易状态",),
}


def unionpay(data: bytes) -> File:
    """Read a card acquirer's list: the kind is a word, a line of sums is at the end."""
    rows = _table(decode(data))
    start = _find_header(rows, ("交易类型", "交易金额", "手续费"))
    columns = _columns(rows[start], _UNIONPAY)
    file = File()
    for number, cells in enumerate(rows[start + 1 :], start + 2):
        value = _getter(cells, columns)
        if cells[0].startswith(("合计", "总计")):
            # signed as the rows are: purchases less refunds
            file.totals = {"fee": cents(value("fee"))}
            break
        word = value("kind")
        refunded = word in ("退货", "退款", "消费撤销", "撤销")
        amount = abs(cents(value("amount")))
        status = DONE if value("status") in ("", "成功", "交易成功", "已清算") else CLOSED
        row = _row(
            number, value, refunded, -amount if refunded else amount, cents(value("fee")), status
        )
        file.rows.append(row)
        file.merchant = file.merchant or value("merchant")
    file.check()
    return file


def _getter(cells, columns):
    def value(name):
        place = columns.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    return value


def _row(number, value, refunded, amount, fee, status):
    acquirer_ref = value("acquirer_ref")
    refund_ref = value("refund_ref") if refunded else ""
    acquirer_refund_ref = value("acquirer_refund_ref") if refunded else ""
    if refunded and value("origin_ref"):
        # a card refund is a trade of its own, with the number of the first one beside it
        acquirer_refund_ref, acquirer_ref = acquirer_ref, value("origin_ref")
    if not (value("ref") or acquirer_ref):
        raise LayoutError("number", row=number)
    return Row(
        number=number,
        kind=REFUND if refunded else PAY,
        ref=value("ref"),
        amount=amount,
        fee=fee,
        status=status,
        refund_ref=refund_ref,
        acquirer_ref=acquirer_ref,
        acquirer_refund_ref=acquirer_refund_ref,
        at=moment(value("at")),
        rate=percent(value("rate")),
    )


LAYOUTS = {"wechat": wechat, "alipay": alipay, "unionpay": unionpay}


def read(layout: str, data: bytes) -> File:
    """Read a file of a known layout; LayoutError says what is wrong with it."""
    file = LAYOUTS[layout](data)
    if not file.rows:
        raise LayoutError("empty")
    return file
