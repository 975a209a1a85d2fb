"""Buckets against a frozen clock, on the real Valkey."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import redis
from structlog.testing import capture_logs

from config.embedded import Valkey, free_port, wait_for
from kernel import limits
from kernel.limits import Bucket
from tests.factories import NOW

SITE = uuid.UUID(int=1)
TEN = Bucket("lookup", "192.0.2.0/24", 10, 600)


def allow(*buckets, after=0.0, site_id=SITE, **more):
    return limits.allow(*buckets, site_id=site_id, now=NOW + dt.timedelta(seconds=after), **more)


def test_ten_pass_and_the_eleventh_does_not():
    verdicts = [allow(TEN) for _ in range(11)]

    assert [v.allowed for v in verdicts] == [True] * 10 + [False]
    assert [v.remaining for v in verdicts[:10]] == list(range(9, -1, -1))
    assert (verdicts[10].retry_after, verdicts[10].bucket) == (60, "lookup")


def test_one_comes_back_with_each_share_of_the_period():
    for _ in range(10):
        allow(TEN)

    assert not allow(TEN, after=59).allowed
    assert allow(TEN, after=60).allowed
    assert not allow(TEN, after=61).allowed
    assert [allow(TEN, after=700).allowed for _ in range(11)] == [True] * 10 + [False]


def test_looking_takes_nothing():
    assert [allow(TEN, cost=0).remaining for _ in range(20)] == [10] * 20
    for _ in range(10):
        allow(TEN)
    assert not allow(TEN, cost=0).allowed


def test_several_buckets_are_taken_from_together_or_not_at_all():
    phone, address = Bucket("phone", "+966500000001", 2, 60), Bucket("address", "192.0.2.0/24", 5, 60)

    assert [allow(phone, address).allowed for _ in range(4)] == [True, True, False, False]
    assert allow(address, cost=0).remaining == 3


def test_keys_sites_and_kinds_do_not_share_a_bucket():
    for _ in range(10):
        allow(TEN)

    assert allow(Bucket("lookup", "198.51.100.0/24", 10, 600)).allowed
    assert allow(Bucket("claim", TEN.key, 10, 600)).allowed
    assert allow(TEN, site_id=uuid.UUID(int=2)).allowed
    assert not allow(TEN).allowed


def test_many_at_once_do_not_get_more_than_one_after_the_other():
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: allow(TEN).allowed, range(80)))

    assert verdicts.count(True) == 10


def test_counters_survive_a_new_process():
    for _ in range(10):
        allow(TEN)

    code = (
        "import django; django.setup()\n"
        "from tests.kernel.test_limits import TEN, allow\n"
        "raise SystemExit(0 if not allow(TEN).allowed else 1)"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ}, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_without_valkey_codes_are_refused_and_pages_go_on(no_valkey):
    """What the pages then do: tests/storefront/test_without_valkey.py."""
    assert allow(TEN).allowed
    with pytest.raises(limits.Unavailable):
        allow(TEN, closed=True)


def test_counters_survive_a_valkey_that_is_killed_and_starts_again(tmp_path, settings):
    own = Valkey(free_port(28379), tmp_path / "valkey")
    settings.REDIS_URL = own.url

    with running(own):
        for _ in range(10):
            allow(TEN)
    with pytest.raises(limits.Unavailable):
        allow(TEN, closed=True)
    with running(own):
        assert not allow(TEN).allowed
        assert allow(TEN, after=60).allowed


@contextmanager
def running(valkey):
    """A Valkey as the product starts it, killed at the end."""
    process = subprocess.Popen(valkey.command())
    try:
        wait_for(lambda: ready(valkey), seconds=20, what="Valkey")
        yield
    finally:
        process.kill()
        process.wait()


def ready(valkey):
    try:
        return redis.Redis.from_url(valkey.url, socket_timeout=1).ping()
    except redis.RedisError:
        return False


def test_a_valkey_that_is_gone_is_told_of_once_a_minute_and_without_a_trace(no_valkey, monkeypatch):
    monkeypatch.setattr(limits, "_told_at", -1e9)

    with capture_logs() as told:
        for _ in range(3):
            allow(TEN)

    assert told == [{"event": "limits unavailable", "reason": "ConnectionError", "log_level": "error"}]


def test_phones_do_not_stand_in_the_store():
    allow(Bucket("phone", "+966500000001", 2, 60))

    names = redis.Redis.from_url(os.environ["REDIS_URL"]).keys("limit:*")
    assert names
    assert all(b"966500000001" not in name for name in names)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/56"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_is_what_one_household_shares(address, expected):
    assert limits.network(address) == expected


def test_an_empty_bucket_is_a_refusal_with_a_wait():
    for _ in range(10):
        limits.must(TEN, site_id=SITE, now=NOW)

    with pytest.raises(limits.TooMany) as refused:
        limits.must(TEN, site_id=SITE, now=NOW)
    assert refused.value.data == {"retry_after": 60}
