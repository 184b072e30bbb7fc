"""Thousands of random holds, sales and returns, beside a model that only adds and compares."""

import random
from dataclasses import dataclass, field

import common_slots
from fuzzing import examples

from odoo import fields
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.models.scenic_hold import SoldOut

CAPACITY = 30
STEPS = 60


@dataclass
class Quota:
    reserved: int
    maximum: int
    released: bool = False


@dataclass
class Model:
    """What must hold, in plain sums: who took how much, as a list."""

    quotas: dict
    open: dict = field(default_factory=dict)  # token: (channel, persons)
    sold: dict = field(default_factory=dict)  # ticket id: (channel, persons)

    @property
    def taken(self):
        return sum(persons for _channel, persons in [*self.open.values(), *self.sold.values()])

    def taken_by(self, channel):
        rows = [*self.open.values(), *self.sold.values()]
        return sum(persons for other, persons in rows if other == channel)

    def kept(self, channel):
        quota = self.quotas.get(channel)
        if not quota or quota.released:
            return 0
        return max(0, quota.reserved - self.taken_by(channel))

    @property
    def reserved(self):
        return sum(self.kept(channel) for channel in self.quotas)

    def left(self, channel):
        others = sum(self.kept(other) for other in self.quotas if other != channel)
        left = CAPACITY - self.taken - others
        quota = self.quotas.get(channel)
        if quota and quota.maximum:
            left = min(left, quota.maximum - self.taken_by(channel))
        return max(0, left)


@tagged("post_install", "-at_install")
class TestSlotRandom(common_slots.SlotCase):
    """Each step is a method; it does the same to the database and to the model."""

    def start(self, seed):
        self.dice = random.Random(seed)
        self.slot = common_slots.make_show(self.park, CAPACITY, start=seed % 50 * 15)
        self.third = self.env["scenic.channel"]
        self.channels = [self.third, self.channel, self.other]
        quotas = {
            self.channel: Quota(self.dice.randrange(12), 0),
            self.other: Quota(self.dice.randrange(4), self.dice.randrange(4, 15)),
        }
        self.model = Model(quotas)
        self.lines = self.env["scenic.slot.quota"].create(
            [
                {
                    "slot_id": self.slot.id,
                    "channel_id": channel.id,
                    "reserved": quota.reserved,
                    "maximum": quota.maximum,
                }
                for channel, quota in quotas.items()
            ]
        )

    def one_of(self, things):
        return self.dice.choice(sorted(things)) if things else None

    def hold(self):
        channel, persons = self.dice.choice(self.channels), self.dice.randint(1, 6)
        fits = persons <= self.model.left(channel)
        token = f"{self.dice.random()}"
        try:
            self.take(persons, channel, slot=self.slot, ref=token)
            self.assertTrue(fits)
            self.model.open[token] = channel, persons
        except SoldOut as err:
            self.assertEqual((fits, err.left), (False, self.model.left(channel)))

    def change_hold(self):
        token = self.one_of(self.model.open)
        if not token:
            return
        channel, before = self.model.open.pop(token)
        persons = self.dice.randint(1, 8)
        fits = persons <= self.model.left(channel)
        try:
            self.take(persons, channel, slot=self.slot, ref=token)
            self.assertTrue(fits)
            self.model.open[token] = channel, persons
        except SoldOut:
            self.assertFalse(fits)
            self.model.open[token] = channel, before

    def end_hold(self):
        if not (token := self.one_of(self.model.open)):
            return
        hold = self.env["scenic.hold"].search([("token", "=", token), ("state", "=", "held")])
        if self.dice.random() < 0.5:
            hold._release()
        else:
            self.expire(hold)
        del self.model.open[token]

    def sell(self):
        token = self.one_of(self.model.open)
        if token and self.dice.random() < 0.7:
            channel, held = self.model.open.pop(token)
        else:
            channel, held, token = self.dice.choice(self.channels), 0, None
        count, paid = self.dice.randint(1, 4), self.dice.random() < 0.2
        missing = max(0, count - held)
        if token:
            # what the hold has is its own while it is looked at
            self.model.open[token] = channel, held
        fits = missing <= self.model.left(channel)
        try:
            with self.env.cr.savepoint():
                tickets = self.issue(
                    count, slot=self.slot, paid=paid, channel_id=channel.id, hold=token or False
                )
        except SoldOut:
            self.assertFalse(fits or paid)
            return
        self.assertTrue(fits or paid)
        self.model.open.pop(token, None)
        for ticket in tickets:
            self.model.sold[ticket.id] = channel, 1

    def give_back(self):
        if ticket_id := self.one_of(self.model.sold):
            self.env["scenic.ticket"].browse(ticket_id)._void("Back")
            del self.model.sold[ticket_id]

    def release_quota(self):
        line = self.dice.choice(self.lines)
        self.env.cr.execute(
            "UPDATE scenic_slot_quota SET release_at = %s WHERE id = %s",
            [fields.Datetime.now(), line.id],
        )
        self.model.quotas[line.channel_id].released = True

    def check(self):
        left = {channel: self.slot._left(channel)[self.slot.id] for channel in self.channels}
        self.assertEqual(left, {channel: self.model.left(channel) for channel in self.channels})
        slot = self.slot
        slot.invalidate_recordset()
        self.lines.invalidate_recordset()
        self.assertEqual((slot.taken, slot.reserved), (self.model.taken, self.model.reserved))
        self.assertEqual(slot.oversold, max(0, self.model.taken + self.model.reserved - CAPACITY))
        for line in self.lines:
            self.assertEqual(line.taken, self.model.taken_by(line.channel_id))

    def test_random_histories(self):
        for seed in range(examples(12)):
            self.start(seed)
            steps = [self.hold] * 4 + [self.sell] * 4 + [self.give_back] * 2
            steps += [self.end_hold] * 2 + [self.change_hold]
            for number in range(STEPS):
                step = self.dice.choice(steps)
                if number % 20 == 19:
                    step = self.release_quota
                with self.subTest(seed=seed, number=number, step=step.__name__):
                    step()
                    self.check()
