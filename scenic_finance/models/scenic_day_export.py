import hashlib
import json
import zipfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import ticket_code
from odoo.addons.scenic_ticketing.tools.append_only import protect
from odoo.addons.scenic_ticketing.tools.site_time import load_zone, midnight

from ..tools import books_signature, export_sql

FORMAT = 1
_CHUNK = 5000
_MAX_MB = 1024
_CURSOR = SQL("scenic_day_export_rows")


class ScenicDayExport(models.Model):
    """One export of a day: who took it, when, and the hash of its manifest.

    The file itself is not kept: it is made again from rows that never change, and its manifest
    says what was in it. ``tools/verify_day`` checks it, on a machine that knows nothing of us.
    """

    _name = "scenic.day.export"
    _description = "Scenic Export of a Day"
    _order = "id desc"
    _rec_name = "day"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    day = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, ondelete="restrict"
    )
    made_at = fields.Datetime(required=True, readonly=True)
    digest = fields.Char(
        string="SHA-256 of the Manifest", required=True, readonly=True, help="What was signed."
    )
    row_count = fields.Integer(string="Rows", readonly=True)
    size = fields.Float(string="MB", readonly=True, digits=(16, 3), help="Of the files, unpacked.")

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        protect(self.env.cr, self._table)

    @api.model
    def _check_may_export(self):
        if not self.env.user.has_group("scenic_finance.group_accountant"):
            raise AccessError(self.env._("Only a revenue accountant can export a day."))

    @api.model
    def _filename(self, company, day):
        return f"scenic-day-{company.id}-{day}.zip"

    @api.model
    def _write_to(self, file, company, day):
        """Write the export of a day into a binary file, and keep that it was made."""
        self._check_may_export()
        keyring = self.env["scenic.keyring"]
        keys = keyring._require()
        books = self.sudo().with_company(company)
        self.env.flush_all()
        statements = books._statements(company, day)
        facts, info = {}, {}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, statement in statements.items():
                room = self._room() - sum(entry["bytes"] for entry in info.values())
                info[name] = books._write_rows(archive, name, statement, facts, room)
            document = books._document(company, day, info, facts, keys)
            sealed = books_signature.seal(document, keys)
            archive.writestr("manifest.json", json.dumps(sealed, indent=1, sort_keys=True))
        return books.create(
            {
                "company_id": company.id,
                "day": day,
                "user_id": self.env.uid,
                "made_at": fields.Datetime.now(),
                "digest": books_signature.digest(document),
                "row_count": sum(entry["rows"] for entry in info.values()),
                "size": sum(entry["bytes"] for entry in info.values()) / 2**20,
            }
        )

    # ------------------------------------------------------------------
    # what goes in
    # ------------------------------------------------------------------

    @api.model
    def _statements(self, company, day):
        """Return ``{file name: SQL}``, in the order in which they are written."""
        sites = self.env["scenic.site"].search([("company_id", "=", company.id)])
        if not sites:
            raise UserError(self.env._("%s has no site, so no day.", company.name))
        site_days = [
            (site.id, midnight(load_zone(site.tz), day), midnight(load_zone(site.tz), day + _DAY))
            for site in sites
        ]
        accounts, scale = self._accounts().ids, _scale(company)
        facts = self.env["scenic.site"]._facts_statement(site_days)
        return {
            **({"facts.jsonl": facts} if facts else {}),
            "tickets.jsonl": export_sql.tickets(company.id, accounts, day, site_days, scale),
            "redemptions.jsonl": export_sql.redemptions(site_days, bool(facts)),
            "events.jsonl": export_sql.events(company.id, day, site_days, scale),
            "moves.jsonl": export_sql.moves(company.id, accounts, day, scale),
        }

    @api.model
    def _accounts(self):
        accounts = self.env["account.account"].with_context(active_test=False)
        return accounts.search([("scenic_liability", "=", True)])

    @api.model
    def _write_rows(self, archive, name, statement, facts, room):
        """Write the rows of a statement as lines of JSON, never more than a few in memory."""
        digest, size, rows = hashlib.sha256(), 0, 0
        cr = self.env.cr
        cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", _CURSOR, statement))
        with archive.open(name, "w") as out:
            while True:
                cr.execute(SQL("FETCH %s FROM %s", _CHUNK, _CURSOR))
                chunk = cr.dictfetchall()
                if not chunk:
                    break
                data = b"".join(_line(name, row, facts) for row in chunk)
                out.write(data)
                digest.update(data)
                size += len(data)
                rows += len(chunk)
                if size > room:
                    raise UserError(
                        self.env._(
                            "This day is larger than %(most)s MB. Set the parameter "
                            "scenic_finance.export_max_mb higher to export it.",
                            most=self._room() // 2**20,
                        )
                    )
        cr.execute(SQL("CLOSE %s", _CURSOR))
        return {"sha256": digest.hexdigest(), "rows": rows, "bytes": size}

    @api.model
    def _room(self):
        """Return how many bytes an export may have, so that none fills the disk of the server."""
        parameters = self.env["ir.config_parameter"].sudo()
        return int(parameters.get_param("scenic_finance.export_max_mb") or _MAX_MB) * 2**20

    @api.model
    def _document(self, company, day, info, facts, keys):
        """Return what is signed: the hashes of the files, and what they are checked against."""
        self.env.cr.execute(
            export_sql.liability(company.id, self._accounts().ids, day, _scale(company))
        )
        opening, closing = self.env.cr.fetchone()
        certificates = self.env["scenic.certificate"].search(
            [("company_id", "=", company.id), ("blob", "!=", False)]
        )
        return {
            "kind": "day_export",
            "format": FORMAT,
            "company": company.name,
            "day": str(day),
            "made_at": fields.Datetime.now().isoformat() + "Z",
            "files": {name: entry["sha256"] for name, entry in info.items()},
            "rows": {name: entry["rows"] for name, entry in info.items()},
            "unit": f"1/{_scale(company)} {company.currency_id.name}",
            "liability": {"opening": opening, "closing": closing},
            # what the rows of moves.jsonl bring to the liability takes this back to zero
            "sums": {"liability": opening - closing},
            "journals": facts,
            "roots": [public.hex() for _alg, public in keys.roots.values()],
            "certificates": {str(one.kid): one.blob for one in certificates},
            "day_close": self._day_close(company, day),
        }

    @api.model
    def _day_close(self, company, day):
        """Return the number and signature of the close of the day, None while it is open.

        Its document names who closed it, so that stays here; its hash says which one it is.
        """
        domain = [("company_id", "=", company.id), ("day", "=", day), ("state", "=", "closed")]
        close = self.env["scenic.day.close"].search(domain, order="id desc", limit=1)
        names = ("number", "version", "digest", "signature", "signing_key")
        return {name: close[name] for name in names} if close else None


_DAY = timedelta(days=1)
# of a fact, beside what its box hashed
_AROUND_FACT = ("box", "journal", "open", "code_sha256", "prev", "hash")


def _scale(company):
    """Return how many of the smallest unit make one of the company's currency."""
    return round(1 / company.currency_id.rounding)


def _line(name, row, journals):
    """Return one row as the outsider reads it."""
    if name == "facts.jsonl":
        row = _fact(row, journals)
    elif name == "tickets.jsonl":
        _sign(row)
    return _spell(row).encode() + b"\n"


def _spell(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _fact(row, journals):
    """Return a fact with the text that its box hashed, or without it where that must stay here."""
    journal = f"{row['box']}:{row['journal']}"
    journals.setdefault(journal, [row["seq"], row["prev"]])
    fact = {key: value for key, value in row.items() if key not in _AROUND_FACT}
    line = {
        "journal": journal,
        "seq": row["seq"],
        "prev": row["prev"],
        "hash": row["hash"],
        "once": [f"fact {journal}:{row['seq']}"],
    }
    if row["open"]:
        return line | {"told": _spell(fact)}
    del fact["code"]
    return line | {"told": None, "fact": fact, "code_sha256": row["code_sha256"]}


def _sign(row):
    """Put what was signed, and the signature, in the place of a ticket's code."""
    code = row.pop("code")
    if not code:
        return
    decoded = ticket_code.decode(code)
    row.update(
        key=str(decoded.ticket.kid),
        signed=(ticket_code.CONTEXT + decoded.body).hex(),
        signature=decoded.signature.hex(),
    )
