"""Prices. Each is a line that is added and never changed: what was true on a day can be read off for ever."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from credits.pricing import locks
from credits.pricing.choices import ProfitKind
from credits.pricing.errors import CostAbovePrice, MalformedPrice, NoSuchOffer
from credits.pricing.models import Price
from credits.pricing.queries import history, warnings
from credits.pricing.queries.warnings import CheapBi
from ui.text import money_text

PERCENT = 10_000  # hundredths of a percent in the whole
_MOST = 10**12  # minor units
_AHEAD = dt.timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a price holds. `agent_id` with the `site_id` of that agent, or neither."""

    currency: str
    country: str = ""
    agent_id: uuid.UUID | None = None
    site_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """A price that was set, and what the platform should know about it."""

    price: Price
    warnings: list[CheapBi]


def cost_of(*, retail: int, profit_kind: str, profit_value: int) -> int:
    """The platform's cost in minor units: price less profit, a percentage rounded half up to the unit."""
    if profit_kind == ProfitKind.PERCENT:
        return retail - (2 * retail * profit_value + PERCENT) // (2 * PERCENT)
    return retail - profit_value


def put(
    *,
    item_id: uuid.UUID,
    scope: Scope,
    retail: int,
    profit_kind: str,
    profit_value: int,
    actor: Actor,
    now: dt.datetime,
    valid_from: dt.datetime | None = None,
    confirm: bool = False,
) -> Put:
    """Set a price from now, or from a later moment on. Amounts in minor units, percent in hundredths.

    Raises NotAllowed, UnknownItem, MalformedPrice, and CostAbovePrice unless `confirm`.
    """
    must(actor, "price.manage")
    starts = valid_from or now
    _check(scope, retail, profit_kind, profit_value, starts, now)
    cost = cost_of(retail=retail, profit_kind=profit_kind, profit_value=profit_value)
    if cost < 0:
        raise MalformedPrice(_("The profit cannot be more than the price."), field="profit_value")
    if cost > retail and not confirm:
        raise CostAbovePrice(cost=cost, retail=retail, currency=scope.currency)
    with transaction.atomic():
        item = locks.item(item_id)
        price = _add(item_id, scope, retail, cost, profit_kind, profit_value, starts, actor, now)
        audit.record(
            "price.set", item, actor=actor, now=now,
            after={
                "scope": _words(scope), "retail": money_text(retail, scope.currency),
                "cost": money_text(cost, scope.currency), "from": starts.isoformat(),
            },
        )  # fmt: skip
    found = warnings.cheap_bi(country=scope.country, currency=scope.currency, agent_id=scope.agent_id, now=starts)
    return Put(price, found)


def withdraw(*, item_id: uuid.UUID, scope: Scope, actor: Actor, now: dt.datetime) -> Price:
    """End a scope's own price now: the wider one holds again, or the item is no longer sold there.

    Raises NotAllowed, UnknownItem, and NoSuchOffer where the scope has no price of its own.
    """
    must(actor, "price.manage")
    with transaction.atomic():
        item = locks.item(item_id)
        last = history.newest(
            item_id=item_id, currency=scope.currency, country=scope.country, agent_id=scope.agent_id, now=now
        )
        if last is None or last.withdrawn:
            raise NoSuchOffer
        price = _add(
            item_id, scope, last.retail, last.cost, last.profit_kind, last.profit_value, now, actor, now,
            withdrawn=True,
        )  # fmt: skip
        audit.record(
            "price.withdrawn", item, actor=actor, now=now,
            before={"scope": _words(scope), "retail": money_text(last.retail, scope.currency)},
        )  # fmt: skip
    return price


def _add(
    item_id: uuid.UUID, scope: Scope, retail: int, cost: int, profit_kind: str, profit_value: int,
    starts: dt.datetime, actor: Actor, now: dt.datetime, *, withdrawn: bool = False,
) -> Price:  # fmt: skip
    return Price.objects.create(
        item_id=item_id, currency=scope.currency, country=scope.country, agent_id=scope.agent_id,
        site_id=scope.site_id, retail=retail, cost=cost, profit_kind=profit_kind, profit_value=profit_value,
        withdrawn=withdrawn, valid_from=starts, created_at=now, created_by=actor.id,
        created_by_label=actor.label[:120],
    )  # fmt: skip


def _check(
    scope: Scope, retail: int, profit_kind: str, profit_value: int, starts: dt.datetime, now: dt.datetime
) -> None:
    if len(scope.currency) != 3 or not scope.currency.isascii() or not scope.currency.isupper():
        raise MalformedPrice(_("Write the currency as three capital letters."), field="currency")
    if scope.country and (len(scope.country) != 2 or not scope.country.isascii() or not scope.country.isupper()):
        raise MalformedPrice(_("Choose a country from the list."), field="country")
    if (scope.agent_id is None) != (scope.site_id is None):
        raise MalformedPrice(_("Choose an agent that has a site."), field="agent")
    if not 0 <= retail <= _MOST:
        raise MalformedPrice(_("That is not a price."), field="retail")
    if profit_kind not in ProfitKind.values:
        raise MalformedPrice(_("The profit is an amount or a percentage."), field="profit_kind")
    if abs(profit_value) > (PERCENT if profit_kind == ProfitKind.PERCENT else _MOST):
        raise MalformedPrice(_("That is not a profit."), field="profit_value")
    if starts < now:
        raise MalformedPrice(_("A price holds from now or later: the past stays as it was."), field="valid_from")
    if starts > now + _AHEAD:
        raise MalformedPrice(_("That is more than two years away."), field="valid_from")


def _words(scope: Scope) -> str:
    parts = (scope.currency, scope.country, str(scope.agent_id or ""))
    return " ".join(part for part in parts if part)
