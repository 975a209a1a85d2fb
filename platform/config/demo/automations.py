"""The demo's consent and automations: most customers agreed, and Mona greets birthdays and asked her regulars once."""

from __future__ import annotations

import datetime as dt

from accounts.actors import Actor, system
from accounts.models import Membership
from config.demo.merchants import site_of
from kernel import clock
from kernel.handlers import handlers_of
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from merchants.models import Batch, CouponTemplate, Merchant, MerchantCustomer
from merchants.queries import templates as designs
from merchants.services import generation, templates
from merchants.services.plans import BatchPlan, end_of
from messaging.automations.models import Automation
from messaging.automations.segments import Segment
from messaging.automations.services import campaigning, campaigns, switching
from messaging.automations.services.campaigns import Plan
from messaging.automations.services.switching import Setting
from messaging.consent import texts
from messaging.consent.choices import Source
from messaging.consent.models import OptIn
from messaging.consent.services import consent
from messaging.meta.queries import senders
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import wall

BRAND = "Mona's Coffee"
JOB = system("demo")


def seed(now: dt.datetime) -> None:
    """Once for each merchant; a merchant whose register holds somebody is left alone."""
    for site in sites.list_sites():
        with wall(site, "site"):
            for shop in Merchant.objects.order_by("number"):
                if not OptIn.objects.filter(merchant=shop).exists():
                    _agree(shop)
    site = site_of("main")
    with wall(site, "site"):
        merchant = Merchant.objects.filter(brand_name=BRAND).first()
        if merchant is None or Automation.objects.filter(merchant=merchant).exists():
            return
        member = Membership.objects.select_related("user").get(merchant_id=merchant.id, role="owner")
    owner = Actor(
        "merchant", member.user.name, member.user_id, "merchant", frozenset({"owner"}), merchant_id=merchant.id
    )
    with wall(site, "merchant", merchant=merchant.id):
        _switch_on(site, merchant, owner, now)
    with wall(site, "site"):
        if senders.is_on():
            _send(now)


def _agree(merchant: Merchant) -> None:
    """Four customers of five ticked the box with their first coupon."""
    rows = MerchantCustomer.objects.filter(merchant=merchant).select_related("customer").order_by("first_at", "id")
    for number, row in enumerate(rows):
        if number % 5 != 3:
            consent.opt_in(
                merchant_id=merchant.id, customer_id=row.customer_id, text_version=texts.CURRENT,
                language=row.customer.language, source=Source.IN_STORE if number % 3 else Source.CENTRE,
                now=row.first_at, actor=JOB,
            )  # fmt: skip


def _switch_on(site: Site, merchant: Merchant, owner: Actor, now: dt.datetime) -> None:
    cake = _batch(
        site, merchant, owner, now, "A slice of cake on your day", "قطعة كيك في يومك", "Free cake", "كيك مجاني"
    )
    back = _batch(site, merchant, owner, now, "We miss you: a latte on us", "اشتقنا إليك: لاتيه علينا", "Free latte",
                  "لاتيه مجاني")  # fmt: skip
    settings = {
        "birthday": Setting(on=True, batch_id=cake.id, days_before=3),
        "recall": Setting(on=True, batch_id=back.id, days=40, daily_cap=50),
        "reminder": Setting(on=True, days=2),
    }
    for kind, setting in settings.items():
        switching.edit(merchant=merchant, kind=kind, setting=setting, actor=owner, now=now)
    plan = Plan(
        name="A latte for our regulars", segment=Segment(seen_within=60), batch_id=back.id, scheduled_at=None,
        quiet_from=0, quiet_to=0,
    )  # fmt: skip
    draft = campaigns.save(merchant=merchant, plan=plan, actor=owner, now=now)
    campaigns.schedule(merchant=merchant, campaign_id=draft.id, actor=owner, now=now)


def _batch(
    site: Site, merchant: Merchant, owner: Actor, now: dt.datetime, title: str, title_ar: str, offer: str, offer_ar: str
) -> Batch:
    """Coupons that messages alone give: neither the coupon centre nor the poster offers them."""
    last = clock.local_date(now, merchant.time_zone) + dt.timedelta(days=120)
    template = CouponTemplate.objects.order_by("created_at").first()
    assert template is not None
    plan = BatchPlan(
        title_en=title, title_ar=title_ar, offer_kind="free_item", offer_text_en=offer, offer_text_ar=offer_ar,
        quantity=100, starts_at=now, claim_until=end_of(last, merchant.time_zone), use_days=14,
        country=merchant.country, city=merchant.city, category=merchant.category,
        business_type=merchant.business_type, face=templates.face_of(designs.of_own(template), site),
        on_centre=False, in_store=False,
    )  # fmt: skip
    return generation.generate(batch_id=uuid7(), merchant_id=merchant.id, plan=plan, actor=owner, now=now)


def _send(now: dt.datetime) -> None:
    """The campaign's messages are queued at once and at any hour, so that the demo opens with one that is sent."""
    campaigning.begin_due(now=now)
    topic = f"job.{campaigning.JOB}"
    for event in OutboxEvent.objects.filter(topic=topic, done_at=None):
        for handler in handlers_of(topic):
            handler(event, now)
        OutboxEvent.objects.filter(id=event.id).update(done_at=now)
