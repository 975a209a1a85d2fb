"""The demo's price book is one that the platform itself would not be warned of."""

from __future__ import annotations

from config.demo import prices
from credits.pricing.models import Price
from credits.pricing.queries import book, warnings
from tenants.models import Site
from tenants.walls import wall
from tests.factories import NOW


def test_it_can_be_seeded_twice_and_warns_of_nothing(master_site):
    with wall(master_site, "master"):
        prices.seed(NOW)
        lines = Price.objects.count()
        prices.seed(NOW)

        assert Price.objects.count() == lines
        for currency in set(Site.objects.filter(type="site").values_list("currency", flat=True)):
            assert len(book.offers(country="SA", currency=currency, now=NOW)) == len(prices.BOOK)
            assert warnings.cheap_bi(country="SA", currency=currency, now=NOW) == []
