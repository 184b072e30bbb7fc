"""Drafts, second persons and rehearsals, for tests of what is published."""

from datetime import timedelta

import common_scenic
from common_scenic import make_user

from odoo.exceptions import UserError


class PublishCase(common_scenic.ScenicCase):
    """Two managers, Anna and Bert, and a clerk who is none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = make_user(cls.env, "scenic_anna", "manager")
        cls.bert = make_user(cls.env, "scenic_bert", "manager")
        cls.clerk = make_user(cls.env, "scenic_clerk", "window", "attendant", "accountant")

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def draft_of(self, live, user=None, **vals):
        """Make a draft as a manager and change it."""
        user = user or self.anna
        action = live.with_user(user).action_new_draft()
        draft = self.env[live._name].with_user(user).browse(action["res_id"])
        if vals:
            draft.write(vals)
        return draft

    def publish(self, draft, user=None):
        """Rehearse a draft, submit it, and let a second person publish it."""
        site = self.park.site
        rehearse(draft, site, site._today() - timedelta(1))
        draft.action_submit()
        draft.with_user(user or self.bert).action_publish()

    def assert_raises(self, call, error=UserError):
        """Assert that ``call`` is refused, and forget what it did before."""
        with self.assertRaises(error), self.cr.savepoint():
            call()
            self.env.flush_all()


def rehearse(draft, site, day, **vals):
    """Play ``day`` with a draft as its own user; returns the rehearsal."""
    rehearsal = draft.env["scenic.rehearsal"].create(
        {"draft_ref": f"{draft._name},{draft.id}", "site_id": site.id, "day": day, **vals}
    )
    rehearsal.action_play()
    return rehearsal
