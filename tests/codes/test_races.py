"""Codes by two and by many at once, with commits; each promise beside a control that breaks it."""

from __future__ import annotations

import uuid

import pytest

from kernel import crypto
from messaging.codes import locks
from messaging.codes.errors import CodeOver, WrongCode
from messaging.codes.models import PhoneCode
from messaging.codes.services import codes
from messaging.meta.models import Sender
from messaging.meta.queries import senders
from tenants.walls import wall
from tests import cluster, factories
from tests.codes.cast import PHONE, ask, make_code, prove
from tests.factories import DAY, NOW
from tests.threads import meet_before, run_threads


def guess_twice(phone, monkeypatch):
    """Two wrong codes at once: how many tries are counted."""
    device = uuid.uuid4().hex
    with phone.at_site():
        row = PhoneCode.objects.create(
            customer=phone.customer(), device_hash=crypto.token_hash(device), created_at=NOW, expires_at=NOW + DAY,
            digits_hash=b"x" * 32, secret_sealed="",
        )  # fmt: skip

    def work(_number):
        with wall(phone.shop.site, "visitor"), pytest.raises(WrongCode):
            codes.prove(digits="000000", device_token=device, now=NOW)

    with monkeypatch.context() as patch:
        meet_before(patch, codes, "_hash")
        assert run_threads(2, work) == [None, None]
    with phone.at_site():
        return PhoneCode.objects.get(id=row.id).tries


def test_two_guesses_at_once_are_two_tries(race_phone, monkeypatch):
    assert guess_twice(race_phone, monkeypatch) == 2


def test_without_the_codes_lock_they_are_one(race_phone, monkeypatch):
    monkeypatch.setattr(
        locks, "newest", lambda device_hash, now: PhoneCode.objects.filter(device_hash=device_hash).first()
    )

    assert guess_twice(race_phone, monkeypatch) == 1


def test_guesses_at_once_are_counted_each(race_phone):
    site = race_phone.shop.site
    with race_phone.at_site():
        factories.make_customer(phone=PHONE)
    with wall(site, "visitor"):
        ask()

    def guess(number):
        with wall(site, "visitor"):
            return prove(f"{number:06d}")

    results = run_threads(12, guess)

    assert sum(isinstance(result, WrongCode) for result in results) == 5
    assert sum(isinstance(result, CodeOver) for result in results) == 7


def sent_at_once(phone, *, ceiling, wanted):
    """How many of the codes of a site-wide page go, when a worker each sends them at the same moment."""
    site = phone.shop.site
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(code_ceiling_per_hour=ceiling)
    with phone.at_site():
        rows = [make_code(site, NOW) for _ in range(wanted)]

    def send(number):
        with wall(site, "site"):
            return codes.send(code_id=rows[number].id, now=NOW)

    return run_threads(wanted, send).count(True)


def test_many_workers_at_once_keep_to_the_ceiling(race_phone):
    assert sent_at_once(race_phone, ceiling=4, wanted=12) == 4


def test_two_workers_who_count_at_the_same_moment_keep_to_the_ceiling(race_phone, monkeypatch):
    meet_before(monkeypatch, codes, "_enqueue")

    assert sent_at_once(race_phone, ceiling=1, wanted=2) == 1


def test_without_the_numbers_lock_the_ceiling_breaks(race_phone, monkeypatch):
    monkeypatch.setattr(codes.sender_services, "lock_mine", senders.mine)
    meet_before(monkeypatch, codes, "_enqueue")

    assert sent_at_once(race_phone, ceiling=1, wanted=2) == 2
