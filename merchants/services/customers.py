"""Customers' own records: what a person who proved the phone may read and edit.

A record is changed only from a device that proved its phone; what it said before is kept, sealed, as history.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import crypto
from kernel.errors import NotAllowed
from merchants import locks
from merchants.models import Customer, CustomerEdit
from merchants.services import claims
from tenants.walls import current_site, wall
from ui.text import e164, western


@dataclass(frozen=True)
class Person:
    """A customer's record, opened."""

    id: uuid.UUID
    phone: str
    name: str
    birthday: dt.date | None
    language: str


def opened(customer: Customer) -> Person:
    """The record with its phone and birthday readable. Runs at any level that may read the row."""
    site_id = current_site().id
    birthday = customer.birthday_sealed and crypto.open_sealed(
        customer.birthday_sealed, site_id=site_id, field="birthday"
    )
    return Person(
        customer.id, crypto.open_sealed(customer.phone_sealed, site_id=site_id, field="phone"), customer.name,
        dt.date.fromisoformat(birthday) if birthday else None, customer.language,
    )  # fmt: skip


def typed_index(text: str) -> bytes | None:
    """The keyed index of a whole phone number that was typed into a search, however it is written; None for other
    words. One without a calling code is of the site's country. Numbers are sealed, so no part of one is ever found."""
    digits = "".join(char for char in western(text) if char.isdecimal())
    if len(digits) < 8 or any(char.isalpha() for char in text):
        return None
    site = current_site()
    return crypto.keyed_index(e164(text, site.country) or f"+{digits}", site_id=site.id, field="phone")


def get_person(*, customer_id: uuid.UUID, device_token: str) -> Person:
    """Who this is, for a browser that proved the phone. Raises NotAllowed. Runs at level visitor."""
    _must_be_proved(customer_id, device_token)
    with wall(current_site(), "holder", proof=customer_id):
        return opened(Customer.objects.get(id=customer_id))


def edit(
    *,
    customer_id: uuid.UUID,
    device_token: str,
    name: str,
    birthday: dt.date,
    now: dt.datetime,
    language: str = "",
) -> bool:
    """Change name, birthday or language from a browser that proved the phone; False: nothing differed.

    Raises NotAllowed. The proof is checked here, so the row is then written at level site. Runs at level visitor.
    """
    _must_be_proved(customer_id, device_token)
    site = current_site()
    with wall(site, "site"), transaction.atomic():
        customer = locks.customer(customer_id)
        before = opened(customer)
        changed = _changes(before, name.strip()[:120], birthday, language or before.language)
        if not changed:
            return False
        customer.name = name.strip()[:120]
        customer.birthday_sealed = crypto.seal(birthday.isoformat(), site_id=site.id, field="birthday")
        customer.birth_month, customer.birth_day = birthday.month, birthday.day
        customer.language = language or before.language
        customer.updated_at = now
        customer.save(update_fields=["name", "birthday_sealed", "birth_month", "birth_day", "language", "updated_at"])
        CustomerEdit.objects.create(
            customer=customer, at=now, fields=sorted(changed),
            before_sealed=crypto.seal(json.dumps(changed), site_id=site.id, field="customer_edit"),
        )  # fmt: skip
    return True


def _changes(before: Person, name: str, birthday: dt.date, language: str) -> dict[str, str]:
    """What the record said, of the fields that will say something else."""
    old = {"name": before.name, "birthday": str(before.birthday or ""), "language": before.language}
    new = {"name": name, "birthday": str(birthday), "language": language}
    return {field: old[field] for field in old if old[field] != new[field]}


def _must_be_proved(customer_id: uuid.UUID, device_token: str) -> None:
    if customer_id not in claims.proved_customers(device_token):
        raise NotAllowed(_("This browser has not proved this phone number."))
