"""What a statement says, whatever its encoding and form: pure tests of statement_read.py."""

import csv
import io
from datetime import date, datetime
from pathlib import Path

import finance_tools
import openpyxl
import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

reader = finance_tools.load("statement_read")
cells = finance_tools.load("statement_cells")
file = finance_tools.load("statement_file")

TITLES = ["平台订单号", "产品名称", "结算金额", "佣金", "核销时间", "状态", "交易类型"]
COLUMNS = {
    "order_no": "平台订单号",
    "text": "产品名称",
    "amount": "结算金额",
    "fee": "佣金",
    "day": "核销时间",
    "status": "状态",
    "kind": "交易类型",
}
ROW = ["2026110100000001", "成人票", "1,080.50", "54.03", "2026/11/1 09:30:00", "已核销", "消费"]


def as_csv(rows, encoding="utf-8", delimiter=","):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)


def as_xlsx(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(content, columns=None, **mapping):
    mapping = {"columns": columns or COLUMNS, **mapping}
    return reader.read(reader.open_sheet(content, mapping["columns"]), mapping)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_chinese_headers_in_every_encoding(encoding, delimiter):
    (row,) = read(as_csv([TITLES, ROW], encoding, delimiter)).rows
    assert (row.order_no, row.amount, row.fee, row.net) == (
        "2026110100000001",
        108050,
        5403,
        102647,
    )
    assert (row.kind, row.status, row.day) == ("sale", "used", date(2026, 11, 1))


def test_a_title_above_totals_below_and_marks_around_numbers():
    table = [
        ["某平台结算单 2026-11"],
        ["#备注", "仅供核对"],
        TITLES,
        ["\t2026110100000001", "成人票", "￥１００．００", "`5.00", "2026年11月1日", "", ""],
        ['="000123"', "成人票", "(20.00)", "1", "20261102", "退款成功", ""],
        ["合计", "", "80.00", "", "", "", ""],
        [],
        ["总交易单数", "2"],
        ["`9", "x", "1", "", "", "", ""],
    ]
    found = read(as_csv(table, "gb18030"))
    assert [row.order_no for row in found.rows] == ["2026110100000001", "000123"]
    assert [(row.kind, row.amount) for row in found.rows] == [("sale", 10000), ("refund", 2000)]
    assert (found.skipped, found.problems) == (1, [])


def test_xlsx_with_dates_and_figures():
    table = [TITLES, ["A-1", "票", 80.1, 4, datetime(2026, 11, 3, 8, 0), "已核销", "消费"]]
    (row,) = read(as_xlsx(table)).rows
    assert (row.amount, row.fee, row.day) == (8010, 400, date(2026, 11, 3))


def test_rows_that_mean_nothing_are_named():
    table = [
        TITLES,
        [2026110100000001234, "票", 80, 4, "2026-11-03", "", ""],
        ["A2", "票", "eighty", 4, "2026-11-03", "", ""],
        ["A3", "票", "80.005", 4, "2026-11-03", "", ""],
        ["A4", "票", "", 4, "2026-11-03", "", ""],
        ["A5", "票", 80, 4, "yesterday", "", ""],
        ["", "票", 80, 4, "2026-11-03", "", ""],
        ["1.23457E+17", "票", 80, 4, "2026-11-03", "", ""],
    ]
    codes = [(p.place, p.code) for p in read(as_xlsx(table)).problems]
    assert codes == [
        (2, "E_ROUNDED"),
        (3, "E_AMOUNT"),
        (4, "E_AMOUNT"),
        (5, "E_AMOUNT"),
        (6, "E_DATE"),
        (7, "E_ORDER"),
        (8, "E_ROUNDED"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E_EMPTY"),
        (b"PK\x03\x04 but no archive", "E_FILE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "E_OLD_EXCEL"),
        (b"\xff\x00\x80 \xfe", "E_ENCODING"),
        (b"a\0b,c", "E_FILE"),
        (b"x" * (file.MAX_BYTES + 1), "E_TOO_LARGE"),
        ("什么,都没有\n1,2\n".encode(), "E_HEADER"),
        (as_csv([TITLES]), "E_EMPTY"),
        (as_csv([TITLES[:2], ROW[:2]]), "E_HEADER"),
    ],
)
def test_files_that_are_no_statement_are_refused(content, code):
    with pytest.raises(file.StatementError) as refused:
        read(content)
    assert refused.value.code == code


def test_columns_are_suggested():
    sheet = reader.open_sheet(as_csv([TITLES, ROW], "gbk"))
    assert reader.suggest(sheet.titles) == COLUMNS
    assert sheet.encoding == "gb18030"


def test_what_a_mapping_says_goes_first():
    rows = [TITLES, [*ROW[:5], "完成", "调账"], [*ROW[:5], "完成", "分账"]]
    values = {"kind": {"调账": "refund", "分账": "skip"}, "status": {"完成": "sold"}}
    found = read(as_csv(rows), values=values, scale=0)
    assert [(row.kind, row.status) for row in found.rows] == [("refund", "sold")]
    assert found.skipped == 1
    (fen,) = read(as_csv([TITLES, ["1", "", "8050", "", "", "", ""]]), scale=2).rows
    assert fen.amount == 8050


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2026-11-05 10:00:00", "ymd", date(2026, 11, 5)),
        ("20261105", "ymd", date(2026, 11, 5)),
        ("20261105101500", "ymd", date(2026, 11, 5)),
        ("05/11/2026", "dmy", date(2026, 11, 5)),
        ("11/05/2026", "mdy", date(2026, 11, 5)),
        (46331, "ymd", date(2026, 11, 5)),
        ("-", "ymd", None),
    ],
)
def test_days(text, order, day):
    assert cells.day_of(text, order) == day


orders = st.text("0123456789ABCDEFabcdef-_订单", min_size=1, max_size=30).filter(
    lambda text: text.strip("-_") == text and cells.clean(text) == text
)
rows = st.lists(
    st.tuples(
        orders,
        st.integers(-(10**9), 10**9),
        st.integers(0, 10**6),
        st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=examples(60), deadline=None)
@given(rows, st.sampled_from(["utf-8", "gbk", "gb18030", "xlsx"]))
def test_what_is_written_is_what_is_read(rows, form):
    table = [["订单号", "金额", "手续费", "日期"]]
    for number, amount, fee, day in rows:
        table.append([f"'{number}", f"{amount / 100:.2f}", f"{fee / 100:.2f}", day.isoformat()])
    content = as_xlsx(table) if form == "xlsx" else as_csv(table, form)
    columns = {"order_no": "订单号", "amount": "金额", "fee": "手续费", "day": "日期"}
    found = read(content, columns)
    assert not found.problems
    assert [(r.order_no, r.amount, r.fee, r.day) for r in found.rows] == [
        (number, abs(amount), fee, day) for number, amount, fee, day in rows
    ]
    assert [row.kind for row in found.rows] == [
        "refund" if amount < 0 else "sale" for _number, amount, _fee, _day in rows
    ]


def layout(name):
    """Return a layout of the sample park as the reader takes it."""
    folder = Path(__file__).parents[2] / "data"

    def lines(part):
        with (folder / f"scenic.statement.mapping.{part}.csv").open(encoding="utf-8") as file:
            return [row for row in csv.DictReader(file) if row["mapping_id/id"] == name]

    values = {"kind": {}, "status": {}}
    for row in lines("value"):
        values[row["field"]][row["text"]] = row["value"]
    return {"columns": {row["field"]: row["title"] for row in lines("column")}, "values": values}


@pytest.mark.parametrize(
    ("name", "file_name", "total", "fees", "kinds", "skipped"),
    [
        ("layout_hangtu", "hangtu-2026-11.csv", 100500, 5025, ["sale"] * 4 + ["refund"], 2),
        ("layout_meihui", "meihui-2026-11.xlsx", 27000, 1620, ["sale"] * 3 + ["refund"], 1),
    ],
)
def test_statements_of_the_sample_park(name, file_name, total, fees, kinds, skipped):
    content = (Path(__file__).parents[2] / "data" / "statements" / file_name).read_bytes()
    mapping = layout(name)
    found = reader.read(reader.open_sheet(content, mapping["columns"]), mapping)
    signs = [-1 if row.kind == "refund" else 1 for row in found.rows]
    assert sum(s * row.amount for s, row in zip(signs, found.rows, strict=True)) == total
    assert sum(s * row.fee for s, row in zip(signs, found.rows, strict=True)) == fees
    assert [row.kind for row in found.rows] == kinds
    assert (found.skipped, found.problems) == (skipped, [])
