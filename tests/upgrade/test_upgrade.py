"""Databases of earlier releases are upgraded: old tickets open gates, old books prove."""

import json
import os
import tarfile
from pathlib import Path

import pytest
from scenic_tools import database, paths, setup

HERE = Path(__file__).parent
RELEASES = ("19.0.1.0.0", "19.0.1.1.0", "19.0.1.2.0", "19.0.1.3.0")
ADDONS = ("scenic_ticketing", "scenic_gate_iot", "scenic_finance")


@pytest.fixture(scope="module", params=RELEASES)
def told(request, tmp_path_factory):
    """Return what was true before the upgrade and what is true after it."""
    folder = tmp_path_factory.mktemp("upgrade")
    name = f"scenic_upgrade_{os.getpid()}_{RELEASES.index(request.param)}"
    _unpack(request.param, folder / "old")
    base = database.base(setup.ensure().version)
    database.copy(base, name)
    facts, after = folder / "before.json", folder / "after.json"
    try:
        old = ["--addons-path", f"{_odoo_addons()},{folder / 'old'}"]
        log = folder / "odoo.log"
        quiet = ["-d", name, "--no-http", "--max-cron-threads=0"]
        database.odoo(*old, *quiet, "-i", ",".join(ADDONS), "--stop-after-init", log=log)
        _shell(
            [*old, *quiet],
            HERE / "park_before.py",
            log,
            SCENIC_OLD_SUPPORT=folder / "old" / "tests" / "support",
            SCENIC_FACTS=facts,
        )
        database.odoo(*quiet, "-u", "scenic_ticketing", "--stop-after-init", log=log)
        _shell(
            quiet,
            HERE / "park_after.py",
            log,
            SCENIC_SUPPORT=paths.ROOT / "tests" / "support",
            SCENIC_FACTS=facts,
            SCENIC_AFTER=after,
        )
    finally:
        database.drop(name)
    return json.loads(facts.read_text()), json.loads(after.read_text())


def _unpack(release: str, folder: Path) -> None:
    with tarfile.open(HERE / "data" / f"addons-{release}.tar.xz") as archive:
        archive.extractall(folder, filter="data")


def _odoo_addons() -> str:
    """Return Odoo's own addons path of this checkout."""
    (line,) = [
        line for line in paths.ODOO_CONF.read_text().splitlines() if line.startswith("addons_path")
    ]
    parts = line.split("=", 1)[1].strip().split(",")
    return ",".join(part for part in parts if Path(part).resolve() != paths.ROOT)


def _shell(options: list, script: Path, log: Path, **variables: Path) -> None:
    variables["SCENIC_HERE"] = HERE
    environment = os.environ | {name: str(value) for name, value in variables.items()}
    with script.open() as code:
        database.odoo("shell", *options, log=log, stdin=code, env=environment)


def test_nothing_of_the_past_has_changed(told):
    before, after = told
    for rows in ("ticket_rows", "ledger_rows", "policy_rows", "proof"):
        assert after[rows] == before[rows], rows


def test_old_books_prove_before_and_after(told):
    before, after = told
    assert before["differences"] == []
    assert after["differences"] == []
    assert after["differences_after_use"] == []
    assert after["differences_at_last"] == []


def test_old_tickets_are_judged_as_before(told):
    assert told[1]["answers"] == {
        "used": "E_USED",
        "refunded": "E_REVOKED",
        "unused": "OK",
        "returned": "OK",
        "passed": "E_USED",
        "combo_gate": "E_USED",
        "combo_ropeway": "OK",
        "annual": "OK",
        "family": "OK",
    }


def test_old_policies_are_in_force_and_have_a_version(told):
    before, after = told
    assert after["policy_states"] == ["published", "published"]
    assert list(after["versions"].values()) == [int(row[1]) for row in before["policy_rows"]]
    assert after["products_of_version"] == 4
    assert len(set(after["judged_by"])) == 1


def test_old_park_sells_and_changes_its_rules(told):
    after = told[1]
    assert after["refund"] == ["paid", "void"]
    assert after["new_sale"] == [3, "OK"]
    assert after["draft"] == ["draft", 7]
    assert after["as_if"] == 8
