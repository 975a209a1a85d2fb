"""Sending over real HTTP to the stand-in: what arrives on the phone, and what every kind of answer leads to."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import requests
import zxingcpp
from PIL import Image

from config.embedded import wait_for
from kernel.ids import uuid7
from messaging.choices import Trigger
from messaging.consent.services import consent
from messaging.meta.choices import Verdict
from messaging.meta.models import MessageTemplate, MetaAccount, Sender
from messaging.models import Contact, Message
from messaging.services import outcomes, queue, sending, sweeping
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import NOW
from tests.messaging.cast import JOB
from tests.meta.cast import TOKEN

TO = "+966512345678"


def send(clock):
    return sending.run(clock.tools())


def one(phone, to=TO, **fields):
    """A claimed coupon's message to a number, queued."""
    customer = factories.make_customer(phone=to)
    coupon = phone.taken(phone.batch(**fields), customer)
    return phone.queued(customer_id=customer.id, coupon_id=coupon.id)


def bytes_of(whatsapp, media):
    """A picture as the phone loads it."""
    key = {"Authorization": f"Bearer {TOKEN}"}
    address = requests.get(f"{whatsapp.url}/v26.0/{media}", headers=key, timeout=5).json()["url"]
    return requests.get(address, headers=key, timeout=5).content


def fresh(message):
    return Message.objects.get(id=message.id)


def test_a_claimed_coupon_arrives_as_a_picture_with_its_own_code(whatsapp, pictures, phone, clock):
    message = one(phone, title_en="Free coffee")

    send(clock)

    (got,) = whatsapp.messages(TO)
    assert fresh(message).state == "accepted"
    assert got["callback"] == f"{message.id}:1"
    assert "Free coffee" in got["shown"]["body"]
    picture = Image.open(io.BytesIO(bytes_of(whatsapp, got["shown"]["media"]["id"])))
    assert (picture.format, picture.width) == ("JPEG", 1080)
    codes = {found.text for found in zxingcpp.read_barcodes(picture)}
    assert any(text.endswith(f"/C/{message.coupon.serial}") for text in codes)
    assert got["shown"]["buttons"][0]["url"].endswith(message.coupon.serial)


def test_an_http_200_charges_nothing(whatsapp, number, phone, clock):
    message = one(phone)

    send(clock)

    assert (fresh(message).charge, phone.wallet(), phone.entries(message)) == ("held", (10, 9), [])


def test_arabic_customers_are_written_to_in_arabic(whatsapp, number, phone, clock):
    customer = factories.make_customer(phone=TO)
    type(customer).objects.filter(id=customer.id).update(language="ar")
    coupon = phone.taken(phone.batch(title_ar="قهوة مجانية"), customer)
    phone.queued(customer_id=customer.id, coupon_id=coupon.id)

    send(clock)

    (got,) = whatsapp.messages(TO)
    assert got["body"]["template"]["language"]["code"] == "ar"
    assert "قهوة مجانية" in got["shown"]["body"]


def test_inside_the_window_it_is_a_picture_with_words_of_ours(whatsapp, number, phone, clock):
    message = one(phone)
    Contact.objects.create(phone_index=message.recipient, last_in_at=NOW - dt.timedelta(hours=2))
    whatsapp.control("inbound", number=number, phone=TO, text="hello")

    send(clock)

    got = whatsapp.messages(TO)[-1]
    assert (got["type"], fresh(message).form) == ("image", "image")
    assert message.coupon.serial in got["body"]["image"]["caption"]


def test_a_window_that_meta_closed_is_followed_by_the_template(whatsapp, number, phone, clock):
    message = one(phone)
    Contact.objects.create(phone_index=message.recipient, last_in_at=NOW)

    send(clock)

    (got,) = whatsapp.messages(TO)
    assert (got["type"], fresh(message).state, Contact.objects.count()) == ("template", "accepted", 0)


def test_without_a_template_that_has_a_picture_the_plain_words_go(whatsapp, number, phone, clock):
    message = one(phone)

    send(clock)

    assert fresh(message).form.startswith("coupon_text_")
    assert len(whatsapp.messages(TO)) == 1


def test_without_any_template_it_waits_and_says_why(whatsapp, number, phone, clock):
    MessageTemplate.objects.filter(purpose__startswith="coupon").update(status="PENDING")
    message = one(phone)

    send(clock)

    assert (fresh(message).state, fresh(message).attempts, whatsapp.messages(TO)) == ("queued", 0, [])
    assert fresh(message).due_at == NOW + queue.AGAIN_AFTER
    assert fresh(message).history[-1][2] == "no_template"


def test_a_code_goes_out_and_is_forgotten_when_it_arrived(whatsapp, number, phone, clock):
    customer = factories.make_customer(phone=TO)
    queue.enqueue(trigger=Trigger.CODE, key="code:1", customer_id=customer.id, secret="123456", now=NOW, actor=JOB)

    send(clock)

    (got,) = whatsapp.messages(TO)
    assert "123456" in got["shown"]["body"]


REFUSALS = [
    # number, state, charge, what else
    ("+966555559026", "failed", "released"),
    ("+966555559050", "failed", "released"),
    ("+966555559048", "queued", "held"),
    ("+966555559056", "queued", "held"),
    ("+966555559016", "queued", "held"),
    ("+966555559005", "queued", "held"),
    ("+966555559021", "failed", "released"),
]


@pytest.mark.parametrize(("to", "state", "charge"), REFUSALS)
def test_what_meta_refuses_at_once(whatsapp, number, phone, clock, to, state, charge):
    message = one(phone, to=to)

    sending.run(clock.tools(), seconds=0)

    assert (fresh(message).state, fresh(message).charge) == (state, charge)
    assert phone.wallet() == ((10, 9) if charge == "held" else (10, 10))


def test_a_number_that_meta_distrusts_rests_and_keeps_its_queue(whatsapp, number, phone, clock):
    message = one(phone, to="+966555559048")
    send(clock)

    assert Sender.objects.get().state == "paused"
    assert (fresh(message).state, fresh(message).charge) == ("queued", "held")
    assert send(clock) is False
    assert whatsapp.messages("+966555559048") == []


def test_a_dead_token_stops_everything_and_loses_nothing(whatsapp, number, phone, clock):
    whatsapp.control("account", waba="1029384756", token="another")
    message = one(phone)

    send(clock)

    with wall(cluster.site("master"), "master"):
        assert MetaAccount.objects.get().state == "token_dead"
    assert (fresh(message).state, fresh(message).attempts, fresh(message).charge) == ("queued", 0, "held")


WAITS = [2, 4, 8, 16, 32, 64, 128, 256, 256, 256]


def tried(message, clock, times=10):
    """The seconds between a message's tries, while Meta has trouble."""
    waits = []
    for _ in range(times):
        sending.run(clock.tools(), seconds=0)
        waits.append((fresh(message).due_at - clock.now).total_seconds())
        clock.now = max(clock.now, fresh(message).due_at)
    return waits


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 131057, 133004, 4, 80007, 130429, 599])
def test_metas_own_trouble_is_outlived_until_the_message_is_too_old(whatsapp, number, phone, clock, code):
    message = one(phone)
    whatsapp.control("fault", path="/messages", times=-1, code=code, **({"status": 500} if code == 599 else {}))

    assert tried(message, clock) == WAITS
    assert (fresh(message).state, fresh(message).charge, fresh(message).attempts) == ("queued", "held", 0)
    whatsapp.control("fault", times=0)
    sending.run(clock.tools(), seconds=0)
    assert fresh(message).state == "accepted"


def test_a_connection_that_is_not_made_is_tried_at_the_same_moments(number, phone, clock, settings):
    settings.WHATSAPP_API_BASE = f"http://127.0.0.1:{cluster.own_port()}"

    assert tried(one(phone), clock) == WAITS


def test_an_occasion_that_only_metas_trouble_kept_off_is_free_again(whatsapp, number, phone, clock):
    whatsapp.control("fault", path="/messages", times=-1, code=131057)
    gift = phone.queued(Trigger.BIRTHDAY, batch_id=phone.batch().id, occasion_id=uuid7())
    tried(gift, clock, 7)

    sweeping.sweep(now=gift.expires_at + dt.timedelta(minutes=1))

    assert (fresh(gift).state, fresh(gift).error, phone.wallet("wa_bi")) == ("failed", "never_posted", (10, 10))
    assert outcomes.sent_anew(fresh(gift).occasion_id) == gift.id


def test_what_meta_takes_and_then_fails_is_posted_five_times_at_most(whatsapp, number, phone, clock):
    message = one(phone)
    waits = []
    for turn in range(1, 6):
        sending.run(clock.tools(), seconds=0)
        outcomes.refused(
            message.id, turn=turn, verdict=Verdict.RETRY_SOON, code=131016, title="", now=clock.now, random=lambda: 0.5
        )
        waits.append((fresh(message).due_at - clock.now).total_seconds())
        clock.now = max(clock.now, fresh(message).due_at)

    assert waits[:4] == WAITS[:4]
    assert (fresh(message).state, fresh(message).error_code) == ("failed", 131016)


def test_too_much_marketing_for_one_person_waits_a_day_and_is_tried_once_more(whatsapp, number, phone, clock):
    customer = phone.customer(phone="+966555559049")
    message = phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id)
    send(clock)
    first = fresh(message)

    clock.now = first.due_at
    send(clock)

    assert dt.timedelta(hours=24) <= first.due_at - NOW < dt.timedelta(hours=25)
    assert (first.state, fresh(message).state, fresh(message).coupon) == ("queued", "failed", first.coupon)
    assert fresh(message).coupon.state == "available"


def test_a_greeting_whose_day_is_over_tomorrow_is_not_tried_again_then(whatsapp, number, phone, clock):
    customer = phone.customer(phone="+966555559049")
    message = phone.queued(
        Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id, worth_until=NOW + dt.timedelta(hours=12)
    )

    send(clock)

    assert (fresh(message).state, fresh(message).charge) == ("failed", "released")
    assert fresh(message).coupon.state == "available"


def test_an_answer_that_never_came_is_unknown_and_not_sent_again(whatsapp, number, phone, clock, settings):
    settings.WHATSAPP_TIMEOUT = 1.0
    message = one(phone, to="+966555557001")

    send(clock)
    clock.now += dt.timedelta(hours=1)
    send(clock)

    assert (fresh(message).state, fresh(message).charge) == ("unknown", "held")
    wait_for(lambda: len(whatsapp.messages("+966555557001")) == 1, seconds=60, what="the message")


def test_a_stand_in_that_is_gone_means_later_and_not_lost(number, phone, clock, settings):
    settings.WHATSAPP_API_BASE = f"http://127.0.0.1:{cluster.own_port()}"
    message = one(phone)

    send(clock)

    assert (fresh(message).state, fresh(message).attempts, fresh(message).charge) == ("queued", 0, "held")
    assert clock.now < fresh(message).due_at <= clock.now + dt.timedelta(minutes=2)


def test_what_a_dead_worker_left_is_unknown_and_waits_for_a_person(phone, clock):
    message = one(phone)
    Message.objects.filter(id=message.id).update(state="sending", claimed_at=NOW)

    sweeping.sweep(now=NOW + 2 * sweeping.SENDING_FOR)

    assert fresh(message).state == "unknown"


@pytest.mark.parametrize("put_back", [outcomes.put_back, outcomes.not_drawn])
def test_a_post_that_never_left_waits_again_though_it_was_given_up_for_unknown(phone, put_back):
    """A round may be slower than the sweep has patience: its late answers still count, and once."""
    message = one(phone)
    Message.objects.filter(id=message.id).update(state="sending", claimed_at=NOW, turn=1)
    more = {"why": "unreachable", "due_at": NOW} if put_back is outcomes.put_back else {}
    sweeping.sweep(now=NOW + 2 * sweeping.SENDING_FOR)
    assert fresh(message).state == "unknown"

    put_back(message.id, turn=0, now=NOW, **more)  # of an older post
    assert fresh(message).state == "unknown"
    put_back(message.id, turn=1, now=NOW, **more)
    assert (fresh(message).state, fresh(message).charge) == ("queued", "held")
    Message.objects.filter(id=message.id).update(state="sending", turn=2)
    put_back(message.id, turn=1, now=NOW, **more)
    assert fresh(message).state == "sending"


def test_meta_pauses_a_text_in_one_language_and_the_other_stands_in(whatsapp, number, phone, clock):
    MessageTemplate.objects.filter(purpose="coupon_text").update(status="APPROVED")
    message = one(phone)
    Message.objects.filter(id=message.id).update(language="ar")
    name = MessageTemplate.objects.get(purpose="coupon_text", language="ar", site_id=phone.shop.site.id).name

    def status(language):
        return MessageTemplate.objects.get(name=name, language=language, site_id=phone.shop.site.id).status

    send(clock)
    assert fresh(message).form == f"{name}/ar"
    outcomes.refused(
        message.id, turn=1, verdict=Verdict.PAUSE_TEMPLATE, code=132015, title="", now=NOW, random=lambda: 0.5
    )
    assert (status("ar"), status("en"), fresh(message).state) == ("PAUSED", "APPROVED", "queued")
    send(clock)

    assert fresh(message).form == f"{name}/en"


def test_a_text_that_meta_refuses_at_once_rests_in_its_own_language(whatsapp, number, phone, clock):
    row = MessageTemplate.objects.get(purpose="coupon_text", language="en", site_id=phone.shop.site.id)
    whatsapp.control("template", name=row.name, language="en", status="PAUSED")
    message = one(phone)

    send(clock)

    row.refresh_from_db()
    assert row.status == "PAUSED"
    assert fresh(message).form == f"{row.name}/ar"


def test_what_waited_too_long_is_over_and_its_credit_is_free(phone):
    message = one(phone)

    sweeping.sweep(now=NOW + dt.timedelta(hours=25))

    assert (fresh(message).state, fresh(message).error, phone.wallet()) == ("failed", "expired", (10, 10))


def test_a_coupon_that_is_gone_meanwhile_is_not_sent(whatsapp, number, phone, clock):
    message = one(phone)
    type(message.coupon).objects.filter(id=message.coupon_id).update(state="void")

    send(clock)

    assert (fresh(message).state, fresh(message).error, whatsapp.messages(TO)) == ("failed", "coupon_gone", [])


def test_a_stop_between_queue_and_send_is_obeyed(whatsapp, number, phone, clock):
    customer = phone.customer(phone=TO)
    message = phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id)
    consent.opt_out_number(phone=TO, source="keyword", now=NOW)

    send(clock)

    assert (fresh(message).state, fresh(message).error, phone.wallet("wa_bi")) == ("failed", "stopped", (10, 10))
    assert whatsapp.messages(TO) == []


def test_user_initiated_messages_go_first_and_merchants_take_turns(whatsapp, number, phone, clock, monkeypatch):
    from tests.messaging.cast import open_phone

    monkeypatch.setattr(sending, "ROUND", 4)
    small = open_phone(phone.shop.site)
    blast = [
        phone.queued(Trigger.CAMPAIGN, customer_id=phone.customer().id, batch_id=phone.batch(8).id) for _ in range(8)
    ]
    theirs = small.queued(Trigger.CAMPAIGN, customer_id=small.customer().id, batch_id=small.batch().id)
    asked = small.queued()

    sending.run(clock.tools(), seconds=0)

    assert fresh(asked).state == "accepted"
    assert fresh(theirs).state == "accepted"
    assert sum(fresh(message).state == "accepted" for message in blast) == 2
