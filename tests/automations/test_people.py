"""Everybody whom a preview counts, as a list: who gets it, why somebody does not, found, sorted out and exported."""

from __future__ import annotations

import csv
import datetime as dt
import re

import pytest

from kernel import clock
from merchants import models as m
from messaging.automations.models import Automation, Campaign
from messaging.automations.queries import recipients
from messaging.automations.services import previews
from messaging.consent.services import consent
from tests import cluster
from tests.factories import DAY
from tests.merchants.cast import browser
from tests.messaging.cast import connect, open_phone

NAMES = {"Will Get": "will_get", "No Optin": "no_optin", "Stopped One": "stopped", "Lives Abroad": "abroad",
         "Has Coupon": "has_coupon"}  # fmt: skip


@pytest.fixture
def phone(ada_site):
    connect(ada_site, countries=["SA"])
    return open_phone(ada_site)


@pytest.fixture
def world(phone):
    """A birthday automation and a campaign, and a customer for each outcome but one."""
    now = clock.now()
    today = clock.local_date(now, "Asia/Riyadh")
    with phone.at_site():
        batch = phone.batch(9, starts_at=now - DAY, claim_until=now + 60 * DAY, created_at=now)
        for number, name in enumerate(NAMES):
            to = f"+1202555010{number}" if name == "Lives Abroad" else f"+96650000007{number}"
            customer = phone.customer(name=name, phone=to, agrees=name != "No Optin")
            soon = today + dt.timedelta(days=number)
            m.Customer.objects.filter(id=customer.id).update(birth_month=soon.month, birth_day=soon.day)
        phone.taken(batch, customer)
        consent.opt_out_number(phone="+966500000072", source="keyword", now=now)
        Automation.objects.create(
            merchant=phone.shop.merchant, kind="birthday", state="on", batch=batch, changed_at=now, days_before=0
        )
        return Campaign.objects.create(merchant=phone.shop.merchant, name="Spring", batch=batch, created_at=now)


def rows(client, path, **asked):
    """Names and phones of the exported list, with what is said of each."""
    export = client.get(f"/merchant/automations/{path}people/", {"export": "csv", **asked})
    lines = list(csv.reader(b"".join(export).decode("utf-8-sig").splitlines()))[1:]
    return {name: rest for name, *rest in lines}


@pytest.mark.parametrize("kind", ["birthday", "campaign"])
def test_everybody_is_listed_with_phone_and_reason_and_the_preview_leads_there(phone, world, kind):
    path = f"campaigns/{world.id}/" if kind == "campaign" else "birthday/"
    client = browser(phone.shop)

    listed = rows(client, path)
    page = client.get(f"/merchant/automations/{path}").content.decode()
    shown = client.get(f"/merchant/automations/{path}people/").content.decode()

    assert set(listed) == set(NAMES)
    assert listed["Will Get"][0].replace(" ", "").lstrip("'") == "+966500000070"
    assert [listed[name][1] for name in NAMES] == [
        "Will get it", "Did not agree to messages", "Stopped messages",
        "Has a number of a country that WhatsApp is not sent to", "Has a coupon of this batch",
    ]  # fmt: skip
    assert f'href="/merchant/automations/{path}people/"' in page
    assert all(name in shown for name in NAMES)


def test_it_is_searched_filtered_and_paged(phone, world):
    client = browser(phone.shop)

    assert set(rows(client, "birthday/", q="stopped")) == {"Stopped One"}
    assert set(rows(client, "birthday/", q="+966500000071")) == {"No Optin"}
    assert set(rows(client, "birthday/", outcome="will_get")) == {"Will Get"}
    with phone.at_site():
        for number in range(30):
            customer = phone.customer(name=f"Many {number:02}")
            m.MerchantCustomer.objects.filter(customer=customer).update(claims=1)
    page = client.get(f"/merchant/automations/campaigns/{world.id}/people/").content.decode()
    assert (
        len(set(re.findall(r"Many \d\d", page))) == 23
    )  # the first page, in order of names, after Has Coupon and Lives Abroad


def test_the_list_and_the_figures_of_the_preview_are_the_same_people(phone, world):
    now = clock.now()
    with phone.at_site():
        figures = previews.of_campaign(world, world.wanted, phone.shop.merchant, now=now).now
        counted = recipients.told(
            recipients.judged(
                recipients.segment(world, phone.shop.merchant, world.wanted, now=now),
                world,
                batch=world.batch,
                sends_to=["SA"],
            )
        )
        at_site = sorted(counted.values_list("customer__name", "outcome"))
    with phone.shop.open():
        people = previews.people_of_campaign(world, phone.shop.merchant, now=now)
        at_merchant = sorted(people.values_list("customer__name", "outcome"))

    assert at_site == at_merchant == sorted(NAMES.items())
    for reason in set(NAMES.values()):
        assert getattr(figures, reason) == [outcome for _name, outcome in at_merchant].count(reason)


@pytest.mark.parametrize("kind", ["birthday", "recall", "festival", "reminder"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_kind_has_one_in_both_languages_and_nobody_sees_anothers(phone, world, kind, language):
    other = open_phone(cluster.site("ada"), brand="Sam's")
    headers = {"accept-language": language, "host": phone.shop.host}

    answers = [
        browser(one.shop).get(f"/merchant/automations/{kind}/people/", headers=headers) for one in (phone, other)
    ]
    foreign = browser(other.shop).get(f"/merchant/automations/campaigns/{world.id}/people/")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not any(name in answers[1].content.decode() for name in NAMES)
    assert foreign.status_code == 404
