"""Which of WhatsApp's texts goes out: the chosen one, only if it is approved, and a festival's with its name."""

from __future__ import annotations

import datetime as dt

import pytest

from merchants.models import Customer
from messaging import festivals
from messaging.automations.models import Automation, Campaign
from messaging.automations.segments import Segment
from messaging.automations.services import campaigns, showing, switching, trying, wordings
from messaging.automations.services.campaigns import Plan
from messaging.choices import TEXTS_OF, Trigger
from messaging.meta import texts
from messaging.meta.choices import Purpose
from messaging.meta.models import MessageTemplate
from messaging.models import Message
from messaging.services import sending
from tenants.queries import sites
from tenants.walls import wall
from tests.automations.cast import automation, born, campaign, run, work
from tests.factories import NOW
from tests.messaging.cast import Clock
from tests.standins import whatsapp, whatsapp_process

__all__ = ["whatsapp", "whatsapp_process"]
TO = "+966500000077"
RAMADAN = dt.datetime(2026, 2, 18, 9, tzinfo=dt.UTC)
OLD = "{{1}} {{2}} {{3}} {{4}}"


def approval(status, **which):
    with wall(sites.console(), "master"):
        MessageTemplate.objects.filter(**which).update(status=status)


def bodies(language, body):
    with wall(sites.console(), "master"):
        MessageTemplate.objects.filter(purpose="festival", language=language).update(body=body)


@pytest.fixture
def sent(phone, whatsapp, plain_pictures):
    """What arrives at the phone: the template's name and what stands in its places."""
    whatsapp.add_site(phone.shop.site)
    with wall(phone.shop.site, "site"):
        known = MessageTemplate.objects.filter(purpose="festival").values_list("name", flat=True).first()
    components = [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}},
        {"type": "BODY", "text": "{{1}} {{2}} {{3}} {{4}} {{5}}.", "example": {"body_text": [list("abcde")]}},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open", "url": "https://x.example/c/{{1}}",
                                         "example": ["https://x.example/c/x"]}]},
    ]  # fmt: skip

    def run_and_look(now=NOW, *, named=True):
        if named:
            whatsapp.control("templates", templates=[
                {"name": known, "language": code, "category": "MARKETING", "components": components}
                for code in ("en", "ar")])  # fmt: skip
        clock = Clock()
        clock.now = now
        sending.run(clock.tools())
        found = []
        for got in whatsapp.messages(TO):
            template = got["body"]["template"]
            (said,) = (part for part in template["components"] if part["type"] == "body")
            found.append((template["name"], [one["text"] for one in said["parameters"]]))
        return found

    return run_and_look


@pytest.mark.parametrize("purpose", ["", *TEXTS_OF[Trigger.CAMPAIGN]])
def test_a_campaign_goes_out_with_its_chosen_text(phone, sent, purpose):
    campaign(phone, purpose=purpose)
    phone.customer(phone=TO)
    work()

    ((name, said),) = sent(named=False)

    assert name == f"{purpose or 'campaign'}_s{phone.shop.site.number}"
    assert len(said) == 4


@pytest.mark.parametrize("kind", ["birthday", "recall"])
def test_an_automation_too(phone, sent, kind):
    chosen = TEXTS_OF[Trigger(kind)][1]
    automation(phone, kind, purpose=chosen, **({"days": 1} if kind == "recall" else {}))
    born(phone, 3, 1, phone=TO)
    run(NOW + dt.timedelta(days=2) if kind == "recall" else NOW)

    ((name, _said),) = sent(NOW + dt.timedelta(days=2) if kind == "recall" else NOW, named=False)

    assert name.startswith(chosen)


@pytest.mark.parametrize(("language", "name"), [("en", "Ramadan"), ("ar", "حلول شهر رمضان المبارك")])
def test_a_festival_is_named_in_the_customers_language(phone, sent, language, name):
    bodies(language, texts.text_of(Purpose.FESTIVAL, language).body)
    automation(phone, "festival", batch=phone.batch(starts_at=RAMADAN - dt.timedelta(days=9)))
    Customer.objects.filter(id=phone.customer(phone=TO).id).update(language=language)
    run(RAMADAN)

    ((_name, said),) = sent(RAMADAN)

    assert Message.objects.get().festival == "ramadan"
    assert said[2] == name
    assert len(said) == 5


def test_while_an_older_text_is_the_approved_one_it_gets_what_it_has_places_for(phone, sent):
    bodies("en", OLD)
    automation(phone, "festival", batch=phone.batch(starts_at=RAMADAN - dt.timedelta(days=9)))
    phone.customer(phone=TO)
    run(RAMADAN)

    ((_name, said),) = sent(RAMADAN, named=False)

    assert len(said) == 4
    assert "Ramadan" not in said


def test_a_test_names_the_festival_that_comes_next(phone, sent):
    bodies("en", texts.text_of(Purpose.FESTIVAL, "en").body)
    row = automation(phone, "festival")
    trying.send_test(
        merchant=phone.shop.merchant, purpose=Purpose.FESTIVAL, language="en", batch_id=row.batch_id, phone=TO,
        actor=phone.shop.owner, now=NOW, festival="new_year",
    )  # fmt: skip

    ((_name, said),) = sent()

    assert said[2] == "the New Year"


@pytest.mark.parametrize("festival", festivals.FESTIVALS, ids=lambda one: one.code)
def test_every_festival_reads_well_in_its_greeting(festival):
    assert not festival.wish("en").endswith("begins")
    assert festival.wish("ar") != ""
    body = texts.text_of(Purpose.FESTIVAL, "en").body
    said = texts.filled(Purpose.FESTIVAL, body, {**texts.EXAMPLES["en"], "festival": festival.wish("en")})
    assert f"warm wishes for {festival.wish('en')}, and a gift" in said


class TestChoosing:
    def plan(self, phone, purpose):
        return Plan(name="Spring", segment=Segment(), batch_id=phone.batch().id, scheduled_at=None, purpose=purpose)

    def test_only_approved_ones_of_its_kind_are_offered(self, phone):
        approval("PENDING", purpose="campaign_days")
        approval("PAUSED", purpose="campaign_thanks", language="ar")

        assert wordings.to_choose(Trigger.CAMPAIGN, kept="") == [Purpose.CAMPAIGN, Purpose.CAMPAIGN_THANKS]

    def test_what_it_has_stays_to_be_chosen(self, phone):
        approval("REJECTED", purpose="campaign_days")

        assert Purpose.CAMPAIGN_DAYS in wordings.to_choose(Trigger.CAMPAIGN, kept="campaign_days")

    @pytest.mark.parametrize("purpose", ["campaign_days", "birthday", "coupon", "nonsense"])
    def test_what_is_not_approved_or_of_another_kind_is_refused(self, phone, purpose):
        approval("PENDING", purpose="campaign_days")

        with pytest.raises(wordings.BadText):
            campaigns.save(
                merchant=phone.shop.merchant, plan=self.plan(phone, purpose), actor=phone.shop.owner, now=NOW
            )
        assert not Campaign.objects.exists()

    def test_a_campaign_keeps_it_and_its_copy_too(self, phone):
        act = {"merchant": phone.shop.merchant, "actor": phone.shop.owner, "now": NOW}
        draft = campaigns.save(plan=self.plan(phone, "campaign_days"), **act)

        assert draft.purpose == campaigns.copy(campaign_id=draft.id, **act).purpose == "campaign_days"

    def test_an_automation_keeps_it(self, phone):
        setting = switching.Setting(on=True, batch_id=phone.batch().id, days_before=1, purpose="birthday_treat")
        switching.edit(merchant=phone.shop.merchant, kind="birthday", setting=setting, actor=phone.shop.owner, now=NOW)

        assert Automation.objects.get().purpose == "birthday_treat"

    def test_one_whose_chosen_text_is_lost_pauses_though_another_is_approved(self, phone):
        row = automation(phone, purpose="birthday_treat")
        born(phone, 3, 1)
        approval("REJECTED", purpose="birthday_treat")

        run()

        row.refresh_from_db()
        assert (row.state, row.pause_reason) == ("paused", "template")
        approval("APPROVED", purpose="birthday_treat")
        assert run().sent == 1

    def test_the_words_are_shown_with_the_merchants_name(self, phone):
        said = showing.example(Purpose.CAMPAIGN_THANKS, "en", phone.shop.merchant)

        assert phone.shop.merchant.name("en") in said
        assert "{{" not in said
