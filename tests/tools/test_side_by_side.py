"""What a run of several parts says at its end: who reads a log only there must find the fault."""

import sys

from scenic_tools import side_by_side

RED = "def test_it(): assert 1 == 2, 'money'\n"
GREEN = "def test_it(): pass\n"


def run(tmp_path, name, text):
    path = tmp_path / f"test_{name}.py"
    path.write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "no:odoo", "-p", "no:cacheprovider"]
    return side_by_side.run(name, [*command, str(path)], cwd=tmp_path)


def test_the_summary_ends_with_the_name_of_each_failed_test(tmp_path, capsys):
    outcomes = [run(tmp_path, "bad", RED), run(tmp_path, "good", GREEN)]
    assert [outcome.code for outcome in outcomes] == [1, 0]
    bad, good, failed = side_by_side.summary(outcomes).splitlines()
    assert bad.startswith("bad     | exit 1")
    assert good.startswith("good    | exit 0")
    assert "FAILED test_bad.py::test_it" in failed
    assert "bad     | FAILED test_bad.py::test_it" in capsys.readouterr().out


def test_a_part_killed_by_a_signal_is_not_green(tmp_path):
    outcome = run(tmp_path, "killed", "import os\ndef test_it(): os.kill(os.getpid(), 9)\n")
    assert outcome.code == -9
    assert "exit -9" in side_by_side.summary([outcome])
