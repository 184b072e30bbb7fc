"""Load the sample park of data/ into a database: `python -m scenic_park.loading DATABASE`.

Every record has an external id in the park's namespace, so loading twice changes nothing.
"""

import argparse
import csv
import json
import subprocess
import sys
from pathlib import Path

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config
from odoo.tools.convert import convert_csv_import, convert_xml_import

from scenic_tools import paths

from . import databases

DATA = paths.ROOT / "data"


class Park:
    """The files of data/ and the environment they go into."""

    def __init__(self, env: Environment, folder: Path):
        self.env = env(context={"no_reset_password": True, "tracking_disable": True})
        self.folder = folder
        self.plan = json.loads((folder / "park.json").read_text())

    def load(self) -> None:
        self._prepare_company()
        for name in self.plan["files"]:
            path = self.folder / name
            if path.suffix == ".csv":
                convert_csv_import(
                    self.env, self.plan["namespace"], name, path.read_bytes(), mode="update"
                )
                self._translate(path)
            else:
                with path.open("rb") as file:
                    convert_xml_import(self.env, self.plan["namespace"], file, mode="update")
        self._fill_store()

    def _prepare_company(self) -> None:
        """Country and prices come before the chart: its taxes are made for them."""
        company = self.env.ref("base.main_company")
        if company.chart_template == self.plan["chart"]:
            return
        company.write(
            {
                "country_id": self.env.ref("base.cn").id,
                "account_price_include": "tax_included",
            }
        )
        self.env["account.chart.template"].try_loading(
            self.plan["chart"], company, install_demo=False
        )

    def _translate(self, path: Path) -> None:
        """Write the columns named `field@language`, which Odoo's import leaves out."""
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                record = self.env.ref(f"{self.plan['namespace']}.{row['id']}")
                for column, value in row.items():
                    field, _at, language = column.partition("@")
                    if language and value and record._fields[field].translate:
                        record.with_context(lang=language).write({field: value})

    def _fill_store(self) -> None:
        """Count the first stock of paper, wristbands and goods, where there is none."""
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for name, quantity in self.plan["stock"].items():
            product = self.env.ref(f"{self.plan['namespace']}.{name}")
            if not product.qty_available:
                quant = self.env["stock.quant"].with_context(inventory_mode=True)
                quant.create(
                    {
                        "product_id": product.id,
                        "location_id": location.id,
                        "inventory_quantity": quantity,
                    }
                ).action_apply_inventory()


def install(database: str, plan: dict, update: bool) -> None:
    """Install or update the addons by Odoo's own command."""
    modules = ",".join(plan["modules"])
    command = [databases.ODOO, "-d", database, "-u" if update else "-i", modules]
    command += [f"--load-language={','.join(plan['languages'])}", "--without-demo"]
    subprocess.run([*command, "--stop-after-init", "--no-http", "--log-level=warn"], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database")
    parser.add_argument("--update", action="store_true", help="the database is there already")
    parser.add_argument("--assets", action="store_true", help="also build the browser's files")
    parser.add_argument("--stamp", help="remember from what the database was made")
    options = parser.parse_args()
    install(options.database, json.loads((DATA / "park.json").read_text()), options.update)
    config.parse_config(["-d", options.database, "--log-level=warn"], setup_logging=True)
    with Registry(options.database).cursor() as cursor:
        env = Environment(cursor, SUPERUSER_ID, {})
        Park(env, DATA).load()
        if options.stamp:
            env["ir.config_parameter"].set_param("scenic_park.fingerprint", options.stamp)
        if options.assets:
            env["ir.qweb"]._pregenerate_assets_bundles()
    odoo.sql_db.close_all()


if __name__ == "__main__":
    sys.exit(main())
