"""The words that go out: on the pages of automations and campaigns, and in a test message at the phone."""

from __future__ import annotations

import re

import pytest
from django.utils.formats import date_format

from kernel import clock
from kernel.limits import TooMany
from merchants.paper.defaults import default_layout
from merchants.paper.face import SAMPLE_SERIAL
from messaging.automations.services import trying
from messaging.choices import PURPOSE_OF, TYPE_OF, Trigger
from messaging.meta import texts
from messaging.meta.models import MessageTemplate
from messaging.models import Message
from messaging.services import composing, pictures, sending
from storefront.services import guard
from tenants.queries import sites
from tenants.walls import wall
from tests.automations.cast import campaign
from tests.factories import DAY, NOW
from tests.merchants.cast import browser
from tests.messaging.cast import Clock, connect, open_phone
from tests.standins import whatsapp, whatsapp_process
from tests.storefront.conftest import Browser

__all__ = ["whatsapp", "whatsapp_process"]
KINDS = ("birthday", "recall", "festival", "reminder")
TO = "+966500000009"


@pytest.fixture
def phone(ada_site):
    """Mona's shop on the real clock, at no level."""
    connect(ada_site)
    return open_phone(ada_site)


@pytest.fixture
def batch(phone):
    now = clock.now()
    with phone.at_site():
        return phone.batch(
            title_en="Cake for you", title_ar="كيك لك", starts_at=now - DAY, claim_until=now + 60 * DAY, created_at=now
        )


def bubbles(page):
    """The bubbles of a page, by language."""
    words = r'<div class="rounded-box[^>]*lang="(en|ar)"><p[^>]*>(.*?)</p>'
    return dict(re.findall(words, page.content.decode(), re.DOTALL))


def test_a_campaign_says_until_when_its_coupons_count_from_its_beginning_on(phone):
    now = clock.now()
    with phone.at_site():
        batch = phone.batch(starts_at=now - DAY, claim_until=now + 200 * DAY, use_days=10, created_at=now)
        one = campaign(phone, batch, state="draft", scheduled_at=now + 100 * DAY)
    client, path = browser(phone.shop), f"/merchant/automations/campaigns/{one.id}/"

    english = bubbles(client.get(path))["en"]
    client.post(f"{path}schedule/")
    may_try = client.get(path).content.decode()
    client.post(f"{path}cancel/")

    last = clock.local_date(now + 110 * DAY, phone.shop.merchant.time_zone)
    assert date_format(last, "j F Y") in english
    assert f"{path}test/" in may_try
    assert f"{path}test/" not in client.get(path).content.decode()


@pytest.mark.parametrize("kind", [*KINDS, "campaign"])
def test_a_page_shows_its_own_words_in_both_languages_with_the_batchs_coupon(phone, batch, kind):
    with phone.at_site():
        one = campaign(phone, batch, state="draft")
    with wall(sites.console(), "master"):
        MessageTemplate.objects.filter(language="ar").update(body="نص {{1}} {{2}} {{3}} {{4}}")
        MessageTemplate.objects.filter(language="en").update(status="PENDING")
    client, path = browser(phone.shop), f"campaigns/{one.id}" if kind == "campaign" else kind

    # With a batch that was typed and not saved yet.
    said = {"act": "preview", "on": "on", "batch": str(batch.id), "days": "3", "days_before": "2", "daily_cap": "9",
            "quiet_from": "21", "quiet_to": "9", "festivals": ["eid_al_fitr"]}  # fmt: skip
    page = (client.get if kind == "campaign" else client.post)(f"/merchant/automations/{path}/", said)

    shown, text = bubbles(page), page.content.decode()
    english = texts.text_of(PURPOSE_OF[Trigger(kind)], "en").body.split("{{1}}")[0]
    assert shown["en"].startswith(f"{english}Sara")
    assert all(word in shown["en"] for word in (phone.shop.merchant.brand_name, "Cake for you"))
    assert shown["ar"].startswith("نص سارة")
    assert "كيك لك" in shown["ar"]
    assert not re.search(r"\{\{\d", shown["en"] + shown["ar"])
    assert "data-face" in text
    assert "In review" in text
    assert f'href="/merchant/automations/{path}/test/"' in text


def test_without_a_batch_the_offer_is_an_example(phone):
    page = browser(phone.shop).get("/merchant/automations/birthday/")

    assert "Free cappuccino" in bubbles(page)["en"]
    assert "data-face" not in page.content.decode()


@pytest.mark.parametrize(("kind", "language"), [*((kind, "ar") for kind in KINDS), ("campaign", "en")])
def test_a_test_says_what_that_kind_says_in_the_chosen_language_and_leads_to_a_sample(
    whatsapp, phone, batch, monkeypatch, kind, language
):
    if kind != "campaign":  # one of them with its picture as it is
        monkeypatch.setattr(composing.pictures, "sheet", lambda *_what: pictures.Sheet(b"", default_layout(1000, 500)))
        monkeypatch.setattr(pictures.Drawing, "jpeg", lambda _drawing: b"\xff\xd8\xff a picture")
    whatsapp.connect()
    whatsapp.add_site(phone.shop.site)
    with phone.at_site():
        one = campaign(phone, batch, state="draft")
    path = f"campaigns/{one.id}" if kind == "campaign" else kind
    browser(phone.shop).post(
        f"/merchant/automations/{path}/test/",
        {"phone_country": "SA", "phone_number": "0500000009", "batch": str(batch.id), "language": language},
    )
    with phone.at_site():
        message = Message.objects.get()
        moment = Clock()
        moment.now = clock.now()
        sending.run(moment.tools(), seconds=0)

    (got,) = whatsapp.messages(TO)
    template = got["body"]["template"]
    assert (template["name"], template["language"]["code"]) == (f"{kind}_s{phone.shop.site.number}", language)
    assert ("Cake for you" if language == "en" else "كيك لك") in got["shown"]["body"]
    assert got["shown"]["buttons"][0]["url"].endswith(f"/c/{SAMPLE_SERIAL}")
    assert (message.trigger, message.type, message.purpose) == ("test", TYPE_OF[Trigger.TEST], kind)


@pytest.mark.parametrize(("language", "words"), [("en", "This is a sample"), ("ar", "هذه عيّنة")])
def test_the_sample_has_a_page_of_its_own_and_is_no_guess(ada_site, monkeypatch, language, words):
    monkeypatch.setattr(guard, "after_unknown", lambda **_what: pytest.fail("it was counted as a guess"))
    visitor = Browser(language=language)

    for path in (f"/c/{SAMPLE_SERIAL}", f"/C/{SAMPLE_SERIAL}", f"/c/{SAMPLE_SERIAL.lower()}"):
        page = visitor.get(path)
        assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex")
        assert words in page.content.decode()
        assert f"/c/{SAMPLE_SERIAL}/" not in page.content.decode()


@pytest.mark.parametrize(
    ("bucket", "most", "number"),
    [("automation.test", 20, lambda n: f"+96650000{n:04d}"), ("automation.test_to", 5, lambda _n: TO)],
)
def test_tests_are_limited_by_the_day_for_a_merchant_and_for_a_number(phone, batch, bucket, most, number):
    phone_of_shop = phone.shop
    with phone.at_site():
        phone.top_up(30)

    def send(n, now=NOW):
        with phone_of_shop.open():
            trying.send_test(
                merchant=phone_of_shop.merchant, purpose=PURPOSE_OF[Trigger.RECALL], language="en", batch_id=batch.id,
                phone=number(n), actor=phone_of_shop.owner, now=now,
            )  # fmt: skip

    for n in range(most):
        send(n)
    with pytest.raises(TooMany) as refused:
        send(most)
    send(most + 1, NOW + DAY / most)
    assert refused.value.verdict.bucket == bucket
