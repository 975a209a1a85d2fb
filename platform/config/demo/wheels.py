"""The demo's lucky draw: a wheel on the page behind Mona's poster."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.actors import Actor
from accounts.models import Membership
from config.demo.merchants import site_of
from kernel import clock
from kernel.ids import uuid7
from merchants.models import Batch, CouponTemplate, Merchant
from merchants.queries import templates as designs
from merchants.services import generation, templates
from merchants.services.plans import BatchPlan, end_of
from storefront.wheel.models import Wheel
from storefront.wheel.plans import SegmentPlan, WheelPlan
from storefront.wheel.services import wheels
from tenants.models import Site
from tenants.walls import wall

BRAND = "Mona's Coffee"
_PRIZES: dict[str, dict[str, Any]] = {
    "voucher": {"title_en": "SAR 5 off at the wheel", "title_ar": "خصم 5 ريالات من العجلة", "offer_kind": "amount",
                "offer_amount": 500},
    "drink": {"title_en": "A drink on us", "title_ar": "مشروب على حسابنا", "offer_kind": "free_item",
              "offer_text_en": "Free drink", "offer_text_ar": "مشروب مجاني"},
    "cookie": {"title_en": "A cookie on us", "title_ar": "كوكيز على حسابنا", "offer_kind": "free_item",
               "offer_text_en": "Free cookie", "offer_text_ar": "كوكيز مجانًا"},
}  # fmt: skip
# Label, Arabic label, weight, prize, most an hour, colour.
_SEGMENTS = (
    ("SAR 5 Voucher", "قسيمة 5 ريالات", 30, "voucher", None, "teal"),
    ("No Prize", "حظًا أوفر", 20, "", None, "sand"),
    ("Free Drink", "مشروب مجاني", 10, "drink", 6, "amber"),
    ("Free Cookie", "كوكيز مجانًا", 15, "cookie", None, "plum"),
    ("No Prize", "حظًا أوفر", 20, "", None, "mint"),
    ("SAR 5 Voucher", "قسيمة 5 ريالات", 5, "voucher", None, "indigo"),
)


def seed(now: dt.datetime) -> None:
    """Once: batches without a channel, which only the wheel gives out, and the wheel, switched on."""
    site = site_of("main")
    with wall(site, "site"):
        merchant = Merchant.objects.filter(brand_name=BRAND).first()
        if merchant is None or Wheel.objects.filter(merchant=merchant).exists():
            return
        member = Membership.objects.select_related("user").get(merchant_id=merchant.id, role="owner")
    owner = Actor(
        "merchant", member.user.name, member.user_id, "merchant", frozenset({"owner"}), merchant_id=merchant.id
    )
    with wall(site, "merchant", merchant=merchant.id):
        batches = {key: _batch(site, merchant, about, owner, now).id for key, about in _PRIZES.items()}
        segments = tuple(
            SegmentPlan(label, arabic, weight, batches.get(prize), limit, colour)
            for label, arabic, weight, prize, limit, colour in _SEGMENTS
        )
        wheels.save(plan=WheelPlan(segments), actor=owner, now=now)
        wheels.switch(is_on=True, actor=owner, now=now)


def _batch(site: Site, merchant: Merchant, about: dict[str, Any], owner: Actor, now: dt.datetime) -> Batch:
    last = clock.local_date(now, merchant.time_zone) + dt.timedelta(days=60)
    template = CouponTemplate.objects.filter(merchant=merchant).order_by("created_at").first()
    assert template is not None
    plan = BatchPlan(
        **about, quantity=100, starts_at=now, claim_until=end_of(last, merchant.time_zone), use_days=14,
        country=merchant.country, city=merchant.city, category=merchant.category,
        business_type=merchant.business_type, on_centre=False, in_store=False, per_customer_limit=5,
        terms_en="One coupon per visit.", terms_ar="قسيمة واحدة لكل زيارة.",
        face=templates.face_of(designs.of_own(template), site),
    )  # fmt: skip
    return generation.generate(batch_id=uuid7(), merchant_id=merchant.id, plan=plan, actor=owner, now=now)
