"""One statement from its row to its file: PDF against figures, repetition, refusals, walls, immutability."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from contextlib import nullcontext

import psycopg
import pypdfium2
import pytest
from django.db import DatabaseError, transaction

from accounts.actors import system
from agents.models import Agent
from agents.statements import locks, showing
from agents.statements.choices import State
from agents.statements.errors import NotPossibleNow
from agents.statements.models import Statement
from agents.statements.paper.press import Press
from agents.statements.queries import statements as reading
from agents.statements.services import changing, mails, making, runs
from credits.choices import AccountKind, Action, OwnerType
from credits.services import ledger, legs, wallets
from kernel.ids import uuid7
from kernel.models import Job, OutboxEvent
from tenants import files
from tenants.services import cards
from tenants.walls import wall
from tests import factories

JOB = system("test")
APRIL = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
MARCH = dt.date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _one_press(press, monkeypatch):
    monkeypatch.setattr(making, "Press", lambda _count: nullcontext(press))


@pytest.fixture
def mona(ada_site, master_site):
    """A merchant with a purchase, credits spent and given back in March, through an agent with a wallet."""
    with wall(master_site, "master"):
        agent = Agent.objects.create(
            number=7, site_id=ada_site.id, company="Ada Deals Ltd", contact_name="Ada", contact_email="ada@example.com",
            address="Harbour 1", created_at=factories.NOW,
        )  # fmt: skip
    with wall(ada_site, "site"):
        merchant = factories.make_merchant("Mona", brand_name_ar="منى", activated_at=factories.NOW)
        factories.make_one_of_everything(merchant)
        cards.keep(merchant=merchant, now=factories.NOW)
        wallets.open_for_merchant(merchant_id=merchant.id, now=factories.NOW)
        wallets.open_for_agent(agent_id=agent.id, currency="SAR", now=factories.NOW)
        ledger.post(
            key=uuid7(), kind="topup", actor=JOB, now=factories.NOW, related=ledger.Related("topup", uuid7()),
            legs=[
                legs.Leg(AccountKind.WALLET, "SAR", 100_000, OwnerType.AGENT, agent.id, action=Action.PURCHASE),
                legs.far_side(AccountKind.ISSUED, "SAR", -100_000),
            ],
        )  # fmt: skip
        purchase = factories.make_purchase(merchant, retail=5_000, cost=3_000)
        ledger.post(
            key=uuid7(), kind="purchase", actor=JOB, now=factories.NOW, merchant_id=merchant.id,
            related=ledger.Related("purchase", purchase.id),
            legs=[
                legs.Leg(AccountKind.WALLET, "SAR", -3_000, OwnerType.AGENT, agent.id, action=Action.DEDUCT),
                legs.far_side(AccountKind.REVENUE, "SAR", 3_000),
                legs.merchant_wallet(merchant.id, "coupon", 1_234, Action.PURCHASE),
                legs.far_side(AccountKind.ISSUED, "coupon", -1_234),
            ],
        )  # fmt: skip
        batch = factories.make_batch(merchant, 40, title_en="Spring lunch", title_ar="غداء الربيع")
        ledger.spend_to_escrow(
            batch_id=batch.id, merchant_id=merchant.id, n=40, actor=JOB, now=factories.NOW, key=uuid7()
        )
        ledger.settle_escrow(
            batch_id=batch.id, refund=25, consumed=15, actor=JOB, now=factories.NOW + factories.DAY, key=uuid7()
        )
    return merchant


def open_and_make(site, level="site", now=APRIL):
    with wall(site, level):
        runs.open_due(actor=JOB, now=now)
        while making.make_next(now=now):
            pass


def march_of(site, level, wall_level="site"):
    with wall(site, wall_level):
        return reading.get(
            Statement.objects.get(level=level, month=MARCH, site_id=site.id).id, within=Statement.objects.all()
        )


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return "\n".join(pages)


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text).replace("\u2212", "-")


def test_the_paper_says_what_the_figures_say_in_both_languages(mona, ada_site):
    open_and_make(ada_site)

    statement = march_of(ada_site, "merchant")
    assert statement.state == State.READY
    for language, name, digest in (
        ("en", statement.file_en, statement.hash_en), ("ar", statement.file_ar, statement.hash_ar),
    ):  # fmt: skip
        pdf = files.read(ada_site.id, name)
        assert hashlib.sha256(pdf).hexdigest() == digest
        said = plain(text_of(pdf))
        assert statement.label in said
        shown = showing.sections(statement.figures, language, statement.zone)
        values = [value for section in shown for _label, value in section.figures]
        values += [c.text for s in shown for t in s.tables for row in t.rows for c in row if c.is_number]
        assert len(values) > 12
        for value in values:
            # Whoever reads a PDF guesses the order of signs and letters around Arabic; digits stay together.
            wanted = plain(value) if language == "en" else re.search(r"[\d,.]+", value or "0")[0]
            assert wanted in said, (language, value)
    said = text_of(files.read(ada_site.id, statement.file_en))
    assert "Spring lunch" in said
    assert "Mona LLC" in said
    assert "1 / " in said


def test_what_the_merchants_statement_counts(mona, ada_site):
    open_and_make(ada_site)

    figures = march_of(ada_site, "merchant").figures
    coupons, wallet, messages, purchases = figures["sections"]
    assert [figure["value"] for figure in coupons["figures"]] == [40, 0, 1, 25]
    assert {b["unit"]: (b["opening"], b["closing"], b["moved"]) for b in wallet["balances"]} == {
        "coupon": (0, 1_219, 1_219), "wa_ui": (0, 0, 0), "wa_bi": (0, 0, 0),
    }  # fmt: skip
    assert [row[1:] for row in messages["tables"][0]["rows"]] == [[0, 0, 0], [0, 0, 0]]
    assert purchases["tables"][0]["total"][-1] == 100


def test_what_the_agents_statement_counts(mona, ada_site):
    open_and_make(ada_site)

    statement = march_of(ada_site, "agent")
    business, wallet = statement.figures["sections"]
    found = {figure["label"]["en"]: figure["value"] for figure in business["figures"]}
    assert found["New merchants"] == 1
    assert found["Package income"] == 100
    assert found["Costs deducted from the wallet"] == 3_000
    assert found["Net profit"] == -2_900
    assert wallet["balances"][0]["closing"] == 97_000
    assert statement.figures["company"]["name"] == "Ada Deals Ltd"


def test_the_platforms_statement_has_revenue_and_the_whole_ledger(mona, master_site):
    open_and_make(master_site, "master")

    statement = march_of(master_site, "platform", "master")
    assert statement.state == State.READY
    revenue, messages, whole = statement.figures["sections"]
    assert [figure["value"] for figure in revenue["figures"]] == [3_000, 0, 3_000]
    assert [figure["value"] for figure in messages["figures"]] == [0, 0]
    assert revenue["tables"][0]["rows"][0][0]["en"] == "Saudi Arabia"
    assert revenue["tables"][1]["rows"] == [[{"en": "Ada Deals Ltd", "ar": "Ada Deals Ltd"}, 3_000]]
    assert {b["account"]: b["closing"] for b in whole["balances"]}["agent:SAR"] == 97_000


def test_the_next_month_opens_where_this_one_closed(mona, ada_site):
    open_and_make(ada_site)
    open_and_make(ada_site, now=APRIL + dt.timedelta(days=30))

    with wall(ada_site, "site"):
        march, april = Statement.objects.filter(merchant_id=mona.id, month__gte=MARCH).order_by("month")
    assert march.ends_at == april.starts_at
    closing, opening = (
        {b["unit"]: b[edge] for b in s.figures["sections"][1]["balances"]}
        for s, edge in ((march, "closing"), (april, "opening"))
    )
    assert closing == opening == {"coupon": 1_219, "wa_ui": 0, "wa_bi": 0}


def test_a_statement_that_does_not_tie_is_not_published(mona, ada_site, monkeypatch):
    from agents.statements import registry

    def wrong(owners):
        balance = registry.Balance("coupon", 0, 1, 1, account_of(mona))
        return {o.id: registry.Section("wrong", registry.same("Wrong"), balances=(balance,)) for o in owners}

    monkeypatch.setitem(registry._builders, "merchant", [*registry._builders["merchant"], (99, wrong)])
    open_and_make(ada_site)

    statement = march_of(ada_site, "merchant")
    assert statement.state == State.FAILED
    assert statement.error == "does_not_tie unit=coupon what=closing"
    assert (statement.figures, statement.file_en) == (None, "")


def account_of(merchant):
    from credits.queries import balances

    return str(balances.wallet_of_merchant(merchant.id, "coupon").id)


def test_a_failed_one_is_made_again_under_the_same_number(mona, ada_site, monkeypatch):
    from agents.statements import registry

    monkeypatch.setitem(registry._builders, "merchant", [*registry._builders["merchant"], (99, lambda owners: 1 / 0)])
    with wall(ada_site, "site"):
        finn = factories.staff_actor(factories.make_staff("finance"), "finance")
        runs.open_due(actor=JOB, now=APRIL)
        with pytest.raises(ZeroDivisionError):
            making.make_next(now=APRIL)
    monkeypatch.undo()

    later = APRIL + locks.STALE_AFTER + dt.timedelta(seconds=1)
    with wall(ada_site, "site"):
        assert making.make_next(now=APRIL) == 0
        making.make_next(now=later)
    statement = march_of(ada_site, "merchant")
    assert statement.state == State.READY
    with wall(ada_site, "site"), pytest.raises(NotPossibleNow):
        changing.make_again(statement_id=statement.id, actor=finn, now=later)


def test_whoever_lost_the_claim_publishes_nothing(mona, ada_site):
    class Slow(Press):
        """While it prints, another worker takes the statement over and is done first."""

        def print_all(self, pages):
            nonlocal beaten
            if not beaten:
                beaten = True
                making.make_next(now=APRIL + dt.timedelta(minutes=3), press=quick)
            return super().print_all(pages)

    beaten = False
    with wall(ada_site, "site"), Press(1) as quick, Slow(1) as slow:
        runs.open_due(actor=JOB, now=APRIL)
        Statement.objects.filter(level="agent").update(state="failed")
        making.make_next(now=APRIL, press=slow)
        told = OutboxEvent.objects.filter(topic=making.READY).count()

    statement = march_of(ada_site, "merchant")
    assert beaten
    assert statement.state == State.READY
    assert statement.made_at == APRIL + dt.timedelta(minutes=3)
    assert told == 1


def test_what_is_ready_never_changes_whoever_tries(mona, ada_site, master_site):
    open_and_make(ada_site)
    statement = march_of(ada_site, "agent")

    for site, level in ((ada_site, "site"), (master_site, "master")):
        for change in ({"hash_en": "0"}, {"figures": {}}, {"state": "queued"}, {"label": "X"}, {"error": "x"}):
            with wall(site, level), pytest.raises(DatabaseError, match=r"never changes|stays the statement"):
                with transaction.atomic():
                    Statement.objects.filter(id=statement.id).update(**change)
        with wall(site, level), pytest.raises(DatabaseError), transaction.atomic():
            Statement.objects.filter(id=statement.id)._raw_delete("default")
    with wall(ada_site, "merchant", merchant=mona.id), pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.update(error="x")
    assert march_of(ada_site, "agent").figures == statement.figures


def test_not_even_the_owner_of_the_table_removes_one(race_db, superuser):
    superuser.execute(
        "INSERT INTO statements_statement (id, site_id, level, owner_name, month, revision, reason, number, label, zone,"
        " starts_at, ends_at, state, error, file_en, file_ar, hash_en, hash_ar, created_at) VALUES (uuidv7(),"
        " '00000000-0000-7000-8000-000000000001', 'platform', 'P', '2026-03-01', 1, '', 1, 'PS', 'UTC', '2026-03-01',"
        " '2026-04-01', 'failed', '', '', '', '', '', now())"
    )

    for order in ("DELETE FROM statements_statement", "TRUNCATE statements_statement"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            superuser.execute(order)


def test_merchants_see_their_own_and_other_sites_and_the_console_none_of_them(mona, ada_site, bob_site, master_site):
    with wall(ada_site, "site"):
        sam = factories.make_merchant("Sam", activated_at=factories.NOW)
    open_and_make(ada_site)

    with wall(ada_site, "merchant", merchant=mona.id):
        assert {s.merchant_id for s in reading.list_own()} == {mona.id}
    with wall(ada_site, "merchant", merchant=sam.id):
        assert {s.merchant_id for s in reading.list_own()} == {sam.id}
    with wall(bob_site, "site"):
        assert Statement.objects.count() == 0
    with wall(master_site, "master"):
        assert {s.level for s in Statement.objects.all()} == {"agent"}


def test_no_site_writes_a_statement_of_the_platform_or_of_another_site(ada_site, bob_site, master_site):
    row = {
        "owner_name": "x", "month": MARCH, "number": 1, "label": "x", "zone": "UTC", "starts_at": APRIL,
        "ends_at": APRIL + factories.DAY, "created_at": APRIL,
    }  # fmt: skip
    for fields in (
        {"site_id": ada_site.id, "level": "platform"},
        {"site_id": master_site.id, "level": "platform"},
        {"site_id": bob_site.id, "level": "agent", "agent_id": uuid7()},
    ):
        with wall(ada_site, "site"), pytest.raises(DatabaseError), transaction.atomic():
            Statement.objects.create(**row, **fields)
    with wall(master_site, "master"), pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.create(**row, site_id=ada_site.id, level="merchant", merchant_id=uuid7())


def test_a_correction_is_a_new_document_that_names_the_old_one(mona, ada_site):
    open_and_make(ada_site)
    old = march_of(ada_site, "merchant")
    with wall(ada_site, "site"):
        finn = factories.staff_actor(factories.make_staff("finance"), "finance")
        changing.correct(statement_id=old.id, reason="The address was wrong", actor=finn, now=APRIL)
        making.make_next(now=APRIL)
        new = Statement.objects.get(corrects_id=old.id)
        with pytest.raises(NotPossibleNow):
            changing.correct(statement_id=old.id, reason="Again", actor=finn, now=APRIL)

    assert (new.state, new.revision, new.number) == (State.READY, 2, old.number + 1)
    said = text_of(files.read(ada_site.id, new.file_en))
    assert f"This document corrects {old.label}: The address was wrong" in said
    with wall(ada_site, "site"):
        assert Statement.objects.get(id=old.id).hash_en == old.hash_en


def test_the_mail_goes_once(mona, ada_site, mailoutbox):
    open_and_make(ada_site)
    statement = march_of(ada_site, "merchant")

    with wall(ada_site, "site"):
        mails.tell(statement_id=statement.id, now=APRIL)
        mails.tell(statement_id=statement.id, now=APRIL)
        told = Statement.objects.get(id=statement.id).emailed_at

    assert told == APRIL
    assert len(mailoutbox) == 1
    assert f"/merchant/statements/{statement.id}/" in mailoutbox[0].body


def test_the_job_counts_to_the_end(mona, ada_site):
    from agents.statements.tasks import go_on

    with wall(ada_site, "site"):
        runs.open_due(actor=JOB, now=APRIL)
        job = Job.objects.get(kind=runs.JOB)
        go_on(OutboxEvent.objects.get(topic="job.statements"), APRIL)
        job.refresh_from_db()

    assert (job.state, job.total, job.done) == (Job.State.DONE, 2, 2)
    assert job.result == "/office/statements/"


def test_an_archived_merchant_gets_one_only_when_something_moved(mona, ada_site):
    with wall(ada_site, "site"):
        quiet = factories.make_merchant("Quiet", state="archived", activated_at=factories.NOW)
        new = factories.make_merchant("New")
        mona.state = "archived"
        mona.save()
    open_and_make(ada_site)

    with wall(ada_site, "site"):
        found = set(Statement.objects.filter(level="merchant").values_list("merchant_id", flat=True))
    assert found == {mona.id}
    assert not {quiet.id, new.id} & found
