"""Exports one day from the command line: odoo scenic_export -d DATABASE 2026-05-01."""

import sys
from datetime import date

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli.command import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class ScenicExport(Command):
    """Export one day of a scenic area: facts, tickets, uses, releases and entries, signed."""

    name = "scenic_export"

    def run(self, cmdargs):
        """Write the ZIP file and say where it is."""
        parser = self.parser
        parser.add_argument("day", type=date.fromisoformat, help="like 2026-05-01")
        parser.add_argument("-c", "--config", help="Odoo's configuration file")
        parser.add_argument("-d", "--database", required=True)
        parser.add_argument("--company", type=int, help="its id; needed when there are several")
        parser.add_argument("-o", "--output", help="file to write; otherwise named by the day")
        options = parser.parse_args(cmdargs)
        args = ["--no-http", "-d", options.database]
        config.parse_config([*args, *(["-c", options.config] if options.config else [])])
        with Registry(options.database).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            companies = env["scenic.site"].search([]).company_id
            if options.company:
                companies = companies.browse(options.company).exists()
            if len(companies) != 1:
                names = ", ".join(f"{company.id} = {company.name}" for company in companies)
                parser.error(f"choose one with --company: {names or 'there is none'}")
            exports = env["scenic.day.export"]
            path = options.output or exports._filename(companies, options.day)
            with open(path, "w+b") as file:
                export = exports._write_to(file, companies, options.day)
            sys.stdout.write(f"{path}: {export.row_count} rows, manifest {export.digest}\n")
