"""What holds for all tests: nothing is skipped, and Odoo's classes work outside its addons."""

import pytest
from fuzzing import FACTOR, examples
from hypothesis import HealthCheck, settings

# the same examples every time, unless exploring; and no time limits for single ones: a shared
# machine stalls now and then
settings.register_profile(
    "scenic",
    deadline=None,
    derandomize=FACTOR == 1,
    max_examples=examples(100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("scenic")

NOT_RUN = ("skipped", "xfailed", "xpassed")


def pytest_configure(config):
    """Give Odoo's test classes the attributes that it sets only within `odoo.addons`."""
    if not config.pluginmanager.has_plugin("odoo"):
        return
    import patient_odoo

    from odoo.tests import BaseCase

    patient_odoo.begin()
    BaseCase.test_tags = {"standard", "post_install"}
    BaseCase.test_module = "scenic"
    BaseCase._test_params = []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Fail a run that left tests out: a missing browser must not look like a green run."""
    if session.exitstatus == pytest.ExitCode.OK and _not_run(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    for report in _not_run(config):
        terminalreporter.line(f"FAILED {report.nodeid} was not run: {_why(report)}", red=True)


def _not_run(config):
    stats = config.pluginmanager.get_plugin("terminalreporter").stats
    return [report for outcome in NOT_RUN for report in stats.get(outcome, [])]


def _why(report):
    if isinstance(report.longrepr, tuple):
        return report.longrepr[-1]
    return getattr(report, "wasxfail", "") or report.outcome
