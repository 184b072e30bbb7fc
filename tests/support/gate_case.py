"""A test case with two boxes that report."""

import common_scenic
from common_gate import make_box


class GateCase(common_scenic.ScenicCase):
    """A park with two boxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = make_box(cls.park)
        cls.north = make_box(cls.park, "North Gate House", ("N1",))

    def take(self, journal, sent=None, box=None):
        """Report facts; returns (acked_to, {seq: verdict})."""
        self.env.flush_all()
        acked_to, verdicts = self.env["scenic.gate.intake"]._take(
            box or self.box, journal.epoch, journal.facts if sent is None else sent
        )
        self.env.invalidate_all()
        return acked_to, {item["seq"]: item["verdict"] for item in verdicts}

    def net(self, ticket):
        rows = ticket.redemption_ids
        return len(rows.filtered(lambda r: r.kind == "use")) - len(
            rows.filtered(lambda r: r.kind == "reversal")
        )

    def fact(self, journal, seq):
        return self.env["scenic.gate.fact"].search(
            [("epoch", "=", journal.epoch), ("seq", "=", seq)]
        )

    def incidents(self, *kinds, **fields):
        domain = [("kind", "in", kinds), ("site_id", "=", self.park.site.id)]
        return self.env["scenic.incident"].search(
            domain + [(name, "=", value) for name, value in fields.items()]
        )

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()
