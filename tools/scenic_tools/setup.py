"""The whole preparation of a checkout, and the quick check that it still holds."""

from . import odoo_source, paths, postgres, python_env, settings, shell, system_packages


def ensure() -> odoo_source.Odoo:
    """Prepare what is missing; when nothing is, this takes a fraction of a second."""
    paths.LOCAL.mkdir(exist_ok=True)
    with shell.locked(paths.LOCAL / "bootstrap.lock"):
        system_packages.require()
        odoo = odoo_source.find()
        python_env.prepare(odoo)
        settings.write(odoo, postgres.connection())
    return odoo
