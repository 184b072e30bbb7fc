"""Load the sample park of data/ into a database: `python -m scenic_park.loading DATABASE`.

Every record has an external id in the park's namespace. What is there already is left as it is:
loading again adds what is new in data/ and undoes nothing that people changed since.
"""

import argparse
import base64
import csv
import json
from pathlib import Path

from scenic_tools import paths

from odoo.api import Environment
from odoo.tools.convert import convert_csv_import, convert_xml_import

from . import databases, inside

DATA = paths.ROOT / "data"


class Park:
    """The files of data/ and the environment they go into."""

    def __init__(self, env: Environment, folder: Path):
        self.env = env(context={"no_reset_password": True, "tracking_disable": True})
        self.folder = folder
        self.plan = json.loads((folder / "park.json").read_text())
        self.space = self.plan["namespace"]  # of the external ids

    def load_languages(self) -> None:
        for code in self.plan["languages"]:
            if code not in dict(self.env["res.lang"].get_installed()):
                language = self.env["res.lang"]._activate_lang(code)
                wizard = self.env["base.language.install"].create({"lang_ids": language.ids})
                wizard.lang_install()

    def load(self) -> None:
        first = self._prepare_company()
        for name in self.plan["files"]:
            path = self.folder / name
            if path.suffix == ".csv":
                self._load_csv(path)
            else:
                with path.open("rb") as file:
                    mode = "init" if first else "update"
                    convert_xml_import(self.env, self.space, file, mode=mode, noupdate=True)
        self._hang_pictures()
        self._fill_store()
        for timetable in self.env["scenic.slot.template"].search([]):
            # a window sells shows from the first minute on, not from the next night
            timetable._generate()

    def _prepare_company(self) -> bool:
        """Tell whether this is the first time.

        Country and prices come before the chart, whose taxes are made for them.
        """
        company = self.env.ref("base.main_company")
        if company.chart_template == self.plan["chart"]:
            return False
        china = self.env.ref("base.cn")
        company.write({"country_id": china.id, "account_price_include": "tax_included"})
        chart = self.env["account.chart.template"]
        chart.try_loading(self.plan["chart"], company, install_demo=False)
        return True

    def _load_csv(self, path: Path) -> None:
        known = set(self.env["ir.model.data"].search([("module", "=", self.space)]).mapped("name"))
        content = path.read_bytes()
        convert_csv_import(self.env, self.space, path.name, content, mode="update", noupdate=True)
        for row in csv.DictReader(content.decode().splitlines()):
            # rows without an id carry further lines of the record above
            if row["id"] and row["id"] not in known:
                self._translate(row)

    def _translate(self, row: dict) -> None:
        """Write the columns named `field@language`, which Odoo's import leaves out."""
        record = self.env.ref(f"{self.space}.{row['id']}")
        for column, value in row.items():
            field, _at, language = column.partition("@")
            if language and value and record._fields[field].translate:
                record.with_context(lang=language).write({field: value})

    def _hang_pictures(self) -> None:
        for path in sorted((self.folder / "images").glob("*.png")):
            product = self.env.ref(f"{self.space}.{path.stem}")
            if not product.image_1920:
                product.image_1920 = base64.b64encode(path.read_bytes())

    def _fill_store(self) -> None:
        """Count the first stock of paper, wristbands and goods, where there is none."""
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for name, quantity in self.plan["stock"].items():
            product = self.env.ref(f"{self.space}.{name}")
            if not product.qty_available:
                quant = self.env["stock.quant"].with_context(inventory_mode=True)
                quant.create(
                    {
                        "product_id": product.id,
                        "location_id": location.id,
                        "inventory_quantity": quantity,
                    }
                ).action_apply_inventory()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database")
    parser.add_argument("--stamp", help="remember from what the database was made")
    options = parser.parse_args()
    with inside.environment(options.database) as env:
        park = Park(env, DATA)
        park.load_languages()
        park.load()
        if options.stamp:
            env["ir.config_parameter"].set_param(databases.STAMP, options.stamp)


if __name__ == "__main__":
    main()
