"""Who may be written to by whom, and the register as its pages show it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from kernel.errors import NotFound
from messaging.consent.choices import State
from messaging.consent.models import OptIn, OptInEvent, Suppression

STOPPED = "stopped"


def stops() -> QuerySet[Suppression]:
    """Stops that are in force."""
    return Suppression.objects.filter(resumed_at=None)


def list_writable(merchant_id: uuid.UUID) -> QuerySet[OptIn]:
    """The opt-ins of customers to whom this merchant may write: agreed, not stopped, not erased."""
    stopped = stops().filter(phone_index=OuterRef("customer__phone_index"))
    return OptIn.objects.filter(
        ~Exists(stopped), merchant_id=merchant_id, state=State.GIVEN, customer__erased_at__isnull=True
    )


def may_write(merchant_id: uuid.UUID, customer_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of `customer_ids` who agreed to this merchant's messages and did not stop them. Level site or merchant."""
    found = list_writable(merchant_id).filter(customer_id__in=list(customer_ids))
    return set(found.values_list("customer_id", flat=True))


def is_stopped(phone_index: bytes) -> bool:
    """Whether the number with this keyed index (field `phone`) is stopped for everybody on the site."""
    return stops().filter(phone_index=phone_index).exists()


def list_optins() -> QuerySet[OptIn]:
    """The register of a merchant, with `shown`: agreed, withdrawn, or agreed while the number is stopped; and `since`
    when that holds."""
    stopped = stops().filter(phone_index=OuterRef("customer__phone_index"))
    of_stopped = Q(state=State.GIVEN, is_stopped=True)
    return (
        OptIn.objects.select_related("customer")
        .filter(customer__erased_at__isnull=True)
        .annotate(is_stopped=Exists(stopped))
        .annotate(
            shown=Case(When(of_stopped, then=Value(STOPPED)), default=F("state"), output_field=CharField()),
            since=Case(When(of_stopped, then=Subquery(stopped.order_by("since").values("since")[:1])), default=F("at")),
        )
    )  # fmt: skip


def get_optin(optin_id: uuid.UUID) -> OptIn:
    """One row of the register. Raises NotFound."""
    found = list_optins().filter(id=optin_id).first()
    if found is None:
        raise NotFound("")
    return found


def of_customer(customer_id: uuid.UUID) -> OptIn | None:
    """What holds between one customer and the merchant whose wall is open; None: it was never agreed to."""
    return list_optins().filter(customer_id=customer_id).first()


def newest_stop(phone_index: bytes) -> Suppression | None:
    """The stop of a number that is in force, the last one said; None where it may be written to."""
    return stops().filter(phone_index=phone_index).order_by("-said_at").first()


def list_history(optin: OptIn) -> list[OptInEvent]:
    """What was agreed and withdrawn between this customer and this merchant, newest first."""
    events = OptInEvent.objects.filter(merchant_id=optin.merchant_id, customer_id=optin.customer_id)
    return list(events.order_by("-at"))


def list_stops(optin: OptIn) -> list[Suppression]:
    """Every stop of this customer's number, newest first."""
    return list(Suppression.objects.filter(phone_index=optin.customer.phone_index).order_by("-since"))
