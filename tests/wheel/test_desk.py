"""The merchant's side: making versions, switching, the log, the figures, and who may."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from kernel import clock
from kernel.errors import NotAllowed
from merchants import models as m
from merchants.errors import MerchantNotActive
from storefront.wheel import words
from storefront.wheel.models import Segment, Wheel, WheelVersion
from storefront.wheel.plans import BadWheel, SegmentPlan, WheelPlan
from storefront.wheel.queries import wheels
from storefront.wheel.services import wheels as service
from tenants.walls import wall
from tests import factories
from tests.cluster import HOSTS
from tests.factories import NOW
from tests.storefront.conftest import open_batch
from tests.wheel.conftest import HIGH, spin


@pytest.fixture
def voucher(ada_site, mona):
    with wall(ada_site, "site"):
        return open_batch(mona, 5)


@pytest.fixture
def member(ada_site, mona):
    with wall(ada_site, "site"):
        return factories.make_member(mona)


@pytest.fixture
def owner(ada_site, mona, member):
    return factories.member_actor(member, mona)


@pytest.fixture
def client(ada_site, member):
    client = Client(headers={"host": HOSTS["ada"]})
    with wall(ada_site, "site"):
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def plan(batch, **changes):
    made = WheelPlan((SegmentPlan("Voucher", "قسيمة", 30, batch.id), SegmentPlan("No Prize", "", 70, colour="rose")))
    return replace(made, **changes)


def save(site, merchant, owner, wanted, now=NOW):
    with wall(site, "merchant", merchant=merchant.id):
        return service.save(plan=wanted, actor=owner, now=now)


def test_saving_makes_a_version_and_leaves_the_one_before_as_it_was(ada_site, mona, voucher, owner):
    first = save(ada_site, mona, owner, plan(voucher))
    second = save(ada_site, mona, owner, plan(voucher, segments=plan(voucher).segments[:1] * 2))

    with wall(ada_site, "site"):
        assert (first.number, second.number) == (1, 2)
        assert list(Segment.objects.filter(version=first).order_by("position").values_list("label_en", "weight")) == [
            ("Voucher", 30), ("No Prize", 70),
        ]  # fmt: skip
        assert not Wheel.objects.get(merchant=mona).is_on
        assert AuditEvent.objects.filter(verb="wheel.version").count() == 2


def test_saving_what_is_there_makes_nothing_new(ada_site, mona, voucher, owner):
    first = save(ada_site, mona, owner, plan(voucher))
    assert save(ada_site, mona, owner, plan(voucher)).id == first.id


def test_what_cannot_be_turned_is_refused_where_it_is_wrong(ada_site, mona, voucher, owner):
    with wall(ada_site, "site"):
        foreign = open_batch(factories.make_merchant("Sam"))
        paper = open_batch(mona, print_quantity=5)
    good = plan(voucher).segments
    wrong = [
        (plan(voucher, segments=good[:1]), ""),
        (plan(voucher, segments=good * 7), ""),
        (plan(voucher, segments=(good[1], good[1])), ""),
        (plan(voucher, always_batch_id=voucher.id), "always"),
        (plan(voucher, always_batch_id=foreign.id), "always"),
        (plan(voucher, segments=(replace(good[0], batch_id=foreign.id), good[1], good[0])), 0),
        (plan(voucher, segments=(good[0], replace(good[0], batch_id=paper.id))), 1),
        (plan(voucher, segments=(good[0], replace(good[1], per_hour=3))), 1),
        (plan(voucher, segments=(good[0], replace(good[1], label_en="x" * 25))), 1),
        (plan(voucher, segments=(good[0], replace(good[1], weight=0))), 1),
        (plan(voucher, segments=(good[0], replace(good[1], colour="neon"))), 1),
    ]
    for wanted, place in wrong:
        with pytest.raises(BadWheel) as refused:
            save(ada_site, mona, owner, wanted)
        assert place in refused.value.errors
    with wall(ada_site, "site"):
        assert not WheelVersion.objects.exists()


def test_who_may_and_when(ada_site, mona, voucher, owner):
    cashier = replace(owner, roles=frozenset({"cashier"}))
    with wall(ada_site, "merchant", merchant=mona.id):
        with pytest.raises(service.NoWheel):
            service.switch(is_on=True, actor=owner, now=NOW)
        with pytest.raises(NotAllowed):
            service.save(plan=plan(voucher), actor=cashier, now=NOW)
        service.save(plan=plan(voucher), actor=owner, now=NOW)
        with pytest.raises(NotAllowed):
            service.switch(is_on=True, actor=cashier, now=NOW)
        assert service.switch(is_on=True, actor=owner, now=NOW).is_on
    with wall(ada_site, "site"):
        m.Merchant.objects.filter(id=mona.id).update(state="expired")
    with wall(ada_site, "merchant", merchant=mona.id):
        assert not service.switch(is_on=False, actor=owner, now=NOW).is_on
        with pytest.raises(MerchantNotActive):
            service.switch(is_on=True, actor=owner, now=NOW)


def test_changes_between_versions_are_said_in_words(ada_site, mona, voucher, owner):
    save(ada_site, mona, owner, plan(voucher))
    old = plan(voucher).segments
    tea = SegmentPlan("Tea", "شاي", 5, voucher.id, 4, "mint")
    save(ada_site, mona, owner, WheelPlan((tea, replace(old[0], weight=10, per_hour=2, colour="sky"))))
    with wall(ada_site, "site"):
        newer, older = wheels.versions(Wheel.objects.get(merchant=mona))
        said = words.changes(older, newer, "SAR")

    assert said == [
        "Removed: No Prize", "Added: Tea, weight 5", "Voucher: weight 10 instead of 30", "Voucher: at most 2 an hour",
        "Voucher: another colour",
    ]  # fmt: skip


def test_figures_set_what_was_expected_beside_what_was_drawn(ada_site, mona, voucher):
    with wall(ada_site, "site"):
        version = factories.make_wheel(mona, ("Voucher", 1, voucher), ("No Prize", 3))
    now = clock.now()
    spin(ada_site, mona, "+966500000001", now=now)
    for number in range(2, 5):
        spin(ada_site, mona, f"+96650000000{number}", now=now, chance=HIGH)
    with wall(ada_site, "merchant", merchant=mona.id):
        found = wheels.figures(version, now=now)

    assert (found.spins, found.wins, found.people, found.last_day) == (4, 1, 4, 4)
    assert [(row.share, row.drawn, row.expected) for row in found.rows] == [(25.0, 1, 1.0), (75.0, 3, 3.0)]


def test_of_many_spins_the_draws_are_read_once_a_minute(ada_site, mona, voucher, monkeypatch):
    monkeypatch.setattr(wheels, "MANY", 0)
    with wall(ada_site, "site"):
        version = factories.make_wheel(mona, ("Voucher", 1, voucher), ("No Prize", 3))
    now = clock.now()
    spin(ada_site, mona, "+966500000001", now=now)

    def read():
        with wall(ada_site, "merchant", merchant=mona.id), CaptureQueriesContext(connection) as queries:
            found = wheels.figures(version, now=now)
        return [row.expected for row in found.rows], sum("jsonb_array_elements" in one["sql"] for one in queries)

    assert read() == ([0.25, 0.75], 1)
    assert read() == ([0.25, 0.75], 0)



def test_pages_of_the_desk(ada_site, mona, voucher, client):
    assert "No wheel yet" in client.get("/merchant/wheel/").content.decode()
    rows = {
        "rows-TOTAL_FORMS": "3", "rows-INITIAL_FORMS": "0", "always": "",
        "rows-0-label_en": "Voucher", "rows-0-batch": str(voucher.id), "rows-0-weight": "30", "rows-0-colour": "teal", "rows-0-ORDER": "2",
        "rows-1-label_en": "No Prize", "rows-1-weight": "70", "rows-1-colour": "rose", "rows-1-ORDER": "1",
        "rows-2-label_en": "Gone", "rows-2-weight": "1", "rows-2-colour": "sky", "rows-2-DELETE": "on",
    }  # fmt: skip
    bad = client.post("/merchant/wheel/edit/", {**rows, "rows-0-batch": ""})
    assert bad.status_code == 422
    assert "Nothing can be won on this wheel" in bad.content.decode()
    assert client.post("/merchant/wheel/edit/", rows)["Location"] == "/merchant/wheel/"
    with wall(ada_site, "site"):
        assert list(Segment.objects.order_by("position").values_list("label_en", flat=True)) == ["No Prize", "Voucher"]
    preview = client.post("/merchant/wheel/preview/", {**rows, "rows-0-label_en": "Changed"}).content.decode()
    assert "Changed" in preview
    assert "Gone" not in preview
    client.post("/merchant/wheel/switch/", {"on": "1"})
    now = clock.now()
    spin(ada_site, mona, now=now, chance=HIGH)
    spin(ada_site, mona, "+966500000002", now=now, name="Nobody")

    page = client.get("/merchant/wheel/").content.decode()
    log = client.get("/merchant/wheel/spins/").content.decode()
    sheet = b"".join(client.get("/merchant/wheel/spins/?export=csv").streaming_content).decode()
    for text in ("Runs", "30.0%", "Voucher"):
        assert text in page
    assert "30.0%" in client.get("/merchant/wheel/", headers={"accept-language": "ar"}).content.decode()
    assert "Carl" in log  # won, so is a customer of this merchant
    assert "Nobody" not in log  # drew nothing
    for text in (log, sheet):
        assert "500000001" not in text
    assert "Version 1" in client.get("/merchant/wheel/versions/").content.decode()
    assert "No Prize" in client.get("/merchant/wheel/spins/?outcome=no_prize").content.decode()


def test_batches_without_a_channel_come_first_in_the_editor(ada_site, mona, voucher, client):
    with wall(ada_site, "site"):
        own = open_batch(mona, on_centre=False, in_store=False, created_at=NOW - 10 * factories.DAY)
        open_batch(mona, print_quantity=5)
    with wall(ada_site, "merchant", merchant=mona.id):
        found = wheels.usable_batches(mona.id, now=clock.now())

    assert [batch.id for batch in found] == [own.id, voucher.id]
    assert f'value="{own.id}"' in client.get("/merchant/wheel/edit/").content.decode()


def test_the_overview_names_what_a_wheel_that_is_off_holds_back(ada_site, mona, voucher, owner, client):
    def page():
        return client.get("/merchant/wheel/").content.decode()

    save(ada_site, mona, owner, plan(voucher))
    assert "Held back" not in page()  # it never ran
    client.post("/merchant/wheel/switch/", {"on": "1"})
    assert "Held back" not in page()
    client.post("/merchant/wheel/switch/", {"on": "0"})
    assert "Held back while the wheel is off" in page()


def test_an_error_brings_the_rows_back_as_they_stood(ada_site, mona, voucher, client):
    rows = {"rows-TOTAL_FORMS": "4", "rows-INITIAL_FORMS": "0", "always": ""}
    for place, (label, order) in enumerate((("Third", "3"), ("First", "1"), ("Gone", ""), ("Second", "2"))):
        rows |= {f"rows-{place}-label_en": label, f"rows-{place}-ORDER": order, f"rows-{place}-weight": "",
                 f"rows-{place}-colour": "teal"}  # fmt: skip
    page = client.post("/merchant/wheel/edit/", {**rows, "rows-2-DELETE": "on"})

    assert page.status_code == 422
    found = re.findall(r'<li class="wheel-row" data-row( hidden)?>.*?</li>\s*(?=<li|</ol)', text_of(page), re.DOTALL)
    labels = re.findall(r'name="rows-\d-label_en" value="(\w+)"', text_of(page))
    assert labels == ["First", "Second", "Third", "Gone"]
    assert found == ["", "", "", " hidden"]
    assert re.findall(r'name="rows-(\d)-DELETE" data-row-delete checked', text_of(page)) == ["2"]


@pytest.mark.parametrize(
    "typed", [{"rows-0-label_en": "   ", "rows-0-label_ar": " \t "}, {"rows-0-ORDER": "9" * 5_000}, {"rows-0-ORDER": "²"}]
)
def test_the_preview_draws_whatever_is_typed(ada_site, mona, voucher, client, typed):
    rows = {
        "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0", "rows-0-label_en": "One", "rows-1-label_en": "Two",
    }  # fmt: skip
    for path in ("/merchant/wheel/preview/", "/merchant/wheel/edit/"):
        page = text_of(client.post(path, {**rows, "always": "", **typed}))
        assert page.count("<text") >= 4
        assert "Two" in page


def text_of(answer):
    return answer.content.decode()


def test_a_batch_that_ran_out_may_stay_on_the_wheel(ada_site, mona, voucher, owner):
    save(ada_site, mona, owner, plan(voucher))
    with wall(ada_site, "site"):
        m.Batch.objects.filter(id=voucher.id).update(state="expired")
    changed = plan(voucher, segments=(plan(voucher).segments[0], SegmentPlan("Try again", "", 5)))

    assert save(ada_site, mona, owner, changed).number == 2
