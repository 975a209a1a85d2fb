"""The screens: overview, one kind, festivals, campaigns, test; and that one sees only one's own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import translation
from django.utils.formats import date_format

from credits.services import holds
from kernel import clock
from kernel.ids import uuid7
from merchants import models as m
from messaging import festivals
from messaging.automations.models import Automation, Campaign
from messaging.consent.services import consent
from messaging.meta.models import MessageTemplate
from messaging.models import Message
from tenants.queries import sites
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import DAY
from tests.merchants.cast import browser
from tests.messaging.cast import connect, open_phone

ON = {"on": "on", "daily_cap": "200", "quiet_from": "21", "quiet_to": "9"}


@pytest.fixture
def phone(ada_site):
    """Mona's shop on the real clock, at no level: the pages open their own."""
    connect(ada_site)
    return open_phone(ada_site)


@pytest.fixture
def batch(phone):
    return make_batch(phone, claim_until=dt.datetime(2032, 1, 1, tzinfo=dt.UTC))


def make_batch(phone, quantity=20, **fields):
    now = clock.now()
    with phone.at_site():
        return phone.batch(
            quantity, **{"title_en": "Cake for you", "starts_at": now - DAY, "claim_until": now + 60 * DAY, **fields}
        )


def born(phone, day: dt.date, name="Carl Customer", **fields):
    with phone.at_site():
        customer = phone.customer(name=name, **fields)
        m.Customer.objects.filter(id=customer.id).update(birth_month=day.month, birth_day=day.day)
        return customer


def text(answer):
    return answer.content.decode()


def test_the_overview_has_a_card_for_each_kind_and_the_wallets_own_name(phone):
    page = text(browser(phone.shop).get("/merchant/automations/"))

    for word in ("Birthday", "Come back", "Festivals", "Reminder before expiry", "Campaigns"):
        assert word in page
    assert "WhatsApp BI Credits Remaining" in page
    assert "WhatsApp is off" not in page


def test_a_site_without_a_number_says_so(ada_site):
    shop = open_phone(ada_site).shop

    assert "WhatsApp is off on this site" in text(browser(shop).get("/merchant/automations/"))


def test_temporary_merchants_are_told_where_automations_are(phone):
    with phone.at_site():
        m.Merchant.objects.update(plan="temporary")
    client = browser(phone.shop)

    page = text(client.get("/merchant/automations/"))
    refused = client.post("/merchant/automations/reminder/", {**ON, "days": "3"})

    assert "Part of the annual plan" in page
    assert 'btn-primary" href="/merchant/automations/campaigns/new/"' not in page
    assert refused.status_code == 422
    assert "Automations are part of the annual plan" in text(refused)
    with phone.at_site():
        assert not Automation.objects.exists()


def test_a_preview_shows_who_gets_it_and_saves_nothing(phone, batch):
    today = clock.local_date(clock.now(), "Asia/Riyadh")
    born(phone, today + dt.timedelta(days=5), "Nora Soon")
    born(phone, today, "Carl Now")
    born(phone, today, "Never Asked", agrees=False)
    client = browser(phone.shop)

    answer = client.post(
        "/merchant/automations/birthday/", {**ON, "act": "preview", "batch": str(batch.id), "days_before": "0"}
    )
    page = text(answer)

    assert answer.status_code == 200
    assert "Nora Soon" in page
    assert "Carl Now" in page
    assert "Never Asked" not in page
    figures = [int(part.split("</dd>")[0]) for part in page.split('<dd class="num text-2xl font-semibold">')[1:5]]
    assert figures == [1, 2, 2, 10]
    with phone.at_site():
        assert not Automation.objects.exists()


def test_switching_on_saving_pausing_and_resuming(phone, batch):
    client = browser(phone.shop)
    said = {**ON, "batch": str(batch.id), "days_before": "3", "days_after": ""}

    saved = client.post("/merchant/automations/birthday/", said)
    with phone.at_site():
        first = Automation.objects.get()
    client.post("/merchant/automations/birthday/pause/")
    with phone.at_site():
        paused = Automation.objects.get()
    again = client.post("/merchant/automations/birthday/", {**said, "days_before": "4"}, follow=True)
    with phone.at_site():
        still = Automation.objects.get()
    client.post("/merchant/automations/birthday/resume/")

    assert saved["Location"] == "/merchant/automations/"
    assert (first.state, first.days_before, first.days_after, first.batch_id) == ("on", 3, None, batch.id)
    assert (paused.state, paused.pause_reason) == ("paused", "by_hand")
    assert (still.state, still.pause_reason, still.days_before) == ("paused", "by_hand", 4)
    assert "still paused" in text(again)
    with phone.at_site():
        assert Automation.objects.get().state == "on"
    assert "4 days before" in text(client.get("/merchant/automations/"))


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("birthday", {"days_before": "3"}, "Choose the batch"),
        ("birthday", {"days_before": "", "days_after": "", "batch": "own"}, "Say how many days before or after"),
        ("birthday", {"days_before": "61", "batch": "own"}, "60"),
        ("recall", {"batch": "own", "days": ""}, "required"),
        ("festival", {"batch": "own", "days_before": "0"}, "Switch at least one festival on"),
        ("recall", {"batch": "foreign", "days": "30"}, "Select a valid choice"),
        ("recall", {"batch": "own", "days": "30", "daily_cap": "0"}, "greater than or equal to 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field(phone, batch, kind, said, words):
    with phone.at_site():
        foreign = factories.make_batch(factories.make_merchant(), claim_until=clock.now() + DAY)
    said = {**ON, **said}
    said["batch"] = {"own": str(batch.id), "foreign": str(foreign.id)}.get(said.get("batch", ""), "")

    answer = browser(phone.shop).post(f"/merchant/automations/{kind}/", said)

    assert answer.status_code == 422
    assert words in text(answer)
    with phone.at_site():
        assert not Automation.objects.exists()


def test_another_batch_lets_go_on_what_ran_out_of_coupons_and_the_switch_ends_any_pause(phone, batch):
    client = browser(phone.shop)
    said = {**ON, "batch": str(batch.id), "days_before": "3"}
    client.post("/merchant/automations/birthday/", said)
    found = []
    for reason, changed in (("no_coupons", {}), ("not_drawn", {}), ("no_credits", {}), ("by_hand", {"on": ""})):
        with phone.at_site():
            Automation.objects.update(state="paused", pause_reason=reason)
        client.post("/merchant/automations/birthday/", {**said, **changed} if not changed else
                    {key: value for key, value in said.items() if key != "on"})  # fmt: skip
        with phone.at_site():
            found.append(Automation.objects.get().state)

    assert found == ["on", "on", "paused", "off"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This batch ends on {}, before anybody is greeted: choose another."), ("ar", "{}، قبل أن يُهنّأ أحد")],
)
def test_a_batch_that_ends_before_the_festival_is_refused_and_the_preview_says_why(phone, language, words):
    today = clock.local_date(clock.now(), "Asia/Riyadh")
    code, day = next(
        (one.festival.code, one.day)
        for one in festivals.occurrences("SA", start=today + 20 * DAY, end=today + 400 * DAY)
    )
    ends = day - 8 * DAY
    short = make_batch(phone, claim_until=clock.end_of_day(ends, "Asia/Riyadh"))
    born(phone, today)
    client = browser(phone.shop)
    client.cookies["language"] = language
    said = {**ON, "batch": str(short.id), "days_before": "7", "festivals": [code]}
    with translation.override(language):
        words = words.format(date_format(ends, "j F Y"))

    preview = client.post("/merchant/automations/festival/", {**said, "act": "preview"})
    refused = client.post("/merchant/automations/festival/", said)
    on_time = client.post("/merchant/automations/festival/", {**said, "days_before": "8"})

    assert words in text(preview)
    assert preview.status_code == 200
    assert refused.status_code == 422
    assert words in str(refused.context["form"].errors["batch"])
    assert refused.context["preview"].ends == ends, "the preview is of what was refused"
    assert on_time.status_code == 302
    with phone.at_site():
        assert Automation.objects.get().days_before == 8


def test_a_batch_that_ends_before_the_festival_may_be_saved_switched_off(phone):
    today = clock.local_date(clock.now(), "Asia/Riyadh")
    far = festivals.occurrences("SA", start=today + 20 * DAY, end=today + 400 * DAY)[0]
    short = make_batch(phone, claim_until=clock.end_of_day(far.day - 9 * DAY, "Asia/Riyadh"))
    said = {**ON, "batch": str(short.id), "days_before": "7", "festivals": [far.festival.code]}
    del said["on"]

    assert browser(phone.shop).post("/merchant/automations/festival/", said).status_code == 302


def test_the_festival_page_shows_twelve_months_of_the_merchants_country(phone, batch):
    client = browser(phone.shop)

    page = text(client.get("/merchant/automations/festival/"))
    client.post(
        "/merchant/automations/festival/",
        {**ON, "batch": str(batch.id), "days_before": "1", "festivals": ["eid_al_fitr", "national_day_sa"]},
    )
    after = text(client.get("/merchant/automations/festival/"))

    for name in ("Eid al-Fitr", "Ramadan begins", "Saudi National Day", "New Year"):
        assert name in page
    assert "Malaysia Day" not in page
    assert "may shift by a day" in page
    with phone.at_site():
        assert Automation.objects.get().festivals == ["eid_al_fitr", "national_day_sa"]
    assert after.count("checked") == 3  # the two, and that it is on


def test_a_test_goes_to_a_typed_number_for_one_bi_credit_and_gives_no_coupon(phone, batch):
    client = browser(phone.shop)

    answer = client.post(
        "/merchant/automations/birthday/test/",
        {"phone_country": "SA", "phone_number": "0500000009", "batch": str(batch.id), "language": "en"},
    )

    assert answer.status_code == 302, text(answer)[:3000]
    with phone.at_site():
        message = Message.objects.get()
        assert (message.trigger, message.type, message.coupon_id, message.customer_id) == ("test", "wa_bi", None, None)
        assert phone.wallet("wa_bi") == (10, 9)


def test_a_test_to_a_number_that_said_stop_looks_like_any_other(phone, batch):
    with phone.at_site():
        consent.opt_out_number(phone="+966500000009", source="keyword", now=clock.now())
    client = browser(phone.shop)

    def send(number):
        said = {"phone_country": "SA", "phone_number": number, "batch": str(batch.id), "language": "en"}
        answer = client.post("/merchant/automations/recall/test/", said)
        shown = text(client.get(answer["Location"])) if answer.status_code == 302 else text(answer)
        return answer.status_code, answer.headers.get("Location"), "on its way" in shown, "Not enough credits" in shown

    assert send("0500000009") == send("0500000008") == (302, "/merchant/automations/recall/", True, False)
    with phone.at_site():
        assert Message.objects.count() == 1
        holds.hold(hold_id=uuid7(), merchant_id=phone.merchant_id, unit="wa_bi", amount=9, now=clock.now())
    assert send("0500000009") == send("0500000008")
    assert send("0500000008")[3]


def test_a_campaigns_beginning_is_shown_by_the_clock_in_which_it_was_typed(phone, batch):
    with phone.at_site():
        m.Merchant.objects.update(time_zone="Asia/Kuala_Lumpur")
        one = Campaign.objects.create(
            merchant=phone.shop.merchant, name="Spring", batch=batch, state="scheduled", created_at=clock.now(),
            scheduled_at=dt.datetime(2031, 5, 1, 2, 0, tzinfo=dt.UTC),
        )  # fmt: skip
    client = browser(phone.shop)

    for path in ("", f"{one.id}/"):
        assert "1 May 2031, 10:00" in text(client.get(f"/merchant/automations/campaigns/{path}"))


def test_another_merchant_sees_none_of_it(phone, batch):
    other = open_phone(cluster.site("ada"), brand="Sam's")
    with phone.at_site():
        one = Campaign.objects.create(
            merchant=phone.shop.merchant, name="Secret spring", batch=batch, created_at=clock.now()
        )
    client = browser(other.shop)

    assert "Secret spring" not in text(client.get("/merchant/automations/"))
    assert "Secret spring" not in text(client.get("/merchant/automations/campaigns/"))
    assert client.get(f"/merchant/automations/campaigns/{one.id}/").status_code == 404
    assert client.post(f"/merchant/automations/campaigns/{one.id}/schedule/").status_code == 404


def test_pages_cost_as_many_queries_for_many_customers_as_for_few(phone, batch, django_assert_max_num_queries):
    client = browser(phone.shop)
    today = clock.local_date(clock.now(), "Asia/Riyadh")
    client.post("/merchant/automations/birthday/", {**ON, "batch": str(batch.id), "days_before": "3"})
    born(phone, today)
    for path in ("", "birthday/", "festival/"):
        client.get(f"/merchant/automations/{path}")
        cache.clear()  # each counts the day's people itself, however long the machine took in between
        with django_assert_max_num_queries(40) as few:
            client.get(f"/merchant/automations/{path}")
        for _ in range(15):
            born(phone, today)
        cache.clear()
        with django_assert_max_num_queries(40) as many:
            client.get(f"/merchant/automations/{path}")
        assert len(many) <= len(few) + 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_opens_in_both_languages(phone, batch, language):
    client = browser(phone.shop)
    headers = {"accept-language": language, "host": phone.shop.host}
    with phone.at_site():
        for state in ("draft", "running", "paused", "done"):
            Campaign.objects.create(
                merchant=phone.shop.merchant, name=f"One {state}", batch=batch, state=state, created_at=clock.now(),
                scheduled_at=clock.now(), pause_reason="no_credits" if state == "paused" else "",
                segment={"cities": ["riyadh"], "claimed": str(batch.id), "language": "ar", "away_for": 30},
            )  # fmt: skip
        ids = list(Campaign.objects.values_list("id", flat=True))
        m.Batch.objects.update(title_ar="كيك لك")
    paths = ["", "birthday/", "recall/", "festival/", "reminder/", "campaigns/", "campaigns/new/", "festival/test/"]
    paths += [f"campaigns/{ids[0]}/{act}/" for act in ("edit", "test")]
    for path in [*paths, *(f"campaigns/{key}/" for key in ids)]:
        assert client.get(f"/merchant/automations/{path}", headers=headers).status_code == 200, path
    page = text(client.get(f"/merchant/automations/campaigns/{ids[0]}/", headers=headers))
    assert ("كيك لك</a>" in page, "Cake for you</a>" in page) == (language == "ar", language == "en")


CAMPAIGN = {"name": "Spring", "daily_cap": "50", "quiet_from": "21", "quiet_to": "9"}
NEW = "/merchant/automations/campaigns/new/"


@pytest.fixture
def our_words(phone):
    """Meta has the texts as we want them."""
    with wall(sites.console(), "master"):
        MessageTemplate.objects.update(body="")


@pytest.mark.usefixtures("our_words")
def test_the_texts_to_choose_among_are_shown_and_the_chosen_one_in_both_languages(phone, batch):
    client = browser(phone.shop)

    form = text(client.get(NEW))
    page = client.post(NEW, {**CAMPAIGN, "batch": str(batch.id), "purpose": "campaign_thanks"})["Location"]
    shown = text(client.get(page))
    again = text(client.get(f"{page}edit/"))

    for words in ("Something new", "thank you for your visits to", "for a few days only"):
        assert words in form
    assert 'value="campaign" checked' in form
    assert "Thank you for your visits" in again
    assert 'value="campaign_thanks" checked' in again
    assert "thank you for your visits to" in shown
    assert "شكرًا لزياراتك" in shown
    with phone.at_site():
        assert Campaign.objects.get().purpose == "campaign_thanks"


@pytest.mark.parametrize(("kind", "offers"), [("birthday", 2), ("recall", 2), ("festival", 0), ("reminder", 0)])
def test_each_kind_offers_the_texts_that_it_has(phone, kind, offers):
    page = text(browser(phone.shop).get(f"/merchant/automations/{kind}/"))

    assert page.count('name="purpose"') == offers
    assert ("What it says" in page) == bool(offers)


@pytest.mark.usefixtures("our_words")
def test_the_festivals_name_stands_in_the_words_that_are_shown(phone):
    page = text(browser(phone.shop).get("/merchant/automations/festival/"))

    assert "warm wishes for Eid al-" in page
    assert "بمناسبة عيد ال" in page
