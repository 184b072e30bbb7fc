"""statement: 20,000 rows of a channel, from the file to the last difference."""

import base64
import csv
import io
import time
from datetime import date

from scenic_park import databases
from scenic_park.bench import Bench, Row, interleaved, median

from . import bulk

ROWS = ("statement",)
REPEATS = 3
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
PLANTED = {"double": 1, "amount": 1, "missing_here": 1, "missing_there": 1}
FLOOR = (
    "INSERT INTO scenic_channel_statement_line (statement_id, channel_id, company_id, origin,"
    " is_key, place, order_no, amount, fee, day, text, kind, code)"
    " SELECT %s, %s, %s, 'theirs', TRUE, v.*, 'sale', 'matched' FROM unnest(%s::int[],"
    " %s::varchar[], %s::numeric[], %s::numeric[], %s::date[], %s::varchar[]) AS v"
)


def measure(bench: Bench) -> list[Row]:
    count = bench.size(20_000, 1_000)
    with bench.park() as name:
        with bench.environment(name) as env:
            channel = _sell_one(env)
        _clone(name, count)
        with bench.environment(name) as env:
            desk = Desk(env, env["scenic.channel"].browse(channel), count)
            times = interleaved({"statement": desk.settle, "floor": desk.insert}, REPEATS)
    detail = {
        "planted": PLANTED,
        "rows_per_s": round(count / median(times["statement"])),
        "floor": "the same file read by csv, its rows inserted into the same table with the same"
        " indexes by one INSERT … SELECT FROM unnest, one commit; nothing is checked or matched",
    }
    figure, floor = median(times["statement"]), median(times["floor"])
    return [Row("statement", "s", figure, floor, 6.0, count, detail)]


def _sell_one(env) -> int:
    """Sell and exchange one voucher of a new channel; the others are its copies."""
    product = env.ref("yunlu.ticket_adult")
    partner = env["res.partner"].create({"name": "Bench Travel"})
    channel = env["scenic.channel"].create(
        {"name": "Bench Travel", "code": "BENCH", "kind": "ota", "partner_id": partner.id}
    )
    # places are taken in a transaction of their own, which has to see the channel
    env.cr.commit()
    content = {
        "order": "ORDER00000000",
        "items": [
            {
                "product": product.gate_product_code,
                "date": product.scenic_site_id._today().isoformat(),
                "settlement": "106.00",
            }
        ],
    }
    reply = env["scenic.voucher.order"]._fill(channel, content)
    if reply["code"] != "OK":
        raise AssertionError(reply)
    env["scenic.voucher.item"].search([("channel_id", "=", channel.id)])._exchange()
    return channel.id


def _clone(name: str, count: int) -> None:
    """Sell and exchange many vouchers more, each in an order of its own."""
    with databases.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        first = {}
        for table in ("scenic_voucher_order", "scenic_voucher_item"):
            cursor.execute(f"SELECT max(id) + 1 FROM {table}")
            (first[table],) = cursor.fetchone()
        ticket = bulk.clone_tickets(
            connection,
            cursor,
            count,
            {"voucher_item_id": f"{first['scenic_voucher_item']} + n - 1"},
        )
        bulk.clone(
            connection,
            cursor,
            "scenic_voucher_order",
            {"number": "'ORDER' || lpad(n::text, 8, '0')"},
            (count, 1),
            first["scenic_voucher_order"],
        )
        bulk.clone(
            connection,
            cursor,
            "scenic_voucher_item",
            {
                "order_id": f"{first['scenic_voucher_order']} + n - 1",
                "ticket_id": f"{ticket} + n - 1",
            },
            (count, 1),
            first["scenic_voucher_item"],
        )
        cursor.execute("VACUUM ANALYZE scenic_voucher_item")
        cursor.execute("VACUUM ANALYZE scenic_voucher_order")


class Desk:
    """An accountant with the file of a month."""

    def __init__(self, env, channel, count: int):
        self.env, self.channel, self.count = env, channel, count
        self.today = env.ref("yunlu.site_yunlu")._today()
        self.content = self._file()
        self.mapping = env["scenic.statement.mapping"].create(
            {
                "name": "Bench",
                "column_ids": [
                    (0, 0, {"field": field, "title": title}) for field, title in COLUMNS.items()
                ],
            }
        )
        env.cr.commit()

    def _file(self) -> bytes:
        rows = [
            [
                f"ORDER{n:08d}",
                "成人票",
                "106.00",
                "5.30",
                f"{self.today} 09:00:00",
                "已核销",
                "消费",
            ]
            for n in range(self.count)
        ]
        # ORDER00000000 is the first voucher, the last of the copies is not listed
        rows[1][2] = "100.00"
        rows.append(list(rows[2]))
        rows.append(["STRANGER", *rows[3][1:]])
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows([TITLES, *rows])
        return buffer.getvalue().encode("gb18030")

    def _statement(self):
        return self.env["scenic.channel.statement"].create(
            {
                "name": "Bench",
                "channel_id": self.channel.id,
                "date_from": self.today,
                "date_to": self.today,
            }
        )

    def _drop(self, statement) -> None:
        self.env.cr.execute(
            "UPDATE scenic_voucher_item SET statement_line_id = NULL"
            " WHERE statement_line_id IS NOT NULL"
        )
        self.env.cr.execute(
            "DELETE FROM scenic_channel_statement_line WHERE statement_id = %s", [statement.id]
        )
        self.env.invalidate_all()
        statement.unlink()
        self.env.cr.commit()
        self.env.cr.execute("ANALYZE scenic_channel_statement_line")

    def settle(self) -> float:
        """Return the seconds from the file to the committed differences."""
        statement = self._statement()
        context = statement.action_import()["context"]
        wizard = self.env["scenic.statement.import"].with_context(**context)
        wizard = wizard.create(
            {
                "file": base64.b64encode(self.content),
                "filename": "bench.csv",
                "mapping_id": self.mapping.id,
            }
        )
        self.env.cr.commit()
        started = time.perf_counter()
        wizard.action_import()
        self.env.cr.commit()
        taken = time.perf_counter() - started
        lines = statement.line_ids.grouped("code")
        found = {code: len(rows) for code, rows in lines.items() if code != "matched"}
        if found != PLANTED:
            raise AssertionError(f"found {found}, planted {PLANTED}")
        self._drop(statement)
        return taken

    def insert(self) -> float:
        """Return the seconds of the same rows without any check."""
        statement = self._statement()
        self.env.cr.commit()
        started = time.perf_counter()
        text = io.StringIO(self.content.decode("gb18030"), newline="")
        rows = list(csv.reader(text))[1:]
        unique = {row[0]: row for row in rows}.values()
        columns = [
            list(range(len(unique))),
            [row[0] for row in unique],
            [row[2] for row in unique],
            [row[3] for row in unique],
            [date.fromisoformat(row[4][:10]) for row in unique],
            [row[1] for row in unique],
        ]
        company = statement.company_id.id
        self.env.cr.execute(FLOOR, [statement.id, self.channel.id, company, *columns])
        self.env.cr.commit()
        taken = time.perf_counter() - started
        self._drop(statement)
        return taken
