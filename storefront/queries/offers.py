"""One offer, and the offers of one merchant."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from merchants.models import Batch, Merchant
from merchants.models.merchant import PUBLIC_FIELDS
from storefront.queries.centre import CARD_FIELDS, MERCHANT_FIELDS, live
from storefront.wheel.queries.faces import Face, face_of

PAGE_FIELDS = (
    *CARD_FIELDS, "terms_en", "terms_ar", "use_days", "use_until", "weekdays", "hour_from", "hour_to",
    "per_customer_limit", "quantity", "print_quantity",
)  # fmt: skip


def find(batch_id: uuid.UUID) -> Batch | None:
    """The offer with its merchant's public side, for its own page; None for what visitors may not see."""
    found = Batch.objects.filter(id=batch_id).select_related("merchant").only(*PAGE_FIELDS, *MERCHANT_FIELDS)
    return next(iter(found), None)


def status(batch: Batch, now: dt.datetime) -> str:
    """`open`, `not_yet`, `over`, `sold_out` or `closed`: what the page of an offer on the coupon centre says."""
    if batch.merchant.state != Merchant.State.ACTIVE or not batch.on_centre:
        return "closed"
    if now < batch.starts_at:
        return "not_yet"
    if now >= batch.claim_until:
        return "over"
    return "sold_out" if batch.sold_out or batch.print_quantity >= batch.quantity else "open"


def list_others(batch: Batch, *, now: dt.datetime, limit: int = 3) -> list[Batch]:
    """More of the same merchant, else of the same category: for the foot of a page and for refusals."""
    base = live(now).exclude(id=batch.id).select_related("merchant").only(*CARD_FIELDS, *MERCHANT_FIELDS)
    own = list(base.filter(merchant_id=batch.merchant_id).order_by("-popularity", "-created_at")[:limit])
    if len(own) < limit and batch.category:
        alike = base.filter(category=batch.category).exclude(merchant_id=batch.merchant_id)
        own += list(alike.order_by("-popularity", "-created_at")[: limit - len(own)])
    return own


@dataclass(frozen=True)
class Store:
    """`face`: the merchant's lucky draw, running or not; `offers`: what the page gives without it."""

    merchant: Merchant
    offers: list[Batch]
    face: Face | None = None

    @property
    def wheel(self) -> Face | None:
        """The lucky draw, where it runs."""
        return self.face if self.face and self.face.runs else None


def find_store(slug: str, *, now: dt.datetime) -> Store | None:
    """A merchant's in-store page: its open in-store offers, most popular first."""
    merchant = Merchant.objects.filter(slug=slug.lower(), state=Merchant.State.ACTIVE).only(*PUBLIC_FIELDS).first()
    if merchant is None:
        return None
    offers = Batch.objects.filter(
        merchant_id=merchant.id, state=Batch.State.ACTIVE, in_store=True, sold_out=False, starts_at__lte=now,
        claim_until__gt=now,
    )  # fmt: skip
    found = list(offers.only(*PAGE_FIELDS).order_by("-popularity", "-created_at")[:20])
    face = face_of(merchant.id, now=now)
    kept_back = face.kept_back if face else frozenset()
    found = [batch for batch in found if batch.print_quantity < batch.quantity and batch.id not in kept_back]
    for batch in found:
        batch.merchant = merchant
    return Store(merchant, found, face)
