"""Results for windows, left with the stock box's event manager.

Not by ``device_changed`` of a stock driver, which tells the server first and waits for it: without
a server each slip would be confirmed seconds after it came out.
"""

KEEP_S = 60


def leave(
    manager, device: str, now: float, status: str, message: object, owner: str | None
) -> None:
    """Leave a result of ``device`` for the windows that ask for its events.

    ``manager``: ``iot_drivers.event_manager.event_manager``; ``now``: Unix seconds;
    ``owner``: the session that asked.
    """
    event = {
        "device_identifier": device,
        "time": now,
        "status": status,
        "message": message,
        "owner": owner,
    }
    forget(manager, now)
    manager.events.append(event)
    for session in list(manager.sessions.values()):
        if device in session["devices"] and not session["event"].is_set():
            session["result"] = dict(event)
            session["event"].set()


def forget(manager, now: float) -> None:
    """Drop old events: nobody else clears the list where no window polls."""
    events = manager.events
    while events and events[0]["time"] < now - KEEP_S:
        del events[0]
