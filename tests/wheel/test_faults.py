"""The database or the page fails around a spin or a claim: all of it or nothing, and the next press shows what there is."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError

from kernel import clock
from merchants import models as m
from merchants.services import claims
from messaging.consent.models import OptIn
from messaging.consent.services import consent
from storefront.services import claiming
from storefront.wheel.models import Spin
from storefront.wheel.services import spinning
from storefront.wheel.web import turning
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import PERSON, Browser, open_batch
from tests.wheel.conftest import BIRTHDAY, LOW


@pytest.fixture
def voucher(ada_site, mona):
    with wall(ada_site, "site"):
        return open_batch(mona, 5)


@pytest.fixture
def sure(ada_site, mona, voucher):
    """A wheel on which everybody wins."""
    with wall(ada_site, "site"):
        return factories.make_wheel(mona, ("RM5 Voucher", 1, voucher), ("Voucher too", 1, voucher))


def asked(merchant, key):
    return claiming.Request(
        phone="+966500000001", name="Carl", birthday=BIRTHDAY, language="en", source="in_store", batch_id=key,
        merchant_id=merchant.id, agreed_to=merchant,
    )  # fmt: skip


def spin(merchant, wheel, _batch):
    nobody = claims.Recognition(known=False)
    spinning.take(asked(merchant, wheel.id), known=nobody, device_token="d" * 43, chance=LOW, now=clock.now())


def take(merchant, _wheel, batch):
    nobody = claims.Recognition(known=False)
    claiming.take(asked(merchant, batch.id), known=nobody, device_token="d" * 43, now=clock.now())


def kept(site):
    """How many spins, taken coupons, customers and consents there are."""
    with wall(site, "site"):
        taken = m.Coupon.objects.filter(state="taken").count()
        return (Spin.objects.count(), taken, m.Customer.objects.count(), OptIn.objects.count())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("act", "whole"), [(spin, (1, 1, 1, 1)), (take, (0, 1, 1, 1))])
def test_a_consent_that_cannot_be_kept_takes_spin_and_coupon_back(
    ada_site, mona, voucher, sure, monkeypatch, act, whole, when
):
    record = consent.record_at_claim

    def breaks(**what):
        if when == "after":
            record(**what)
        raise OperationalError("the server closed the connection")

    with wall(ada_site, "visitor"):
        with monkeypatch.context() as patched:
            patched.setattr(consent, "record_at_claim", breaks)
            with pytest.raises(OperationalError):
                act(mona, sure, voucher)
    left = kept(ada_site)
    with wall(ada_site, "visitor"):
        act(mona, sure, voucher)

    assert left == (0, 0, 0, 0)
    assert kept(ada_site) == whole


def test_a_page_that_breaks_after_the_spin_shows_the_same_prize_at_the_next_press(ada_site, sure, monkeypatch):
    browser = Browser(raise_request_exception=False)
    turn = re.search(r'name="turn" value="([^"]+)"', browser.get("/s/mona/wheel").content.decode())[1]

    def breaks(*_args, **_kwargs):
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patched:
        patched.setattr(turning, "show", breaks)
        first = browser.post("/s/mona/wheel", {**PERSON, "turn": turn})
    second = browser.post("/s/mona/wheel", {**PERSON, "turn": turn})

    with wall(ada_site, "site"):
        (made,) = Spin.objects.select_related("coupon")
    assert first.status_code == 500
    assert made.coupon.serial in browser.get(second["Location"] + "?shown=1").content.decode()
