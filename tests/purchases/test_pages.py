"""The pages: a merchant buys and comes back, an office sells, refunds and earns, an agent tops up, the console confirms."""

from __future__ import annotations

import io
import re
import uuid

import pypdfium2
import pytest
from django.test import Client

from agents.models import TopUp
from agents.purchases.models import Paper, Purchase
from agents.services import topups
from credits.queries import balances
from kernel import clock
from tenants.walls import wall
from tests import cluster, factories
from tests.accounts.conftest import client_of, staff_of
from tests.factories import NOW
from tests.merchants.cast import Shop, browser
from tests.payments.cast import connect
from tests.purchases.cast import JOB

__all__ = ["client_of", "staff_of"]


def visitor_of(market, role="owner") -> Client:
    return browser(Shop(market.site, market.merchant, market.owner), role)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_the_merchant_and_the_office_opens(market, staff_of, language):
    sold = market.sell("fee")
    market.sell("pack")
    client, (office, _user) = visitor_of(market), staff_of("ada", "finance")
    for one in (client, office):
        one.cookies["language"] = language
    with market.desk():
        paper = Paper.objects.get(purchase=sold)
    for path in ("buy/", "purchases/", f"purchases/{sold.id}/", f"purchases/{sold.id}/status/", "wallets/coupon/"):
        answer = client.get(f"/merchant/{path}")
        assert answer.status_code == 200, (path, answer.content.decode()[:2000])
    for path in ("sales/", f"sales/{sold.id}/", f"sales/{sold.id}/refund/", "earnings/", "invoices/", "wallet/",
                 "wallet/top-up/", "wallet/transfer/", "wallet/alert/", "wallet/top-ups/",
                 f"merchants/{market.merchant.id}/sell/"):  # fmt: skip
        answer = office.get(f"/office/{path}")
        assert answer.status_code == 200, (path, answer.content.decode()[:2000])
    pdf = client.get(f"/merchant/purchases/{sold.id}/papers/{paper.id}.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(pdf.content)))
    assert "500.00" in text
    assert paper.label in text


def test_the_office_finds_sales_by_a_part_of_the_merchants_name(market, staff_of):
    market.sell("fee")
    office, _user = staff_of("ada", "finance")
    part = market.merchant.brand_name[1:-1].lower()

    assert market.merchant.brand_name in office.get(f"/office/sales/?q={part}").content.decode()
    assert market.merchant.brand_name not in office.get(f"/office/sales/?q={part}x").content.decode()


def test_a_merchant_pays_at_stripe_comes_back_and_has_it(market, stripe):
    client = visitor_of(market)
    page = client.get("/merchant/buy/").content.decode()
    assert "Annual plan" in page
    assert "2,000" not in page, "packages are for active merchants"
    found = re.search(rf'action="(/merchant/buy/{market.items["fee"].id}/)".*?name="key" value="([0-9a-f-]+)"', page, re.S)

    answer = client.post(found[1], {"key": found[2]})

    assert answer["Location"] == f"/merchant/purchases/{found[2]}/pay/"
    to_stripe = client.get(answer["Location"]).content.decode()
    (session,) = stripe.account("ada")["sessions"]
    assert session["url"] in to_stripe
    assert session["customer_email"].startswith("person")
    stripe.pay(session["id"])
    back = client.get(session["success_url"].split("localhost", 1)[1].lstrip(":0123456789"))
    assert back["Location"] == f"/merchant/purchases/{found[2]}/"
    assert "Everything is yours." in client.get(back["Location"]).content.decode()
    assert market.state.state == "active"


def test_a_manager_sees_and_does_not_buy(market):
    client = visitor_of(market, "manager")
    assert client.get("/merchant/buy/").status_code == 200
    assert client.post(f"/merchant/buy/{market.items['fee'].id}/").status_code == 403
    with market.desk():
        assert not Purchase.objects.exists()


def test_a_merchant_chooses_the_temporary_plan_and_sees_its_packages(market):
    client = visitor_of(market)

    client.post("/merchant/buy/plan/", {"plan": "temporary"})

    page = client.get("/merchant/buy/").content.decode()
    assert "2,000" in page
    assert market.state.plan == "temporary"


def test_the_office_records_a_payment_from_outside_with_a_proof(market, staff_of):
    office, _user = staff_of("ada", "finance")
    proof = io.BytesIO(b"%PDF-1.4 a transfer")
    proof.name = "proof.pdf"
    values = {"item": str(market.items["fee"].id), "reason": "Transfer 17", "key": str(uuid.uuid4()), "proof": proof}

    answer = office.post(f"/office/merchants/{market.merchant.id}/sell/", values)

    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert market.state.state == "active"
    assert office.get(f"{answer['Location']}proof/").content == b"%PDF-1.4 a transfer"
    export = office.get("/office/earnings/?export=csv")
    text = b"".join(export.streaming_content).decode("utf-8-sig")
    export.close()
    assert "500.00" in text
    assert "200.00" in text


def test_the_office_refunds_and_the_merchant_gets_its_credit_note(market, staff_of, stripe):
    market.sell("fee")
    purchase = market.order("pack")
    market.checkout(purchase)
    stripe.pay(market.fresh(purchase).session_id)
    office, _user = staff_of("ada", "finance")
    visitor_of(market).get(f"/merchant/purchases/{purchase.id}/back/")
    assert market.credits == (2000, 0, 0)
    before = market.money

    answer = office.post(f"/office/sales/{purchase.id}/refund/", {"amount": "200.00", "reason": "Changed mind"})

    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert (market.fresh(purchase).state, market.credits) == ("refunded", (0, 0, 0))
    assert market.money == before + 15_000
    assert stripe.account("ada")["balance"]["sar"] == 0
    with market.desk():
        assert Paper.objects.get(purchase=purchase, kind="credit_note").total == 20_000


def test_an_agent_tops_up_by_card_with_the_platforms_keys(market, staff_of, stripe, master):
    with wall(master, "master"):
        connect("sk_test_platform_canary1234")
    office, _user = staff_of("ada", "finance")
    key = str(uuid.uuid4())

    answer = office.post("/office/wallet/top-up/", {"amount": "250.00", "key": key})
    (session,) = stripe.account("platform")["sessions"]
    assert session["url"] in office.get(answer["Location"]).content.decode()
    stripe.pay(session["id"])
    office.get(f"/office/wallet/top-ups/{key}/back/")
    office.get(f"/office/wallet/top-ups/{key}/back/")

    assert market.money == 100_000 + 25_000
    assert stripe.account("platform")["balance"]["sar"] == 25_000
    assert "SAR 1,250.00" in office.get("/office/wallet/").content.decode()


def test_a_topup_whose_payer_never_comes_back_is_found_by_the_sweep(market, staff_of, stripe, master):
    with wall(master, "master"):
        connect("sk_test_platform_canary1234")
    office, _user = staff_of("ada", "finance")
    office.post("/office/wallet/top-up/", {"amount": "250.00", "key": str(uuid.uuid4())})
    (session,) = stripe.account("platform")["sessions"]
    stripe.pay(session["id"])

    with market.desk():
        assert topups.look_at_open(actor=JOB, now=clock.now()) == 1
        assert topups.look_at_open(actor=JOB, now=clock.now()) == 0

    assert market.money == 125_000


def test_the_console_confirms_a_transfer_and_two_people_a_large_one(market, staff_of, settings):
    settings.TOPUP_TWO_PEOPLE_ABOVE = 50_000
    office, _user = staff_of("ada", "finance")
    first, _ = staff_of("master", "finance")
    second, _ = staff_of("master", "super_admin")
    for amount, reference in (("500.00", "small"), ("500.01", "large")):
        office.post("/office/wallet/transfer/", {"amount": amount, "reference": reference, "key": str(uuid.uuid4())})
    with wall(cluster.site("master"), "master"):
        small, large = (TopUp.objects.get(reference=name).id for name in ("small", "large"))

    first.post(f"/top-ups/{small}/confirm/")
    assert market.money == 150_000
    first.post(f"/top-ups/{large}/confirm/")
    first.post(f"/top-ups/{large}/confirm/")
    assert market.money == 150_000, "one person is not two"
    second.post(f"/top-ups/{large}/confirm/")
    second.post(f"/top-ups/{large}/confirm/")

    assert market.money == 200_001
    assert first.get(f"/top-ups/{large}/").status_code == 200


def test_the_console_records_rejects_and_corrects(market, staff_of):
    console, _ = staff_of("master", "finance")
    agent = market.agent.id
    values = {"amount": "10.00", "reference": "B-1", "key": str(uuid.uuid4())}
    made = console.post(f"/wallets/{agent}/transfer/", values)
    assert made.status_code == 302, made.content.decode()[:2000]
    console.post(f"{made['Location']}reject/", {"reason": "Never came"})
    correction = {"amount": "-1.00", "reason": "Fee of the bank", "key": str(uuid.uuid4())}

    console.post(f"/wallets/{agent}/adjust/", correction)
    console.post(f"/wallets/{agent}/adjust/", correction)

    assert market.money == 100_000 - 100
    for path in ("/wallets/", f"/wallets/{agent}/", f"/wallets/{agent}/adjust/", "/top-ups/", made["Location"]):
        assert console.get(path).status_code == 200, path
    too_much = {"amount": "-5000.00", "reason": "x", "key": str(uuid.uuid4())}
    assert console.post(f"/wallets/{agent}/adjust/", too_much).status_code == 422


def test_a_site_cannot_write_a_topup_as_if_it_were_confirmed(market):
    from django.db import DatabaseError, transaction

    values = {"site_id": market.site.id, "agent_id": market.agent.id, "method": "bank", "amount": 5, "currency": "SAR",
              "created_at": NOW, "created_label": "x"}  # fmt: skip
    with market.desk():
        with pytest.raises(DatabaseError), transaction.atomic():
            TopUp.objects.create(**values, state="completed", completed_at=NOW)
        TopUp.objects.create(**values, state="pending_confirmation")
        with pytest.raises(DatabaseError), transaction.atomic():
            TopUp.objects.update(state="completed", completed_at=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            TopUp.objects.update(amount=7)
        assert balances.wallet_of_agent(market.agent.id, "SAR").balance == 100_000


def test_another_merchants_purchase_and_paper_are_not_there(market):
    with market.desk():
        other = factories.make_merchant()
        foreign = factories.make_purchase(other)
    client = visitor_of(market)
    for path in ("", "pay/", "back/", "status/"):
        assert client.get(f"/merchant/purchases/{foreign.id}/{path}").status_code == 404
    assert client.post(f"/merchant/purchases/{foreign.id}/cancel/").status_code == 404
