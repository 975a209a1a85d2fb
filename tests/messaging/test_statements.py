"""What monthly statements say of WhatsApp ties to the ledger."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.statements import registry
from agents.statements.registry import Owner
from credits.models import Entry
from messaging import sections
from messaging.choices import Trigger
from messaging.models import Message
from tenants.walls import wall
from tests import cluster
from tests.factories import NOW
from tests.messaging.test_statuses import tell, under_way

MONTH = (dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, tzinfo=dt.UTC))


@pytest.fixture
def month(phone):
    """Three messages that people asked for (one failed), one of the business that came back, one still open."""
    for word in ("delivered", "read"):
        tell(under_way(phone.queued()), word)
    tell(under_way(phone.queued()), "failed", code=131026)
    gift = under_way(phone.queued(Trigger.BIRTHDAY, batch_id=phone.batch().id))
    tell(gift, "sent")
    tell(gift, "failed", code=131026)
    phone.queued()
    return phone


def owner(phone, start=MONTH[0], end=MONTH[1]):
    return Owner(id=phone.merchant_id, site_id=phone.shop.site.id, start=start, end=end)


def test_a_merchants_section_counts_what_arrived_failed_and_cost(month):
    (section,) = sections.of_merchants([owner(month)]).values()

    assert [row[1:] for row in section.tables[0].rows] == [(2, 1, 2), (0, 1, 0)]
    assert sum(row[3] for row in section.tables[0].rows) == -sum(
        Entry.objects.filter(related_type="message").exclude(action="").values_list("amount", flat=True)
    )


def test_a_month_without_messages_says_nought(month):
    before = owner(month, start=MONTH[0] - dt.timedelta(days=40), end=MONTH[0])

    (section,) = sections.of_merchants([before]).values()

    assert [row[1:] for row in section.tables[0].rows] == [(0, 0, 0), (0, 0, 0)]


def test_the_platforms_section_has_every_sites_volume(month):
    console = cluster.site("master")
    with wall(console, "master"):
        (section,) = sections.of_platform([Owner(console.id, console.id, *MONTH)]).values()

    assert [figure.value for figure in section.figures] == [2, 0]
    assert section.tables[0].rows[0][1:] == (2, 0)


def test_statements_have_the_section_in_its_place(month):
    found = registry.build_all("merchant", [owner(month)])[month.merchant_id]

    codes = [section.code for section in found]
    assert codes.index("wallets") < codes.index("messages") < codes.index("purchases")
    assert Message.objects.filter(created_at__gte=NOW).count() == 5
