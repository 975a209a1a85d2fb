"""Tags on customers: how they are written, on one and on many, renamed, deleted; and whose they are."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEvent
from kernel.errors import NotAllowed, NotFound
from kernel.ids import uuid7
from merchants import tags as words
from merchants.models import Customer, MerchantCustomer
from merchants.queries.tags import list_tags
from merchants.services import tags
from merchants.tags import BadTag
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW
from tests.merchants.cast import claim, generate, open_shop

REGULAR, VIP = "زبون دائم", "VIP"


def customer(shop, *given):
    """A customer of the shop who carries these; its row there."""
    with wall(shop.site, "site"):
        found = MerchantCustomer.objects.create(
            merchant=shop.merchant, customer=factories.make_customer(), first_at=NOW, last_at=NOW
        )
    if given:
        put(shop, found, *given)
    return found


def act(shop):
    return {"merchant": shop.merchant, "actor": shop.owner, "now": NOW}


def put(shop, row, *given):
    with shop.open():
        return tags.put(customer_id=row.customer_id, tags=given, **act(shop))


def carried(shop, row):
    with shop.open():
        row.refresh_from_db()
    assert [words.key(tag) for tag in row.tags] == row.tag_keys
    return row.tags


def used(shop):
    with shop.open():
        return [(tag.name, tag.customers) for tag in list_tags(shop.merchant.id)]


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("  VIP ", "VIP"), ("two   words", "two words"), ("tab\tand\nline", "tab and line"),
            ("Cafe\u0301", "Caf\u00e9"), ("\u200fزبون  دائم\u200e", REGULAR), ("x" * 30, "x" * 30),
            ("VIP\u200b", "VIP"), ("می\u200cخواهم", "می\u200cخواهم"),
        ],
    )  # fmt: skip
    def test_a_tag_is_kept_as_it_was_typed_but_tidy(self, typed, kept):
        assert words.clean(typed) == kept

    @pytest.mark.parametrize("typed", ["", "  ", "\u200f", "\u200b\u2060", "\u200c", "\u00ad", "x" * 31, "a,b", "أ،ب", "a\x00b", "a\x1bb", "a\ud800"])
    def test_what_is_no_tag_is_refused(self, typed):
        with pytest.raises(BadTag) as refusal:
            words.clean(typed)
        assert refusal.value.data["field"] == "tags"

    @pytest.mark.parametrize(
        ("one", "other"),
        [("VIP", "vip"), ("Éclair", "e\u0301clair"), ("STRASSE", "straße"), ("ΟΔΟΣ", "οδος"), (REGULAR, REGULAR)],
    )
    def test_large_and_small_letters_are_the_same_in_every_alphabet(self, one, other):
        assert words.key(one) == words.key(other)

    def test_the_longest_tag_has_a_key_that_fits(self):
        longest = max(len(words.key(chr(code) * 30)) for code in range(0x20, 0x2FFFF) if not 0xD800 <= code <= 0xDFFF)

        assert longest <= 90

    def test_one_field_holds_several_with_either_comma(self):
        assert words.split("VIP, Regular ،زبون دائم,, ") == ["VIP", " Regular ", "زبون دائم"]

    def test_one_customer_has_each_once_and_at_most_twenty(self):
        assert words.clean_all(["VIP", "Late", "vip", " VIP"]) == ["VIP", "Late"]
        assert len(words.clean_all(f"t{n}" for n in range(20))) == 20
        with pytest.raises(BadTag):
            words.clean_all(f"t{n}" for n in range(21))


class TestOne:
    def test_a_customer_carries_what_was_said_and_the_trail_says_who(self, shop):
        carl = customer(shop)

        assert put(shop, carl, " VIP", REGULAR, "vip") == [VIP, REGULAR]

        assert carried(shop, carl) == [VIP, REGULAR]
        with shop.open():
            event = AuditEvent.objects.get(verb="customer.tag")
        assert (event.object_id, event.merchant_id, event.actor_label) == (
            carl.id, shop.merchant.id, shop.owner.label,
        )  # fmt: skip
        # How many, never which: the trail is read by more people, and never erased.
        assert (event.before, event.after) == ({"tags": 0}, {"tags": 2})

    def test_saying_the_same_again_leaves_no_trace(self, shop):
        carl = customer(shop, VIP)

        put(shop, carl, "vip")

        with shop.open():
            assert AuditEvent.objects.filter(verb="customer.tag").count() == 1

    def test_a_tag_keeps_the_spelling_that_it_has(self, shop):
        customer(shop, VIP)
        carl = customer(shop)

        assert put(shop, carl, "vip") == [VIP]

    def test_a_merchant_has_so_many_different_ones(self, shop, monkeypatch):
        monkeypatch.setattr(words, "MOST_KINDS", 2)
        carl = customer(shop, "One", "Two")

        with pytest.raises(BadTag):
            put(shop, carl, "One", "Three")
        assert put(shop, carl, "two") == ["Two"]
        assert put(shop, carl, "Two", "Three") == ["Two", "Three"]

    def test_nobody_elses_customer_and_nobody_erased(self, shop):
        other = open_shop(shop.site)
        theirs, gone = customer(other, VIP), customer(shop)
        with wall(shop.site, "site"):
            Customer.objects.filter(id=gone.customer_id).update(erased_at=NOW)

        for row in (theirs, gone):
            with pytest.raises(NotFound):
                put(shop, row, "Late")
        with shop.open(), pytest.raises(NotFound):
            tags.put(customer_id=uuid7(), tags=["Late"], **act(shop))
        assert carried(other, theirs) == [VIP]

    def test_the_same_person_is_tagged_by_each_store_for_itself(self, shop):
        other = open_shop(shop.site)
        mine = customer(shop, VIP)
        with wall(shop.site, "site"):
            theirs = MerchantCustomer.objects.create(
                merchant=other.merchant, customer_id=mine.customer_id, first_at=NOW, last_at=NOW
            )

        put(other, theirs, "Late")

        assert (carried(shop, mine), carried(other, theirs)) == ([VIP], ["Late"])

    def test_cashiers_and_other_stores_people_may_not(self, shop):
        carl = customer(shop, VIP)
        with wall(shop.site, "site"):
            cashier = factories.member_actor(factories.make_member(shop.merchant, "cashier"), shop.merchant, "cashier")
        for actor in (cashier, open_shop(shop.site).owner):
            given = {"merchant": shop.merchant, "actor": actor, "now": NOW}
            with shop.open():
                for call in (
                    lambda given=given: tags.put(customer_id=carl.customer_id, tags=[], **given),
                    lambda given=given: tags.add(row_ids=[carl.id], tag="Late", **given),
                    lambda given=given: tags.remove(row_ids=[carl.id], tag=VIP, **given),
                    lambda given=given: tags.rename(tag=VIP, to="Late", **given),
                    lambda given=given: tags.delete(tag=VIP, **given),
                ):
                    with pytest.raises(NotAllowed):
                        call()
        assert carried(shop, carl) == [VIP]


class TestMany:
    def test_a_tag_is_added_to_some_who_lack_it(self, shop):
        carl, dina, eve = customer(shop, VIP), customer(shop, "Late"), customer(shop)
        full = customer(shop, *(f"t{n}" for n in range(20)))

        with shop.open():
            done = tags.add(row_ids=[carl.id, dina.id, full.id], tag=" vip ", **act(shop))

        assert done == tags.Tagged(changed=1, full=1)
        assert [carried(shop, row) for row in (carl, dina, eve)] == [[VIP], ["Late", VIP], []]
        with shop.open():
            assert AuditEvent.objects.get(verb="tag.add").after == {"customers": 1}

    def test_a_tag_is_taken_from_some(self, shop):
        carl, dina, eve = customer(shop, "Late", VIP, "Loud"), customer(shop, VIP), customer(shop, VIP)

        with shop.open():
            done = tags.remove(row_ids=[carl.id, dina.id], tag="vip", **act(shop))

        assert done == tags.Tagged(changed=2)
        assert [carried(shop, row) for row in (carl, dina, eve)] == [["Late", "Loud"], [], [VIP]]

    def test_rows_of_others_are_passed_over(self, shop):
        other = open_shop(shop.site)
        mine, theirs = customer(shop), customer(other, "Theirs")

        with shop.open():
            assert tags.add(row_ids=[mine.id, theirs.id], tag=VIP, **act(shop)) == tags.Tagged(1)
            assert tags.remove(row_ids=[theirs.id], tag="Theirs", **act(shop)) == tags.Tagged(0)
        with wall(shop.site, "site"):  # where the wall would let it through, the merchant's name does not
            assert tags.add(row_ids=[theirs.id], tag=VIP, **act(shop)) == tags.Tagged(0)
            with pytest.raises(NotFound):
                tags.rename(tag="Theirs", to=VIP, **act(shop))
        assert carried(other, theirs) == ["Theirs"]

    def test_only_so_many_at_a_time(self, shop, monkeypatch):
        monkeypatch.setattr(tags, "MOST_AT_ONCE", 2)
        with shop.open():
            for call in (tags.add, tags.remove):
                with pytest.raises(BadTag):
                    call(row_ids=[uuid7() for _ in range(3)], tag=VIP, **act(shop))


class TestEverywhere:
    def test_a_merchant_sees_its_own_with_how_many_carry_each(self, shop):
        other = open_shop(shop.site)
        customer(other, "Theirs")
        customer(shop, VIP, REGULAR)
        customer(shop, "vip")
        customer(shop)

        assert used(shop) == [(VIP, 2), (REGULAR, 1)]

    def test_renamed_everybody_carries_the_new_name_in_its_place(self, shop):
        carl, dina = customer(shop, "Late", VIP, "Loud"), customer(shop, "Late")

        with shop.open():
            assert tags.rename(tag="vip", to=" Very  important", **act(shop)) == 1

        assert carried(shop, carl) == ["Late", "Very important", "Loud"]
        assert carried(shop, dina) == ["Late"]
        with shop.open():
            event = AuditEvent.objects.get(verb="tag.rename")
        assert event.after == {"customers": 1}

    def test_renamed_to_one_that_exists_the_two_become_one(self, shop):
        both, old, new = customer(shop, REGULAR, "Loud", VIP), customer(shop, REGULAR), customer(shop, VIP)

        with shop.open():
            assert tags.rename(tag=REGULAR, to="Vip", **act(shop)) == 2

        assert [carried(shop, row) for row in (both, old, new)] == [["Vip", "Loud"], ["Vip"], ["Vip"]]
        assert used(shop) == [("Loud", 1), ("Vip", 3)]

    def test_only_its_letters_may_change(self, shop):
        carl = customer(shop, "vip", "Late")

        with shop.open():
            tags.rename(tag="vip", to=VIP, **act(shop))

        assert carried(shop, carl) == [VIP, "Late"]

    def test_deleted_nobody_carries_it(self, shop):
        carl, dina = customer(shop, VIP, "Late"), customer(shop, "Late")

        with shop.open():
            assert tags.delete(tag="LATE", **act(shop)) == 2

        assert [carried(shop, row) for row in (carl, dina)] == [[VIP], []]
        with shop.open():
            assert AuditEvent.objects.get(verb="tag.delete").after["customers"] == 2

    def test_what_nobody_carries_is_neither_renamed_nor_deleted(self, shop):
        with shop.open():
            with pytest.raises(NotFound):
                tags.rename(tag="Nothing", to=VIP, **act(shop))
            with pytest.raises(NotFound):
                tags.delete(tag="Nothing", **act(shop))

    def test_erased_a_customer_carries_none_anywhere(self, shop):
        carl, dina = customer(shop, VIP), customer(shop, VIP)

        with wall(shop.site, "site"):
            Customer.objects.filter(id=carl.customer_id).update(erased_at=NOW)

        assert [carried(shop, row) for row in (carl, dina)] == [[], [VIP]]
        assert used(shop) == [(VIP, 1)]


class TestWalls:
    def test_another_merchant_neither_sees_nor_changes_them(self, shop):
        other = open_shop(shop.site)
        carl = customer(shop, VIP)

        with other.open():
            assert not MerchantCustomer.objects.filter(tags__contains=[VIP]).exists()
            assert list_tags(shop.merchant.id) == []
            assert MerchantCustomer.objects.filter(id=carl.id).update(tags=[], tag_keys=[]) == 0
        assert carried(shop, carl) == [VIP]

    @pytest.mark.parametrize("level", ["visitor", "holder"])
    def test_the_public_has_no_right_to_them(self, shop, level):
        carl = customer(shop, VIP)
        proof = {"proof": carl.customer_id} if level == "holder" else {}

        for call in (
            lambda: list_tags(shop.merchant.id),
            lambda: MerchantCustomer.objects.update(tags=["x"], tag_keys=["x"]),
        ):
            with wall(shop.site, level, **proof), pytest.raises(DatabaseError), transaction.atomic():
                call()

    def test_the_database_holds_the_limit(self, shop):
        carl = customer(shop)
        for given in (["x"] * 21, ["x"]):
            with wall(shop.site, "site"), pytest.raises(IntegrityError), transaction.atomic():
                MerchantCustomer.objects.filter(id=carl.id).update(
                    tags=given, tag_keys=given if len(given) > 1 else []
                )

    def test_a_claim_writes_a_row_without_tags_and_leaves_those_that_are_there(self, shop):
        first, second = generate(shop, 2), generate(shop, 2)
        claim(shop, first, "+966501112222")
        with shop.open():
            row = MerchantCustomer.objects.get()
        assert carried(shop, row) == []
        put(shop, row, VIP)

        claim(shop, second, "+966501112222", now=NOW + DAY)

        assert carried(shop, row) == [VIP]
        assert row.claims == 2
