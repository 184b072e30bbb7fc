"""Checks of our installed addons that Odoo's own do not make. Runs inside `odoo shell`.

Each problem is printed as one line `CHECK <kind>: <what>`.
"""

import re
from pathlib import Path

import polib

from odoo.exceptions import ValidationError
from odoo.modules import get_module_path
from odoo.tools import config
from odoo.tools.translate import TranslationModuleReader

LANGUAGE = "zh_CN"
# tags, entities and placeholders alone need no translation
NO_TEXT = re.compile(r"<[^>]*>|&\w+;|%\(\w+\)[sd]|%[sd]")
LEADING_COLUMNS = """
    SELECT t.relname, a.attname
      FROM pg_index i
      JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ILIKE '%IS NOT NULL%'
"""


def check(env):
    """Run every check on the addons whose name begins with `scenic_`."""
    installed = [("state", "=", "installed"), ("name", "=like", "scenic\\_%")]
    names = env["ir.module.module"].search(installed).mapped("name")
    for kind, problems in (
        ("translation", untranslated(env, names)),
        ("index", unindexed(env)),
        ("spreadsheet", broken_spreadsheets(env, names)),
    ):
        for problem in problems:
            print(f"CHECK {kind}: {problem}")


def untranslated(env, names):
    """Yield the texts that the catalogue of their addon leaves out or empty."""
    for name in sorted(names):
        catalogue = Path(get_module_path(name)) / "i18n" / f"{LANGUAGE}.po"
        known = set()
        if catalogue.exists():
            known = {entry.msgid for entry in polib.pofile(str(catalogue)) if entry.translated()}
        reader = TranslationModuleReader(env.cr, modules=[name], lang=None)
        sources = {source for _, _, _, _, source, _, _ in reader if _has_letters(source)}
        for source in sorted(sources - known):
            yield f"{name}: {source!r}"


def _has_letters(source):
    return any(character.isalpha() for character in NO_TEXT.sub("", source))


def unindexed(env):
    """Yield the inverses of our one2many fields that no index begins with.

    Odoo's TestIndex asks for an index of the field itself; one that begins with it does as well.
    """
    env.cr.execute(LEADING_COLUMNS)
    indexed = set(env.cr.fetchall())
    for model in env.registry.values():
        for field in model._fields.values():
            if field.type != "one2many" or not field.inverse_name:
                continue
            inverse_model = env[field.comodel_name]
            inverse = inverse_model._fields[field.inverse_name]
            ours = (inverse._module or "").startswith("scenic_")
            stored = inverse.store and inverse.column_type and inverse_model._auto
            lasting = stored and not inverse_model.is_transient()
            if ours and lasting and (inverse_model._table, inverse.name) not in indexed:
                yield f"{inverse} is the inverse of {field}, and no index begins with it"


def broken_spreadsheets(env, names):
    """Yield what Odoo finds wrong in our dashboards; it looks only when tests are enabled."""
    if "spreadsheet.dashboard" not in env:
        return
    ours = [("model", "=", "spreadsheet.dashboard"), ("module", "in", list(names))]
    dashboards = env["spreadsheet.dashboard"].browse(
        env["ir.model.data"].search(ours).mapped("res_id")
    )
    config["test_enable"] = True
    for dashboard in dashboards:
        try:
            dashboard._check_spreadsheet_data()
        except ValidationError as error:
            yield f"{dashboard.name}: {error}"


check(env)  # noqa: F821, the shell's
