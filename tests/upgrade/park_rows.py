"""What must not change by an upgrade; read before and after it, in the shell of either release."""

TICKET = (
    "uid",
    "alias",
    "code",
    "state",
    "used_count",
    "visit_date",
    "valid_until",
    "pax",
    "rights",
    "net_value",
)
USE = (
    "id",
    "ticket_id",
    "zone_id",
    "kind",
    "use_no",
    "happened_at",
    "policy_version",
    "source_ref",
)
POLICY = (
    "name",
    "version",
    "validity_days",
    "sale_days_ahead",
    "staff_pax",
    "risk",
    "concession",
)


def rows(records, names):
    """Return fields of records as text, which JSON can carry."""
    return [[str(record[name]) for name in names] for record in records.sorted("id")]


def read(company, policies):
    """Return all tickets and uses of a company, and the rules, as text."""
    env = company.env
    own = [("company_id", "=", company.id)]
    return {
        "ticket_rows": rows(env["scenic.ticket"].search(own), TICKET),
        "ledger_rows": rows(env["scenic.redemption"].search(own), USE),
        "policy_rows": rows(policies, POLICY),
        "proof": env["scenic.proof"]._compute_proof(company)["liability_balance"],
        "differences": env["scenic.proof"]._differences(company),
    }
