"""The code modules of a window in Chromium, without Odoo: on a secure page and on one that is not.

The page comes from here, so that its address can be any: a browser calls http://window.example no
secure context, and https://window.example one.
"""

import contextlib
import json
import os
import shutil
from pathlib import Path

from scenic_park.browser import NAMES

ROOT = Path(__file__).resolve().parent.parent.parent
ADDON = ROOT / "scenic_ticketing"
SECURE, INSECURE = "https://window.example/", "http://window.example/"

MODULES = ("ticket_code", "alias", "signature", "key_store", "mint", "window_keys")
STUBS = {
    "@odoo/owl": "export const reactive = (value) => value;",
    "@web/core/utils/concurrency": """
        export class Mutex {
            last = Promise.resolve();
            exec(work) { return (this.last = this.last.catch(() => {}).then(work)); }
        }""",
}


def _files():
    """Return {path: (content type, text)} of the page."""
    names = {f"@scenic_ticketing/app/keys/{name}": f"/keys/{name}.js" for name in MODULES}
    names |= {name: f"/stub/{index}.js" for index, name in enumerate(STUBS)}
    script = "text/javascript"
    files = {
        f"/keys/{name}.js": (script, (ADDON / f"static/src/app/keys/{name}.js").read_text())
        for name in MODULES
    }
    files |= {f"/stub/{index}.js": (script, text) for index, text in enumerate(STUBS.values())}
    files["/noble.js"] = (script, (ADDON / "static/lib/noble/noble.js").read_text())
    files["/window_page.js"] = (script, Path(__file__).with_suffix(".js").read_text())
    files["/"] = (
        "text/html",
        f"""<script type="importmap">{json.dumps({"imports": names})}</script>
        <script>var luxon = {{ DateTime: {{ fromMillis: (ms, {{ zone }}) => ({{
            toISODate: () => new Intl.DateTimeFormat("sv-SE", {{ timeZone: zone }}).format(ms),
        }}) }} }};</script>
        <script src="/noble.js"></script>
        <script type="module" src="/window_page.js"></script>""",
    )
    return files


@contextlib.contextmanager
def browser(playwright, profile: Path):
    """Give a browser whose storage is in a folder: a second one in the same folder is a restart."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, "no Chromium. Please run: apt-get install chromium"
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    files = _files()

    def serve(route):
        kind, text = files[route.request.url.split("window.example")[1]]
        route.fulfill(body=text, content_type=f"{kind}; charset=utf-8")

    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program, args=[*sandbox, "--disable-dev-shm-usage"]
    )
    try:
        context.route("**/window.example/**", serve)
        yield context
    finally:
        context.close()


def page(context, address=SECURE):
    """Open a tab of the window."""
    tab = context.new_page()
    tab.goto(address)
    tab.wait_for_function("window.ready")
    return tab
