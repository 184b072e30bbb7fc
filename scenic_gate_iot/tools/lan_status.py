"""Reads what a box says of its peers on the LAN; the status may hold anything. Pure."""


def _number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def unheard(status):
    """Return {number of a box: (seconds, since)} of the peers that were not heard.

    By the box's own clock; ``since`` in Unix seconds, its start where it never heard the peer.
    """
    status = status if isinstance(status, dict) else {}
    peers, now = status.get("peers"), _number(status.get("time"))
    found = {}
    for number, peer in peers.items() if isinstance(peers, dict) and now else ():
        if isinstance(peer, dict) and peer.get("alive") is False and str(number).isdecimal():
            since = _number(peer.get("heard")) or _number(status.get("started"))
            found[int(number)] = (max(0.0, now - since), since) if since else (0.0, now)
    return found


def errors(status):
    """Return why a box cannot be reached by others or by handhelds, in its own words."""
    status = status if isinstance(status, dict) else {}
    parts = (status.get("claims"), status.get("hands"))
    texts = [part.get("error") for part in parts if isinstance(part, dict)]
    return [text[:200] for text in texts if isinstance(text, str) and text]
