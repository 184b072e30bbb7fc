"""What the web client does after a button."""


def notice(message, **params):
    """Return the action that closes the dialog and says ``message``."""
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": "info",
            "message": message,
            "next": {"type": "ir.actions.act_window_close"},
            **params,
        },
    }
