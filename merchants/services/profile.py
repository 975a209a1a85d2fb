"""What a merchant says about itself, and its logo."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.actors import Actor, must
from accounts.services import audit
from merchants import locks
from merchants.models import Merchant
from merchants.services import pictures
from tenants.services import cards
from tenants.walls import current_site

EDITABLE = (
    "brand_name", "brand_name_ar", "legal_name", "category", "business_type", "country", "city", "address",
    "contact_name", "contact_email", "contact_phone", "time_zone", "page_text_en", "page_text_ar", "review_link",
    "review_step",
)  # fmt: skip
LOGO_BYTES = 4 * 1024 * 1024
LOGO_SIDE = 1024


def edit(*, actor: Actor, now: dt.datetime, logo: bytes = b"", remove_logo: bool = False, **fields: Any) -> Merchant:
    """Change the profile of the actor's merchant. Raises NotAllowed, ImageRefused."""
    must(actor, "profile.manage")
    assert actor.merchant_id is not None
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not part of a profile: {sorted(unknown)}")
    stored = ""
    if logo:
        stored, _accepted = pictures.keep(
            current_site(), actor.merchant_id, "logo", logo, max_bytes=LOGO_BYTES, max_side=LOGO_SIDE
        )
    with transaction.atomic():
        merchant = locks.merchant(actor.merchant_id)
        if stored or remove_logo:
            fields["logo"] = stored
        before = {name: getattr(merchant, name) for name in fields}
        for name, value in fields.items():
            setattr(merchant, name, value)
        if before != fields:
            merchant.save(update_fields=list(fields))
            cards.keep(merchant=merchant, now=now)
            audit.record("profile.edit", merchant, actor=actor, now=now, before=before, after=fields)
    return merchant
