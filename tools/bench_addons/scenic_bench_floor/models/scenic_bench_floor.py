from odoo import fields, models


class ScenicBenchFloor(models.Model):
    _name = "scenic.bench.floor"
    _description = "Rows of the benchmark's floor"

    note = fields.Char()
