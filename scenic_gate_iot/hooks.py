def post_init_hook(env):
    """Offer the tickets that were sold before the gates came to the feed of the boxes."""
    env["scenic.ticket.change"]._seed()
