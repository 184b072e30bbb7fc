"""The checks that need our addons installed: Odoo's lint tests, the install log, and our own."""

import os
import subprocess
import time
from pathlib import Path

from . import database, paths
from .odoo_source import Odoo

# those of Odoo's test_lint that look at addons outside Odoo's own tree
TEST_LINT = ["ManifestLinter", "TestTestHoles", "TestNaming", "TestI18n", "TestDunderinit"]
SHOWN = 40


def check(odoo: Odoo) -> list[str]:
    template = database.template(odoo.version, assets=False)
    name = f"scenic_lint_{os.getpid()}"
    database.copy(template, name)
    try:
        failed = _report("install log", lambda: _log_is_clean(template))
        failed += _report("texts, indexes, sheets", lambda: _own_checks(name))
        failed += _report("Odoo's test_lint", lambda: _test_lint(name))
    finally:
        database.drop(name)
    return failed


def _report(name: str, function) -> list[str]:
    start = time.monotonic()
    problems = function()
    verdict = "FAILED" if problems else "ok"
    print(f"{name:<24}{verdict:>7}{time.monotonic() - start:8.1f} s", flush=True)
    if problems:
        print("\n".join(problems[:SHOWN]), flush=True)
        if len(problems) > SHOWN:
            print(f"... and {len(problems) - SHOWN} more lines", flush=True)
    return [name] if problems else []


def _log_is_clean(template: str) -> list[str]:
    """Return the warnings that installing our addons logged."""
    log = database.install_log(template)
    if not log.exists():
        return []
    checklog = [paths.VENV / "bin" / "checklog-odoo", "--no-echo", log]
    done = subprocess.run(checklog, check=False, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def _own_checks(name: str) -> list[str]:
    script = (Path(__file__).parent / "odoo_checks.py").read_text()
    log = paths.LOCAL / "log" / "odoo_checks.log"
    database.odoo("shell", "-d", name, "--no-http", log=log, input=script, text=True)
    return [line for line in log.read_text().splitlines() if line.startswith("CHECK ")]


def _test_lint(name: str) -> list[str]:
    tags = ",".join(f"/test_lint:{test}" for test in TEST_LINT)
    log = paths.LOCAL / "log" / "test_lint.log"
    command = [paths.LOCAL / "bin" / "odoo", "-d", name, "-i", "test_lint", f"--test-tags={tags}"]
    with open(log, "w") as handle:
        done = subprocess.run(
            [*command, "--stop-after-init", "--no-http"], check=False, stdout=handle, stderr=handle
        )
    lines = log.read_text().splitlines()
    if done.returncode:
        # Odoo logs each failure with its traceback, and everything else in one line
        return [line for line in lines if " INFO " not in line]
    ran = any("odoo.tests.result" in line and " tests " in line for line in lines)
    return [] if ran else [f"test_lint ran no test; log: {log}"]
