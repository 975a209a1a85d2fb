"""What the endpoints do and say."""

from __future__ import annotations

import pytest

from accounts.actors import system
from credits.services import ledger, wallets
from kernel import clock
from kernel.ids import uuid7
from merchants import models as m
from tenants.walls import wall
from tests import factories
from tests.api.conftest import now_batch
from tests.factories import DAY

PERSON = {"phone": "+966500000001", "name": "Carl", "birthday": "1990-05-17"}


@pytest.fixture
def batch(ada_site, mona):
    with wall(ada_site, "site"):
        return now_batch(mona, 5, print_quantity=2)


def pid(thing):
    return f"btc_{thing.id.hex}"


def claim(api, batch, key="", **more):
    return api.post("claims", {"batch_id": pid(batch), **PERSON, **more}, key=key)


def test_batches_are_listed_newest_first_and_paged_by_cursor(api, ada_site, mona):
    with wall(ada_site, "site"):
        for day in range(5):
            now_batch(mona, 1, created_at=clock.now() - day * DAY, offer_kind="amount", offer_amount=1550)

    first = api.get("batches?limit=2").json()
    second = api.client.get(first["next"], headers={"x-api-key": api.secret, "host": api.host}).json()

    assert len(first["results"]) == len(second["results"]) == 2
    assert first["results"][0]["created_at"].endswith("Z")
    assert first["results"][0]["offer"]["amount"] == {"amount": "15.50", "currency": "SAR"}
    assert not {r["id"] for r in first["results"]} & {r["id"] for r in second["results"]}
    assert first["previous"] is None


def test_a_batch_counts_its_coupons(api, batch):
    claim(api, batch)

    body = api.get(f"batches/{pid(batch)}").json()

    assert body["id"] == pid(batch)
    assert (body["coupons"]["available"], body["coupons"]["taken"]) == (4, 1)


def test_a_claim_gives_a_coupon_that_can_be_looked_up_redeemed_and_taken_back(api, batch):
    made = claim(api, batch)
    serial = made.json()["serial"]
    found = api.get(f"coupons/{serial.lower()}")
    used = api.post("redemptions", {"serial": f"HTTPS://ADA.LOCALHOST/C/{serial}"})
    again = api.post("redemptions", {"serial": serial})
    undone = api.post(f"redemptions/{used.json()['id']}/undo", {"reason": "wrong bill"})

    assert made.status_code == 201
    assert set(made.json()) == {
        "id", "batch_id", "serial", "state", "lane", "source", "taken_at", "use_until", "redeemed_at"
    }  # fmt: skip
    assert (made.json()["state"], made.json()["source"]) == ("taken", "api")
    assert found.json()["id"] == made.json()["id"]
    assert used.status_code == 201
    assert (again.status_code, again.json()["code"]) == (409, "already_used")
    assert (undone.status_code, undone.json()["undo_reason"]) == (200, "wrong bill")
    assert api.get("redemptions").json()["results"][0]["id"] == used.json()["id"]


def test_a_second_claim_is_refused_without_the_coupon(api, batch):
    claim(api, batch)

    response = claim(api, batch)

    assert (response.status_code, response.json()["code"]) == (409, "held")
    assert "serial" not in response.json()


def test_known_and_unknown_numbers_get_answers_of_one_shape(api, ada_site, mona, batch):
    """A stranger learns from the API neither the name nor that the number is known."""
    claim(api, batch, name="Real Name")
    with wall(ada_site, "site"):
        other = now_batch(mona)

    known = claim(api, other, name="Somebody Else")
    unknown = claim(api, other, phone="+966500000002", name="Somebody Else")
    incomplete = [api.post("claims", {"batch_id": pid(other), "phone": p}) for p in ("+966500000001", "+966500000009")]

    assert (known.status_code, set(known.json())) == (unknown.status_code, set(unknown.json()))
    assert b"Real Name" not in known.content
    bodies = [{**r.json(), "request_id": ""} for r in incomplete]
    assert bodies[0] == bodies[1]
    assert incomplete[0].status_code == 422


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"phone", "name", "birthday"}),
        ({"batch_id": "btc_1", "serial": "X", **PERSON}, {"batch_id"}),
        ({"batch_id": "btc_1", **PERSON, "phone": "0500000001"}, {"phone"}),
        ({"batch_id": "btc_1", **PERSON, "birthday": "2090-01-01"}, {"birthday"}),
    ],
)
def test_wrong_fields_are_named(api, body, fields):
    response = api.post("claims", body)

    assert response.status_code == 422
    assert {error["field"] for error in response.json()["errors"]} == fields


def test_a_printed_coupon_is_claimed_by_its_serial_and_refusals_do_not_tell_used_from_unknown(api, ada_site, batch):
    with wall(ada_site, "site"):
        serial = m.Coupon.objects.filter(batch=batch, lane="print").first().serial

    first = api.post("claims", {"serial": serial, **PERSON})
    used = api.post("claims", {"serial": serial, **PERSON, "phone": "+966500000002"})
    unknown = api.post("claims", {"serial": "222222222222222", **PERSON, "phone": "+966500000002"})

    assert first.json()["serial"] == serial
    same = [{**r.json(), "request_id": ""} for r in (used, unknown)]
    assert same[0] == same[1]
    assert used.status_code == 409


def test_a_branch_of_another_merchant_is_refused(api, ada_site, batch):
    serial = claim(api, batch).json()["serial"]
    with wall(ada_site, "site"):
        foreign = factories.make_branch(factories.make_merchant("Sam"))

    response = api.post("redemptions", {"serial": serial, "branch_id": f"brn_{foreign.id.hex}"})

    assert (response.status_code, response.json()["code"]) == (400, "no_such_branch")


def test_wallets_are_three_balances(api, ada_site, mona):
    with wall(ada_site, "site"):
        wallets.open_for_merchant(merchant_id=mona.id, now=clock.now())
        ledger.grant(
            merchant_id=mona.id, unit="coupon", amount=70, reason="test", actor=system("test"), now=clock.now(),
            key=uuid7(),
        )  # fmt: skip

    assert api.get("wallets").json() == [
        {"unit": "coupon", "balance": 70}, {"unit": "wa_ui", "balance": 0}, {"unit": "wa_bi", "balance": 0}
    ]  # fmt: skip


def test_guessing_serials_is_throttled(api, still_clock):
    for _ in range(60):
        assert api.get("coupons/222222222222222").status_code == 404

    assert api.get("coupons/222222222222222").status_code == 429


def test_a_batch_is_generated_for_credits_and_once_per_key(api, ada_site, mona):
    from merchants.paper.defaults import default_layout

    with wall(ada_site, "site"):
        wallets.open_for_merchant(merchant_id=mona.id, now=clock.now())
        ledger.grant(
            merchant_id=mona.id, unit="coupon", amount=50, reason="test", actor=system("test"), now=clock.now(),
            key=uuid7(),
        )  # fmt: skip
        template = factories.make_template(mona)
        template.layout = default_layout(1000, 500).to_json()
        template.save()
    wanted = {
        "template": f"own:{template.id}", "quantity": 30, "title_en": "By API", "offer_kind": "percentage",
        "offer_percent": 20, "claim_until": (clock.now() + 30 * DAY).isoformat(),
    }  # fmt: skip

    without = api.post("batches", wanted)
    first = api.post("batches", wanted, key="order-1")
    again = api.post("batches", wanted, key="order-1")
    short = api.post("batches", wanted, key="order-2")

    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_needed")
    assert first.status_code == 201, first.content
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert short.json()["code"] == "insufficient_credits"
    assert api.get("wallets").json()[0]["balance"] == 20


@pytest.mark.parametrize("path", ["nothing", "batches/", "wallets/1/2"])
def test_an_address_that_does_not_exist_is_a_problem_too(api, path):
    for answer in (api.get(path), api.post(path, {})):
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"
