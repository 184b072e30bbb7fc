"""The preparation of a checkout, as far as it can be tried without fetching anything."""

import configparser
from pathlib import Path

import pytest
from scenic_tools import database, odoo_source, paths, postgres, settings, shell

RELEASE = "version_info = ({}, {}, 0, FINAL, 0, '')\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty checkout with one addon."""
    (tmp_path / "scenic_one").mkdir()
    manifest = {"name": "One", "depends": ["sale", "scenic_two"]}
    (tmp_path / "scenic_one" / "__manifest__.py").write_text(repr(manifest))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return tmp_path


def odoo_tree(folder: Path, major: int, minor: int) -> Path:
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(RELEASE.format(major, minor))
    return folder


def test_a_named_odoo_of_our_series_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_SRC", str(odoo_tree(tmp_path / "src", 19, 0)))
    assert odoo_source.find().import_root == tmp_path / "src"


def test_a_named_odoo_of_another_series_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_SRC", str(odoo_tree(tmp_path / "src", 18, 0)))
    with pytest.raises(shell.SetupError, match=r"19\.0"):
        odoo_source.find()


def test_a_source_tree_keeps_its_addons_beside_the_package(tmp_path):
    odoo = odoo_source.Odoo(tmp_path, "19.0.0", "test")
    assert odoo.addons_path == [tmp_path / "addons", tmp_path / "odoo" / "addons"]


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path):
    package = tmp_path / "odoo-19.deb"
    package.write_bytes(b"something else")
    with pytest.raises(shell.SetupError, match="not the package"):
        odoo_source._check(package)


def test_the_generated_configuration_keeps_both_sections(checkout):
    (checkout / "odoo.conf").write_text("[options]\nworkers = 3\n[scenic]\nkey_file = /etc/k\n")
    odoo = odoo_source.Odoo(Path("/odoo"), "19.0.0", "test")
    text = settings._odoo_conf(odoo, {"PGHOST": "/run/pg", "PGPORT": "5433", "PGUSER": "scenic"})
    conf = configparser.RawConfigParser()
    conf.read_string(text)
    assert conf["options"]["workers"] == "3"
    assert conf["options"]["db_host"] == "/run/pg"
    assert conf["options"]["addons_path"].endswith(f",{checkout}")
    assert "dbfilter" not in conf["options"]
    assert conf["scenic"]["key_file"] == str(paths.KEY_FILE)


def test_templates_follow_the_content_of_the_addons_and_nothing_else(checkout):
    before = database._content_hash("base")
    cache = checkout / "scenic_one" / "__pycache__"
    cache.mkdir()
    (cache / "models.pyc").write_bytes(b"")
    assert database._content_hash("base") == before
    (checkout / "scenic_one" / "models.py").write_text("")
    assert database._content_hash("base") != before
    assert database._content_hash("other base") != database._content_hash("base")


def test_the_base_holds_what_our_addons_need_of_odoo(checkout):
    (checkout / "scenic_two").mkdir()
    (checkout / "scenic_two" / "__manifest__.py").write_text("{'depends': ['event']}")
    assert database._needed_modules() == sorted({*database.BASE_MODULES, "sale", "event"})


@pytest.mark.parametrize(
    ("host", "private", "named"),
    [(None, None, False), ("db.test", None, True), ("/run/a", "/run/a", False)],
)
def test_pghost_names_a_server_unless_a_checkout_exported_it(monkeypatch, host, private, named):
    for variable, value in {"PGHOST": host, "SCENIC_PRIVATE_PGHOST": private}.items():
        if value is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, value)
    assert postgres.named_server() is named
