"""Idempotency-Key: replay, other body, in flight, what is not kept, 24 hours."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from merchants import models as m
from merchants.api import idempotency
from tenants.walls import wall
from tests.api.conftest import now_batch
from tests.api.test_endpoints import PERSON, claim, pid


@pytest.fixture
def batch(ada_site, mona):
    with wall(ada_site, "site"):
        return now_batch(mona)


def taken(ada_site):
    with wall(ada_site, "site"):
        return m.Coupon.objects.filter(state="taken").count()


def test_the_same_request_gets_the_same_answer_and_acts_once(api, ada_site, batch):
    first, again = claim(api, batch, key="k1"), claim(api, batch, key="k1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert taken(ada_site) == 1


def test_the_same_key_with_another_body_is_refused(api, ada_site, batch):
    claim(api, batch, key="k1")

    response = claim(api, batch, key="k1", phone="+966500000002")

    assert (response.status_code, response.json()["code"]) == (422, "idempotency_mismatch")
    assert taken(ada_site) == 1


def test_a_request_under_way_is_a_conflict_until_its_process_is_given_up(api, ada_site, mona, batch):
    body = f'{{"batch_id": "{pid(batch)}"}}'
    with wall(ada_site, "site"):
        key = m.ApiKey.objects.get()
        idempotency.begin(api_key=key, key="k1", digest="x", now=clock.now())
        record = m.IdempotencyRecord.objects.get()
        import json

        digest = idempotency.request_hash(
            "POST", "/api/v1/claims", json.dumps({"batch_id": pid(batch), **PERSON}).encode()
        )
        m.IdempotencyRecord.objects.filter(id=record.id).update(request_hash=digest)

    waiting = claim(api, batch, key="k1")
    with wall(ada_site, "site"):
        m.IdempotencyRecord.objects.update(created_at=clock.now() - dt.timedelta(minutes=3))
    resumed = claim(api, batch, key="k1")

    assert body
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_in_flight")
    assert resumed.status_code == 201


def test_a_conflict_is_not_kept_so_that_a_retry_may_do_better(api, ada_site, batch):
    with wall(ada_site, "site"):
        m.Batch.objects.update(state="paused")
    paused = claim(api, batch, key="k1")
    with wall(ada_site, "site"):
        m.Batch.objects.update(state="active")

    assert paused.status_code == 409
    assert claim(api, batch, key="k1").status_code == 201


def test_a_wrong_request_is_kept(api, ada_site, batch):
    first = api.post("claims", {"batch_id": pid(batch)}, key="k1")
    again = api.post("claims", {"batch_id": pid(batch)}, key="k1")

    assert (first.status_code, again.status_code) == (422, 422)
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotency-Replayed"] == "true"


def test_after_a_day_a_key_is_free_again(api, ada_site, batch):
    claim(api, batch, key="k1")
    with wall(ada_site, "site"):
        m.IdempotencyRecord.objects.update(created_at=clock.now() - dt.timedelta(hours=25))

    assert claim(api, batch, key="k1", phone="+966500000002").status_code == 201


def test_a_redeem_whose_answer_was_lost_is_answered_again(api, ada_site, batch):
    """The record is gone, as after a crash; the scan's nonce comes from the key and finds the first answer."""
    serial = claim(api, batch).json()["serial"]
    first = api.post("redemptions", {"serial": serial}, key="scan-1")
    with wall(ada_site, "site"):
        m.IdempotencyRecord.objects.all().delete()

    again = api.post("redemptions", {"serial": serial}, key="scan-1")

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])


@pytest.mark.parametrize("length", [256, 4000])
def test_a_key_has_a_longest_length(api, batch, length):
    assert claim(api, batch, key="k" * length).json()["code"] == "idempotency_key_invalid"
