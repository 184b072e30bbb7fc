"""Slots for tests: a show of the small park, and what the counters must say of themselves.

Import the module, not its class: pytest collects imported test cases a second time.
"""

from datetime import timedelta

import common_scenic
from common_scenic import make_product


def make_show(park, capacity=20, date=None, start=600, length=60, **vals):
    """Create a slot of the ropeway, tomorrow at 10:00 unless said."""
    return park.env["scenic.slot"].create(
        {
            "zone_id": park.ropeway.id,
            "date": date or park.site._today() + timedelta(1),
            "start_minute": start,
            "length_minute": length,
            "capacity": capacity,
            **vals,
        }
    )


def make_timed_product(park, name="Ropeway by the Hour", price=60.0, **vals):
    """Create a ticket product that is sold with a slot of the ropeway."""
    product = make_product(park, name, price, {park.ropeway: 1}, **vals)
    product.entitlement_ids.slot_required = True
    return product


def make_channel(env, code, **vals):
    """Create a sales channel."""
    return env["scenic.channel"].create({"name": code, "code": code, "kind": "ota", **vals})


def counted(env, slot_ids):
    """Return ``{slot id: persons}`` of tickets, open holds and places still to be given back.

    Counted from scratch; it must be what the counter of the slot says.
    """
    env.flush_all()
    env.cr.execute(
        """
        SELECT s.id,
               COALESCE((SELECT sum((r.value ->> 2)::int) FROM scenic_ticket t
                          CROSS JOIN LATERAL jsonb_array_elements(t.room) r
                          WHERE jsonb_typeof(t.room) = 'array'
                            AND (r.value ->> 0)::int = s.id), 0)
             + COALESCE((SELECT sum(l.persons) FROM scenic_hold_line l
                           JOIN scenic_hold h ON h.id = l.hold_id
                          WHERE l.slot_id = s.id AND h.state = 'held' AND NOT EXISTS (
                                SELECT 1 FROM scenic_hold_end e WHERE e.hold_id = h.id)), 0)
             + COALESCE((SELECT sum(b.persons) FROM scenic_slot_return b
                          WHERE b.slot_id = s.id), 0)
          FROM scenic_slot s WHERE s.id = ANY(%s)""",
        [list(slot_ids)],
    )
    return dict(env.cr.fetchall())


def assert_counted(slots):
    """Assert that the counters of these slots are what tickets and holds add up to."""
    slots.invalidate_recordset()
    found = counted(slots.env, slots.ids)
    assert {slot.id: slot.taken for slot in slots} == found, (slots.mapped("taken"), found)
    for slot in slots:
        assert slot.taken + slot.reserved <= slot.capacity + slot.oversold


class SlotCase(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.show = make_show(cls.park)
        cls.ride = make_timed_product(cls.park)
        cls.channel = make_channel(cls.env, "OTA1")
        cls.other = make_channel(cls.env, "OTA2")

    def tearDown(self):
        assert_counted(self.env["scenic.slot"].search([("site_id", "=", self.park.site.id)]))
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def want(self, persons=1, slot=None, product=None):
        slot = slot or self.show
        return {
            "product_id": (product or self.ride).id,
            "date": slot.date,
            "slot_id": slot.id,
            "persons": persons,
        }

    def take(self, persons=1, channel=None, slot=None, **options):
        return self.env["scenic.hold"]._take(
            [self.want(persons, slot)], channel or self.env["scenic.channel"], **options
        )

    def issue(self, count=1, slot=None, paid=False, **vals):
        slot = slot or self.show
        tickets = self.env["scenic.ticket"].with_context(scenic_paid=paid)
        return tickets._issue(
            [
                {
                    "product_id": self.ride.id,
                    "visit_date": slot.date,
                    "slot_id": slot.id,
                    **vals,
                }
                for _i in range(count)
            ]
        )

    def sweep(self):
        self.env["scenic.slot"]._sweep()

    def expire(self, hold):
        self.env.cr.execute(
            "UPDATE scenic_hold SET expires_at = now() - interval '1 hour' WHERE id = %s", [hold.id]
        )
        hold.invalidate_recordset()

    def oversold(self):
        return self.env["scenic.incident"].search(
            [("kind", "=", "oversold"), ("site_id", "=", self.park.site.id)]
        )
