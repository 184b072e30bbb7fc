"""Collects what the boxes and the server have stored at the end of the random day."""

import sqlite3
from collections import Counter
from contextlib import closing

from day_truth import Evidence
from iot_handlers.scenic_gate import facts as gate_facts
from scenic_park import evidence, inside

_FACTS = (
    "SELECT seq, kind, t, lane, zone, uid, gen, pax, op, mode, clock, reason, code, hash FROM fact"
    " ORDER BY seq"
)


def _look(path, sql):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        return db.execute(sql).fetchall()


def unsent(box):
    """Return how many facts a box still has to send."""
    ((last,),) = _look(box.home / "gate.db", "SELECT coalesce(max(seq), 0) FROM fact")
    acked = _look(box.home / "gate.db", "SELECT v FROM kv WHERE k = 'acked'")
    return last - (int(acked[0][0]) if acked else 0)


def journal(box):
    """Return the facts of a box; the chain must be whole."""
    path = box.home / "gate.db"
    ((epoch,),) = _look(path, "SELECT v FROM kv WHERE k = 'epoch'")
    epoch, out = epoch.strip('"'), []
    prev = gate_facts.genesis(epoch)
    for *values, digest in _look(path, _FACTS):
        fact = dict(zip(gate_facts.FIELDS, values, strict=True))
        fact["uid"] = None if fact["uid"] is None else f"{fact['uid']:016x}"
        fact |= {"prev": prev, "hash": digest.hex()}
        prev = fact["hash"]
        out.append(fact)
    broken = gate_facts.first_break(out, gate_facts.genesis(epoch))
    assert broken is None, f"the chain of box {box.number} breaks at {broken}"
    return [fact | {"box": box.number, "epoch": epoch} for fact in out]


def collect(park, crowd, tickets):
    """Return the :class:`Evidence` of a day that is over."""
    books = evidence.Books(park.name)
    number = {box.identifier: box.number for box in park.boxes}
    stored = books.rows(
        "SELECT b.identifier, f.epoch, f.seq, f.kind, f.uid, f.pax, f.op, f.lane, f.hash"
        " FROM scenic_gate_fact f JOIN scenic_box b ON b.id = f.box_id"
    )
    rows = books.rows("SELECT uid, state, net_value FROM scenic_ticket")
    net = books.rows(
        "SELECT t.uid, sum(CASE r.kind WHEN 'use' THEN 1 ELSE -1 END) AS net"
        " FROM scenic_redemption r JOIN scenic_ticket t ON t.id = r.ticket_id GROUP BY t.uid"
    )
    incidents = books.rows(
        "SELECT t.uid, i.kind, i.persons, i.amount, i.facts, i.user_id AS owner"
        " FROM scenic_incident i LEFT JOIN scenic_ticket t ON t.id = i.ticket_id"
        " WHERE i.state = 'open'"
    )
    return Evidence(
        visits=crowd.visits,
        box_of=park.box_of,
        rights={ticket.uid: ticket.rights for ticket in tickets},
        quiet=[span for box in park.boxes for span in box.disturbed],
        journals=[fact for box in park.boxes for fact in journal(box)],
        stored=[row | {"box": number[row["identifier"]]} for row in stored],
        ledger=Counter({row["uid"]: row["net"] for row in net}),
        state={row["uid"]: row["state"] for row in rows},
        value={row["uid"]: float(row["net_value"]) for row in rows},
        incidents=incidents,
        waiting=books.one("SELECT count(*) FROM scenic_gate_orphan"),
        differences=prove(park.name),
    )


def prove(name):
    """Recognise the revenue of the day, twice, and prove the books; returns what is wrong."""
    with inside.environment(name) as env:
        company = env.ref("base.main_company")
        env["scenic.recognition"]._run(company)
        env.cr.commit()
        wrong = env["scenic.proof"]._differences(company)
        if env["scenic.recognition"]._run(company):
            wrong.append("a second recognition posted another entry")
    inside.leave(name)
    return wrong
