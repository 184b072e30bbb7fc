"""A tariff for the park of the tests."""

from odoo.fields import Command


def make_tariff(park, seasons, prices, **vals):
    """Create a live tariff.

    ``seasons``: {name: values, where "dates" = [(first, last)] and "days" = weekdays to keep};
    ``prices``: (season name, product variant, amount, values) tuples.
    """
    env = park.env
    tariff = env["scenic.tariff"].create({"name": "Prices", "site_id": park.site.id, **vals})
    found = {name: make_season(tariff, name, **values) for name, values in seasons.items()}
    for name, product, amount, *more in prices:
        add_price(found[name], product, amount, **(more[0] if more else {}))
    env.flush_all()
    return tariff


def make_season(tariff, name, dates=(), days=None, **vals):
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    kept = {day: day in days for day in week} if days else {}
    ranges = [Command.create({"date_from": first, "date_to": last}) for first, last in dates]
    return tariff.env["scenic.season"].create(
        {"tariff_id": tariff.id, "name": name, "range_ids": ranges, **kept, **vals}
    )


def add_price(season, product, amount, **vals):
    return season.env["scenic.price"].create(
        {
            "season_id": season.id,
            "product_tmpl_id": product.product_tmpl_id.id,
            "price": amount,
            **vals,
        }
    )
