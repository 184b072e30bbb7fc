"""Handlers that the stock box fetches arrive whole, or are fetched again.

The stock box notes the tag of a package first, then deletes the old files and unpacks the new ones.
A power cut in between, or a restart of its own (it does so at once where it does not reach GitHub),
leaves half a package that it takes for the newest one ever after: a box without lanes. It notes the
tag of a sign-in page and of an answer that was cut, too, and keeps what it has. Here a tag counts
only once a package was unpacked, and is on the disk.
"""

import os

ETAG, WHOLE = "iot_handlers_etag", "scenic_handlers_whole"


def adapt(helpers):
    """Wrap the download of ``iot_drivers.tools.helpers``."""
    download, delete = helpers.download_iot_handlers, helpers.delete_iot_handlers
    unpacked = []

    def delete_noted():
        # only a package leads here, and unpacking it is all that follows
        unpacked.append(True)
        delete()

    def download_whole(*args, **options):
        known = helpers.get_conf(ETAG)
        if known and known != helpers.get_conf(WHOLE):
            helpers.update_conf({ETAG: ""})
        unpacked.clear()
        answer = download(*args, **options)
        tag = helpers.get_conf(ETAG)
        if unpacked:
            os.sync()  # files that were only unpacked may be empty after a power cut
            helpers.update_conf({WHOLE: tag or ""})
        elif tag and tag != helpers.get_conf(WHOLE):
            helpers.update_conf({ETAG: ""})
        return answer

    helpers.delete_iot_handlers, helpers.download_iot_handlers = delete_noted, download_whole
