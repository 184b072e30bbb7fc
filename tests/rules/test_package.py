"""The package reaches a box as a flat folder under another name, and brings nothing along."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scenic_rules import reason

PACKAGE = Path(reason.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))
README = PACKAGE.parents[1] / "README.md"


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_needs_only_its_neighbours_and_what_every_box_has(path):
    for name in imported(path):
        top = name.split(".")[0]
        assert name.startswith(".") or top == "cryptography" or top in sys.stdlib_module_names
        assert not name.startswith("..")
        assert top not in {"time", "random", "secrets", "os", "socket", "sqlite3", "threading"}


def test_the_folder_is_flat_and_has_no_init():
    """The route that hands files to a box skips folders and names with an underscore."""
    assert not (PACKAGE / "__init__.py").exists()
    assert [entry.name for entry in PACKAGE.iterdir() if entry.is_dir()] in ([], ["__pycache__"])
    assert not [path.name for path in MODULES if path.name.startswith(("_", "."))]


def test_the_package_works_under_any_name(tmp_path):
    home = tmp_path / "handlers" / "scenic_rules"
    home.mkdir(parents=True)
    for path in MODULES:
        (home / path.name).write_bytes(path.read_bytes())
    names = ", ".join(path.stem for path in MODULES)
    script = f"from handlers.scenic_rules import {names}; import sys; print('odoo' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("False\n", "")


def test_every_reason_is_explained_in_the_readme():
    section = README.read_text().split("## Ticket code ST1")[1].split("\n## ")[0]
    explained = set(re.findall(r"^\| `([A-Z_]+)` \| [A-Z]", section, re.MULTILINE))
    assert explained == set(reason.Reason.__members__)


@pytest.mark.parametrize("code", list(reason.Reason), ids=str)
def test_the_readme_names_the_colour_the_gate_shows(code):
    colour = reason.COLOUR[code].value
    assert re.search(rf"^\| `{code.value}` \| {colour}\b", README.read_text(), re.MULTILINE)
