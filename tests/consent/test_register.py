"""Agreeing, withdrawing, stopping, resuming: what holds, and that history cannot be changed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from accounts.actors import system
from kernel import crypto
from kernel.errors import NotAllowed
from merchants import models as m
from messaging.consent import texts
from messaging.consent.models import OptIn, OptInEvent, Suppression
from messaging.consent.queries import register
from messaging.consent.services import consent
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW

JOB = system("test")


@pytest.fixture
def carl(ada_site, mona):
    with wall(ada_site, "site"):
        customer = factories.make_customer("+966500000001")
        m.MerchantCustomer.objects.create(merchant=mona, customer=customer, first_at=NOW, last_at=NOW)
        return customer


def agree(merchant, customer, now=NOW):
    return consent.opt_in(
        merchant_id=merchant.id, customer_id=customer.id, text_version=texts.CURRENT, language="ar", source="centre",
        now=now, actor=JOB,
    )  # fmt: skip


def may(merchant, customer):
    return customer.id in register.may_write(merchant.id, [customer.id])


def test_agree_withdraw_agree_again_is_three_events_and_one_row(ada_site, mona, carl):
    with wall(ada_site, "site"):
        assert not may(mona, carl)
        agree(mona, carl)
        assert may(mona, carl)
        consent.withdraw(merchant_id=mona.id, customer_id=carl.id, source="customer", now=NOW + DAY, actor=JOB)
        assert not may(mona, carl)
        agree(mona, carl, NOW + 2 * DAY)

        assert may(mona, carl)
        assert OptIn.objects.count() == 1
        assert [event.state for event in register.list_history(OptIn.objects.get())] == ["given", "withdrawn", "given"]


def test_what_was_never_agreed_cannot_be_withdrawn(ada_site, mona, carl):
    with wall(ada_site, "site"), pytest.raises(consent.NothingToWithdraw):
        consent.withdraw(merchant_id=mona.id, customer_id=carl.id, source="staff", now=NOW, actor=JOB)


def test_staff_cannot_agree_for_anybody(ada_site, mona, carl):
    with wall(ada_site, "site"):
        owner = factories.member_actor(factories.make_member(mona), mona)
        with pytest.raises(NotAllowed):
            consent.opt_in(
                merchant_id=mona.id, customer_id=carl.id, text_version=texts.CURRENT, language="en", source="staff",
                now=NOW, actor=owner,
            )  # fmt: skip
    with wall(ada_site, "merchant", merchant=mona.id), pytest.raises(DatabaseError), transaction.atomic():
        OptIn.objects.create(
            merchant=mona, customer_id=carl.id, state="given", text_version="x", language="en", source="staff", at=NOW
        )


def test_a_stop_holds_for_every_merchant_and_is_one_however_often_it_is_said(ada_site, mona, carl):
    with wall(ada_site, "site"):
        sam = factories.make_merchant()
        for merchant in (mona, sam):
            agree(merchant, carl)

        said = [consent.opt_out_number(phone="+966500000001", source="keyword", now=NOW + n * DAY) for n in range(3)]

        assert said == [True, False, False]
        assert not may(mona, carl)
        assert not may(sam, carl)
        assert register.is_stopped(crypto.keyed_index("+966500000001", site_id=ada_site.id, field="phone"))


def test_a_stop_holds_on_its_own_site_only(ada_site, bob_site):
    for site in (ada_site, bob_site):
        with wall(site, "site"):
            if site is ada_site:
                consent.opt_out_number(phone="+966500000001", source="keyword", now=NOW)
            index = crypto.keyed_index("+966500000001", site_id=site.id, field="phone")
            assert register.is_stopped(index) is (site is ada_site)


@pytest.mark.parametrize(
    ("stopped_by", "resumed_by", "left"),
    [("keyword", "keyword", False), ("keyword", "customer", False), ("customer", "keyword", False),
     ("staff", "customer", False), ("meta", "keyword", True), ("meta", "customer", True), ("meta", "meta", False),
     ("keyword", "meta", True)],
)  # fmt: skip
def test_what_whatsapp_stopped_only_whatsapp_resumes(ada_site, stopped_by, resumed_by, left):
    with wall(ada_site, "site"):
        consent.opt_out_number(phone="+966500000001", source=stopped_by, now=NOW)
        consent.resume_number(phone="+966500000001", source=resumed_by, now=NOW + DAY)

        assert register.is_stopped(crypto.keyed_index("+966500000001", site_id=ada_site.id, field="phone")) is left


def test_stop_after_resume_stops_again_and_both_stand_in_the_history(ada_site, mona, carl):
    with wall(ada_site, "site"):
        agree(mona, carl)
        for moment in range(2):
            consent.opt_out_number(phone="+966500000001", source="keyword", now=NOW + moment * 10 * DAY)
            consent.resume_number(phone="+966500000001", source="keyword", now=NOW + (moment * 10 + 1) * DAY)
        consent.opt_out_number(phone="+966500000001", source="keyword", now=NOW + 30 * DAY)

        stops = register.list_stops(register.get_optin(OptIn.objects.get().id))
        assert [stop.resumed_at is None for stop in stops] == [True, False, False]
        assert not may(mona, carl)


def test_a_start_that_arrives_late_lifts_no_newer_stop(ada_site, mona, carl):
    with wall(ada_site, "site"):
        agree(mona, carl)
        consent.opt_out_number(phone="+966500000001", source="keyword", now=NOW + 2 * DAY)

        assert consent.resume_number(phone="+966500000001", source="keyword", now=NOW + DAY) == 0
        assert not may(mona, carl)
        assert consent.resume_number(phone="+966500000001", source="keyword", now=NOW + 3 * DAY) == 1
        assert may(mona, carl)


def test_a_stop_that_was_said_again_is_as_new_as_the_last_time(ada_site, mona, carl):
    with wall(ada_site, "site"):
        agree(mona, carl)
        for said in (NOW, NOW + 2 * DAY, NOW + DAY / 2):  # the last one arrives late
            consent.opt_out_number(phone="+966500000001", source="keyword", now=said)

        consent.resume_number(phone="+966500000001", source="keyword", now=NOW + DAY)

        assert not may(mona, carl)
        assert Suppression.objects.get().since == NOW


def test_a_hidden_number_is_stopped_and_resumed_by_its_index(ada_site, mona, carl):
    with wall(ada_site, "site"):
        agree(mona, carl)
        index = crypto.keyed_index("+966500000001", site_id=ada_site.id, field="phone")

        assert consent.opt_out_number(index=index, source="keyword", now=NOW)
        assert not may(mona, carl)
        assert consent.resume_number(index=index, source="keyword", now=NOW) == 1
        assert may(mona, carl)
        with pytest.raises(ValueError, match="number"):
            consent.opt_out_number(source="keyword", now=NOW)


def test_history_is_for_ever(ada_site, mona, carl):
    with wall(ada_site, "site"):
        agree(mona, carl)
        for act in (lambda: OptInEvent.objects.update(state="withdrawn"), lambda: OptInEvent.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()


def test_an_erased_customer_is_not_written_to(ada_site, mona, carl):
    with wall(ada_site, "site"):
        agree(mona, carl)
        m.Customer.objects.update(erased_at=NOW)

        assert not may(mona, carl)


def test_a_merchant_sees_stops_of_its_own_customers_only(ada_site, mona, carl):
    with wall(ada_site, "site"):
        consent.opt_out_number(phone="+966500000001", source="keyword", now=NOW)
        consent.opt_out_number(phone="+966500000002", source="keyword", now=NOW)
    with wall(ada_site, "merchant", merchant=mona.id):
        assert Suppression.objects.count() == 1


def test_every_version_ever_used_has_both_languages():
    for version in texts.TEXTS:
        for language in ("en", "ar"):
            said = texts.wording(version=version, merchant="Mona", sender="Ada", language=language)
            assert "Mona" in said
            assert "Ada" in said
    assert texts.CURRENT in texts.TEXTS


def test_a_stopped_customer_is_stopped_since_the_stop(ada_site, mona, carl):
    with wall(ada_site, "site"):
        agree(mona, carl)
        consent.opt_out_number(phone="+966500000001", source="keyword", now=NOW + DAY)
        consent.opt_out_number(phone="+966500000001", source="meta", now=NOW + 2 * DAY)
        stopped = register.list_optins().get()
        assert (stopped.shown, stopped.since, stopped.at) == (register.STOPPED, NOW + DAY, NOW)

        consent.resume_number(phone="+966500000001", source="keyword", now=NOW + 3 * DAY)
        consent.resume_number(phone="+966500000001", source="meta", now=NOW + 3 * DAY)
        assert register.list_optins().get().since == NOW
