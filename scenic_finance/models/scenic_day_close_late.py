from datetime import timedelta

from odoo import models

from ..tools import day_match, day_sql

# days back in which something may still arrive for a closed day
_LATE_DAYS = 62
_LATE_NAMES = ("sold", "used", "value", "sold_amount", "paid_amount", "reserved", "rotations")


class ScenicDayCloseLate(models.Model):
    """What came after the close of an earlier day is named on the first open one."""

    _inherit = "scenic.day.close"

    def _late(self):
        """Return ``[(closed day, key, row, {name: number})]`` of what reached closed days since.

        It is named on one open day: the first one after the day it belongs to. The closed day is
        computed as it would be now, and what it said when it was closed, and what later closes
        have named already, is taken off: so nothing is missed or told twice, in whatever order
        transactions committed.
        """
        touched = self._fetch(
            day_sql.touched(
                company=self.company_id.id,
                day=self.day,
                since=self.day - timedelta(days=_LATE_DAYS),
            )
        )
        found = []
        for closed in self.browse([row["id"] for row in touched]):
            if self.company_id._scenic_first_open_day(closed.day) == self.day:
                late = closed._late_since()
                found += [(closed, key, row, numbers) for key, (row, numbers) in late.items()]
        return found

    def _late_since(self):
        """Return ``{key: (row, {name: number})}`` of what this closed day did not know."""
        rows = {day_match.key(row): row for row in self._rows(self.day)}
        now = {
            key: {name: self._round(row.get(name)) for name in _LATE_NAMES}
            for key, row in rows.items()
        }
        known = {}
        for row in self.match_ids:
            known[row._key()] = {name: self._round(row[name]) for name in _LATE_NAMES}
            rows.setdefault(row._key(), row._place())
        for row in self._named_late():
            old = known.setdefault(row.key.partition("|")[2], {})
            for name, number in (row.numbers or {}).items():
                old[name] = self._round(old.get(name, 0) + number)
        found = {}
        for key, numbers in day_match.late(now, known).items():
            numbers = {name: self._round(number) for name, number in numbers.items()}
            if any(numbers.values()) and key in rows:
                found[key] = (rows[key], numbers)
        return found

    def _named_late(self):
        """Return the late lines about this day in other days that are closed."""
        return self.env["scenic.day.difference"].search(
            [
                ("late_close_id", "=", self.id),
                ("close_id.state", "=", "closed"),
                ("close_id.is_replaced", "!=", True),
            ]
        )

    def _found_late(self):
        """Return what reached closed days since: named here, because those stay as they are."""
        matches, found = self.env["scenic.day.match"], []
        names = ("place", "site_id", "entrance_id", "config_id", "lane", "hour")
        for closed, key, row, numbers in self._late():
            place = {name: row.get(name) for name in names}
            said = ", ".join(
                f"{matches._fields[name]._description_string(self.env)} {number:+g}"
                for name, number in sorted(numbers.items())
                if number
            )
            where = matches.new(place)._place_text()
            found.append(
                {
                    "key": f"late:{closed.id}|{key}",
                    "code": "late",
                    "name": f"{closed.day} {place['hour']}:00, {where}: {said}",
                    "amount": numbers.get("value") or numbers.get("sold_amount") or 0.0,
                    "persons": int(numbers.get("used") or numbers.get("sold") or 0),
                    "numbers": numbers,
                    "late_close_id": closed.id,
                    "record": closed,
                    "explanation": self._late_text(closed, place["place"], numbers),
                    **{name: place[name] for name in names if name != "place"},
                }
            )
        return found

    def _late_text(self, closed, place, numbers):
        """Return why a late line is no question, None where what came does not match itself."""
        passed = place != "gate" or numbers.get("rotations", 0) == numbers.get("used", 0)
        paid = numbers.get("sold_amount", 0) == numbers.get("paid_amount", 0)
        if place == "office" or (passed and paid):
            return self.env._("Came after %s was closed.", closed.name)
        return None
