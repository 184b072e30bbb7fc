"""scenic_gate_box changes a module after it was executed and before anybody uses it."""

import importlib
import importlib.util
import sys

import pytest
from gate_http import ROOT
from scenic_box import BoxFolder, BoxProcess
from scenic_tools import shell

SPEC = importlib.util.spec_from_file_location(
    "gate_post_import", ROOT / "scenic_gate_box" / "post_import.py"
)
post_import = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(post_import)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A package whose main uses a helper while it is imported, as iot_drivers does."""
    package = tmp_path / "late_box"
    package.mkdir()
    (package / "__init__.py").write_text("from . import main\n")
    (package / "helpers.py").write_text("def name():\n    return 'test_identifier'\n")
    (package / "main.py").write_text("from . import helpers\nNAME = helpers.name()\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [name for name in sys.modules if name.startswith("late_box")]:
        del sys.modules[name]


def test_importer_sees_the_changed_module(folder):
    seen = []

    @post_import.after_import("late_box.helpers")
    def change(helpers):
        seen.append(helpers)
        helpers.name = lambda: "gate"

    before = len(sys.meta_path)
    assert importlib.import_module("late_box").main.NAME == "gate"
    assert len(sys.meta_path) == before - 1  # it left no trace
    importlib.reload(sys.modules["late_box.helpers"])
    assert len(seen) == 1


def test_module_that_is_loaded_already_is_an_error(folder):
    importlib.import_module("late_box")
    with pytest.raises(RuntimeError, match="before iot_drivers"):
        post_import.after_import("late_box.helpers")(print)


@pytest.mark.parametrize(
    "line",
    [
        "http://localhost:8069?token=a&db_uuid=&enterprise_code=",
        "http://127.0.0.1:8069?token=a&db_uuid=",
        "http://127.0.0.1:8069?token=a&db_uuid=&enterprise_code=&extra=1",
        "http://127.0.0.1:8069",
    ],
)
def test_pairing_line_that_the_box_would_not_take_is_named(tmp_path, line):
    with pytest.raises(shell.SetupError):
        BoxProcess(BoxFolder(tmp_path), 1).pair(line)


def test_box_keeps_what_it_wrote_into_its_configuration(tmp_path):
    folder = BoxFolder(tmp_path / "box")
    folder.set("iot.box", remote_server="http://127.0.0.1:1", token="secret")
    folder.configure(8070, pinned=True)
    assert folder.paired
    assert folder.get("devtools", "general") == "*"
    folder.configure(8071)
    assert (folder.get("iot.box", "token"), folder.get("devtools", "general")) == ("secret", None)
    assert folder.get("options", "http_interface") == "127.0.0.1"
    assert folder.conf.stat().st_mode & 0o077 == 0
