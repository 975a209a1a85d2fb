"""The shortest ways to walk the pages of the wheel, and to look at what they did."""

from __future__ import annotations

import datetime as dt
import re

from kernel import clock
from kernel.models import OutboxEvent
from merchants import models as m
from storefront.wheel.models import Spin
from tenants.walls import wall
from tests.storefront.conftest import PERSON

KIOSK = "/s/mona/kiosk/wheel"


def form(browser, path="/s/mona/wheel", **changed):
    return browser.post(path, {**PERSON, **changed})


def text_of(answer):
    return answer.content.decode()


def spins(site):
    with wall(site, "site"):
        return list(Spin.objects.select_related("coupon"))


def set_merchant(site, merchant, **fields):
    with wall(site, "site"):
        m.Merchant.objects.filter(id=merchant.id).update(**fields)


def waits(site):
    """Which coupons' messages wait for the wheel."""
    with wall(site, "site"):
        events = OutboxEvent.objects.filter(topic="coupon.taken", due_at__gt=clock.now() + dt.timedelta(minutes=5))
        return events.count()


def switch_off(site, version):
    with wall(site, "site"):
        version.wheel.is_on, version.wheel.switched_at = False, clock.now()
        version.wheel.save()


def token_in(answer):
    return re.search(r'name="spin" value="([^"]+)"', text_of(answer))[1]


def move_clock(monkeypatch, **by):
    moment = clock.now() + dt.timedelta(**by)
    monkeypatch.setattr(clock, "now", lambda: moment)


def in_store(site, batch):
    with wall(site, "site"):
        m.Batch.objects.filter(id=batch.id).update(in_store=True)
