"""A park's server and attendants' handhelds in real browsers, for tests that kill the server."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from scenic_park import databases, inside, ports, server, waiting  # noqa: E402
from scenic_tools import database, setup  # noqa: E402

PATIENT = """
    scenicDesk.ASK_MS = scenicBoxes.BEAT_LIMIT_MS = 60000;
    scenicBoxes.FIRST_MS = scenicBoxes.NEXT_MS = 60000;
"""
PHONE = {"width": 390, "height": 780}


class HandheldPark:
    """A server with the sample park; ``kill`` and ``start`` as often as wanted."""

    def __init__(self, children, name):
        self.children, self.name = children, name
        database.copy(databases.template(setup.ensure().version, assets=False), name)
        self.address = server.Address(name, ports.free(), ports.free())
        self.child = None
        # the key of the site is made with the first ticket: a running server would not hear of it
        self.issue("ticket_adult")
        self.start()

    def start(self):
        self.child = server.start(self.children, self.address)

    def kill(self):
        self.child.process.kill()
        self.child.process.wait()

    def issue(self, *products, **values):
        """Issue a ticket for today for each product of the sample park; returns what is printed."""
        with inside.environment(self.name) as env:
            today = env.ref("yunlu.site_yunlu")._today()
            tickets = env["scenic.ticket"]._issue(
                [
                    {
                        "product_id": env.ref(f"yunlu.{product}").product_variant_id.id,
                        "visit_date": today,
                        **values,
                    }
                    for product in products
                ]
            )
            return tickets.read(["id", "uid", "code", "alias", "pax"])

    def work(self, job):
        """Return ``job(env)`` done in the database, committed."""
        with inside.environment(self.name) as env:
            return job(env)

    def net(self, ticket):
        """Uses of a ticket that were not taken back."""
        with databases.connect(self.name) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(CASE kind WHEN 'use' THEN 1 ELSE -1 END), 0)"
                " FROM scenic_redemption WHERE ticket_id = %s",
                [ticket["id"]],
            )
            return cursor.fetchone()[0]

    def assert_balanced(self):
        """The books prove: nothing was lost or counted twice."""
        self.work(self._assert_balanced)

    def _assert_balanced(self, env):
        for company in env["scenic.site"].search([]).company_id:
            assert not env["scenic.proof"].with_company(company)._differences(company)

    def close(self):
        inside.leave(self.name)


class HandheldPage:
    """One phone: a browser profile of its own, an attendant who signed in, a place."""

    def __init__(self, browser, park, login="gate", locale="en-US"):
        self.park = park
        self.context = browser.new_context(viewport=PHONE, locale=locale, has_touch=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(90_000)
        self.url = f"{park.address.url}/scenic/handheld"
        self.page.goto(f"{park.address.url}/web/login?redirect=/scenic/handheld")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", login)
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/scenic/handheld", wait_until="commit")

    def choose(self, place):
        """Choose a place by its name, and wait until the tickets are aboard."""
        self.page.locator(".o_handheld_setup button", has_text=place).first.click()
        self.page.wait_for_selector(".o_handheld_hint")
        self.until_online()
        waiting.until(lambda: self.state("loaded"), "the tickets are aboard")
        self._be_patient()
        return self

    def _be_patient(self):
        """Let server and boxes take longer to answer: this machine may stand still.

        Usually a box has 200 milliseconds, and an attendant waits three seconds for the server.
        """
        for worker in self.page.workers:
            worker.evaluate(f"() => {{ {PATIENT} }}")

    def state(self, name):
        """Return what the page knows of its worker."""
        return self.page.evaluate("(name) => [...owl.App.apps][0].root.component.work[name]", name)

    def until_online(self):
        waiting.until(lambda: self.state("online"), "the handheld is online")

    def until_offline(self):
        waiting.until(lambda: not self.state("online"), "the handheld is offline")

    def until_sent(self):
        waiting.until(
            lambda: self.state("online") and not self.state("waiting"), "all passages are sent"
        )

    def until_startable(self):
        """Wait until the service worker holds everything the page needs."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        waiting.until(
            lambda: self.page.evaluate("() => Boolean(navigator.serviceWorker.controller)"),
            "the service worker is in charge",
        )

    def scan(self, text):
        """Type a code as a scanner does; returns the answer on the screen."""
        if self.page.locator(".o_handheld_next").count():
            self.page.click(".o_handheld_next")
        self.page.fill(".o_handheld_input", text)
        self.page.press(".o_handheld_input", "Enter")
        return self.answer()

    def answer(self, reason=None):
        """Return {"reason", "admit", "decided"} of the answer on the screen."""
        part = f"[data-reason={reason}]" if reason else "[data-reason]"
        found = self.page.wait_for_selector(f".o_handheld_result{part}")
        names = ("reason", "admit", "decided")
        return {name: found.get_attribute(f"data-{name}") for name in names}

    def gates(self):
        """Return who confirmed the answer on the screen: "owner", "other", "none" or ""."""
        return self.page.get_attribute(".o_handheld_result", "data-gates")

    def confirm(self, persons=None, reason="OK"):
        """Say that everything was checked; returns the answer that follows."""
        if persons:
            self.page.fill(".o_handheld_count input", str(persons))
        self.page.click(".o_handheld_confirm")
        return self.answer(reason)

    def reload(self):
        self.page.reload(wait_until="domcontentloaded")
        waiting.until(lambda: self.state("ready"), "the handheld has started")
        self._be_patient()
