"""What the logs of messages are narrowed to, and how a site's staff go from one of their lists to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid_or_none
from merchants.models import Batch, Customer
from merchants.web.base import language
from messaging.queries import log
from ui.components import Tab
from ui.lists import Filter


def batch_choices(view: Any) -> list[tuple[str, str]]:
    """The newest batches; for staff those of the merchant that is asked for, else of all, with whose they are."""
    asked = view.request.GET
    of_one = uuid_or_none(asked.get("merchant"))
    is_named = not of_one and any(one.name == "merchant" for one in view.filters)
    found = log.list_batches(asked=uuid_or_none(asked.get("batch")), merchant_id=of_one)
    return [(str(batch.id), _batch(batch, is_named=is_named)) for batch in found]


def _batch(batch: Batch, *, is_named: bool) -> str:
    said = f"{batch.number} · {batch.title(language())}"
    return f"{batch.merchant.name(language())} · {said}" if is_named else said


@dataclass(frozen=True)
class OneCustomer(Filter):
    """Set by the link on a customer's page; shown as a chip that takes it away, and kept by the other filters."""

    template: ClassVar[str] = "messaging/filter_customer.html"

    def value(self, query: Any, view: Any) -> str | None:
        asked = uuid_or_none(query.get(self.name))
        return str(asked) if asked else None

    def said(self, value: Any, view: Any) -> str:
        found = Customer.objects.filter(id=value, erased_at=None).only("name").first()
        return (found.name if found else "") or "–"


def tabs(current: str) -> list[Tab]:
    """The two lists of a site's staff."""
    return [
        Tab(_("Messages"), reverse("site-messages:list"), current=current == "list"),
        Tab(_("By merchant"), reverse("site-messages:merchants"), current=current == "merchants"),
    ]
