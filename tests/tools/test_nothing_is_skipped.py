"""A run that left tests out must not look green: the rule itself is tested here."""

import pytest
from scenic_tools import paths

pytest_plugins = ["pytester"]

HEAD = "import unittest, pytest\n"


@pytest.fixture
def run(pytester):
    """Run pytest on one test file under our conftest; return its exit code and output."""
    pytester.syspathinsert(paths.ROOT / "tests" / "support")
    pytester.makeconftest((paths.ROOT / "tests" / "conftest.py").read_text())

    def run_on(text):
        pytester.makepyfile(HEAD + text)
        result = pytester.runpytest_inprocess("-p", "no:odoo")
        return result.ret, result.stdout.str()

    return run_on


def test_a_run_of_passing_tests_is_green(run):
    assert run("def test_it(): pass\n")[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.skip(reason='no browser')\ndef test_it(): pass\n",
        "def test_it(): pytest.skip('no browser')\n",
        "pytest.skip('no browser', allow_module_level=True)\n",
        "@pytest.mark.xfail\ndef test_it(): assert False\n",
        "@pytest.mark.xfail\ndef test_it(): pass\n",
        "class TestIt(unittest.TestCase):\n"
        "    @classmethod\n"
        "    def setUpClass(cls): raise unittest.SkipTest('no browser')\n"
        "    def test_it(self): pass\n",
    ],
    ids=["mark", "call", "module", "xfail", "xpass", "class"],
)
def test_a_test_that_did_not_run_fails_the_run(run, text):
    code, output = run("def test_other(): pass\n" + text)
    assert code != pytest.ExitCode.OK
    assert "was not run" in output


def test_a_run_without_tests_fails(run):
    assert run("")[0] == pytest.ExitCode.NO_TESTS_COLLECTED
