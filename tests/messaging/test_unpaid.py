"""UI credits are used up: who is told, and what becomes of the coupons that went out without WhatsApp."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.core import mail

from accounts.models import AuditEvent, User
from credits.errors import InsufficientCredits
from kernel.errors import NotAllowed
from kernel.models import Job, OutboxEvent
from merchants.models import Coupon, Customer
from messaging import locks
from messaging.consent.services import consent
from messaging.errors import NotWanted, Unreadable
from messaging.meta.models import Sender
from messaging.models import Message, Switches
from messaging.queries import log, unpaid
from messaging.services import delivery, outcomes, queue
from messaging.services import unpaid as service
from tests.accounts.conftest import sign_in
from tests.factories import DAY, NOW
from tests.messaging.cast import JOB, open_phone
from tests.threads import meet_before, run_threads

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def dry(phone):
    """Mona's ten UI credits are promised already."""
    for _ in range(10):
        phone.queued()
    return phone


@pytest.fixture
def browser(phone, client_of):
    return sign_in(client_of("ada"), User.objects.get(id=phone.shop.owner.id).email)


def lost(phone, now=NOW):
    """A claim for which there is no credit."""
    coupon = phone.taken(phone.batch(), phone.customer())
    Coupon.objects.filter(id=coupon.id).update(taken_at=now)
    assert delivery.on_taken(coupon_id=coupon.id, now=now) is None
    return Message.objects.get(coupon=coupon)


def send(phone, message, **changes):
    return service.send_one(
        message.id, **{"merchant_id": phone.merchant_id, "actor": phone.shop.owner, "now": NOW + HOUR, **changes}
    )


def run(now=NOW + HOUR):
    """The worker takes what jobs left for it."""
    for event in OutboxEvent.objects.filter(topic=f"job.{service.JOB}", done_at=None).order_by("id"):
        service.send_portion(event, now)
        OutboxEvent.objects.filter(id=event.id).update(done_at=now)


def all_of(phone, now=NOW + HOUR):
    return service.send_all(merchant_id=phone.merchant_id, actor=phone.shop.owner, now=now)


def test_the_owners_are_told_at_once_and_once_a_day(dry):
    lost(dry)
    lost(dry, NOW + HOUR)
    lost(dry, NOW + DAY)
    events = OutboxEvent.objects.filter(topic=service.TOPIC).order_by("id")

    service.mail_owners(events[0], NOW)

    assert [event.payload for event in events] == [{"merchant_id": str(dry.merchant_id)}] * 2
    (sent,) = mail.outbox
    assert "coupons went out without WhatsApp since" in sent.subject
    assert sent.to == [User.objects.get(id=dry.shop.owner.id).email]
    assert "/merchant/buy/" in sent.body


def test_nobody_is_told_who_never_had_credits_or_has_some_again(phone, dry):
    never = open_phone(phone.shop.site, wa_ui=0)
    lost(never)
    lost(dry)
    dry.top_up(5, "wa_ui")

    for event in OutboxEvent.objects.filter(topic=service.TOPIC):
        service.mail_owners(event, NOW)

    assert mail.outbox == []


def test_being_told_leaves_the_switch_as_it_is(dry):
    Switches.objects.create(merchant_id=dry.merchant_id, delivery=True, changed_at=NOW - DAY)
    lost(dry)

    row = Switches.objects.get(merchant_id=dry.merchant_id)
    assert (row.delivery, row.changed_at, row.no_credits_told_at) == (True, NOW - DAY, NOW)


def test_it_is_sent_once_as_the_ui_message_of_its_claim(dry, proved):
    message = lost(dry)
    dry.top_up(2, "wa_ui")

    assert send(dry, message) is True
    assert send(dry, message) is False
    message.refresh_from_db()
    assert (message.state, message.trigger, message.type, message.charge) == ("queued", "claim_centre", "wa_ui", "held")
    assert (message.due_at, message.error, [what for _at, what, _why in message.history]) == (
        NOW + HOUR, "", ["cancelled", "queued"],
    )  # fmt: skip
    assert dry.wallet() == (12, 1)
    assert AuditEvent.objects.filter(verb="message.send").count() == 1
    delivery.on_taken(coupon_id=message.coupon_id, now=NOW + HOUR)
    assert Message.objects.filter(coupon_id=message.coupon_id).count() == 1


def test_without_a_credit_nothing_is_changed(dry):
    message = lost(dry)

    with pytest.raises(InsufficientCredits):
        send(dry, message)

    assert Message.objects.get(id=message.id).state == "cancelled"


@pytest.mark.parametrize("why", ["used", "run out", "asked for since", "too long ago"])
def test_what_nobody_needs_any_more_does_not_wait(dry, why):
    message = lost(dry)
    dry.top_up(5, "wa_ui")
    coupon = Coupon.objects.filter(id=message.coupon_id)
    now = NOW + HOUR
    if why == "used":
        coupon.update(state="redeemed")
    elif why == "run out":
        coupon.update(use_until=NOW)
    elif why == "asked for since":
        delivery.send_again(coupon_id=message.coupon_id, actor=dry.shop.owner, now=now)
    else:
        now = NOW + 31 * DAY
        coupon.update(use_until=now + DAY)

    assert send(dry, message, now=now) is False
    assert unpaid.of_merchant(dry.merchant_id, now=now).count == 0


def test_who_said_stop_meanwhile_is_left_in_peace_and_no_longer_waits(dry):
    message = lost(dry)
    dry.top_up(5, "wa_ui")
    consent.opt_out_number(index=bytes(message.recipient), source="keyword", now=NOW)

    with pytest.raises(NotWanted):
        send(dry, message)

    message.refresh_from_db()
    assert (message.state, message.error) == ("cancelled", "stopped")
    assert unpaid.of_merchant(dry.merchant_id, now=NOW + HOUR).count == 0


def test_one_that_the_customer_asked_for_meanwhile_is_not_sent_twice(dry, monkeypatch):
    """It was read as waiting, for a hundred at once, before the customer pressed the button."""
    message = lost(dry)
    dry.top_up(2, "wa_ui")
    monkeypatch.setattr(service, "_portion", lambda job, now: [message.id])
    with dry.at_site():
        service.send_all(merchant_id=dry.merchant_id, actor=dry.shop.owner, now=NOW + HOUR)
        dry.queued("resend", customer_id=message.customer_id, coupon_id=message.coupon_id)
        run()

    assert Message.objects.get(id=message.id).state == "cancelled"


def test_a_number_that_cannot_be_read_stops_nobody_else(dry, proved):
    broken, other = lost(dry), lost(dry)
    Customer.objects.filter(id=broken.customer_id).update(phone_sealed="t1:broken")
    dry.top_up(2, "wa_ui")
    with pytest.raises(Unreadable):
        send(dry, broken)
    Message.objects.filter(id=broken.id).update(error="no_credits")

    all_of(dry)
    run()

    assert Message.objects.get(id=broken.id).error == "unreadable"
    assert Message.objects.get(id=other.id).state == "queued"
    assert Job.objects.get().state == "done"


def test_only_a_merchants_own_people_may_and_only_its_own(dry):
    message, other = lost(dry), open_phone(dry.shop.site)
    cashier = replace(dry.shop.owner, roles=frozenset({"cashier"}))

    with pytest.raises(NotAllowed):
        send(dry, message, actor=cashier)
    with pytest.raises(NotAllowed):
        service.send_all(merchant_id=dry.merchant_id, actor=cashier, now=NOW)
    assert send(dry, message, merchant_id=other.merchant_id, actor=other.shop.owner) is False


def test_all_are_sent_by_a_job_in_portions(dry, proved, monkeypatch):
    monkeypatch.setattr(service, "PORTION", 2)
    found = [lost(dry) for _ in range(5)]
    dry.top_up(9, "wa_ui")

    job = all_of(dry)
    assert all_of(dry).id == job.id
    for _ in range(4):
        run()

    job.refresh_from_db()
    assert (job.state, job.total, job.done, job.result) == ("done", 5, 5, "/merchant/messages/")
    assert set(Message.objects.filter(id__in=[one.id for one in found]).values_list("state", flat=True)) == {"queued"}
    assert dry.wallet() == (19, 4)
    assert all_of(dry) is None


def test_a_job_that_runs_out_of_credits_says_so_and_goes_on_later(dry, proved):
    for _ in range(3):
        lost(dry)
    dry.top_up(2, "wa_ui")
    job = all_of(dry)
    run()
    job.refresh_from_db()
    first = (job.state, job.done, job.error)
    dry.top_up(2, "wa_ui")
    again = all_of(dry)
    run()

    assert first == ("failed", 2, "The WhatsApp UI credits are used up. Buy more, then send the rest.")
    assert Job.objects.get(id=again.id).state == "done"
    assert unpaid.of_merchant(dry.merchant_id, now=NOW + HOUR).count == 0


def test_a_job_passes_over_who_does_not_want_it_and_can_be_stopped(dry):
    stopped, other = lost(dry), lost(dry)
    dry.top_up(1, "wa_ui")
    consent.opt_out_number(index=bytes(stopped.recipient), source="keyword", now=NOW)
    all_of(dry)
    run()
    late = lost(dry)
    job = all_of(dry)
    Job.objects.filter(id=job.id).update(state="running", cancel_requested=True)
    run()

    assert Message.objects.get(id=other.id).state == "queued"
    assert Message.objects.get(id=stopped.id).error == "stopped"
    assert (Job.objects.get(id=job.id).state, Message.objects.get(id=late.id).state) == ("cancelled", "cancelled")


def test_two_workers_on_one_job_send_each_once(race_phone, monkeypatch):
    with race_phone.at_site():
        for _ in range(10):
            race_phone.queued()
        found = [lost(race_phone) for _ in range(6)]
        race_phone.top_up(6, "wa_ui")
        job = all_of(race_phone)
        event = OutboxEvent.objects.get(topic=f"job.{service.JOB}")
    gate = threading.Barrier(2)

    def work(_number):
        gate.wait(timeout=20)
        with race_phone.at_site():
            service.send_portion(event, NOW + HOUR)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    with race_phone.at_site():
        queued = Message.objects.filter(id__in=[one.id for one in found], state="queued", charge="held")
        assert queued.count() == 6
        assert race_phone.wallet() == (16, 0)
        assert Job.objects.get(id=job.id).state == "done"


def sent_by_two(phone, monkeypatch):
    """Two workers come to the same message: how many of them queued it, and what the wallet holds for it."""
    with phone.at_site():
        for _ in range(10):
            phone.queued()
        message = lost(phone)
        phone.top_up(5, "wa_ui")

    def work(_number):
        with phone.at_site():
            return service._queued(message.id, JOB, NOW + HOUR) is not None

    meet_before(monkeypatch, queue, "requeue")
    done = run_threads(2, work)
    with phone.at_site():
        return done.count(True), done.count(False), phone.wallet()


def test_two_workers_on_one_message_queue_it_once(race_phone, monkeypatch):
    assert sent_by_two(race_phone, monkeypatch) == (1, 1, (15, 4))


def test_without_the_messages_lock_both_queue_it(race_phone, monkeypatch):
    monkeypatch.setattr(locks, "message", lambda message_id: Message.objects.get(id=message_id))

    assert sent_by_two(race_phone, monkeypatch)[:2] != (1, 1)


def test_a_message_that_was_sent_after_all_is_charged_like_any_other(dry, proved):
    message = lost(dry)
    dry.top_up(1, "wa_ui")
    send(dry, message)
    message.refresh_from_db()
    outcomes.failed(message, error="expired", now=NOW + DAY)

    assert dry.wallet() == (11, 1)
    assert log.figures(since=NOW - DAY)["wa_ui"].failed == 1


def test_the_pages_warn_offer_to_buy_and_then_to_send(dry, browser, monkeypatch):
    from kernel import clock

    monkeypatch.setattr(clock, "now", lambda: NOW + HOUR)
    message = lost(dry)
    dry_page, dry_home = (browser.get(path).content.decode() for path in ("/merchant/whatsapp/", "/merchant/"))
    dry.top_up(3, "wa_ui")
    page, home = (browser.get(path).content.decode() for path in ("/merchant/whatsapp/", "/merchant/"))
    story = browser.get(f"/merchant/messages/{message.id}/").content.decode()

    for text in (dry_page, dry_home):
        assert "1 coupon went out without WhatsApp since 1 Mar 2026, 12:00" in text
        assert "/merchant/buy/" in text
        assert "Send 1 coupon now" not in text
    assert "Send 1 coupon now" in page
    assert "can be sent now" in home
    assert "Send it now, for one UI credit" in story
    answer = browser.post("/merchant/messages/send/")
    assert answer.url.startswith("/merchant/jobs/")
    assert "It was sent already" not in browser.post(f"/merchant/messages/{message.id}/send/", follow=True).content.decode()
    assert "It was sent already" in browser.post(f"/merchant/messages/{message.id}/send/", follow=True).content.decode()
    for path in ("/merchant/whatsapp/", "/merchant/"):
        assert "without WhatsApp since" not in browser.get(path).content.decode()


def test_anothers_message_is_not_there(dry, browser):
    foreign = lost(open_phone(dry.shop.site, wa_ui=0))

    assert browser.post(f"/merchant/messages/{foreign.id}/send/").status_code == 404


def test_no_credits_and_nothing_lost_is_a_warning_too(dry, browser):
    assert "No WhatsApp UI credits are left" in browser.get("/merchant/whatsapp/").content.decode()
    assert "No WhatsApp UI credits are left" in browser.get("/merchant/").content.decode()


def test_where_whatsapp_is_off_nothing_is_said(dry, browser):
    Sender.objects.update(state="off")
    lost_before = browser.get("/merchant/whatsapp/").content.decode()

    assert "UI credits are left" not in lost_before


def test_who_never_had_credits_reads_it_on_the_whatsapp_page_alone(phone, client_of):
    never = open_phone(phone.shop.site, wa_ui=0)
    lost(never)
    browser = sign_in(client_of("ada"), User.objects.get(id=never.shop.owner.id).email)

    assert "Buy WhatsApp UI credits" in browser.get("/merchant/whatsapp/").content.decode()
    assert "UI credits" not in browser.get("/merchant/").content.decode().replace("UI Credits Remaining", "")
