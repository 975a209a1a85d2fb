"""Rows for tests, made behind the wall that is open. Each function makes one thing and what it cannot be without."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

from accounts.actors import Actor
from accounts.models import Membership, RoleGrant, User
from kernel import crypto
from merchants import models as m
from merchants.serials import new_serials
from tenants.walls import current_site

NOW = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PASSWORD = "correct horse 1"
_numbers = itertools.count(1)

FACE = {
    "image": "", "content_type": "image/png", "width": 1000, "height": 500,
    "layout": {"width_mm": 90, "height_mm": 45, "fields": []},
}  # fmt: skip


def make_user(name: str = "", *, email: str | None = "auto", now: dt.datetime = NOW) -> User:
    """A person with PASSWORD."""
    number = next(_numbers)
    name = name or f"Person {number}"
    address = f"person{number}@example.com" if email == "auto" else email
    return User.objects.create_user(address, name=name, password=PASSWORD, created_at=now)


def make_staff(role: str = "super_admin", name: str = "") -> User:
    user = make_user(name)
    RoleGrant.objects.create(user=user, role=role, granted_at=NOW)
    return user


def make_member(merchant: m.Merchant, role: str = "owner", name: str = "", branch: m.Branch | None = None) -> User:
    user = make_user(name)
    Membership.objects.create(
        user=user, merchant_id=merchant.id, role=role, branch_id=branch.id if branch else None, created_at=NOW
    )
    return user


def staff_actor(user: User, role: str = "super_admin", scope: str = "site") -> Actor:
    return Actor("staff", user.name, user.id, scope, frozenset({role}))


def member_actor(user: User, merchant: m.Merchant, role: str = "owner") -> Actor:
    return Actor("merchant", user.name, user.id, "merchant", frozenset({role}), merchant.id)


def make_merchant(brand: str = "", **fields: Any) -> m.Merchant:
    number = next(_numbers)
    brand = brand or f"Merchant {number}"
    return m.Merchant.objects.create(
        **{
            "number": number, "brand_name": brand, "legal_name": f"{brand} LLC", "slug": f"m-{number}",
            "country": "SA", "city": "riyadh", "category": "food", "business_type": "restaurant",
            "time_zone": "Asia/Riyadh", "state": "active", "created_at": NOW, **fields,
        }
    )  # fmt: skip


def make_branch(merchant: m.Merchant, name: str = "", **fields: Any) -> m.Branch:
    return m.Branch.objects.create(
        merchant=merchant, name=name or f"Branch {next(_numbers)}", time_zone=merchant.time_zone, created_at=NOW,
        **fields,
    )  # fmt: skip


def make_customer(phone: str = "", name: str = "Carl Customer") -> m.Customer:
    site_id = current_site().id
    phone = phone or f"+96658{next(_numbers):07d}"  # a number that no test types
    return m.Customer.objects.create(
        phone_index=crypto.keyed_index(phone, site_id=site_id, field="phone"),
        phone_sealed=crypto.seal(phone, site_id=site_id, field="phone"),
        name=name, birthday_sealed=crypto.seal("1990-05-17", site_id=site_id, field="birthday"), birth_month=5,
        birth_day=17, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def make_template(merchant: m.Merchant) -> m.CouponTemplate:
    return m.CouponTemplate.objects.create(merchant=merchant, name=f"Template {next(_numbers)}", created_at=NOW, **FACE)


def make_batch(merchant: m.Merchant, quantity: int = 5, *, coupons: bool = True, **fields: Any) -> m.Batch:
    """A batch with its coupons, without the ledger: for tests that do not look at money."""
    number = next(_numbers)
    batch = m.Batch.objects.create(
        **{
            "merchant": merchant, "number": number, "title_en": f"Offer {number}", "title_ar": f"عرض {number}",
            "offer_kind": "percentage", "offer_percent": 20, "category": merchant.category, "country": "SA",
            "city": merchant.city, "business_type": merchant.business_type, "face": FACE, "quantity": quantity,
            "made": quantity, "starts_at": NOW - DAY, "claim_until": NOW + 30 * DAY, "state": "active",
            "created_at": NOW, **fields,
        }
    )  # fmt: skip
    if coupons:
        lanes = ["print"] * batch.print_quantity + ["online"] * (quantity - batch.print_quantity)
        m.Coupon.objects.bulk_create(
            m.Coupon(merchant=merchant, batch=batch, serial=serial, lane=lane)
            for serial, lane in zip(new_serials(quantity), lanes, strict=True)
        )
    return batch


PAPER = {
    "seller": {"name": "Ada Deals", "address": "", "email": "", "phone": "", "logo": "", "tax_number": ""},
    "buyer": {"name": "Mona LLC", "brand": "Mona", "address": "", "number": 1}, "zone": "Asia/Riyadh", "of": "",
    "tax": {"rate": 0, "name_en": "", "name_ar": ""}, "line": {"name_en": "Pack", "name_ar": "باقة", "coupon": 500},
    "footer_en": "", "footer_ar": "", "method": "stripe",
}  # fmt: skip


def make_purchase(merchant: m.Merchant, **fields: Any) -> Any:
    """A completed purchase, without the ledger: for tests that do not look at money."""
    from agents.purchases.models import Purchase

    return Purchase.objects.create(
        **{
            "merchant": merchant, "method": "stripe", "state": "completed", "price_id": uuid.uuid4(),
            "item_id": uuid.uuid4(), "code": "pack", "kind": "coupon_pack", "name_en": "Pack", "name_ar": "باقة",
            "coupon": 500, "currency": "SAR", "retail": 100, "cost": 60, "created_at": NOW, "paid_at": NOW,
            "completed_at": NOW, **fields,
        }
    )  # fmt: skip


def make_statement(merchant: m.Merchant | None = None, **fields: Any) -> Any:
    """A statement that is ready, without its files: a merchant's, or else that of the site's agent."""
    from agents.statements.models import Statement

    number = next(_numbers)
    words = {"name": "Ada Deals", "address": "", "email": "", "phone": "", "logo": "", "logo_site": ""}
    whose = (
        {"level": "merchant", "merchant_id": merchant.id, "owner_name": merchant.brand_name}
        if merchant
        else {"level": "agent", "agent_id": uuid.uuid4(), "owner_name": "Ada Ltd"}
    )
    return Statement.objects.create(
        **{
            "site_id": current_site().id, **whose, "month": dt.date(2026, 2, 1), "number": number, "label": f"MS-{number}",
            "zone": "Asia/Riyadh", "starts_at": NOW - 28 * DAY, "ends_at": NOW, "state": "ready", "created_at": NOW,
            "made_at": NOW, "figures": {"company": words, "owner": {}, "corrects": "", "sections": []}, "hash_en": "0",
            "hash_ar": "0", "file_en": f"{current_site().id.hex}/none.pdf", "file_ar": f"{current_site().id.hex}/none.pdf",
            **fields,
        }
    )  # fmt: skip


def make_optin(merchant: m.Merchant, customer: m.Customer, **fields: Any) -> Any:
    """A customer who agreed to the merchant's messages, with the event that says so."""
    from messaging.consent.models import OptIn, OptInEvent

    said = {
        "merchant": merchant, "customer": customer, "state": "given", "text_version": "2026-11", "language": "en",
        "source": "centre", "at": NOW, **fields,
    }  # fmt: skip
    OptInEvent.objects.create(**said, wording="Yes")
    return OptIn.objects.create(**said)


def make_message(merchant: m.Merchant, **fields: Any) -> Any:
    """A queued message to a new customer, without a hold: for tests that do not look at credits."""
    from messaging.models import Message

    customer = fields.pop("customer", None) or make_customer()
    return Message.objects.create(
        **{
            "merchant": merchant, "payer": merchant.id, "customer": customer, "trigger": "claim_centre", "type": "wa_ui",
            "key": uuid.uuid4().hex, "recipient": customer.phone_index, "created_at": NOW, "due_at": NOW,
            "expires_at": NOW + DAY, **fields,
        }
    )  # fmt: skip


def make_wheel(merchant: m.Merchant, *slices: tuple[Any, ...], is_on: bool = True, always: Any = None) -> Any:
    """A wheel's version 1 with segments (label, weight, batch or None, per_hour or None), all but the label optional."""
    from storefront.wheel.models import Wheel

    wheel = Wheel.objects.create(merchant=merchant, is_on=is_on, created_at=NOW)
    return make_version(wheel, *slices, always=always)


def make_version(wheel: Any, *slices: tuple[Any, ...], always: Any = None) -> Any:
    """The next version of a wheel; segments as `make_wheel` takes them."""
    from storefront.wheel.choices import Colour
    from storefront.wheel.models import Segment, WheelVersion

    merchant, number = wheel.merchant, wheel.versions.count() + 1
    version = WheelVersion.objects.create(
        merchant=merchant, wheel=wheel, number=number, always_batch=always, created_at=NOW, created_label="x"
    )
    for place, one in enumerate(slices, start=1):
        label, weight, batch, per_hour = (*one, *(1, None, None)[len(one) - 1 :])
        Segment.objects.create(
            merchant=merchant, version=version, position=place, label_en=label, weight=weight, batch=batch,
            per_hour=per_hour, colour=Colour.values[place - 1],
        )  # fmt: skip
    return version


def make_occasion(merchant: m.Merchant, customer: m.Customer, batch: m.Batch) -> Any:
    """Every automation, one of them on, a campaign, and that somebody was written to."""
    from messaging.automations.models import Automation, Campaign, Occasion

    automation = Automation.objects.create(
        merchant=merchant, kind="birthday", state="on", batch=batch, days_before=3, changed_at=NOW
    )
    for kind in ("recall", "festival", "reminder"):
        Automation.objects.create(merchant=merchant, kind=kind, changed_at=NOW)
    Campaign.objects.create(merchant=merchant, name="Spring", batch=batch, created_at=NOW)
    return Occasion.objects.create(
        merchant=merchant, automation=automation, customer=customer, key="birthday:2026", at=NOW
    )


def make_month(merchant: m.Merchant, **counts: Any) -> Any:
    """A month of the merchant as the console sees it, with the card that it needs."""
    from tenants.models import MerchantMonth
    from tenants.services import cards

    cards.keep(merchant=merchant, now=NOW)
    return MerchantMonth.objects.create(
        **{
            "site_id": current_site().id, "merchant_id": merchant.id, "month": NOW.date().replace(day=1),
            "counted_at": NOW, **counts,
        }
    )  # fmt: skip


def make_one_of_everything(merchant: m.Merchant) -> None:
    """At least one row in every table that has a merchant column, so that there is something to steal."""
    from accounts.models import AuditEvent, Invitation
    from agents.purchases.models import Paper, PlanReminder
    from messaging.codes.models import PhoneCode
    from messaging.models import Switches
    from storefront.wheel.models import Spin
    from ui.models import SavedView

    branch = make_branch(merchant)
    member = make_member(merchant)
    m.Device.objects.create(merchant=merchant, branch=branch, name="Till", created_at=NOW)
    customer = make_customer()
    m.MerchantCustomer.objects.create(
        merchant=merchant, customer=customer, first_at=NOW, last_at=NOW, tags=["VIP"], tag_keys=["vip"]
    )
    make_template(merchant)
    batch = make_batch(merchant)
    m.BatchBranch.objects.create(merchant=merchant, batch=batch, branch=branch)
    coupon = m.Coupon.objects.filter(batch=batch).first()
    m.Redemption.objects.create(merchant=merchant, coupon=coupon, batch=batch, branch=branch, actor_label="x", at=NOW)
    m.Scan.objects.create(merchant=merchant, nonce=uuid.uuid4(), at=NOW, outcome="redeemed", answer={})
    key = m.ApiKey.objects.create(
        merchant=merchant, name="Till", prefix="ck_x", key_hash=uuid.uuid4().hex, created_at=NOW
    )
    m.IdempotencyRecord.objects.create(
        merchant=merchant, api_key=key, key=uuid.uuid4().hex, request_hash="x", created_at=NOW
    )
    Invitation.objects.create(
        email="new@example.com", name="New", merchant_id=merchant.id, merchant_role="manager",
        token_hash=uuid.uuid4().hex, created_at=NOW, expires_at=NOW + DAY,
    )  # fmt: skip
    purchase = make_purchase(merchant)
    Paper.objects.create(
        merchant=merchant, purchase=purchase, kind="invoice", number=next(_numbers), label="1", issued_at=NOW,
        currency="SAR", total=100, data=PAPER,
    )
    make_statement(merchant)
    make_month(merchant, ui_arrived=1)
    make_message(merchant, customer=customer)
    Switches.objects.create(merchant=merchant, changed_at=NOW)
    make_optin(merchant, customer)
    make_occasion(merchant, customer, batch)
    PhoneCode.objects.create(
        customer=customer, merchant_id=merchant.id, device_hash=uuid.uuid4().hex, digits_hash=b"0" * 32, created_at=NOW,
        expires_at=NOW,
    )
    PlanReminder.objects.create(merchant=merchant, active_until=NOW + 30 * DAY, days=30, sent_at=NOW)
    version = make_wheel(merchant, ("Prize", 1, batch), ("No Prize",))
    Spin.objects.create(
        merchant=merchant, version=version, customer=customer, day=NOW.date(), outcome="win", batch=batch,
        coupon=coupon, segment=version.segments.first(), source="phone", created_at=NOW,
    )  # fmt: skip
    SavedView.objects.create(user_id=member.id, merchant_id=merchant.id, page="x", name="Mine", created_at=NOW)
    AuditEvent.objects.create(
        at=NOW, actor_id=member.id, actor_kind="merchant", actor_label=member.name, verb="test", object_type="batch",
        object_id=batch.id, merchant_id=merchant.id,
    )  # fmt: skip
