"""Settlement files as acquirers lay them out, with invented payments."""

from decimal import ROUND_HALF_UP, Decimal

_WECHAT = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
_WECHAT_END = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
_ALIPAY = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,"
    "商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_UNIONPAY = (
    "清算日期,交易时间,商户编号,终端号,交易类型,卡号,检索参考号,原交易参考号,商户订单号,交易金额,"
    "手续费,清算金额,交易状态"
)


def fee(amount, rate="0.006"):
    """Return the fee of an amount, rounded as acquirers do."""
    exact = Decimal(str(amount)) * Decimal(rate)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def row(ref, amount, at, **more):
    """Return a payment; a negative amount is a refund, which has a ``refund_ref``."""
    values = {"ref": ref, "amount": Decimal(str(amount)), "at": at, "their": f"4200{ref}"}
    values |= {"fee": fee(amount), "rate": "0.60%", "closed": False, "refund_ref": ""}
    return values | more


def _sums(rows):
    done = [one for one in rows if not one["closed"]]
    pays = sum((one["amount"] for one in done if one["amount"] > 0), Decimal(0))
    back = sum((one["amount"] for one in done if one["amount"] < 0), Decimal(0))
    return pays, back, sum((one["fee"] for one in done), Decimal(0))


def wechat(rows, encoding="utf-8", merchant="1900000109", totals=None):
    """A bill of WeChat Pay: each value behind a backtick, the totals below a second header."""
    lines = [_WECHAT]
    for one in rows:
        refund = one["amount"] < 0
        state = "REFUND" if refund else "REVOKED" if one["closed"] else "SUCCESS"
        due = Decimal("0.00") if refund else one["amount"]
        back = -one["amount"] if refund else Decimal("0.00")
        cells = [
            f"{one['at']:%Y-%m-%d %H:%M:%S}", "wx0000000000000000", merchant, "0", "", one["their"],
            one["ref"], "o000000000000000000000000000", "MICROPAY", state, "OTHERS", "CNY",
            f"{due:.2f}", "0.00", f"5030{one['refund_ref']}" if refund else "0",
            one["refund_ref"] if refund else "0", f"{back:.2f}", "0.00",
            "ORIGINAL" if refund else "", "SUCCESS" if refund else "", "门票", "",
            f"{one['fee']:.5f}" if refund else f"{one['fee']:.2f}",
            one["rate"], f"{due:.2f}", f"{back:.2f}", "",
        ]  # fmt: skip
        lines.append(",".join(f"`{cell}" for cell in cells))
    pays, back, fees = totals or _sums(rows)
    end = [str(len(rows)), pays, -back, Decimal(0), fees, pays, -back]
    end = [f"{cell:.2f}" if isinstance(cell, Decimal) else cell for cell in end]
    lines += [_WECHAT_END, ",".join(f"`{cell}" for cell in end)]
    return "\r\n".join(lines).encode(encoding)


def alipay(rows, encoding="gbk"):
    """Alipay's list of trades: GBK, comment lines around it, a tab after long numbers."""
    lines = [
        "#支付宝业务明细查询",
        "#账号：[20880000000000000156]",
        "#起始日期：[2026年11月22日 00:00:00]   终止日期：[2026年11月23日 00:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------",
        _ALIPAY,
    ]
    for one in rows:
        at = f"{one['at']:%Y-%m-%d %H:%M:%S}"
        kind = "退款" if one["amount"] < 0 else "交易"
        amount = f"{one['amount']:.2f}"
        lines.append(
            f"{one['their']}\t,{one['ref']}\t,{kind}  ,门票,{at},{at},,,,,*游客(139****0000),"
            f"{amount},{amount},0.00,0.00,0.00,0.00,0.00,,0.00,0.00,{one['refund_ref']}\t,"
            f"{-one['fee']:.2f},0.00,"
        )
    pays, back, _fees = _sums(rows)
    lines += [
        "#-----------------------------------------业务明细列表结束------------------------------",
        f"#交易合计：{len(rows)}笔，商家实收共{pays:.2f}元，商家优惠共0.00元",
        f"#退款合计：1笔，商家实收退款共{back:.2f}元，商家优惠退款共0.00元",
        "#导出时间：[2026年11月23日 09:00:00]",
    ]
    return "\r\n".join(lines).encode(encoding)


def unionpay(rows, encoding="gbk", merchant="898000000000001"):
    """A card acquirer's settlement: positive amounts, the kind is a word, a line of sums."""
    lines = [_UNIONPAY]
    net = Decimal(0)
    for one in rows:
        refund = one["amount"] < 0
        amount = abs(one["amount"])
        net += one["amount"] - one["fee"]
        lines.append(
            f"{one['at']:%Y%m%d},{one['at']:%Y-%m-%d %H:%M:%S},{merchant},10000001,"
            f"{'退货' if refund else '消费'},622848******0000,"
            f"{one['refund_ref'] if refund else one['their']},{one['their'] if refund else ''},"
            f"{one['ref']},{amount:.2f},{one['fee']:.2f},{one['amount'] - one['fee']:.2f},成功"
        )
    pays, back, fees = _sums(rows)
    lines.append(f"合计,,,,,,,,,{pays + back:.2f},{fees:.2f},{net:.2f},")
    return "\n".join(lines).encode(encoding)
