"""The bank side with OCA's account_reconcile_oca installed; the other tests run without it."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from scenic_tools import database, paths, setup, shell

HERE = Path(__file__).parent
REQUIREMENTS = paths.ROOT / "requirements-oca.txt"


def oca_addons() -> Path:
    """Return the folder of OCA's addons, fetched once for each set of pins."""
    pins = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = paths.CACHE / "oca" / pins
    with shell.locked(paths.CACHE / "oca.lock"):
        if not folder.exists():
            draft = folder.with_name(f".{folder.name}.{os.getpid()}")
            pip = [paths.VENV / "bin/python", "-m", "pip", "--disable-pip-version-check"]
            # Odoo's own requirements are not what pip thinks: no dependencies, only these
            options = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
            wanted = ["--target", draft, "-r", REQUIREMENTS]
            shell.run([*pip, "install", "--quiet", *options, *wanted], quiet=True)
            draft.rename(folder)
    return folder / "odoo" / "addons"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what the script saw in a database with OCA's addons."""
    name = f"scenic_oca_{os.getpid()}"
    version = setup.ensure().version
    folder = tmp_path_factory.mktemp("oca")
    facts = folder / "told.json"
    lines = paths.ODOO_CONF.read_text().splitlines()
    (ours,) = [line.split("=", 1)[1].strip() for line in lines if line.startswith("addons_path")]
    database.copy(database.template(version, assets=False), name)
    try:
        options = ["--addons-path", f"{ours},{oca_addons()}", "-d", name]
        variables = {"SCENIC_SUPPORT": paths.ROOT / "tests" / "support", "SCENIC_TOLD": facts}
        with (HERE / "settle.py").open() as script:
            database.odoo(
                "shell",
                *options,
                "--no-http",
                "--max-cron-threads=0",
                log=folder / "odoo.log",
                stdin=script,
                env=os.environ | {key: str(value) for key, value in variables.items()},
            )
    finally:
        database.drop(name)
    return json.loads(facts.read_text())


def test_their_bank_screen_settles_our_statements(told):
    assert told["installed"] == "installed"
    assert told["by_their_screen"] == [True, True]
    assert told["undone_there"] == [False, False]
    assert told["and_again"] == [True, True]


def test_our_buttons_work_beside_it(told):
    assert told["by_our_button"] == [True, True]
    assert told["taken_back"] == ["draft", False]


def test_cash_at_the_bank_is_settled_there_too(told):
    assert told["cash"] == [True, True]
    assert told["differences"] == []
