"""Those who tag at once: a tag has one spelling, nobody waits in a circle, and no claim is lost on the way."""

from __future__ import annotations

import threading
from itertools import pairwise

from django.db import connection, transaction

from kernel.errors import Conflict
from merchants.models import MerchantCustomer
from merchants.queries.tags import list_tags
from merchants.services import tags
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW
from tests.merchants.cast import claim, generate
from tests.threads import run_threads

ROUNDS = 15
SPELLINGS = ("VIP", "vip", "Vip", "vIP")


def act(shop):
    return {"merchant": shop.merchant, "actor": shop.owner, "now": NOW}


def customers(shop, count):
    with wall(shop.site, "site"):
        return [
            MerchantCustomer.objects.create(
                merchant=shop.merchant, customer=factories.make_customer(), first_at=NOW, last_at=NOW
            )
            for _ in range(count)
        ]


def spellings(shop):
    """How the tag is spelled once four have typed it at once, each for one customer."""
    rows = customers(shop, len(SPELLINGS))

    def work(number):
        with shop.open():
            tags.put(customer_id=rows[number].customer_id, tags=[SPELLINGS[number]], **act(shop))

    assert run_threads(len(SPELLINGS), work) == [None] * len(SPELLINGS)
    with shop.open():
        found = {tag for row in MerchantCustomer.objects.all() for tag in row.tags}
        tags.delete(tag="vip", **act(shop))
    return found


def test_typed_at_once_a_tag_has_one_spelling(race_shop):
    assert [len(spellings(race_shop)) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_the_merchants_lock_it_has_several(race_shop, monkeypatch):
    monkeypatch.setattr(tags.locks, "merchant", lambda merchant_id: None)

    assert any(len(spellings(race_shop)) > 1 for _ in range(20 * ROUNDS))


def test_whoever_tags_many_gives_up_before_a_customer_who_holds_a_row_has_to(race_shop):
    """A spin holds the customer's row while its second claim looks for a coupon."""
    shop = race_shop
    (row,) = customers(shop, 1)
    held, told = threading.Event(), threading.Event()

    def spin():
        with wall(shop.site, "site"), transaction.atomic():
            MerchantCustomer.objects.select_for_update().get(id=row.id)
            held.set()
            assert told.wait(10)

    def tag():
        assert held.wait(10)
        try:
            with shop.open():
                tags.add(row_ids=[row.id], tag="VIP", **act(shop))
        except Conflict as error:
            return str(error)
        finally:
            told.set()

    assert run_threads(2, lambda number: (spin, tag)[number]()) == [
        None, "Some of these customers are just taking a coupon. Try again.",
    ]  # fmt: skip
    with shop.open(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        usual = cursor.fetchone()
        assert tags.add(row_ids=[row.id], tag="VIP", **act(shop)).changed == 1
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == usual != ("0",), "the rest of the transaction waits as long as any"


def test_renamed_on_all_while_they_claim_nobody_waits_in_a_circle(race_shop):
    shop, phones = race_shop, [f"+9665{number:08d}" for number in range(10)]
    first, second = generate(shop, 10), generate(shop, 10, per_customer_limit=1)
    for phone in phones:
        claim(shop, first, phone)
    with shop.open():
        ids = list(MerchantCustomer.objects.values_list("id", flat=True))
        tags.add(row_ids=ids, tag="a", **act(shop))

    def work(number):
        if number == 0:
            return [claim(shop, second, phone, now=NOW + DAY).outcome for phone in reversed(phones)]
        if number == 1:
            with shop.open():
                return [tags.rename(tag=old, to=new, **act(shop)) for old, new in pairwise("abcdefghijk")]
        with shop.open():
            return [tags.add(row_ids=ids[::-1], tag=f"other {turn}", **act(shop)).changed for turn in range(10)]

    claimed, renamed, added = run_threads(3, work)

    assert (claimed, renamed, added) == (["taken"] * 10, [10] * 10, [10] * 10)
    with shop.open():
        assert [(tag.name, tag.customers) for tag in list_tags(shop.merchant.id)] == [
            ("k", 10), *((f"other {turn}", 10) for turn in range(10)),
        ]  # fmt: skip
        assert set(MerchantCustomer.objects.values_list("claims", flat=True)) == {2}
