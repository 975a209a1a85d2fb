"""What the pages of a coupon say of its message: its true state to its holder, a promise to who has just taken it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest

from merchants.services import claims
from messaging.queries import arrival
from messaging.queries.arrival import Stage
from storefront.queries import coupons, mine
from storefront.web import browser

# So long after it was asked for, a page looks again by itself. Nobody stands at a till for longer.
WATCHED = dt.timedelta(minutes=10)
# Most come within seconds; a phone that is off is asked about less often. In seconds.
SOON, EVERY, LATER = dt.timedelta(seconds=30), 3, 15
STILL_MOVES = {Stage.COMING, Stage.SENT}
# What a promise says: that it comes, or that it comes unless its owner said STOP, which only a proved browser may know.
SURE, UNLESS_STOPPED = "sure", "unless_stopped"


def of_page(request: HttpRequest, page: coupons.CouponPage, *, now: dt.datetime) -> dict[str, Any]:
    """For the page of a coupon that can be used: `delivery` for its holder, else `promise` where it was taken here just
    now. `polls`: after how many seconds the page looks again by itself, 0: never."""
    if not is_mine(request, page.serial):
        here = "new" in request.GET and any(one.serial == page.serial for one in browser.kept(request))
        return {"delivery": None, "polls": 0, "promise": _promise(page, now) if here else ""}
    found = arrival.of_coupon(page.coupon_id, now=now)
    return {"delivery": found, "polls": _polls(found, now), "promise": ""}


def _polls(found: arrival.Delivery, now: dt.datetime) -> int:
    if found.stage not in STILL_MOVES or found.since is None or found.since <= now - WATCHED:
        return 0
    return EVERY if found.since > now - SOON else LATER


def promise(request: HttpRequest, page: coupons.CouponPage, *, now: dt.datetime, shared: bool = False) -> str:
    """For the pages between a claim and its coupon, and for the shop's own screen."""
    if shared or not is_mine(request, page.serial):
        return _promise(page, now)
    return SURE if arrival.of_coupon(page.coupon_id, now=now).stage in {*STILL_MOVES, Stage.ARRIVED} else ""


def is_mine(request: HttpRequest, serial: str) -> bool:
    """Whether this browser proved the number of the coupon's holder."""
    return mine.holder_of(serial, claims.proved_customers(browser.device_token(request))) is not None


def _promise(page: coupons.CouponPage, now: dt.datetime) -> str:
    """Only of a claim of just now: later, whoever has the serial is not told whether anything was sent."""
    if page.taken_at is None or page.taken_at < now - WATCHED or not arrival.promised(page.coupon_id, now=now):
        return ""
    return UNLESS_STOPPED
