"""Which number a site sends from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce

from messaging.meta.choices import AccountState, SenderState
from messaging.meta.models import MetaAccount, Sender
from tenants.queries import sites
from tenants.walls import current_site, wall

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Others:
    """The account's other numbers: people written to in a day, how many numbers wrote to somebody (also
    one that is off by now), how many can."""

    people: int
    busy: int
    connected: int


def mine() -> Sender | None:
    """The sender of the open site, whatever its state."""
    return Sender.objects.filter(site_id=current_site().id).first()


def switched_on() -> Sender | None:
    """The sender of the open site, unless it is off. A paused one counts: its messages wait."""
    return Sender.objects.filter(site_id=current_site().id).exclude(state=SenderState.OFF).first()


def is_on() -> bool:
    """Whether the open site has WhatsApp."""
    return switched_on() is not None


def rests(*, now: dt.datetime) -> bool:
    """Whether the open site's messages wait because its number is paused, or Meta refuses the platform's token.

    Not while Meta gives no answer of use: then the number tries again in a moment.
    """
    sender = switched_on()
    if sender is None or not sender.sends(now):
        return sender is not None
    with wall(sites.console(), "master"):
        return not MetaAccount.objects.filter(state=AccountState.OK).exists()


def shown_name() -> str:
    """The name under which WhatsApp shows the open site's messages; "" where it has no number. Opens level site."""
    with wall(current_site(), "site"):
        sender = mine()
    return sender.display_name if sender else ""


def list_senders() -> QuerySet[Sender]:
    """Every sender this wall shows: all on the console."""
    return Sender.objects.all()


def with_digits(rows: QuerySet[Sender]) -> QuerySet[Sender]:
    """Each with `digits`: its number without blanks and signs."""
    bare: Any = Func(F("display_phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
    return rows.annotate(digits=Cast(bare, CharField()))


def others(*, now: dt.datetime) -> Others:
    """What the other sites' numbers did within a day. Three sums, for which the wall is opened."""
    lately = Q(people_counted_at__gt=now - DAY, people_lately__gt=0)
    rest = Sender.objects.exclude(site_id=current_site().id)
    with wall(sites.console(), "master"):
        found = rest.aggregate(
            people=Coalesce(Sum("people_lately", filter=lately), 0), busy=Count("id", filter=lately),
            connected=Count("id", filter=~Q(state=SenderState.OFF)),
        )  # fmt: skip
    return Others(**found)


def people_of_account(*, now: dt.datetime) -> int:
    """To how many people every number of the account wrote within a day. On the console."""
    lately = Sender.objects.filter(people_counted_at__gt=now - DAY)
    return int(lately.aggregate(n=Coalesce(Sum("people_lately"), 0))["n"])
