"""Many people at once over HTTP, against a web process of its own."""

from __future__ import annotations

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from merchants import models as m
from tenants.walls import wall
from tests import cluster, factories
from tests.live import LiveServer, Visitor, claim_form
from tests.storefront.conftest import open_batch

CLIENTS = 16


@pytest.fixture
def site(race_db):
    return cluster.site("ada")


@pytest.fixture
def server(site, database):
    with LiveServer(database.url()) as running:
        yield running


def shop(site, quantity, **fields):
    with wall(site, "site"):
        return open_batch(factories.make_merchant(), quantity, **fields)


def all_at_once(function, arguments):
    """Call `function(visitor's local, argument)` on CLIENTS threads that start together."""
    gate, own = threading.Barrier(CLIENTS), threading.local()

    def call(argument):
        if not getattr(own, "started", False):
            own.started = True
            gate.wait(timeout=30)
        return function(argument)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(call, arguments))


def claim(server, batch, number, **changed):
    visitor = Visitor(server.port, cluster.HOSTS["ada"])
    path = f"/b/{batch.id}/claim"
    visitor.get(path)
    answer = visitor.post(path, claim_form(number, **changed))
    visitor.close()
    return answer


def serials(answers):
    return [found[1] for a in answers if (found := re.search(r"/c/([A-Z0-9]+)", a.headers.get("Location") or ""))]


def test_two_hundred_people_and_forty_coupons(site, server):
    batch = shop(site, 40)

    answers = all_at_once(lambda number: claim(server, batch, number), range(200))

    assert Counter(a.status for a in answers) == {302: 40, 409: 160}
    assert len(set(serials(answers))) == 40
    with wall(site, "site"):
        assert m.Coupon.objects.filter(batch=batch, state="taken").count() == 40
        assert m.Customer.objects.count() == 40


def test_one_phone_fifty_times_gets_one_coupon(site, server):
    batch = shop(site, 60)

    answers = all_at_once(lambda _: claim(server, batch, 7), range(50))

    # A phone may ask twelve times an hour: the rest are told to wait.
    assert Counter(a.status for a in answers)[302] == 1
    assert {a.status for a in answers} <= {302, 409, 429}
    with wall(site, "site"):
        assert m.Coupon.objects.filter(batch=batch, state="taken").count() == 1


def test_a_button_pressed_five_times_at_once_gives_five_times_the_same_coupon(site, server):
    batch = shop(site, 60)
    visitor = Visitor(server.port, cluster.HOSTS["ada"])
    path = f"/b/{batch.id}/claim"
    visitor.get(path)

    def press(_):
        again = Visitor(server.port, cluster.HOSTS["ada"])
        again.cookies = dict(visitor.cookies)
        answer = again.post(path, claim_form(8, turn="one-press"))
        again.close()
        return answer

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(press, range(5)))
    visitor.close()

    assert [a.status for a in answers] == [302] * 5
    assert len(set(serials(answers))) == 1
    with wall(site, "site"):
        assert m.Coupon.objects.filter(batch=batch, state="taken").count() == 1
