from datetime import UTC, datetime

from odoo import api, fields, models

from ..tools import lan_status
from .scenic_gate_watch import PREFIX


class ScenicGateWatchLan(models.AbstractModel):
    """Watches the LAN between the boxes: a cut shows nowhere else until copies have entered.

    Only boxes that both reach the server are compared; the silence of a box that does not is an
    incident of its own.
    """

    _inherit = "scenic.gate.watch"

    # EXTENDS scenic_gate_iot
    @api.model
    def _box_findings(self, boxes):
        return super()._box_findings(boxes) + self._lan_findings(boxes)

    @api.model
    def _lan_findings(self, boxes):
        found = []
        for box in boxes:
            for text in lan_status.errors(box.status):
                found.append(
                    self._lan_finding(
                        box,
                        f"port:{box.id}",
                        self.env._("%(box)s cannot be asked: %(error)s", box=box.name, error=text),
                    )
                )
        deaf = self._lan_deaf(boxes)
        alone = self._lan_alone(boxes, deaf)
        found += [self._lan_isolated(box, boxes, deaf) for box in alone]
        pairs = {frozenset(pair) for pair in deaf}
        for pair in sorted(pairs, key=sorted):
            if not pair & set(alone.ids):
                found.append(self._lan_pair(boxes, sorted(pair), deaf))
        return found

    @api.model
    def _lan_deaf(self, boxes):
        """Return {(box, peer): since} where a box has not heard a peer beyond the threshold."""
        limit = boxes.site_id[:1].alarm_peer_min * 60
        return {
            (box.id, peer): since
            for box in boxes
            for peer, (seconds, since) in lan_status.unheard(box.status).items()
            if limit and seconds >= limit and peer in boxes.ids
        }

    @api.model
    def _lan_alone(self, boxes, deaf):
        """Return the boxes that are cut off from all others, where there are several others."""

        def is_alone(box):
            others = set(boxes.ids) - {box.id}
            lost = {peer for pair in deaf if box.id in pair for peer in pair} - {box.id}
            return len(others) > 1 and lost == others

        return boxes.filtered(is_alone)

    @api.model
    def _lan_isolated(self, box, boxes, deaf):
        return self._lan_finding(
            box,
            f"box:{box.id}",
            self.env._(
                "%(box)s (%(address)s) and the other boxes of the site have not heard each other "
                "since %(day)s %(time)s, though all of them reach the server. Look at its cable, "
                "its switch and UDP port %(port)s. Meanwhile a copied ticket can enter once there "
                "and once elsewhere.",
                box=box.name,
                address=box._lan_host(),
                port=box.lan_port,
                **self._lan_since(box, deaf, lambda pair: box.id in pair),
            ),
        )

    @api.model
    def _lan_pair(self, boxes, pair, deaf):
        one, other = (boxes.browse(number) for number in pair)
        since = self._lan_since(one, deaf, lambda key: set(key) == set(pair))
        if tuple(pair) in deaf and tuple(reversed(pair)) in deaf:
            text = self.env._(
                "%(box)s and %(peer)s have not heard each other since %(day)s %(time)s, though "
                "both reach the server. The way between %(address)s and %(from)s, UDP port "
                "%(port)s, is cut. Meanwhile a copied ticket can enter once at each.",
                **self._lan_ends(one, other, since),
            )
        else:
            if tuple(pair) not in deaf:
                one, other = other, one
            text = self.env._(
                "%(box)s has not heard %(peer)s since %(day)s %(time)s, %(peer)s hears it. Only "
                "the way from %(from)s to %(address)s, UDP port %(port)s, is cut: look for a "
                "firewall. Meanwhile a copied ticket can enter once at each.",
                **self._lan_ends(one, other, since),
            )
        return self._lan_finding(one, f"{pair[0]}:{pair[1]}", text)

    @api.model
    def _lan_ends(self, box, peer, since):
        return {
            "box": box.name,
            "peer": peer.name,
            "address": box._lan_host(),
            "from": peer._lan_host(),
            "port": box.lan_port,
            **since,
        }

    @api.model
    def _lan_since(self, box, deaf, concerns):
        since = min(since for pair, since in deaf.items() if concerns(pair))
        try:
            moment = datetime.fromtimestamp(since, UTC).replace(tzinfo=None)
        except (ValueError, OverflowError, OSError):
            moment = fields.Datetime.now()  # a clock of another century
        return box.site_id._wall_clock(moment)

    @api.model
    def _lan_finding(self, box, what, text):
        return {
            "box": box,
            "gate_key": f"{PREFIX}lan_cut:{what}",
            "kind": "lan_cut",
            "facts": text,
        }


class ScenicGateBoardLan(models.AbstractModel):
    _inherit = "scenic.gate.board"

    # EXTENDS scenic_gate_iot
    @api.model
    def _warnings(self, box, about):
        found = super()._warnings(box, about)
        limit = box.site_id.alarm_peer_min * 60
        lost = any(age >= limit for age, _since in lan_status.unheard(box.status).values())
        if (limit and lost) or lan_status.errors(box.status):
            found.append("lan")
        return found
