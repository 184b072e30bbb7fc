"""The checks that need our addons installed: Odoo's own lint tests, the log, translations."""

import os
import subprocess
import time

from . import database, paths
from .odoo_source import Odoo

# those of Odoo's test_lint that look at addons outside Odoo's own tree
TEST_LINT = [
    *("ManifestLinter", "TestTestHoles", "TestNaming", "TestIndex", "TestI18n", "TestDunderinit"),
]


def check(odoo: Odoo) -> list[str]:
    template = database.template(odoo.version, assets=False)
    name = f"scenic_lint_{os.getpid()}"
    database.copy(template, name)
    try:
        failed = _report("install log", lambda: _log_is_clean(template))
        failed += _report("Odoo's test_lint", lambda: _test_lint(name))
        failed += _report("translations", lambda: _translations(name))
    finally:
        database.drop(name)
    return failed


def _report(name: str, function) -> list[str]:
    start = time.monotonic()
    problems = function()
    verdict = "FAILED" if problems else "ok"
    print(f"{name:<24}{verdict:>7}{time.monotonic() - start:8.1f} s", flush=True)
    if problems:
        print(problems, flush=True)
    return [name] if problems else []


def _log_is_clean(template: str) -> str:
    """Return the warnings that installing our addons logged."""
    log = database.install_log(template)
    if not log.exists():
        return ""
    checklog = [paths.VENV / "bin" / "checklog-odoo", "--no-echo", log]
    done = subprocess.run(checklog, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


def _test_lint(name: str) -> str:
    tags = ",".join(f"/test_lint:{test}" for test in TEST_LINT)
    log = paths.LOCAL / "log" / "test_lint.log"
    command = [paths.LOCAL / "bin" / "odoo", "-d", name, "-i", "test_lint", f"--test-tags={tags}"]
    with open(log, "w") as handle:
        done = subprocess.run(
            [*command, "--stop-after-init", "--no-http"], check=False, stdout=handle, stderr=handle
        )
    lines = log.read_text().splitlines()
    if done.returncode:
        return "\n".join(lines[-80:])
    ran = [line for line in lines if "odoo.tests.result" in line and " tests " in line]
    return "" if ran else f"test_lint ran no test; log: {log}"


TRANSLATIONS = """
import polib
from odoo.tools.translate import TranslationModuleReader
from odoo.modules import get_module_path

for name in {addons!r}.split(","):
    path = get_module_path(name) + "/i18n/zh_CN.po"
    try:
        known = {{entry.msgid for entry in polib.pofile(path) if entry.translated()}}
    except OSError:
        known = set()
    reader = TranslationModuleReader(env.cr, modules=[name], lang=None)
    for source in sorted({{row[4] for row in reader}} - known):
        print("UNTRANSLATED", name, repr(source))
"""


def _translations(name: str) -> str:
    """Return the texts of our addons that zh_CN.po does not translate."""
    script = TRANSLATIONS.format(addons=",".join(path.name for path in paths.addons()))
    log = paths.LOCAL / "log" / "translations.log"
    database.odoo("shell", "-d", name, "--no-http", log=log, input=script, text=True)
    lines = log.read_text().splitlines()
    return "\n".join(line for line in lines if line.startswith("UNTRANSLATED"))
