"""What visitors, window and gate do in the demo; each checks what it sees."""

import base64
import contextlib
import time
from dataclasses import dataclass
from decimal import Decimal

from scenic_park import ports, qr, waiting
from scenic_park.story import Step

from .stage import Stage

QUIET = 3.5  # seconds: longer than a lane takes the same code for the same scan


@dataclass(frozen=True)
class Sold:
    """A ticket as the visitor holds it, and as the server knows it."""

    code: str  # as decoded from the printed slip
    ticket: dict

    @property
    def id(self) -> int:
        return self.ticket["id"]

    @property
    def uid(self) -> str:
        return self.ticket["uid"]

    @property
    def name(self) -> str:
        return f"{self.ticket['product']} {self.ticket['alias']}"


def sell(stage: Stage, step: Step, basket: dict[str, int], method: str, total: str) -> list[Sold]:
    """Sell tickets in the POS, read their codes from the printed slips, find them on the server."""
    codes = sell_codes(stage, step, basket, method, total)
    sold = [stored(stage, code) for code in codes]
    for ticket in sold:
        step.seen(f"ticket {ticket.id}", f"{ticket.name} {ticket.code[:24]}…")
    return sold


def stored(stage: Stage, code: str) -> Sold:
    """Return a ticket as the server has it, once it has arrived there."""
    return Sold(code, waiting.until(lambda: stage.books.tickets(code), "it is stored", 30)[0])


def from_paper(code: str) -> Sold:
    """Return a ticket of which only the paper exists: its number is inside the code (README)."""
    raw = code.removeprefix("ST1")
    body = base64.b32decode(raw + "=" * (-len(raw) % 8))
    return Sold(code, {"uid": body[3:11].hex(), "product": "paper", "alias": body[3:11].hex()})


def sell_codes(
    stage: Stage, step: Step, basket: dict[str, int], method: str, total: str
) -> list[str]:
    """Sell tickets in the POS, read their codes from the printed slips."""
    window = stage.window
    for product, quantity in basket.items():
        window.add_tickets(product, quantity)
    step.check("total in the POS", window.total(), total)
    stage.album.window(stage)
    window.pay(method)
    pictures = window.slips(stage.pictures)
    window.next_order()
    step.seen("printed slips", f"{len(pictures)} in {pictures[0].parent.relative_to(stage.root)}/")
    stage.album.slip(pictures[0])
    codes = [qr.read(picture) for picture in pictures]
    step.check("codes read by zxing-cpp", len(set(codes)), sum(basket.values()))
    return codes


def enter(stage: Stage, step: Step, lane: str, sold: Sold) -> None:
    """Show a code to a reader, see the barrier open, walk through, see it close."""
    before = stage.lanes.state()[lane]
    known = len(stage.journal.facts(sold.uid))
    shown_at = time.time()
    stage.lanes.scan(lane, sold.code)
    opened = waiting.until(
        lambda: (now := stage.lanes.state()[lane])["opened"] > before["opened"] and now,
        f"the barrier of {lane} opens for {sold.name}",
        limit=10,
    )
    wait_ms = (opened["opened_at"] - shown_at) * 1000
    step.seen(f"{lane}: {sold.name}", f"code on the line to coil on: {wait_ms:.0f} ms")
    if lane in stage.observers:
        step.check("coil, by minimalmodbus", stage.observers[lane].is_open(), True)
    stage.lanes.walk(lane)
    waiting.until(lambda: not stage.lanes.state()[lane]["coil"], f"{lane} closes", limit=15)
    kinds = waiting.until(
        lambda: (new := stage.journal.kinds(sold.uid)[known:]) and new[-1] == "passed" and new,
        f"the box journals the passage of {sold.name}",
        limit=10,
    )
    step.check("journal of the box", kinds, ["reserved", "passed"])


def refused(stage: Stage, step: Step, lane: str, sold: Sold, reason: str) -> None:
    """Show a code that must not open, and watch that it does not."""
    before = stage.lanes.state()[lane]["opened"]
    known = len(stage.journal.facts(sold.uid))
    fact = _answer(stage, lane, sold, known)
    step.check(f"{lane}: {sold.name}", (fact["kind"], fact["reason"]), ("refused", reason))

    def shut() -> bool:
        if lane in stage.observers and stage.observers[lane].is_open():
            return False
        return stage.lanes.state()[lane]["opened"] == before

    looks = waiting.holds(shut, f"the barrier of {lane} stays shut", seconds=1)
    step.seen("coil stayed off", f"{looks} looks in 1 s")


def _answer(stage: Stage, lane: str, sold: Sold, known: int) -> dict:
    """Show a code until the box says something new about it.

    A lane takes a code that it read a moment ago for the same scan, and says nothing.
    """
    for _look in range(5):
        stage.lanes.scan(lane, sold.code)
        with contextlib.suppress(waiting.TimedOut):
            what = f"the box answers at {lane}"
            return waiting.until(lambda: stage.journal.facts(sold.uid)[known:], what, QUIET)[0]
    raise AssertionError(f"the box said nothing about {sold.name} at {lane}")


def redeemed(stage: Stage, step: Step, sold: Sold, zones: list[str]) -> None:
    """Wait until the server's ledger has these uses of a ticket, and no more."""
    uses = waiting.until(
        lambda: len(found := stage.books.uses(sold.id)) >= len(zones) and found,
        f"the passage of {sold.name} reaches the server's ledger",
        limit=30,
    )
    for use in uses:
        lag = max(0, (use["received_at"] - use["happened_at"]).total_seconds())
        step.seen(
            f"redemption {use['id']}",
            f"ticket {sold.id}, {use['zone']} use {use['use_no']} at lane {use['lane']},"
            f" {use['mode']}, on the server after {lag:.0f} s",
        )
    step.check(f"uses of {sold.name}", [use["zone"] for use in uses], zones)


def close_window(stage: Stage, step: Step) -> None:
    """End the shift in the POS; the stock and the books follow."""
    stage.window.close_register()
    session = waiting.until(
        lambda: stage.books.rows(
            "SELECT s.id, s.name, s.move_id, m.name AS entry FROM pos_session s"
            " JOIN account_move m ON m.id = s.move_id"
            " WHERE s.state = 'closed' AND m.state = 'posted' AND s.id > %s",
            stage.last_session,
        ),
        "the session is closed and its entry posted",
    )[0]
    stage.last_session = session["id"]
    step.seen("session", f"{session['id']} {session['name']}")
    show_entry(stage, step, session["entry"], session["move_id"])
    for row in stage.books.rows(
        "SELECT t.name ->> 'en_US' AS product, sum(m.quantity) AS quantity"
        " FROM stock_move m JOIN stock_picking p ON p.id = m.picking_id"
        " JOIN product_product v ON v.id = m.product_id"
        " JOIN product_template t ON t.id = v.product_tmpl_id"
        " WHERE p.pos_session_id = %s AND m.state = 'done' GROUP BY 1 ORDER BY 1",
        session["id"],
    ):
        step.seen("taken from stock", f"{row['quantity']:g} × {row['product']}")


def show_entry(stage: Stage, step: Step, name: str, move: int) -> None:
    step.seen("entry", f"{name} (id {move})")
    for line in stage.books.entry(move):
        side = f"Dr {line['debit']:>9}" if line["debit"] else f"Cr {line['credit']:>9}"
        step.seen("", f"{side}  {line['account']} {line['name']}")


def recognise(stage: Stage, step: Step) -> None:
    """Turn used tickets into revenue as the accountant, and prove the liability."""
    stage.accountant.call("scenic.recognition", "action_run", [])
    batch = stage.accountant.search(
        "scenic.recognition", [], ["move_id", "amount", "event_count"], order="id desc", limit=1
    )[0]
    step.seen("recognition", f"{batch['event_count']} uses, {batch['amount']:.2f}")
    move, name = batch["move_id"]
    show_entry(stage, step, name, move)
    state = stage.books.one("SELECT state FROM account_move WHERE id = %s", move)
    step.check("state of the entry", state, "posted")
    stage.album.books(stage, move)


def prove(stage: Stage, step: Step, holders: list[Sold]) -> None:
    """The liability is the value of what the holders of tickets can still use, to the cent."""
    stage.accountant.call("scenic.proof", "action_prove", [])
    fields = ["liability_balance", "unredeemed_value", "difference", "state", "difference_count"]
    proof = stage.accountant.search("scenic.proof", [], fields, order="id desc", limit=1)[0]
    worth = Decimal(0)
    for ticket in holders:
        left = stage.books.one(
            "SELECT t.net_value - coalesce(sum(e.amount), 0) FROM scenic_ticket t"
            " LEFT JOIN scenic_revenue_event e ON e.ticket_id = t.id"
            " WHERE t.id = %s GROUP BY t.id",
            ticket.id,
        )
        step.seen("not used yet", f"{left:.2f} of {ticket.ticket['net_value']:.2f}, {ticket.name}")
        worth += left
    step.check("unused according to the proof", f"{proof['unredeemed_value']:.2f}", f"{worth:.2f}")
    step.check("liability in the books", f"{proof['liability_balance']:.2f}", f"{worth:.2f}")
    step.check("difference", (proof["difference"], proof["difference_count"]), (0.0, 0))


def aboard(stage: Stage, sold: Sold) -> bool:
    """Tell whether the box has heard of a ticket."""
    return stage.journal.knows_ticket(sold.uid)


def cut(stage: Stage, step: Step) -> None:
    stage.relay.cut()
    step.check("the box's way to the server", ports.in_use(stage.relay.port), False)


def freeze(stage: Stage, step: Step) -> None:
    """Bring the network back as the worst kind there is: connected, and mute."""
    before, carried = stage.relay.accepted, stage.relay.carried
    stage.relay.freeze()
    waiting.until(lambda: stage.relay.accepted > before, "the box connects", limit=90)
    step.seen("connections of the box", f"{stage.relay.accepted - before}, waiting for an answer")
    step.check("bytes carried", stage.relay.carried - carried, 0)


def all_reported(stage: Stage, step: Step) -> None:
    """Compare the journal on the box with the facts on the server, one by one."""

    def same() -> bool:
        stored = stage.books.rows("SELECT seq, hash FROM scenic_gate_fact ORDER BY seq")
        journal = [(fact["seq"], fact["hash"].hex()) for fact in stage.journal.facts()]
        return [(row["seq"], row["hash"]) for row in stored] == journal

    waiting.until(same, "the server has exactly the facts of the box", limit=30)
    step.seen("facts", f"{stage.journal.last()} on the box, the same on the server, none twice")
    doubled = stage.books.one(
        "SELECT count(*) FROM (SELECT 1 FROM scenic_redemption WHERE kind = 'use'"
        " GROUP BY ticket_id, zone_id HAVING count(*) > 1) used_twice"
    )
    step.check("rights used twice", doubled, 0)


def certified(stage: Stage, step: Step) -> None:
    """Wait until the window holds a certificate for the key it made."""
    found = waiting.until(
        lambda: stage.books.rows(
            "SELECT kid, not_after FROM scenic_certificate"
            " WHERE pos_config_id IS NOT NULL AND state = 'open' ORDER BY id DESC"
        ),
        "the window has a certificate",
        limit=30,
    )[0]
    step.seen("certificate", f"key {found['kid']}, until {found['not_after']:%Y-%m-%d %H:%M} UTC")


def kill_server(stage: Stage, step: Step) -> None:
    """End the server as a power cut would."""
    stage.scene.kill_server()
    step.check("the server's port", ports.in_use(stage.scene.address.http), False)


def reload(stage: Stage, step: Step) -> None:
    """Load the page of the window anew, as somebody does who thinks that helps."""
    stage.window.reload()
    step.seen("page", f"{stage.window.page.url} from the browser's own storage")
