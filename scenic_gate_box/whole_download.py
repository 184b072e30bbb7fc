"""Handlers that the stock box fetches arrive whole, or are fetched again.

The stock box notes the tag of a package first, then deletes the old files and unpacks the new ones.
A power cut in between, or a restart of its own (it does so at once where it does not reach GitHub),
leaves half a package that it takes for the newest one ever after: a box without lanes. Here a tag
counts only once the download has returned.
"""

ETAG, WHOLE = "iot_handlers_etag", "scenic_handlers_whole"


def adapt(helpers):
    """Wrap the download of ``iot_drivers.tools.helpers``."""
    download = helpers.download_iot_handlers

    def download_whole(*args, **options):
        if helpers.get_conf(ETAG) != helpers.get_conf(WHOLE):
            helpers.update_conf({ETAG: ""})
        answer = download(*args, **options)
        tag = helpers.get_conf(ETAG)
        if tag != helpers.get_conf(WHOLE):
            helpers.update_conf({WHOLE: tag or ""})
        return answer

    helpers.download_iot_handlers = download_whole
