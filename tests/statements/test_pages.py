"""Statements on screen: lists, the page with its figures, files, and what staff may do; in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from agents.models import Agent
from agents.statements.models import Statement
from agents.statements.services import making, runs
from credits.services import ledger, wallets
from kernel.ids import uuid7
from kernel.models import Job, OutboxEvent
from tenants.walls import wall
from tests import cluster, factories
from tests.statements.test_making import APRIL, JOB


@pytest.fixture
def made(ada_site, press):
    """Mona's statement of March, with 1,234 coupon credits in it; and her neighbour's."""
    with wall(ada_site, "site"):
        found = []
        for brand in ("Mona", "Sam"):
            merchant = factories.make_merchant(brand, activated_at=factories.NOW)
            wallets.open_for_merchant(merchant_id=merchant.id, now=factories.NOW)
            ledger.grant(
                merchant_id=merchant.id, unit="coupon", amount=1_234, reason="Welcome", actor=JOB, now=factories.NOW,
                key=uuid7(),
            )  # fmt: skip
            found.append(merchant)
        runs.open_due(actor=JOB, now=APRIL)
        making.make_next(now=APRIL, press=press)
        return [(merchant, Statement.objects.get(merchant_id=merchant.id)) for merchant in found]


def browser(site: str, user, wall_site, level: str = "site") -> Client:
    client = Client(headers={"host": cluster.HOSTS[site]})
    with wall(wall_site, level):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def owner(made, ada_site):
    with wall(ada_site, "site"):
        user = factories.make_member(made[0][0])
    return browser("ada", user, ada_site)


@pytest.fixture
def finance(ada_site):
    with wall(ada_site, "site"):
        user = factories.make_staff("finance")
    return browser("ada", user, ada_site)


def test_a_merchant_finds_its_statement_and_its_files(made, owner):
    (_mona, statement), (_sam, other) = made

    listed = owner.get("/merchant/statements/").content.decode()
    page = owner.get(f"/merchant/statements/{statement.id}/").content.decode()
    file = owner.get(f"/merchant/statements/{statement.id}/ar.pdf")

    assert statement.label in listed
    assert other.label not in listed
    assert "+1,234" in page
    assert "Welcome" in page
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == f'attachment; filename="{statement.label}-ar.pdf"'
    assert file.content.startswith(b"%PDF-")


def test_another_merchants_statement_is_not_there(made, owner):
    _mona, (_sam, other) = made

    for path in ("", "en.pdf", "ar.pdf"):
        assert owner.get(f"/merchant/statements/{other.id}/{path}").status_code == 404


def test_another_sites_staff_find_none(made, bob_site):
    with wall(bob_site, "site"):
        user = factories.make_staff("finance")
    client = browser("bob", user, bob_site)

    assert made[0][1].label not in client.get("/office/statements/").content.decode()
    assert client.get(f"/office/statements/{made[0][1].id}/").status_code == 404


def test_a_file_that_was_touched_is_not_handed_out(made, owner):
    statement = made[0][1]
    with default_storage.open(statement.file_en, "wb") as handle:
        handle.write(b"%PDF-1.7 something else")

    answer = owner.get(f"/merchant/statements/{statement.id}/en.pdf", follow=True)

    assert answer.redirect_chain
    assert "differs from the one that was made" in answer.content.decode()


def test_the_page_speaks_arabic(made, owner):
    owner.cookies["language"] = "ar"

    page = owner.get(f"/merchant/statements/{made[0][1].id}/").content.decode()

    assert 'dir="rtl"' in page
    assert "الرصيد الختامي" in page


def test_staff_correct_one_and_the_merchant_sees_both(made, finance, owner, ada_site):
    statement = made[0][1]

    assert finance.get(f"/office/statements/{statement.id}/correct/").status_code == 200
    answer = finance.post(f"/office/statements/{statement.id}/correct/", {"reason": "Wrong address"})
    with wall(ada_site, "site"):
        new = Statement.objects.get(corrects_id=statement.id)
        making.make_next(now=APRIL)

    assert answer["Location"] == f"/office/statements/{new.id}/"
    assert new.label in owner.get(f"/merchant/statements/{statement.id}/").content.decode()
    assert "Wrong address" in owner.get(f"/merchant/statements/{new.id}/").content.decode()
    assert finance.post(f"/office/statements/{statement.id}/correct/", {"reason": "Twice"}).status_code == 422


def test_a_failed_one_says_why_and_is_made_again(made, finance, ada_site):
    with wall(ada_site, "site"):
        failed = factories.make_statement(
            made[0][0], month=dt.date(2026, 1, 1), state="failed", error="does_not_tie unit=coupon what=lines"
        )

    page = finance.get(f"/office/statements/{failed.id}/").content.decode()
    answer = finance.post(f"/office/statements/{failed.id}/again/")

    assert "does_not_tie unit=coupon what=lines" in page
    assert answer.status_code == 302
    with wall(ada_site, "site"):
        assert Statement.objects.get(id=failed.id).state == "queued"
        assert Job.objects.filter(kind=runs.JOB, state="queued").exists()


def test_readers_may_look_and_not_run(made, ada_site):
    with wall(ada_site, "site"):
        user = factories.make_staff("finance_viewer")
    client = browser("ada", user, ada_site)

    assert "/office/statements/run/" not in client.get("/office/statements/").content.decode()
    assert client.post("/office/statements/run/").status_code == 403
    assert client.get(f"/office/statements/{made[0][1].id}/").status_code == 200


def test_the_office_exports_its_list(made, finance):
    answer = finance.get("/office/statements/?export=csv")

    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert all(statement.label in text for _merchant, statement in made)


def test_the_console_runs_everywhere_and_sees_no_merchants_statement(made, master_site, ada_site):
    with wall(master_site, "master"):
        Agent.objects.create(
            number=7, site_id=ada_site.id, company="Ada Ltd", contact_name="Ada", contact_email="ada@example.com",
            created_at=factories.NOW,
        )  # fmt: skip
        user = factories.make_staff("finance")
    with wall(ada_site, "site"):
        agents = factories.make_statement()
    client = browser("master", user, master_site, "master")

    assert client.get("/statements/run/").status_code == 200
    assert client.post("/statements/run/").status_code == 302
    listed = client.get("/statements/").content.decode()
    assert agents.label in listed
    assert made[0][1].label not in listed
    assert client.get(f"/statements/{made[0][1].id}/").status_code == 404
    with wall(ada_site, "site"):
        assert OutboxEvent.objects.filter(topic=runs.DUE, site_id=ada_site.id).count() == 1
