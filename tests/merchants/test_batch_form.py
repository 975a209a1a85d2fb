"""From the form to the coupons: everything is shown before it costs a credit, and pressing twice makes one batch."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from kernel.ids import uuid7
from kernel.models import Job
from merchants.models import Batch, Coupon
from merchants.services import generation
from tenants.walls import wall
from tests import factories
from tests.merchants.cast import browser, generate, open_shop, own_template

URL = "/merchant/batches/new/"


@pytest.fixture
def template(shop):
    return own_template(shop)


def answers(chosen, **changes):
    today = clock.now().date()
    return {
        "step": "preview", "title_en": "Winter mornings", "title_ar": "صباحات الشتاء", "offer_kind": "percentage",
        "offer_percent": "35", "template": f"own:{chosen.id}", "quantity": "60", "lane": "both",
        "print_quantity": "20", "on_centre": "on", "in_store": "on", "starts_on": today.isoformat(),
        "claim_until": (today + dt.timedelta(days=30)).isoformat(), "use_rule": "same", "weekdays": ["0", "1", "4"],
        "per_customer_limit": "1", "category": "food", "country": "SA", "city": "riyadh", "business_type": "cafe",
        "batch_id": str(uuid7()), **changes,
    }  # fmt: skip


def made(shop):
    with shop.open():
        return list(Batch.objects.all())


def test_the_form_says_what_is_left_and_offers_own_and_library_templates(shop, template):
    page = browser(shop).get(URL).content.decode()

    assert "Coupon Credits Remaining" in page
    assert f'value="own:{template.id}"' in page
    assert "total remaining" not in page.lower()


def test_the_confirmation_shows_the_price_the_coupon_and_a_page_and_makes_nothing(shop, template):
    answer = browser(shop).post(URL, answers(template))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "60 credits; 40 left after" in page
    assert "Generate 60 coupons" in page
    assert "35% off" in page
    assert "Serials cannot be guessed" in page
    assert made(shop) == []
    with shop.open():
        assert shop.credits == 100


def test_the_preview_is_a_real_page_for_this_merchant_only(shop, template):
    client = browser(shop)
    page = client.post(URL, answers(template)).content.decode()
    url = next(part.split('"')[0] for part in page.split('href="') if part.startswith(URL + "preview/"))

    pdf = client.get(url)
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert client.get(url.replace(".pdf", ".webp")).content[8:12] == b"WEBP"
    assert browser(open_shop(shop.site)).get(url).status_code == 404


def test_generating_twice_with_one_form_makes_one_batch(shop, template):
    client, given = browser(shop), answers(template, step="generate")

    first, second = client.post(URL, given), client.post(URL, given)

    (batch,) = made(shop)
    assert first.url == second.url == f"/merchant/batches/{batch.id}/"
    assert (batch.quantity, batch.print_quantity, batch.weekdays, batch.offer_percent) == (60, 20, 0b10011, 35)
    with shop.open():
        assert shop.credits == 40
        assert Coupon.objects.count() == 60


def test_days_begin_and_end_in_the_merchants_zone(ada_site):
    shop = open_shop(ada_site, 100, time_zone="Asia/Tokyo")
    template = own_template(shop)
    last = clock.now().date() + dt.timedelta(days=10)

    browser(shop).post(URL, answers(template, step="generate", claim_until=last.isoformat()))

    (batch,) = made(shop)
    assert batch.claim_until.isoformat() == f"{last.isoformat()}T15:00:00+00:00"


def test_too_few_credits_are_said_at_the_quantity(shop, template):
    answer = browser(shop).post(URL, answers(template, quantity="101", print_quantity="0"))

    assert answer.status_code == 422
    assert "Only 100 coupon credits are left." in answer.content.decode()
    assert made(shop) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"offer_percent": ""}, "A percentage from 1 to 100."),
        ({"lane": "both", "print_quantity": ""}, "How many of them go on paper?"),
        ({"lane": "both", "print_quantity": "61"}, "At most as many as the batch has coupons."),
        ({"use_rule": "days"}, "How many days?"),
        ({"claim_until": "2020-01-01"}, "Choose a day that is not over."),
        ({"hour_from": "18:00", "hour_to": "09:00"}, "The end must be after the beginning."),
        ({"template": "own:00000000-0000-7000-8000-000000000009"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(shop, template, changes, message):
    answer = browser(shop).post(URL, answers(template, **changes))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert message in page
    assert 'value="Winter mornings"' in page
    assert made(shop) == []


def test_another_merchants_template_cannot_be_used(shop, ada_site):
    foreign = own_template(open_shop(ada_site))

    assert browser(shop).post(URL, answers(foreign, step="generate")).status_code == 422

    assert made(shop) == []


def test_going_back_keeps_the_answers(shop, template):
    page = browser(shop).post(URL, answers(template, step="edit")).content.decode()

    assert 'value="Winter mornings"' in page
    assert "See the coupon" in page


def test_a_large_batch_goes_to_the_job_page(shop, template, monkeypatch):
    monkeypatch.setattr(generation, "AT_ONCE", 50)

    answer = browser(shop).post(URL, answers(template, step="generate"))

    with wall(shop.site, "site"):
        job = Job.objects.get(kind="batch.generate")
    assert answer.url == f"/merchant/jobs/{job.id}/"


def test_the_draft_is_drawn_while_one_types(shop, template):
    page = browser(shop).post(f"{URL}draft/", answers(template, title_en="", quantity="")).content.decode()

    assert "35% off" in page
    assert "data-face" in page


def test_a_clone_starts_with_the_same_offer_and_new_days(shop):
    batch = generate(shop, 10, terms_en="Only mornings", print_quantity=4)

    page = browser(shop).get(f"{URL}?from={batch.id}").content.decode()

    assert "Only mornings" in page
    assert 'value="Twenty off"' in page
    assert batch.claim_until.date().isoformat() not in page


def test_a_merchant_that_is_not_active_reads_why(ada_site):
    shop = open_shop(ada_site, 100, state="expired")
    template = own_template(shop)

    answer = browser(shop).post(URL, answers(template, step="generate"))

    assert answer.status_code == 422
    assert "Only an active merchant" in answer.content.decode()
    assert made(shop) == []


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("cashier", 403)])
def test_owners_and_managers_generate_and_cashiers_do_not(shop, role, status):
    assert browser(shop, role).get(URL).status_code == status


def test_a_visitor_is_sent_to_sign_in(shop, client):
    answer = client.get(URL, headers={"host": shop.host})

    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/")


def test_a_person_of_another_site_is_nobody_here(shop, bob_site):
    stranger = browser(open_shop(bob_site))

    answer = stranger.get(URL, headers={"host": shop.host})

    assert answer.status_code == 302


def test_pausing_withdrawing_and_extending_from_the_page(shop):
    now = clock.now()
    batch = generate(shop, 10, now=now, starts_at=now, claim_until=now + 5 * factories.DAY)
    client = browser(shop)
    url = f"/merchant/batches/{batch.id}/"

    client.post(url + "pause/")
    assert made(shop)[0].state == "paused"
    client.post(url + "resume/")
    later = (clock.now() + dt.timedelta(days=40)).date().isoformat()
    assert client.post(url + "extend/", {"claim_until": later}).status_code == 302
    assert made(shop)[0].claim_until > batch.claim_until
    assert "credits return after" in client.get(url + "void/").content.decode()
    assert client.post(url + "void/", {"reason": ""}).status_code == 422
    assert client.post(url + "void/", {"reason": "Kitchen closed"}).status_code == 302
    assert made(shop)[0].state == "void"
    page = client.get(url).content.decode()
    assert "Kitchen closed" in page
    assert "Withdrew the batch" in page
