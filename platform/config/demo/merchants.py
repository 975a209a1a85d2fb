"""Merchants of the demo with their stores, people, templates, batches, and a few weeks of customers."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.actors import Actor, system
from accounts.models import Invitation
from accounts.services import invitations
from config.demo import art
from config.demo.people import PASSWORD
from config.demo.shops import SHOPS, TERMS_AR, TERMS_EN, Offer, Shop
from credits.services import ledger
from kernel import clock
from kernel.ids import uuid7
from merchants.models import Batch, Coupon, CouponTemplate, Merchant
from merchants.paper.defaults import default_layout
from merchants.paper.layout import Layout
from merchants.queries import templates as designs
from merchants.services import (
    branches,
    claims,
    expiry,
    generation,
    lifecycle,
    members,
    popularity,
    profile,
    redemption,
    templates,
)
from merchants.services.plans import BatchPlan, end_of
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import wall

JOB = system("demo")
CASHIER_PIN = "2580"
CREDITS = 3_000
_FIELD = {"percentage": "offer_percent", "amount": "offer_amount"}
_NAMES = (
    ("Carl Stone", "en"), ("Aisha Rahman", "en"), ("خالد العتيبي", "ar"), ("نورة القحطاني", "ar"),
    ("David Okafor", "en"),
    ("سارة المطيري", "ar"), ("Maya Lopez", "en"), ("عبدالله الغامدي", "ar"), ("Priya Nair", "en"), ("ريم الشهري", "ar"),
    ("Tomás Silva", "en"), ("محمد الزهراني", "ar"), ("Hana Kim", "en"), ("ليان الحربي", "ar"), ("Omar Farouk", "en"),
    ("جود البلوي", "ar"), ("Elena Petrova", "en"), ("فهد الدوسري", "ar"),
)  # fmt: skip


def site_of(key: str) -> Site:
    """The demo's site by the key that shops.py uses."""
    if key == "main":
        return sites.main_site()
    found: Site = Site.objects.get(domains__domain__startswith=f"{key}.")
    return found


def seed(now: dt.datetime) -> None:
    """Every shop, once. A shop that is there already is left alone."""
    for number, shop in enumerate(SHOPS):
        site = site_of(shop.site)
        with wall(site, "site"):
            if Merchant.objects.filter(brand_name=shop.brand).exists():
                continue
            _make_shop(site, shop, random.Random(number), now)  # noqa: S311 the same demo on every machine
    for site in sites.list_sites():
        with wall(site, "site"):
            expiry.expire_due(actor=JOB, now=now)
            expiry.lapse(now=now)
            popularity.refresh(now=now)


def sign_ins() -> dict[str, list[str]]:
    """The owners' addresses by site, for the list that `bin/up` prints."""
    found: dict[str, list[str]] = {}
    for shop in SHOPS:
        found.setdefault(shop.site, []).append(shop.owner[1])
    return found


def _make_shop(site: Site, shop: Shop, chance: random.Random, now: dt.datetime) -> None:
    opened = now - dt.timedelta(days=45)
    name, email = shop.owner
    merchant = lifecycle.create(
        owner_name=name, owner_email=email, actor=JOB, now=opened, brand_name=shop.brand, brand_name_ar=shop.brand_ar,
        legal_name=f"{shop.brand} Trading Est.", category=shop.category, business_type=shop.business_type,
        city=shop.city, address=shop.branches[0][3], contact_phone=shop.phone,
    )  # fmt: skip
    owner = _owner(merchant, name, now=opened)
    with transaction.atomic():
        lifecycle.give_year(merchant_id=merchant.id, actor=JOB, now=opened, reason="demo")
    for unit, amount in (("coupon", CREDITS), ("wa_ui", 500), ("wa_bi", 250)):
        ledger.grant(
            merchant_id=merchant.id,
            unit=unit,
            amount=amount,
            reason="Opening package",
            actor=JOB,
            now=opened,
            key=uuid7(),
        )
    with wall(site, "merchant", merchant=merchant.id):
        profile.edit(
            actor=owner, now=opened, logo=art.logo(shop.category, *shop.colours), page_text_en=shop.page[0],
            page_text_ar=shop.page[1], review_link="https://example.com/review", review_step=shop.site == "main",
        )  # fmt: skip
        stores = [
            branches.create(
                name=branch, name_ar=branch_ar, city=city, address=address, time_zone=merchant.time_zone, actor=owner,
                now=opened,
            )
            for branch, branch_ar, city, address in shop.branches
        ]  # fmt: skip
        members.add_cashier(
            name=f"{shop.brand} cashier",
            username="till",
            pin=CASHIER_PIN,
            branch_id=stores[0].id,
            actor=owner,
            now=opened,
        )
        template = _template(shop, owner, opened)
        # In the order of time, as the ledger keeps it: an old batch that is over, then what runs today.
        today = clock.local_date(now, merchant.time_zone)
        starts = sorted(now - dt.timedelta(days=chance.randint(3, 24)) for _ in shop.offers)
        plans = [(shop.offers[0], opened, clock.local_date(opened, merchant.time_zone) + dt.timedelta(days=20))]
        plans += [
            (offer, start, today + dt.timedelta(days=offer[4]))
            for offer, start in zip(shop.offers, starts, strict=True)
        ]
        made = [_batch(site, merchant, shop, offer, template, owner, start, last) for offer, start, last in plans]
    _customers(site, merchant, made, owner, stores[0].id, chance, now)


def _owner(merchant: Merchant, name: str, *, now: dt.datetime) -> Actor:
    """The owner takes the invitation that registering sent, and chooses the demo's password."""
    invitation = Invitation.objects.get(merchant_id=merchant.id, accepted_at=None)
    token = invitations.link(invitation).rstrip("/").rpartition("/")[2]
    user = invitations.accept(token=token, name=name, password=PASSWORD, now=now)
    return Actor("merchant", user.name, user.id, "merchant", frozenset({"owner"}), merchant.id)


def _template(shop: Shop, owner: Actor, now: dt.datetime) -> CouponTemplate:
    picture = art.coupon(shop.category, *shop.colours)
    layout = default_layout(1500, 780, kinds=("offer", "title", "expiry", "merchant"))
    return templates.upload(
        name=f"{shop.brand}, wide", data=picture, layout=_in_white(layout).to_json(), actor=owner, now=now
    )


def _in_white(layout: Layout) -> Layout:
    """Light words for a dark picture."""
    return replace(layout, texts=tuple(replace(text, colour="#ffffff") for text in layout.texts))


def _batch(
    site: Site, merchant: Merchant, shop: Shop, offer: Offer, template: CouponTemplate, owner: Actor,
    start: dt.datetime, last: dt.date,
) -> Batch:  # fmt: skip
    kind, value, title, title_ar, _days, quantity, printed = offer
    worth: dict[str, Any] = {_FIELD[kind]: value} if kind in _FIELD else {}
    if isinstance(value, tuple):
        worth = {"offer_text_en": value[0], "offer_text_ar": value[1]}
    plan = BatchPlan(
        title_en=title, title_ar=title_ar, offer_kind=kind, **worth, quantity=quantity, print_quantity=printed,
        starts_at=start, claim_until=end_of(last, merchant.time_zone), use_days=14, country=merchant.country,
        city=shop.city, category=shop.category, business_type=shop.business_type, terms_en=TERMS_EN, terms_ar=TERMS_AR,
        face=templates.face_of(designs.of_own(template), site),
    )  # fmt: skip
    return generation.generate(batch_id=uuid7(), merchant_id=merchant.id, plan=plan, actor=owner, now=start)


def _customers(
    site: Site, merchant: Merchant, made: list[Batch], owner: Actor, branch_id: uuid.UUID, chance: random.Random,
    now: dt.datetime,
) -> None:  # fmt: skip
    """Over the weeks some people take a coupon, and some of them come to the shop."""
    visits = []
    for batch in made:
        end = min(now, batch.claim_until) - dt.timedelta(hours=1)
        for name, language in chance.sample(_NAMES, chance.randint(4, len(_NAMES))):
            moment = batch.starts_at + (end - batch.starts_at) * chance.random()
            visits.append((moment, batch, name, language, chance.randint(2, 200), chance.random() < 0.7))
    for taken_at, batch, name, language, hours, comes in sorted(visits, key=lambda visit: visit[0]):
        with wall(site, "visitor"):
            claimed = claims.claim(
                phone=_phone(site, name), source=chance.choice(["centre", "centre", "in_store"]), now=taken_at,
                batch_id=batch.id, name=name, birthday=_birthday(name), language=language,
            )  # fmt: skip
        used_at = taken_at + dt.timedelta(hours=hours)
        if claimed.outcome == claims.TAKEN and claimed.coupon_id and used_at < now and comes:
            with wall(site, "merchant", merchant=merchant.id):
                serial = Coupon.objects.values_list("serial", flat=True).get(id=claimed.coupon_id)
                redemption.redeem(serial=serial, nonce=uuid.uuid4(), actor=owner, now=used_at, branch_id=branch_id)


def _phone(site: Site, name: str) -> str:
    number = 10_000_000 + _NAMES.index(next(one for one in _NAMES if one[0] == name)) * 137_911
    return f"+971501{number % 1_000_000:06}" if site.country == "AE" else f"+9665{number:08}"


def _birthday(name: str) -> dt.date:
    seed = sum(map(ord, name))
    return dt.date(1970 + seed % 34, 1 + seed % 12, 1 + seed % 28)
