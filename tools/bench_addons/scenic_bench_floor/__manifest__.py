{
    "name": "Scenic benchmark floor",
    "summary": "The least an Odoo route can do, beside which tools/bench measures",
    "version": "19.0.1.0.0",
    "author": "Scenic project contributors",
    "website": "https://example.org/scenic",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["base"],
}
