"""What a fact means for the ledger. Pure; the words are those of scenic.gate.fact."""

from ..iot_handlers.scenic_gate import facts as gate_facts

RIGHTS_KINDS = (gate_facts.RESERVED, gate_facts.RELEASED)

# Facts that need a person, and the kind of incident they become.
ALARM_KINDS = {
    gate_facts.TAILGATE: "tailgate",
    gate_facts.REVERSE: "reverse",
    gate_facts.FORCED: "forced_open",
    gate_facts.BLOCKED: "blocked",
    gate_facts.EMERGENCY_ON: "emergency",
}
# Verdicts of a passage that a person must look at, whatever the ledger says later.
ALARM_VERDICTS = {"other_site": "unknown_ticket", "no_ticket": "unknown_ticket"}

_PLAIN = {
    gate_facts.RELEASED: "returned",
    gate_facts.PASSED: "confirmed",
    gate_facts.UNKNOWN: "unseen",
}


def plain(kind):
    """Return the verdict of a fact that needs no ticket to be judged."""
    if kind in ALARM_KINDS:
        return "incident"
    return _PLAIN.get(kind, "recorded")


def before_look_up(kind, uid):
    """Return the verdict of a fact whose ticket is still to be looked for."""
    if kind != gate_facts.RESERVED:
        return plain(kind)
    return "unknown_ticket" if uid else "no_ticket"


def of_fact(fact, ticket, site_id, passage):
    """Return the verdict of ``fact`` (a dict) reported at a site.

    ``ticket``: its row or None; ``passage``: what the ledger made of the reservation.
    """
    if fact["kind"] not in RIGHTS_KINDS:
        return plain(fact["kind"])
    if not fact["uid"]:
        return "no_ticket"
    if not ticket:
        return "unknown_ticket"
    if ticket["site_id"] != site_id:
        return "other_site"
    if fact["kind"] == gate_facts.RELEASED:
        return "returned"
    return passage.verdict(ticket["state"] == "void")
