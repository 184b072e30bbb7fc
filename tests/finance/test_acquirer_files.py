"""Settlement files of acquirers are read as they are, or refused as a whole."""

from datetime import datetime
from decimal import Decimal

import acquirer_files
import pytest

from odoo.addons.scenic_finance.tools import acquirer_layouts as layouts
from odoo.addons.scenic_finance.tools import acquirer_match
from odoo.addons.scenic_finance.tools.acquirer_match import Payment

AT = datetime(2026, 11, 22, 9, 30)
ROWS = [
    acquirer_files.row("P1", 80, AT),
    acquirer_files.row("P2", 150.5, AT),
    acquirer_files.row("P1", -80, AT, refund_ref="R1"),
]


@pytest.mark.parametrize(
    ("layout", "data"),
    [
        ("wechat", acquirer_files.wechat(ROWS)),
        ("wechat", acquirer_files.wechat(ROWS, "gbk")),
        ("alipay", acquirer_files.alipay(ROWS)),
        ("alipay", acquirer_files.alipay(ROWS, "utf-8-sig")),
        ("unionpay", acquirer_files.unionpay(ROWS)),
    ],
)
def test_each_layout_is_read_to_the_cent(layout, data):
    file = layouts.read(layout, data)
    assert [row.amount for row in file.rows] == [8000, 15050, -8000]
    assert [row.fee for row in file.rows] == [48, 90, -48]
    assert [row.kind for row in file.rows] == ["pay", "pay", "refund"]
    assert [row.ref for row in file.rows] == ["P1", "P2", "P1"]
    assert acquirer_match.keys_of(file.rows[2])[0].endswith("R1")
    assert {row.at for row in file.rows} == {AT}
    assert file.sums() == {
        "count": 3,
        "gross": 23050,
        "refund": -8000,
        "fee": 90,
        "net": 14960,
    }
    assert file.totals


def test_marks_and_states_of_wechat():
    rows = [*ROWS, acquirer_files.row("P9", 30, AT, closed=True, fee=Decimal(0))]
    file = layouts.read("wechat", acquirer_files.wechat(rows))
    assert file.merchant == "1900000109"
    assert file.rows[0].rate == Decimal("0.006")
    assert file.rows[3].status == "closed"
    assert file.sums()["gross"] == 23050


def test_a_file_that_lost_a_row_is_refused():
    totals = (Decimal("230.50"), Decimal("-80.00"), Decimal("0.90"))
    with pytest.raises(layouts.LayoutError) as caught:
        layouts.read("wechat", acquirer_files.wechat(ROWS[1:], totals=totals))
    assert caught.value.code == "E_TOTALS"
    text = acquirer_files.alipay(ROWS).decode("gbk").splitlines()
    del text[5]
    with pytest.raises(layouts.LayoutError) as caught:
        layouts.read("alipay", "\n".join(text).encode("gbk"))
    assert caught.value.code == "E_TOTALS"


def test_other_files_are_refused():
    with pytest.raises(ValueError, match="E_HEADER"):
        layouts.read("alipay", acquirer_files.unionpay(ROWS))
    with pytest.raises(ValueError, match="E_EMPTY"):
        layouts.read("wechat", b"")
    with pytest.raises(layouts.LayoutError) as caught:
        layouts.read("wechat", acquirer_files.wechat(ROWS).replace(b"`80.00,", b"`8o.00,"))
    assert caught.value.code == "E_AMOUNT"


def test_a_layout_of_ones_own_is_read_by_its_mapping():
    text = "流水,金额,类别,扣费,日期\nA1,80.00,消费,0.30,2026-11-22\nA2,-80.00,退款,0,2026-11-22\n"
    columns = {"order_no": "流水", "amount": "金额", "kind": "类别", "fee": "扣费", "day": "日期"}
    file = layouts.read("mapping", text.encode("gbk"), {"columns": columns})
    assert [(row.ref, row.amount, row.fee) for row in file.rows] == [
        ("A1", 8000, 30),
        ("A2", -8000, 0),
    ]


# -- matching ------------------------------------------------------------------------------


def codes(rows, payments, **options):
    file = layouts.read("wechat", acquirer_files.wechat(rows))
    return [match.code for match in acquirer_match.match(file.rows, payments, **options)]


def pay(number, amount, *numbers, at=AT, due=True):
    return Payment(number, amount, at, numbers, due)


def test_payments_are_found_by_our_number_and_by_theirs():
    ours = [pay(1, 8000, "P1"), pay(2, 15050, "4200P2"), pay(3, -8000, "R1")]
    assert codes(ROWS, ours) == ["matched"] * 3


def test_every_difference_has_its_code():
    rows = [
        *ROWS,
        acquirer_files.row("P3", 60, AT),
        acquirer_files.row("P4", 70, AT, fee=Decimal("0.90")),
        acquirer_files.row("P5", 50, AT),
        acquirer_files.row("P5", 50, AT),
        acquirer_files.row("P6", 40, AT, closed=True, fee=Decimal(0)),
        acquirer_files.row("P7", 40, AT, closed=True, fee=Decimal(0)),
    ]
    ours = [
        pay(1, 8000, "P1"),
        pay(2, 15040, "P2"),
        pay(4, 7000, "P4"),
        pay(5, 5000, "P5"),
        pay(6, 4000, "P6"),
        pay(8, 3000, "P8"),
        pay(9, 3000, "P9", due=False),
    ]
    found = codes(rows, ours, rate=Decimal("0.006"))
    assert found[:3] == ["matched", "amount", "missing_here"]
    assert found[3:9] == ["missing_here", "fee", "matched", "double", "status", "ignored"]
    assert found[9:] == ["missing_there"]


def test_a_cent_is_rounding_when_that_is_agreed():
    ours = [pay(1, 8001, "P1"), pay(2, 15050, "P2"), pay(3, -8000, "R1")]
    assert codes(ROWS, ours, slack=1) == ["matched"] * 3
    assert codes(ROWS, ours)[0] == "amount"


def test_a_row_of_an_earlier_statement_is_a_double():
    ours = [pay(2, 15050, "P2"), pay(3, -8000, "R1")]
    assert codes(ROWS, ours, listed={("P1", "pay")}) == ["double", "matched", "matched"]


def test_without_a_number_amount_and_time_decide_where_they_are_clear():
    near, far = AT.replace(minute=33), AT.replace(hour=11)
    clear = [pay(1, 8000, at=near), pay(2, 15050, at=far), pay(3, -8000, "R1")]
    assert codes(ROWS, clear, minutes=5) == ["matched", "missing_here", "matched", "missing_there"]
    two = [pay(1, 8000, at=near), pay(4, 8000, at=near)]
    assert codes(ROWS[:1], two, minutes=5) == ["missing_here", "missing_there", "missing_there"]
    assert codes(ROWS[:1], clear[:1]) == ["missing_here", "missing_there"]
