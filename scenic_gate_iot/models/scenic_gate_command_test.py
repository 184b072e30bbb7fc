from odoo import api, fields, models

TEST_ACTIONS = ("test_open", "test_lamp", "test_read", "test_sound")
READ_EXPIRES_S = 30  # somebody has to walk to the reader with a code


class ScenicGateCommandTest(models.Model):
    """Orders that only look whether devices work, and the words for what boxes answer."""

    _inherit = "scenic.gate.command"

    action = fields.Selection(
        selection_add=[
            ("test_open", "Test: open the barrier"),
            ("test_lamp", "Test: lamps"),
            ("test_read", "Test: read a code"),
            ("test_sound", "Test: sounds"),
        ],
        ondelete={action: "cascade" for action in TEST_ACTIONS},
    )
    result_text = fields.Char("Answer", compute="_compute_result_text")

    @api.depends_context("lang")
    @api.depends("result", "state")
    def _compute_result_text(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        for command in self:
            command.result_text = self._answer_text(command.result) or states[command.state]

    @api.model
    def _answer_text(self, result):
        """Return a box's answer in words; a code nobody knows is shown as it is."""
        if (result or "").startswith("read:"):
            return self._reading_text(result)
        return {
            "done": self.env._("Done"),
            "not_sent": self.env._("The barrier does not answer: nothing was opened."),
            "unknown": self.env._("Sent, but the barrier did not confirm. Go and look."),
            "expired": self.env._("The order reached the box too late and was not obeyed."),
            "unsigned": self.env._("The box did not recognise the signature."),
            "no_lane": self.env._("The box does not serve this lane."),
            "bad_action": self.env._("The software of the box is too old for this order."),
            "busy": self.env._("The lane is busy. Try again when nobody is passing."),
            "limit": self.env._("This passage was reopened once already."),
            "clock": self.env._("The box does not know the time well enough."),
            "no_reader": self.env._("No reader of this lane answers. Check cable and address."),
            "no_speaker": self.env._(
                "No loudspeaker of this lane answers. An open page of the lane was heard."
            ),
            "nothing_read": self.env._("Nothing was read. Show a code to the reader in time."),
        }.get(result, result)

    @api.model
    def _reading_text(self, result):
        _prefix, kind, length, reason = [*result.split(":"), "", "", ""][:4]
        if kind == "card":
            return self.env._("The reader works: a card, a face or a document. Nothing was used.")
        kinds = {
            "ticket": self.env._("ticket code"),
            "number": self.env._("ticket number"),
            "foreign": self.env._("not a ticket of ours"),
        }
        labels = self.env["scenic.reason"]._reason_labels()
        good = self.env._("it verifies") if reason == "OK" else labels.get(reason, reason)
        return self.env._(
            "The reader works: %(kind)s, %(length)s characters, %(verdict)s. Nothing was used.",
            kind=kinds.get(kind, kind),
            length=length,
            verdict=good,
        )

    @api.depends("result")
    def _compute_state(self):
        res = super()._compute_state()
        for command in self:
            if (command.result or "").startswith("read:"):
                command.state = "done"
        return res

    # EXTENDS scenic_gate_iot
    @api.model
    def _expires_s(self, action):
        return READ_EXPIRES_S if action == "test_read" else super()._expires_s(action)

    # EXTENDS scenic_gate_iot
    def _answered(self):
        """Tell who gave an order what came of it, wherever he is looking."""
        res = super()._answered()
        for command in self.sudo():
            words = command.with_context(lang=command.user_id.lang)
            labels = dict(words._fields["action"]._description_selection(words.env))
            command.user_id._bus_send(
                "scenic_gate_answer",
                {
                    "id": command.id,
                    "lane_id": command.lane_id.id,
                    "title": f"{command.lane_code} · {labels[command.action]}",
                    "text": words.result_text,
                    "good": command.state == "done",
                },
            )
        return res
