"""What has to be done once, when the addon is installed."""


def post_init_hook(env):
    """Give existing windows the window channel, so that the first sale already has one."""
    env["pos.config"].search([])._scenic_set_default_channel()
